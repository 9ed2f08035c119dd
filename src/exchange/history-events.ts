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
  readonly process: unknown;
  readonly session: unknown;
  readonly key: unknown;
  readonly value: unknown;
  readonly ns: number;
}

interface Open {
  readonly row: number;
  readonly f: string;
  readonly line: number;
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
  private readonly open = new Map<unknown, Open>();
  private readonly sessions = new Map<unknown, number>();
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
    const known = this.open.get(event.process);
    if (event.type === "invoke") {
      if (known !== undefined) {
        const found = `has process ${formText(event.process)} invoke :${event.f}, while its :${known.f} of line ${known.line} is open`;
        throw new FormProblem(line, found, "its :ok, :fail or :info first");
      }
      this.invoke(event, at, line);
      return;
    }
    if (known === undefined) {
      if (event.type === "info") return;
      const found = `has process ${formText(event.process)} end :${event.f} with :${event.type}, and nothing of it is open`;
      throw new FormProblem(line, found, "an :invoke before it");
    }
    if (known.f !== event.f) {
      const found = `has process ${formText(event.process)} end :${event.f}, and what is open is :${known.f} of line ${known.line}`;
      throw new FormProblem(line, found, `:${known.f}`);
    }
    this.open.delete(event.process);
    this.complete(known.row, event, at, line);
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

  private invoke(event: Event, at: number, line: number): void {
    const kind = KINDS[event.f] as number;
    const { builder } = this;
    if (builder.count === this.rules.operationsMax) {
      const found = `begins operation ${builder.count + 1}`;
      throw new FormProblem(line, found, `a history of at most ${builder.count} operations`);
    }
    this.functions.add(event.f);
    const { key, value } = this.keyed(event, line);
    const base = { kind, key, session: this.sessionOf(event), at, ns: event.ns, line };
    const row = builder.invoke({ ...base, ...this.given(kind, event.f, value, line) });
    this.open.set(event.process, { row, f: event.f, line });
  }

  /** What an invocation says of values. */
  private given(
    kind: number,
    f: string,
    value: unknown,
    line: number,
  ): { readonly value: number; readonly expected: number; readonly amount: number } {
    const nothing = { value: NONE, expected: NONE, amount: Number.NaN };
    switch (kind) {
      case READ:
        if (Array.isArray(value) && value.length === 2 && value[1] === null)
          throw new FormProblem(
            line,
            `has a read of ${formText(value)}`,
            "nil, or --independent for values that are [key value]",
          );
        return nothing;
      case GENERATE:
        return nothing;
      case WRITE:
        return { ...nothing, value: this.valueOf(value) };
      case CAS:
        if (!Array.isArray(value) || value.length !== 2)
          throw new FormProblem(line, `has a cas of ${clip(value)}`, "[old new]");
        return { ...nothing, expected: this.valueOf(value[0]), value: this.valueOf(value[1]) };
      default:
        return { ...nothing, ...this.addition(f, value, line) };
    }
  }

  private addition(f: string, value: unknown, line: number): { value: number; amount: number } {
    const isCount = f !== "add";
    const amount = typeof value === "number" ? value : isCount && value === null ? 1 : Number.NaN;
    if ((isCount || this.rules.model === "counter") && Number.isNaN(amount))
      throw new FormProblem(line, `has :${f} of ${clip(value)}`, "a number");
    const signed = f.startsWith("dec") ? -amount : amount;
    const isElement = !isCount && this.rules.model !== "counter";
    return { value: isElement ? this.valueOf(value) : NONE, amount: signed };
  }

  private complete(row: number, event: Event, at: number, line: number): void {
    const { builder } = this;
    const outcome = OUTCOMES[event.type] as number;
    builder.complete(row, { outcome, at, ns: event.ns, line });
    if (outcome === INFO) this.sessions.delete(event.session);
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

  /** Sessions end with an operation of unknown outcome: a process that goes on after it is another one. */
  private sessionOf({ session }: Event): number {
    const known = this.sessions.get(session);
    if (known !== undefined) return known;
    const at = this.builder.sessions.texts.push(own(formText(session))) - 1;
    this.sessions.set(session, at);
    return at;
  }
}

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
  const id = typeof process === "number" ? process : formText(process);
  const ns = typeof time === "number" ? time : Number.NaN;
  return {
    type,
    f,
    process: id,
    session: session === undefined ? id : formText(session),
    key,
    value,
    ns,
  };
}

/** `read` of `:read` and of `"read"`; undefined of anything else. */
function nameOf(form: unknown): string | undefined {
  if (typeof form === "string") return form;
  if (!(form instanceof Word)) return undefined;
  return form.text.startsWith(":") ? form.text.slice(1) : form.text;
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
