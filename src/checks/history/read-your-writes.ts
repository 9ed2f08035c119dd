/**
 * Read your writes: once a write of a session has returned, its reads return that write or something newer. A set shows
 * what its session added; a counter comes to at least what its session added.
 *
 * Source: D. Terry et al., Session guarantees for weakly consistent replicated data, PDIS 1994.
 */
import { counterBounds } from "./counter-bounds.ts";
import { ADD, type History, OK } from "./history.ts";
import type { HistoryModel } from "./models.ts";
import { missingElement } from "./set-reads.ts";
import { judgeKeys, judgeUnique, type KeyFinding } from "./unique-values.ts";
import { failure, operationText, PASS } from "./verdicts.ts";
import { judgeVersions } from "./version-order.ts";

export function readYourWrites(
  history: History,
  byKey: readonly Int32Array[],
  model: HistoryModel,
): KeyFinding[] {
  if (model === "counter") return judgeKeys(history, byKey, (rows) => ownAmounts(history, rows));
  if (model === "set") {
    return judgeKeys(history, byKey, (rows) =>
      missingElement(history, rows, {
        onlyOwn: true,
        what: "although its own session had added it",
      }),
    );
  }
  return judgeUnique(history, byKey, (rows, writers) =>
    judgeVersions(history, rows, writers, { from: "writes", to: "reads" }),
  );
}

function ownAmounts(history: History, rows: Int32Array) {
  for (const [row, { low }] of counterBounds(history, rows, { onlyOwn: true })) {
    if ((history.amount[row] as number) >= low) continue;
    const { kind, outcome, session, returned, invoked } = history;
    const own = rows.filter(
      (add) =>
        kind[add] === ADD &&
        outcome[add] === OK &&
        session[add] === session[row] &&
        (returned[add] as number) < (invoked[row] as number),
    );
    const reason = `${operationText(history, row)} returned less than the ${low} that its own session had added`;
    return failure(reason, [row, ...own.slice(-3)]);
  }
  return PASS;
}
