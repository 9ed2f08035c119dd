/**
 * Monotonic reads: a session never reads something older than it has read before. What a set had shown it goes on
 * showing; a counter to which nobody adds negative amounts does not fall.
 *
 * Source: D. Terry et al., Session guarantees for weakly consistent replicated data, PDIS 1994.
 */
import { ADD, byReturn, type History, OK, READ } from "./history.ts";
import type { HistoryModel } from "./models.ts";
import { judgeKeys, judgeUnique, type KeyFinding } from "./unique-values.ts";
import { type Finding, failure, operationText, PASS, valueName } from "./verdicts.ts";
import { judgeVersions } from "./version-order.ts";

export function monotonicReads(
  history: History,
  byKey: readonly Int32Array[],
  model: HistoryModel,
): KeyFinding[] {
  if (model === "counter") return judgeKeys(history, byKey, (rows) => neverFalls(history, rows));
  if (model === "set") return judgeKeys(history, byKey, (rows) => neverShrinks(history, rows));
  return judgeUnique(history, byKey, (rows, writers) =>
    judgeVersions(history, rows, writers, { from: "reads", to: "reads" }),
  );
}

function neverFalls(history: History, rows: Int32Array): Finding {
  const { kind, amount } = history;
  if (rows.some((row) => kind[row] === ADD && (amount[row] as number) < 0))
    return { status: "unknown", reason: "negative amounts are added, so that it may fall" };
  const highest = new Map<number, number>();
  return pairs(
    history,
    rows.filter((row) => !Number.isNaN(amount[row])),
    (done, session) => {
      const before = highest.get(session);
      if (before === undefined || (amount[done] as number) > (amount[before] as number))
        highest.set(session, done);
    },
    (row, session) => {
      const before = highest.get(session);
      if (before === undefined || (amount[row] as number) >= (amount[before] as number))
        return null;
      const reason = `${operationText(history, row)} came to less than ${operationText(history, before)} before it`;
      return failure(reason, [before, row]);
    },
  );
}

function neverShrinks(history: History, rows: Int32Array): Finding {
  const { elements } = history;
  const shown = new Map<number, Map<number, number>>(); // session -> element -> read
  return pairs(
    history,
    rows,
    (done, session) => {
      const known = shown.get(session) ?? new Map<number, number>();
      for (const element of elements.get(done) ?? [])
        if (!known.has(element)) known.set(element, done);
      shown.set(session, known);
    },
    (row, session) => {
      const known = shown.get(session);
      const own = elements.get(row);
      if (known === undefined || own === undefined) return null;
      let found = 0;
      for (const element of own) if (known.has(element)) found++;
      if (found === known.size) return null;
      const now = new Set(own);
      const [lost, read] = [...known].find(([element]) => !now.has(element)) as [number, number];
      const name = valueName(history, lost);
      const reason = `${operationText(history, row)} lacks ${name}, which ${operationText(history, read)} had shown`;
      return failure(reason, [read, row]);
    },
  );
}

/** Walks the reads that returned in order of invocation, after those that returned before each began. */
function pairs(
  history: History,
  rows: Int32Array,
  learn: (done: number, session: number) => void,
  judge: (row: number, session: number) => Finding | null,
): Finding {
  const { kind, outcome, session, invoked, returned } = history;
  const reads = rows.filter((row) => kind[row] === READ && outcome[row] === OK);
  const returns = byReturn(history, reads);
  let next = 0;
  for (const row of reads) {
    for (; next < returns.length; next++) {
      const done = returns[next] as number;
      if ((returned[done] as number) >= (invoked[row] as number)) break;
      learn(done, session[done] as number);
    }
    const finding = judge(row, session[row] as number);
    if (finding !== null) return finding;
  }
  return PASS;
}
