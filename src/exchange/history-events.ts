/**
 * Pairs the events of a history: what a process invokes with how it ended. A process does one thing at a time; one whose
 * operation ended as info, or never, may have it take effect at any later time.
 *
 * `:f` is read, write, cas, add, inc, dec or generate, and `:value` is what Jepsen's workloads put there: of a cas
 * `[old new]`, of a read what it returned. Keys: `:value` as `#jepsen.independent/tuple [key value]`, or as plain
 * `[key value]` where asked for, or a field `:key`. Operations of the nemesis are passed over.
 *
 * Source: https://github.com/jepsen-io/jepsen, jepsen.history.Op, jepsen.independent, jepsen.checker.
 */
import {
  ADD,
  CAS,
  FAIL,
  GENERATE,
  type History,
  HistoryBuilder,
  INFO,
  Names,
  NIL,
  NONE,
  OK,
  READ,
  WRITE,
} from "../checks/history/history.ts";
import type { HistoryModel } from "../checks/history/models.ts";
import { type FormMap, FormProblem, FormSet, formText, Tagged, Word } from "./forms.ts";

export interface ReadHistory {
  readonly history: History;
  readonly model: HistoryModel;
}

export interface ReadRules {
  /** Null: told from the operations. */
  readonly model: HistoryModel | null;
  /** Values are `[key value]`. */
  readonly isIndependent: boolean;
  /** Text of the value that registers have at first; null for nil. */
  readonly initial: string | null;
  readonly operationsMax: number;
}

interface Event {
  readonly type: string;
  readonly f: string;
  /** A number, or the text of what is none. */
  readonly process: number | string;
  /** Text, where it is given. */
  readonly session: string | null;
  readonly key: unknown;
  readonly value: unknown;
  readonly ns: number;
}

const KINDS: Readonly<Record<string, number>> = {
  read: READ,
  r: READ,
  write: WRITE,
  w: WRITE,
  cas: CAS,
  "compare-and-set": CAS,
  add: ADD,
  inc: ADD,
  increment: ADD,
  dec: ADD,
  decrement: ADD,
  generate: GENERATE,
};

const OUTCOMES: Readonly<Record<string, number>> = { ok: OK, fail: FAIL, info: INFO };
const TUPLE = "jepsen.independent/tuple";

export class HistoryEvents {
  /** Events read, those of the nemesis included. */
  count = 0;
  private readonly builder: HistoryBuilder;
  private readonly processes = new Names();
  /** By process: what it has open. Row, or NONE. */
  private readonly openRow: number[] = [];
  private readonly openFunction: string[] = [];
  private readonly openLine: number[] = [];
  /** By process: the session of operations that name none, or NONE. */
  private readonly ownSession: number[] = [];
  private readonly sessions = new Map<string, number>();
  private readonly functions = new Set<string>();
  private sawNumber = 0;
  private sawElements = 0;

  constructor(private readonly rules: ReadRules) {
    this.builder = new HistoryBuilder(rules.initial ?? "nil");
  }

  /** @throws FormProblem with the line in place of the index */
  event(map: FormMap, line: number): void {
    const event = readEvent(map, line);
    const at = ++this.count;
    if (event === null) return;
    const process = this.processOf(event);
    const row = this.openRow[process] as number;
    if (event.type === "invoke") {
      if (row !== NONE) throw this.twice(event, process, line);
      this.invoke(event, process, at, line);
      return;
    }
    if (row === NONE) {
      if (event.type === "info") return;
      const found = `has process ${event.process} end :${event.f} with :${event.type}, and nothing of it is open`;
      throw new FormProblem(line, found, "an :invoke before it");
    }
    if (this.openFunction[process] !== event.f) {
      const { f, since } = this.openOf(process);
      const found = `has process ${event.process} end :${event.f}, and what is open is :${f} of line ${since}`;
      throw new FormProblem(line, found, `:${f}`);
    }
    this.openRow[process] = NONE;
    this.complete(row, event, process, at, line);
  }

  private twice(event: Event, process: number, line: number): FormProblem {
    const { f, since } = this.openOf(process);
    const found = `has process ${event.process} invoke :${event.f}, while its :${f} of line ${since} is open`;
    return new FormProblem(line, found, "its :ok, :fail or :info first");
  }

  private openOf(process: number): { readonly f: string; readonly since: number } {
    return {
      f: this.openFunction[process] as string,
      since: this.openLine[process] as number,
    };
  }

  private processOf({ process }: Event): number {
    const at =
      typeof process === "number" ? this.processes.ofNumber(process) : this.processes.of(process);
    if (at === this.openRow.length) {
      this.openRow.push(NONE);
      this.openFunction.push("");
      this.openLine.push(0);
      this.ownSession.push(NONE);
    }
    return at;
  }

  finish(): ReadHistory {
    const model = this.rules.model ?? this.guess();
    if (this.builder.count === 0)
      throw new FormProblem(1, "has no operation of a client", "at least one :invoke");
    for (const f of this.functions) {
      const fits = FUNCTIONS[model].includes(KINDS[f] as number);
      if (!fits)
        throw new FormProblem(
          1,
          `begins a history with :${f}, judged as ${model}`,
          `only what a ${model} has, or another --model`,
        );
    }
    if (model === "set" && this.sawNumber > 0)
      throw new FormProblem(
        this.sawNumber,
        "has a read of one number, judged as set",
        "the elements, or --model counter",
      );
    if (model === "counter" && this.sawElements > 0)
      throw new FormProblem(
        this.sawElements,
        "has a read of a collection, judged as counter",
        "a number, or --model set",
      );
    return { history: this.builder.build(), model };
  }

  private guess(): HistoryModel {
    const has = (...names: readonly string[]): boolean =>
      names.some((name) => this.functions.has(name));
    if (has("generate")) return "unique-ids";
    if (has("cas", "compare-and-set")) return "cas-register";
    if (has("inc", "increment", "dec", "decrement")) return "counter";
    if (has("add")) return this.sawNumber > 0 ? "counter" : "set";
    return "register";
  }

  private invoke(event: Event, process: number, at: number, line: number): void {
    const kind = KINDS[event.f] as number;
    const { builder } = this;
    if (builder.count === this.rules.operationsMax) {
      const found = `begins operation ${builder.count + 1}`;
      throw new FormProblem(line, found, `a history of at most ${builder.count} operations`);
    }
    this.functions.add(event.f);
    const { key, value } = this.keyed(event, line);
    const session = this.sessionOf(event, process);
    const given = this.given(kind, event.f, value, line);
    this.openRow[process] = builder.invoke({
      kind,
      key,
      session,
      value: given.value,
      expected: given.expected,
      amount: given.amount,
      at,
      ns: event.ns,
      line,
    });
    this.openFunction[process] = event.f;
    this.openLine[process] = line;
  }

  /** What an invocation says of values. */
  private given(kind: number, f: string, value: unknown, line: number): Given {
    switch (kind) {
      case READ:
        if (Array.isArray(value) && value.length === 2 && value[1] === null)
          throw new FormProblem(
            line,
            `has a read of ${formText(value)}`,
            "nil, or --independent for values that are [key value]",
          );
        return NOTHING;
      case GENERATE:
        return NOTHING;
      case WRITE:
        return { value: this.valueOf(value), expected: NONE, amount: Number.NaN };
      case CAS:
        if (!Array.isArray(value) || value.length !== 2)
          throw new FormProblem(line, `has a cas of ${clip(value)}`, "[old new]");
        return {
          expected: this.valueOf(value[0]),
          value: this.valueOf(value[1]),
          amount: Number.NaN,
        };
      default:
        return this.addition(f, value, line);
    }
  }

  private addition(f: string, value: unknown, line: number): Given {
    const isCount = f !== "add";
    const amount = typeof value === "number" ? value : isCount && value === null ? 1 : Number.NaN;
    if ((isCount || this.rules.model === "counter") && Number.isNaN(amount))
      throw new FormProblem(line, `has :${f} of ${clip(value)}`, "a number");
    const signed = f.startsWith("dec") ? -amount : amount;
    const isElement = !isCount && this.rules.model !== "counter";
    return { value: isElement ? this.valueOf(value) : NONE, expected: NONE, amount: signed };
  }

  private complete(row: number, event: Event, process: number, at: number, line: number): void {
    const { builder } = this;
    const outcome = OUTCOMES[event.type] as number;
    builder.complete(row, { outcome, at, ns: event.ns, line });
    if (outcome === INFO) this.endSession(event, process);
    const kind = builder.kindOf(row);
    if (outcome !== OK || (kind !== READ && kind !== GENERATE)) return;
    const { value } = this.keyed(event, line);
    const items = value instanceof FormSet ? value.items : Array.isArray(value) ? value : null;
    const asElements =
      this.rules.model === null
        ? !this.functions.has("write") && !this.functions.has("cas")
        : this.rules.model === "set";
    if (items !== null && kind === READ && asElements) {
      if (this.sawElements === 0) this.sawElements = line;
      builder.returnedElements(
        row,
        elementsOf(items, (of) => this.valueOf(of)),
      );
      return;
    }
    if (typeof value === "number" && kind === READ && this.sawNumber === 0) this.sawNumber = line;
    const amount = typeof value === "number" ? value : Number.NaN;
    builder.returnedValue(row, this.rules.model === "counter" ? NONE : this.valueOf(value), amount);
  }

  private keyed(event: Event, line: number): { readonly key: number; readonly value: unknown } {
    const { keys } = this.builder;
    const { value } = event;
    const isTuple = value instanceof Tagged && value.tag === TUPLE;
    const pair = isTuple ? value.form : value;
    if (isTuple || (this.rules.isIndependent && event.type !== "info")) {
      if (!Array.isArray(pair) || pair.length !== 2) {
        throw new FormProblem(line, `has the value ${clip(value)}`, "[key value]");
      }
      return { key: indexOf(keys, pair[0]), value: pair[1] };
    }
    return { key: indexOf(keys, event.key ?? null), value };
  }

  private valueOf(form: unknown): number {
    if (form === null && this.rules.initial === null) return NIL;
    return indexOf(this.builder.values, form);
  }

  private sessionOf({ session, process: id }: Event, process: number): number {
    const known =
      session === null
        ? (this.ownSession[process] as number)
        : (this.sessions.get(session) ?? NONE);
    if (known !== NONE) return known;
    const at = this.builder.sessions.texts.push(own(session ?? String(id))) - 1;
    if (session === null) this.ownSession[process] = at;
    else this.sessions.set(session, at);
    return at;
  }

  /** Sessions end with an operation of unknown outcome: a process that goes on after it is another one. */
  private endSession({ session }: Event, process: number): void {
    if (session === null) this.ownSession[process] = NONE;
    else this.sessions.delete(session);
  }
}

/** What an invocation says of values. */
interface Given {
  readonly value: number;
  readonly expected: number;
  readonly amount: number;
}

const NOTHING: Given = { value: NONE, expected: NONE, amount: Number.NaN };

const FUNCTIONS: Readonly<Record<HistoryModel, readonly number[]>> = {
  register: [READ, WRITE],
  "cas-register": [READ, WRITE, CAS],
  counter: [READ, ADD],
  set: [READ, ADD],
  "unique-ids": [GENERATE],
};

/** Null for what is no client's. */
function readEvent({ entries }: FormMap, line: number): Event | null {
  let type: unknown;
  let f: unknown;
  let process: unknown;
  let session: unknown;
  let key: unknown;
  let value: unknown = null;
  let time: unknown;
  for (let i = 0; i < entries.length; i += 2) {
    const of = entries[i + 1];
    switch (nameOf(entries[i])) {
      case "type":
        type = nameOf(of);
        break;
      case "f":
        f = nameOf(of);
        break;
      case "process":
        process = of;
        break;
      case "session":
        session = of;
        break;
      case "key":
        key = of;
        break;
      case "value":
        value = of;
        break;
      case "time":
        time = of;
        break;
      default:
    }
  }
  if (type !== "invoke" && type !== "ok" && type !== "fail" && type !== "info") {
    const found =
      type === undefined ? "has an operation without :type" : `has the :type ${clip(type)}`;
    throw new FormProblem(line, found, ":invoke, :ok, :fail or :info");
  }
  if (process === undefined || process === null)
    throw new FormProblem(line, "has an operation without :process", "a number");
  if (typeof process !== "number" && nameOf(process) === "nemesis") return null;
  if (typeof f !== "string" || KINDS[f] === undefined) {
    const found = f === undefined ? "has an operation without :f" : `has the :f ${clip(f)}`;
    throw new FormProblem(line, found, "read, write, cas, add, inc, dec or generate");
  }
  const ns = typeof time === "number" ? time : Number.NaN;
  return {
    type,
    f,
    process: typeof process === "number" ? process : formText(process),
    session: session === undefined ? null : formText(session),
    key,
    value,
    ns,
  };
}

/** `read` of `:read` and of `"read"`; undefined of anything else. */
function nameOf(form: unknown): string | undefined {
  if (typeof form === "string") return form;
  return form instanceof Word ? form.name : undefined;
}

function indexOf(names: HistoryBuilder["values"], form: unknown): number {
  if (typeof form === "number") return names.ofNumber(form);
  return names.of(own(formText(form)));
}

/** A copy that does not keep the text alive which it was cut from. */
const own = (text: string): string => (text.length < 13 ? text : text.split("").join(""));

function elementsOf(items: readonly unknown[], indexed: (form: unknown) => number): Int32Array {
  return Int32Array.from(new Set(items.map(indexed)));
}

function clip(form: unknown): string {
  const text = typeof form === "string" ? form : formText(form);
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
