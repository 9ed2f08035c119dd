/**
 * Linearizability: there is an order of the operations on a key in which each takes effect between its invocation and its
 * return, and every answer is right. Keys are judged one by one, for it holds of all when it holds of each.
 *
 * Near linear for registers whose values are each written once (`zones.ts`), for sets that grow (`set-order.ts`), and for
 * counters whose reads are out of bounds. The rest is searched (`search.ts`), on a budget; a key that needs more is
 * undecided.
 *
 * Source: M. Herlihy, J. Wing, Linearizability, TOPLAS 12 (1990): locality.
 */
import { counterBounds } from "./counter-bounds.ts";
import { CAS, FAIL, type History, OK, READ } from "./history.ts";
import type { HistoryModel } from "./models.ts";
import { type Budget, searchOrder } from "./search.ts";
import { judgeSetOrder } from "./set-order.ts";
import { type Failure, type Finding, failure, operationText } from "./verdicts.ts";
import { judgeZones, unmet, unwritten, Writers } from "./zones.ts";

/** Configurations that every key may have before the keys that need more share what is left. */
const FIRST_SHARE = 5_000;

/**
 * Judges each key.
 *
 * @param configurations - budget of the search for all keys together; spent, keys are `unknown`
 */
export function linearizable(
  history: History,
  byKey: readonly Int32Array[],
  model: HistoryModel,
  configurations: number,
): { readonly key: number; readonly finding: Finding }[] {
  const writers = new Writers(history.values.length);
  const findings: { key: number; finding: Finding }[] = [];
  const hard: number[] = [];
  let left = configurations;
  const search = (key: number, share: number): Finding => {
    const budget: Budget = { left: Math.min(left, share) };
    const given = budget.left;
    const finding = searchOrder(history, byKey[key] as Int32Array, model === "counter", budget);
    left -= given - budget.left;
    return finding;
  };
  for (const [key, rows] of byKey.entries()) {
    if (!hasAnswer(history, rows)) continue;
    const finding = judgeQuickly(history, rows, model, writers) ?? search(key, FIRST_SHARE);
    if (finding.status === "unknown") hard.push(findings.length);
    findings.push({ key, finding });
  }
  for (const [i, at] of hard.entries()) {
    if (left <= 0) break; // what was said first tells more than that nothing is left
    const { key } = findings[at] as { key: number };
    findings[at] = { key, finding: search(key, Math.ceil(left / (hard.length - i))) };
  }
  return findings;
}

/** Something answered that an order could contradict. */
function hasAnswer({ kind, outcome }: History, rows: Int32Array): boolean {
  return rows.some((row) => (kind[row] === READ || kind[row] === CAS) && outcome[row] === OK);
}

/** Null where only a search can tell. */
function judgeQuickly(
  history: History,
  rows: Int32Array,
  model: HistoryModel,
  writers: Writers,
): Finding | null {
  if (model === "set") return judgeSetOrder(history, rows);
  if (model === "counter") return outOfBounds(history, rows);
  const unique = writers.enter(history, rows);
  const replaces = rows.some((row) => history.kind[row] === CAS && history.outcome[row] !== FAIL);
  const finding =
    unique && !replaces ? judgeZones(history, rows, writers) : neverWritten(history, rows, writers);
  writers.clear(history, rows);
  return finding;
}

/** A read or CAS that saw what nobody wrote needs no search. */
function neverWritten(history: History, rows: Int32Array, writers: Writers): Failure | null {
  const { kind, outcome, value, expected } = history;
  const isThere = (of: number): boolean => of <= 0 || writers.of(of) >= 0;
  const read = rows.find(
    (row) => kind[row] === READ && outcome[row] === OK && !isThere(value[row] as number),
  );
  if (read !== undefined) return failure(unwritten(history, rows, read), [read]);
  const cas = rows.find(
    (row) => kind[row] === CAS && outcome[row] === OK && !isThere(expected[row] as number),
  );
  if (cas === undefined) return null;
  return failure(unmet(history, cas), [cas]);
}

function outOfBounds(history: History, rows: Int32Array): Failure | null {
  const { amount } = history;
  for (const [row, { low, high }] of counterBounds(history, rows)) {
    const read = amount[row] as number;
    if (read >= low && read <= high) continue;
    const reason = `${operationText(history, row)} is out of bounds: from ${low} to ${high} was possible`;
    const why =
      read < low
        ? `what had been added before it began comes to at least ${low}`
        : `what was added until it returned comes to at most ${high}`;
    return failure(reason, [row], [why]);
  }
  return null;
}
