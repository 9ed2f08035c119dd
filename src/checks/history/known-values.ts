/**
 * Known values: a read returns only what somebody had begun to write, or to add, before it returned, and what did not
 * fail; or the initial value. Even a copy that lags keeps this promise.
 */
import { FAIL, type History, NIL, NONE, OK, READ } from "./history.ts";
import { judgeKeys, type KeyFinding } from "./unique-values.ts";
import { type Finding, failure, operationText, PASS, valueName } from "./verdicts.ts";

export function knownValues(history: History, byKey: readonly Int32Array[]): KeyFinding[] {
  const { kind, outcome, value, invoked, returned, elements } = history;
  // By value, of one key at a time: the first row that wrote it and may have happened.
  const first = new Int32Array(history.values.length).fill(NONE);
  return judgeKeys(history, byKey, (rows): Finding => {
    for (const row of rows) {
      if (kind[row] === READ || outcome[row] === FAIL) continue;
      if (first[value[row] as number] === NONE) first[value[row] as number] = row;
    }
    const finding = judge(rows);
    for (const row of rows) if (kind[row] !== READ) first[value[row] as number] = NONE;
    return finding;
  });

  function judge(rows: Int32Array): Finding {
    for (const row of rows) {
      if (kind[row] !== READ || outcome[row] !== OK) continue;
      const unknown = elements.has(row)
        ? (elements.get(row) as Int32Array).find((of) => !isKnown(of, row))
        : isKnown(value[row] as number, row)
          ? undefined
          : (value[row] as number);
      if (unknown !== undefined) return unheardOf(rows, row, unknown);
    }
    return PASS;
  }

  function isKnown(of: number, read: number): boolean {
    if (of === NIL || of === NONE) return true;
    const writer = first[of] as number;
    return writer !== NONE && (invoked[writer] as number) <= (returned[read] as number);
  }

  function unheardOf(rows: Int32Array, read: number, of: number): Finding {
    const other = rows.find((row) => kind[row] !== READ && value[row] === of);
    const why =
      other === undefined
        ? "nobody wrote it"
        : outcome[other] === FAIL
          ? `${operationText(history, other)} had failed`
          : `${operationText(history, other)} began later`;
    const reason = `${operationText(history, read)} returned ${valueName(history, of)}, which was never there: ${why}`;
    return failure(reason, [read, other ?? NONE]);
  }
}
