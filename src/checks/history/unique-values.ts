/** Runs a check on registers whose values are each written once; the others it cannot judge. */
import { CAS, type History, OK, READ } from "./history.ts";
import type { Finding } from "./verdicts.ts";
import { Writers } from "./zones.ts";

export interface KeyFinding {
  readonly key: number;
  readonly finding: Finding;
}

export type KeyJudge = (rows: Int32Array, key: number) => Finding;

/** Judges every key that `tests` says has something to judge. */
export function judgeKeys(
  history: History,
  byKey: readonly Int32Array[],
  judge: KeyJudge,
  tests: (rows: Int32Array) => boolean = (rows) => hasRead(history, rows),
): KeyFinding[] {
  const findings: KeyFinding[] = [];
  for (const [key, rows] of byKey.entries())
    if (tests(rows)) findings.push({ key, finding: judge(rows, key) });
  return findings;
}

/** As `judgeKeys`, with the writer of each value; a key whose values are written twice is undecided. */
export function judgeUnique(
  history: History,
  byKey: readonly Int32Array[],
  judge: (rows: Int32Array, writers: Writers) => Finding,
  tests?: (rows: Int32Array) => boolean,
): KeyFinding[] {
  const writers = new Writers(history.values.length);
  return judgeKeys(
    history,
    byKey,
    (rows) => {
      const unique = writers.enter(history, rows);
      const finding = unique ? judge(rows, writers) : AMBIGUOUS;
      writers.clear(history, rows);
      return finding;
    },
    tests,
  );
}

const AMBIGUOUS: Finding = {
  status: "unknown",
  reason: "a value is written more than once, so that a read does not say which write it saw",
};

/** Something was read there, by a read or a CAS. */
export function hasRead({ kind, outcome }: History, rows: Int32Array): boolean {
  return rows.some((row) => outcome[row] === OK && (kind[row] === READ || kind[row] === CAS));
}
