/** Promises of consistency, by name: what each says, and of what kinds of history it can be said. */
import type { HistoryModel } from "./models.ts";

export interface ConsistencyPromise {
  readonly promise: string;
  readonly summary: string;
  readonly models: readonly HistoryModel[];
}

const REGISTERS: readonly HistoryModel[] = ["register", "cas-register"];
const DATA: readonly HistoryModel[] = ["register", "cas-register", "counter", "set"];

export const consistencyPromises = [
  {
    promise: "linearizable",
    summary: "one order of all operations, each between its invocation and its return",
    models: DATA,
  },
  {
    promise: "readYourWrites",
    summary: "a session reads nothing older than what it has written",
    models: DATA,
  },
  {
    promise: "monotonicReads",
    summary: "a session reads nothing older than what it has read",
    models: DATA,
  },
  {
    promise: "sessionOrder",
    summary: "one order of all values in which every session only goes forward",
    models: REGISTERS,
  },
  {
    promise: "boundedStaleness",
    summary: "no read is older, by more than a bound, than an acknowledged write",
    models: DATA,
  },
  {
    promise: "durableWrites",
    summary: "the last read of a key is no older than an acknowledged write",
    models: DATA,
  },
  {
    promise: "noLostUpdates",
    summary: "no two replace the same version, and no acknowledged addition vanishes",
    models: ["cas-register", "counter", "set"],
  },
  {
    promise: "knownValues",
    summary: "reads return only what was written and did not fail",
    models: ["register", "cas-register", "set"],
  },
  {
    promise: "uniqueIds",
    summary: "no id is given twice",
    models: ["unique-ids"],
  },
] as const satisfies readonly ConsistencyPromise[];

export type PromiseName = (typeof consistencyPromises)[number]["promise"];

export const PROMISE_NAMES: readonly PromiseName[] = consistencyPromises.map(
  ({ promise }) => promise,
);

export function promiseFits(name: PromiseName, model: HistoryModel): boolean {
  const promises: readonly ConsistencyPromise[] = consistencyPromises;
  return promises.some(({ promise, models }) => promise === name && models.includes(model));
}
