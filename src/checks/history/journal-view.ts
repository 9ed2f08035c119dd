/**
 * A run's operations as a history of registers: every write has an id of its own, and a read names the write it returned.
 * What was there before the run began is the initial value. Sessions are client hosts, whose operations may overlap.
 */
import { COMMAND_GET, OUTCOME_FAIL, OUTCOME_OK } from "../../journal/operation-columns.ts";
import type { HistoryFold } from "../../measure/history-fold.ts";
import { FAIL, type History, HistoryBuilder, INFO, NIL, NONE, OK, READ, WRITE } from "./history.ts";

export interface ViewOptions {
  readonly sessions: readonly { readonly name: string }[];
  /** By index of the shard: what returned later is left out, and a write that was open then is of unknown outcome. */
  readonly untilNs: (shard: number) => number;
  /** Leaves out writes that may have been executed twice, and reads of them. */
  readonly onlySure: boolean;
  /** Leaves out reads of these sessions, by number. */
  readonly withoutReadsOf?: (session: number) => boolean;
}

export function historyOfRun(fold: HistoryFold, options: ViewOptions): History {
  const { untilNs, onlySure, withoutReadsOf } = options;
  const doubtful = new Set<number>();
  for (let row = 0; row < fold.count; row++)
    if (fold.isDoubtful[row] === 1) doubtful.add(fold.writeId[row] as number);
  const kept: number[] = [];
  for (let row = 0; row < fold.count; row++) {
    const until = untilNs(fold.shard[row] as number);
    if (onlySure && doubtful.has(fold.writeId[row] as number)) continue;
    const isRead = fold.command[row] === COMMAND_GET;
    if (isRead && withoutReadsOf?.(fold.session[row] as number) === true) continue;
    if ((isRead ? (fold.returnedAt[row] as number) : (fold.invokedAt[row] as number)) > until)
      continue;
    kept.push(row);
  }
  kept.sort((a, b) => (fold.invokedAt[a] as number) - (fold.invokedAt[b] as number) || a - b);
  const builder = new HistoryBuilder("what was there before");
  for (const { name } of options.sessions) builder.sessions.texts.push(name);
  for (const row of kept) enter(fold, row, untilNs(fold.shard[row] as number), builder);
  return builder.build();
}

function enter(fold: HistoryFold, from: number, until: number, builder: HistoryBuilder): void {
  const writeId = fold.writeId[from] as number;
  const at = fold.invokedAt[from] as number;
  const returned = fold.returnedAt[from] as number;
  const row = builder.invoke({
    kind: fold.command[from] === COMMAND_GET ? READ : WRITE,
    key: builder.keys.ofNumber(fold.key[from] as number),
    session: fold.session[from] as number,
    value: writeId > 0 ? builder.values.ofNumber(writeId) : NIL,
    expected: NONE,
    amount: Number.NaN,
    at,
    ns: at,
    line: 0,
  });
  const outcome = fold.outcome[from];
  const end = outcome === OUTCOME_OK ? OK : outcome === OUTCOME_FAIL ? FAIL : INFO;
  builder.complete(row, {
    outcome: returned > until ? INFO : end,
    at: returned,
    ns: returned,
    line: 0,
  });
}
