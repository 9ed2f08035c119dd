/**
 * No lost updates: no two CAS replaced the same version; no acknowledged addition is absent from all reads of the set that
 * began after it; no read of a counter comes to less than what had been added.
 *
 * Registers without CAS have no update that could be lost: nothing says that a write used what its session had read.
 */
import { ADD, byReturn, CAS, type History, OK, READ } from "./history.ts";
import type { HistoryModel } from "./models.ts";
import { boundedStaleness } from "./stale-reads.ts";
import { judgeKeys, judgeUnique, type KeyFinding } from "./unique-values.ts";
import { type Finding, failure, operationText, PASS, valueName } from "./verdicts.ts";

export function noLostUpdates(
  history: History,
  byKey: readonly Int32Array[],
  model: HistoryModel,
): KeyFinding[] {
  if (model === "counter") return boundedStaleness(history, byKey, model, 0);
  if (model === "set") return judgeKeys(history, byKey, (rows) => neverShown(history, rows));
  const { kind, outcome, expected } = history;
  const replaces = (row: number): boolean => kind[row] === CAS && outcome[row] === OK;
  return judgeUnique(
    history,
    byKey,
    (rows): Finding => {
      const taken = new Map<number, number>();
      for (const row of rows) {
        if (!replaces(row)) continue;
        const version = expected[row] as number;
        const other = taken.get(version);
        taken.set(version, row);
        if (other === undefined) continue;
        const name = valueName(history, version);
        const reason = `${operationText(history, other)} and ${operationText(history, row)} both replaced ${name}, which was there once`;
        return failure(reason, [other, row]);
      }
      return PASS;
    },
    (rows) => rows.some(replaces),
  );
}

/** An element that was added for sure, and that no read shows which began later, although there is one. */
function neverShown(history: History, rows: Int32Array): Finding {
  const { kind, outcome, value, elements, invoked, returned } = history;
  const lastShown = new Map<number, number>(); // element -> last read that shows it
  let last = -1;
  for (const row of rows) {
    if (kind[row] !== READ || outcome[row] !== OK || !elements.has(row)) continue;
    last = row;
    for (const element of elements.get(row) as Int32Array) lastShown.set(element, row);
  }
  if (last < 0) return PASS;
  for (const row of byReturn(history, rows)) {
    if (kind[row] !== ADD || outcome[row] !== OK) continue;
    if ((invoked[last] as number) <= (returned[row] as number)) continue;
    const shown = lastShown.get(value[row] as number);
    if (shown !== undefined && (invoked[shown] as number) > (returned[row] as number)) continue;
    const reason = `${operationText(history, row)} was acknowledged, and no read that began later shows it`;
    return failure(reason, [row, last]);
  }
  return PASS;
}
