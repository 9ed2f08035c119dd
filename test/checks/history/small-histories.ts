/** Small random histories of one key: recorded from a real order, then often spoilt. Tests hold checkers against a reference on them. */
import {
  ADD,
  CAS,
  FAIL,
  type History,
  HistoryBuilder,
  INFO,
  NIL,
  NONE,
  OK,
  READ,
  WRITE,
} from "../../../dist/checks/history/history.js";
import type { Stream } from "../../../dist/kernel/streams.js";
import type { HistoryModel } from "../../../src/checks/history/models.ts";

/** An operation as the reference reads it. Values are numbers; 0 is the initial value of a register. */
export interface SmallOperation {
  /** `k` where none is given. */
  readonly key?: string;
  readonly kind: number;
  readonly session: number;
  value: number;
  expected: number;
  readonly amount: number;
  elements: number[];
  readonly invoked: number;
  returned: number;
  outcome: number;
}

export interface Shape {
  readonly model: HistoryModel;
  /** Each value is written once. */
  readonly unique: boolean;
  readonly operations: number;
  readonly sessions: number;
  /** Turns that the sessions take, 200 where not given. */
  readonly turns?: number;
}

export function randomHistory(of: Shape, stream: Stream): SmallOperation[] {
  const operations = record(of, stream);
  const spoils = stream.nextInt(3);
  for (let i = 0; i < spoils; i++) spoil(operations, of, stream);
  return operations;
}

/** Sessions take turns to invoke, to take effect and to return. */
export function record(of: Shape, stream: Stream): SmallOperation[] {
  const operations: SmallOperation[] = [];
  const open: (SmallOperation | null)[] = Array.from({ length: of.sessions }, () => null);
  const happened = new Set<SmallOperation>();
  const state = { register: NIL, sum: 0, elements: new Set<number>() };
  let written = 0;
  const { turns = 200 } = of;
  for (let at = 1; at < turns; at++) {
    const session = stream.nextInt(of.sessions);
    const own = open[session] ?? null;
    if (own === null) {
      if (operations.length === of.operations) continue;
      const operation = draw(of, session, at, () => ++written, state, stream);
      operations.push(operation);
      open[session] = operation;
    } else if (!happened.has(own)) {
      happened.add(own);
      const chance = stream.nextInt(12);
      if (chance === 0 && own.kind !== READ) own.outcome = FAIL;
      else if (chance > 1 || own.kind === READ) takeEffect(own, state);
      if (chance === 1 || chance === 2) own.outcome = INFO;
    } else {
      if (own.outcome !== INFO) own.returned = at;
      open[session] = null;
    }
  }
  for (const own of open) if (own !== null) own.outcome = INFO;
  return operations;
}

interface State {
  register: number;
  sum: number;
  readonly elements: Set<number>;
}

function draw(
  of: Shape,
  session: number,
  invoked: number,
  fresh: () => number,
  state: State,
  stream: Stream,
): SmallOperation {
  const base = {
    session,
    invoked,
    returned: Number.POSITIVE_INFINITY,
    outcome: OK,
    expected: NONE,
    amount: Number.NaN,
    elements: [],
  };
  const isRead = stream.nextInt(2) === 0;
  if (isRead) return { ...base, kind: READ, value: NONE };
  const value = of.unique ? fresh() : 1 + stream.nextInt(3);
  if (of.model === "counter")
    return { ...base, kind: ADD, value: NONE, amount: [1, 1, 2, -1][stream.nextInt(4)] as number };
  if (of.model === "set") return { ...base, kind: ADD, value };
  if (of.model === "cas-register" && stream.nextInt(2) === 0) {
    const expected = stream.nextInt(3) === 0 ? stream.nextInt(4) : state.register;
    return { ...base, kind: CAS, value, expected };
  }
  return { ...base, kind: WRITE, value };
}

function takeEffect(operation: SmallOperation, state: State): void {
  const own = operation as { -readonly [P in keyof SmallOperation]: SmallOperation[P] };
  switch (operation.kind) {
    case READ:
      own.value = state.register;
      own.amount = state.sum;
      own.elements = [...state.elements];
      break;
    case WRITE:
      state.register = operation.value;
      break;
    case CAS:
      if (state.register === operation.expected) state.register = operation.value;
      else own.outcome = FAIL;
      break;
    default:
      state.sum += operation.amount;
      state.elements.add(operation.value);
  }
}

/** Lets a CAS succeed that was refused, or a read return something else. */
function spoil(operations: SmallOperation[], of: Shape, stream: Stream): void {
  const refused = operations.find(
    ({ kind, outcome, returned }) => kind === CAS && outcome === FAIL && returned < 200,
  );
  if (refused !== undefined && stream.nextInt(2) === 0) {
    const written = operations.filter(({ kind, outcome }) => kind !== READ && outcome === OK);
    const like = written[stream.nextInt(Math.max(1, written.length))];
    refused.outcome = OK;
    refused.expected = like?.kind === CAS ? like.expected : NIL;
    return;
  }
  const reads = operations.filter(({ kind, outcome }) => kind === READ && outcome === OK);
  const read = reads[stream.nextInt(Math.max(1, reads.length))] as
    | { -readonly [P in keyof SmallOperation]: SmallOperation[P] }
    | undefined;
  if (read === undefined) return;
  read.amount += stream.nextInt(3) - 1;
  const written = operations.filter(({ kind }) => kind !== READ).map(({ value }) => value);
  read.value = [NIL, ...written][stream.nextInt(1 + written.length)] as number;
  const element = written[stream.nextInt(Math.max(1, written.length))];
  if (element === undefined || of.model !== "set") return;
  read.elements = read.elements.includes(element)
    ? read.elements.filter((other) => other !== element)
    : [...read.elements, element];
}

/** The same with a clock that ticks at every second moment only, so that much falls together. */
export const onCoarseClock = (operations: readonly SmallOperation[]): SmallOperation[] =>
  operations.map((of) => ({
    ...of,
    invoked: Math.ceil(of.invoked / 2),
    returned: Math.ceil(of.returned / 2),
  }));

/** The same as columns. Values keep their numbers. A read of the value NONE returned nothing that is known. */
export function historyOf(operations: readonly SmallOperation[], model: HistoryModel): History {
  const builder = new HistoryBuilder();
  const values = operations.reduce((most, of) => Math.max(most, of.value), 20);
  for (let value = 1; value <= values; value++) builder.values.of(String(value));
  for (const of of operations) {
    const row = builder.invoke({
      kind: of.kind,
      key: builder.keys.of(of.key ?? "k"),
      session: builder.sessions.of(String(of.session)),
      value: of.kind === READ && model === "counter" ? NONE : of.value,
      expected: of.expected,
      amount: model === "counter" ? of.amount : Number.NaN,
      at: of.invoked,
      ns: of.invoked * 1e9,
      line: 0,
    });
    builder.complete(row, { outcome: of.outcome, at: of.returned, ns: of.returned * 1e9, line: 0 });
    if (model === "set" && of.kind === READ && of.value !== NONE)
      builder.returnedElements(row, Int32Array.from(of.elements));
  }
  return builder.build();
}
