/**
 * Reads histories in Jepsen's forms: operations as EDN maps or JSON objects, one after the other or in a vector, in the
 * order in which they were recorded. Takes text in pieces of any size, and keeps no more of it than the form at hand.
 */
import { type Dialect, FormMap, FormProblem, FormReader, INCOMPLETE } from "./forms.ts";
import { HistoryEvents, type ReadHistory, type ReadRules } from "./history-events.ts";

/** What is wrong with a history, and where. */
export class HistoryError extends Error {
  override readonly name = "HistoryError";
  constructor(
    /** From 1. */
    readonly line: number,
    readonly found: string,
    readonly expected: string,
  ) {
    super(`line ${line} ${found}, expected ${expected}`);
  }
}

/** Characters that one operation may have. */
const FORM_MAX = 1 << 26;

export class HistoryReader {
  private readonly events: HistoryEvents;
  private forms: FormReader | null = null;
  private rest = "";
  /** Not tried again before so much text is there: a long form is not read from its start for every piece of it. */
  private enough = 0;
  private line = 1;
  private open: "]" | ")" | null = null;
  private isClosed = false;

  constructor(rules: ReadRules) {
    this.events = new HistoryEvents(rules);
  }

  /** @throws HistoryError */
  feed(piece: string): void {
    this.rest += piece;
    if (this.rest.length >= this.enough) this.readForms(false);
  }

  /** @throws HistoryError */
  end(): ReadHistory {
    this.readForms(true);
    if (this.open !== null)
      throw new HistoryError(
        this.line,
        "is the last, and the history is cut off",
        `"${this.open}" at its end`,
      );
    return this.guarded(() => this.events.finish());
  }

  private readForms(isLast: boolean): void {
    const forms = this.forms ?? this.begin(isLast);
    if (forms === null) return;
    const text = this.rest;
    forms.reset(text, isLast);
    let start = 0;
    const pass = (): void => {
      for (
        let at = text.indexOf("\n", start);
        at >= 0 && at < forms.at;
        at = text.indexOf("\n", at + 1)
      )
        this.line++;
      start = forms.at;
    };
    try {
      for (;;) {
        const code = forms.skip();
        pass();
        if (Number.isNaN(code)) break;
        if (this.bracket(forms, text[forms.at] as string)) continue;
        const form = forms.read();
        if (form === INCOMPLETE) {
          if (isLast)
            throw new FormProblem(start, "is cut off within an operation", "the rest of it");
          break;
        }
        if (!(form instanceof FormMap))
          throw new FormProblem(
            start,
            "has something else",
            "an operation: a map with :type, :process, :f and :value",
          );
        this.guarded(() => this.events.event(form, this.line));
        pass();
      }
    } catch (error) {
      if (!(error instanceof FormProblem)) throw error;
      let line = this.line;
      for (
        let at = text.indexOf("\n", start);
        at >= 0 && at < error.at;
        at = text.indexOf("\n", at + 1)
      )
        line++;
      const found = /^(is|has) /.test(error.found) ? error.found : `cannot be read: ${error.found}`;
      throw new HistoryError(line, found, error.expected);
    }
    this.rest = text.slice(start);
    this.enough = 2 * this.rest.length;
    if (this.rest.length > FORM_MAX)
      throw new HistoryError(
        this.line,
        `begins an operation of more than ${FORM_MAX} characters`,
        "shorter ones",
      );
  }

  /** A vector or list around all operations begins or ends. */
  private bracket(forms: FormReader, character: string): boolean {
    if (this.isClosed)
      throw new FormProblem(
        forms.at,
        `has "${character}" after the end of the history`,
        "nothing more",
      );
    if (
      this.open === null &&
      (character === "[" || (character === "(" && forms.dialect === "edn"))
    ) {
      if (this.events.count > 0) throw new FormProblem(forms.at, "has a vector", "an operation");
      this.open = character === "[" ? "]" : ")";
    } else if (character === this.open) {
      this.open = null;
      this.isClosed = true;
    } else return false;
    forms.at++;
    return true;
  }

  /** Tells EDN from JSON by the first map: JSON's keys are quoted. Null while that has not come. */
  private begin(isLast: boolean): FormReader | null {
    const first = /\{[\s,]*(\S)/.exec(this.rest.slice(0, SNIFFED));
    if (first === null && !isLast && this.rest.length < SNIFFED) return null;
    const dialect: Dialect = first?.[1] === '"' ? "json" : "edn";
    this.forms = new FormReader(dialect);
    return this.forms;
  }

  private guarded<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      if (error instanceof FormProblem)
        throw new HistoryError(error.at, error.found, error.expected);
      throw error;
    }
  }
}

const SNIFFED = 4096;
