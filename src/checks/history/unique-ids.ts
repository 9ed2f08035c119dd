/** Uniqueness: no id is given to two who ask. Judged over the whole history, whatever the key. */
import { GENERATE, type History, OK } from "./history.ts";
import type { KeyFinding } from "./unique-values.ts";
import { failure, operationText, PASS } from "./verdicts.ts";

export function uniqueIds(history: History): KeyFinding[] {
  const { count, kind, outcome, value, key } = history;
  const taken = new Int32Array(history.values.length).fill(-1);
  let given = -1;
  for (let row = 0; row < count; row++) {
    if (kind[row] !== GENERATE || outcome[row] !== OK) continue;
    given = row;
    const other = taken[value[row] as number] as number;
    taken[value[row] as number] = row;
    if (other < 0) continue;
    const reason = `${operationText(history, other)} and ${operationText(history, row)} got the same id`;
    return [{ key: key[row] as number, finding: failure(reason, [other, row]) }];
  }
  return given < 0 ? [] : [{ key: key[given] as number, finding: PASS }];
}
