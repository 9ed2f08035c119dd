/**
 * Durability of acknowledged writes: the read of a key that began last returns nothing older than a write that had been
 * acknowledged by then; it shows all elements, and comes to at least the amount, that had been added.
 */
import { AcknowledgedWrites } from "./acknowledged-writes.ts";
import { counterBounds } from "./counter-bounds.ts";
import { type History, OK, READ } from "./history.ts";
import type { HistoryModel } from "./models.ts";
import { missingElement } from "./set-reads.ts";
import { judgeKeys, judgeUnique, type KeyFinding } from "./unique-values.ts";
import { type Finding, failure, operationText, PASS } from "./verdicts.ts";

export function durableWrites(
  history: History,
  byKey: readonly Int32Array[],
  model: HistoryModel,
): KeyFinding[] {
  const { kind, outcome, value, amount } = history;
  const lastRead = (rows: Int32Array): number | undefined =>
    rows.findLast((row) => kind[row] === READ && outcome[row] === OK);
  const tests = (rows: Int32Array): boolean => lastRead(rows) !== undefined;
  if (model === "set") {
    return judgeKeys(
      history,
      byKey,
      (rows) => {
        const last = lastRead(rows) as number;
        const relevant = rows.filter((row) => kind[row] !== READ || row === last);
        return missingElement(history, relevant, {
          what: "although it had been added; no later read shows it",
        });
      },
      tests,
    );
  }
  if (model === "counter") {
    return judgeKeys(
      history,
      byKey,
      (rows): Finding => {
        const last = lastRead(rows) as number;
        const low = counterBounds(history, rows).get(last)?.low ?? Number.NEGATIVE_INFINITY;
        if (!((amount[last] as number) < low)) return PASS;
        const reason = `the last of all, ${operationText(history, last)}, came to less than the ${low} that had been added`;
        return failure(reason, [last]);
      },
      tests,
    );
  }
  return judgeUnique(
    history,
    byKey,
    (rows, writers): Finding => {
      const last = lastRead(rows) as number;
      const lost = new AcknowledgedWrites(history, rows).newerThan(last, writers, 0);
      if (lost === null) return PASS;
      const reason = `the last of all, ${operationText(history, last)}, is older than ${operationText(history, lost)}, which had been acknowledged`;
      return failure(reason, [writers.of(value[last] as number), lost, last]);
    },
    tests,
  );
}
