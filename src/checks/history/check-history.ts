/** Every property of histories by name, and a history judged by them. */
import { durableWrites } from "./durable-writes.ts";
import { groupedByKey, type History } from "./history.ts";
import { knownValues } from "./known-values.ts";
import { linearizable } from "./linearizable.ts";
import { noLostUpdates } from "./lost-updates.ts";
import type { HistoryModel } from "./models.ts";
import { monotonicReads } from "./monotonic-reads.ts";
import { type PromiseName, promiseFits } from "./promises.ts";
import { readYourWrites } from "./read-your-writes.ts";
import { sessionOrder } from "./session-order.ts";
import { boundedStaleness } from "./stale-reads.ts";
import { uniqueIds } from "./unique-ids.ts";
import type { KeyFinding } from "./unique-values.ts";
import { overKeys, type PropertyVerdict } from "./verdicts.ts";

export interface CheckHistoryOptions {
  readonly model: HistoryModel;
  readonly promises: readonly PromiseName[];
  /** Of the search for an order, all keys together: configurations remembered. */
  readonly configurations: number;
  /** `boundedStaleness`: allowed, inclusive, ns; 0 goes by order alone. */
  readonly staleNs: number;
}

/** What a linearizable history keeps as well. */
const IMPLIED: readonly PromiseName[] = [
  "readYourWrites",
  "monotonicReads",
  "sessionOrder",
  "boundedStaleness",
  "durableWrites",
  "noLostUpdates",
];

/** Judges a history by each promise that fits its model, in the order given. */
export function checkHistory(history: History, options: CheckHistoryOptions): PropertyVerdict[] {
  const { grouped, byKey } = groupedByKey(history);
  const verdicts = options.promises
    .filter((promise) => promiseFits(promise, options.model))
    .map((promise) => {
      // Ids are told apart over all keys, in the order in which they were given.
      const of = promise === "uniqueIds" ? history : grouped;
      const findings = findingsOf(promise, of, byKey, options);
      return overKeys(of, promise, findings, UNTESTED[promise] ?? "nothing was read");
    });
  const isLinearizable = verdicts.some(
    (of) => of.property === "linearizable" && of.verdict === "pass",
  );
  return verdicts.map((of) =>
    isLinearizable &&
    of.undecided > 0 &&
    of.failed === 0 &&
    IMPLIED.includes(of.property as PromiseName)
      ? { ...of, verdict: "pass", undecided: 0, reason: "follows from linearizability" }
      : of,
  );
}

const UNTESTED: Partial<Readonly<Record<PromiseName, string>>> = {
  noLostUpdates: "nothing replaced what it had read",
  uniqueIds: "no id was given",
};

function findingsOf(
  promise: PromiseName,
  history: History,
  byKey: readonly Int32Array[],
  { model, configurations, staleNs }: CheckHistoryOptions,
): readonly KeyFinding[] {
  switch (promise) {
    case "linearizable":
      return linearizable(history, byKey, model, configurations);
    case "readYourWrites":
      return readYourWrites(history, byKey, model);
    case "monotonicReads":
      return monotonicReads(history, byKey, model);
    case "sessionOrder":
      return sessionOrder(history, byKey);
    case "boundedStaleness":
      return boundedStaleness(history, byKey, model, staleNs);
    case "durableWrites":
      return durableWrites(history, byKey, model);
    case "noLostUpdates":
      return noLostUpdates(history, byKey, model);
    case "knownValues":
      return knownValues(history, byKey);
    case "uniqueIds":
      return uniqueIds(history);
  }
}
