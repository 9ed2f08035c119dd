/**
 * Bounded staleness: no read returns what is older than a write that was acknowledged more than a bound before the read
 * began. Older: it had returned before that write began. A bound of 0 goes by the order of the history alone; any other
 * needs times.
 */

import { AcknowledgedWrites } from "./acknowledged-writes.ts";
import { counterBounds } from "./counter-bounds.ts";
import { type History, OK, READ } from "./history.ts";
import type { HistoryModel } from "./models.ts";
import { missingElement } from "./set-reads.ts";
import { judgeKeys, judgeUnique, type KeyFinding } from "./unique-values.ts";
import { type Finding, failure, operationText, PASS } from "./verdicts.ts";

/** @param boundNs - staleness allowed, inclusive */
export function boundedStaleness(
  history: History,
  byKey: readonly Int32Array[],
  model: HistoryModel,
  boundNs: number,
): KeyFinding[] {
  if (boundNs > 0 && Number.isNaN(history.invokedNs[0]))
    return judgeKeys(history, byKey, () => NO_TIMES);
  if (model === "counter") {
    return judgeKeys(history, byKey, (rows) => {
      for (const [row, { low }] of counterBounds(history, rows, { slackNs: boundNs })) {
        if ((history.amount[row] as number) >= low) continue;
        const reason = `${operationText(history, row)} came to less than the ${low} that had been added`;
        return failure(reason, [row]);
      }
      return PASS;
    });
  }
  if (model === "set") {
    const rule = { slackNs: boundNs, what: `although that had been added${beyond(boundNs)}` };
    return judgeKeys(history, byKey, (rows) => missingElement(history, rows, rule));
  }
  return judgeUnique(history, byKey, (rows, writers): Finding => {
    const { kind, outcome, value } = history;
    const acknowledged = new AcknowledgedWrites(history, rows);
    for (const row of rows) {
      if (kind[row] !== READ || outcome[row] !== OK) continue;
      const newer = acknowledged.newerThan(row, writers, boundNs);
      if (newer === null) continue;
      const reason = `${operationText(history, row)} is older than ${operationText(history, newer)}, acknowledged before it began${beyond(boundNs)}`;
      return failure(reason, [writers.of(value[row] as number), newer, row]);
    }
    return PASS;
  });
}

const NO_TIMES: Finding = {
  status: "unknown",
  reason: "the history has no times to hold against a bound",
};

const beyond = (boundNs: number): string => (boundNs > 0 ? ` by more than ${boundNs / 1e9} s` : "");
