/**
 * Promises of consistency, judged on the history of every key.
 *
 * Where the scenario names none, those count that the service makes to clients with these settings. Who reads from
 * primaries alone sees what its session wrote and never goes back, as long as no failover begins and no history ends:
 * replication is asynchronous, and what an old primary acknowledged alone is lost. Who lets replicas answer, or reads a
 * Global Datastore in a secondary Region, may read what is old, and is promised only what somebody wrote. Settings count
 * and not who answered: a client of primaries that a replica answers is not served as promised. A write that was sent again because no answer came may be executed twice: of those the defaults say
 * nothing.
 *
 * Source: the service's FAQ on replicas, "the potential for lag between a read replica and its primary cache node or
 * inconsistency"; Redis and Valkey, "Replication": asynchronous by default.
 */

import { type CheckContext, cachesOfTraffic, membersOf } from "../context.ts";
import { checkHistory } from "../history/check-history.ts";
import type { History } from "../history/history.ts";
import { historyOfRun } from "../history/journal-view.ts";
import type { PromiseName } from "../history/promises.ts";
import type { PropertyVerdict } from "../history/verdicts.ts";
import { worst } from "../verdict.ts";
import { type Answer, untested } from "./objective.ts";

export interface ConsistencyRule {
  /** Null: what the service promises. */
  readonly promises: readonly PromiseName[] | null;
  /** `boundedStaleness`: inclusive. */
  readonly staleNs: number;
}

const STRICT: readonly PromiseName[] = ["readYourWrites", "monotonicReads"];
const FROM_COPIES: readonly PromiseName[] = ["knownValues"];
const FROM_PRIMARIES: readonly PromiseName[] = [...STRICT, ...FROM_COPIES];

/** Configurations of the search; registers with unique values need none. */
const CONFIGURATIONS = 100_000;

export function consistency(context: CheckContext, of: string, rule: ConsistencyRule): Answer {
  const { index, measured } = context;
  const members = membersOf(context, of);
  const traffic = index.traffic.findIndex((_, at) =>
    cachesOfTraffic(context, at).some((cache) => members.includes(cache)),
  );
  const fold = traffic < 0 ? null : measured.historyOf(traffic);
  if (fold === null || fold.count === 0)
    return untested(0, "keys", `nothing was read from ${of} or written to it`);
  if (fold.isOver)
    return untested(
      0,
      "keys",
      `${of} had more than ${fold.count} operations, which is the budget of a history`,
    );
  const isDefault = rule.promises === null;
  const until = isDefault ? troublesOf(context, cachesOfTraffic(context, traffic)) : NEVER;
  const readsCopies = (session: number): boolean =>
    index.traffic[index.sessions[session]?.traffic ?? -1]?.readsCopies === true;
  const view = {
    sessions: index.sessions,
    untilNs: (shard: number) =>
      until.get(index.shards[shard]?.number ?? 0) ?? Number.POSITIVE_INFINITY,
    onlySure: isDefault,
  };
  const judge = (history: History, promises: readonly PromiseName[]): PropertyVerdict[] =>
    checkHistory(history, {
      model: "register",
      promises,
      configurations: CONFIGURATIONS,
      staleNs: rule.staleNs,
    });
  const whole = historyOfRun(fold, view);
  if (rule.promises !== null) return answerOf(judge(whole, rule.promises), whole.count);
  const own = index.sessions.flatMap(({ traffic: at }, session) =>
    members.some((cache) => cachesOfTraffic(context, at).includes(cache)) ? [session] : [],
  );
  if (!own.some(readsCopies)) return answerOf(judge(whole, FROM_PRIMARIES), whole.count);
  const ofAll = judge(whole, FROM_COPIES);
  if (own.every(readsCopies)) return answerOf(ofAll, whole.count);
  const strict = historyOfRun(fold, { ...view, withoutReadsOf: readsCopies });
  return answerOf([...judge(strict, STRICT), ...ofAll], whole.count);
}

const NEVER: ReadonlyMap<number, number> = new Map();

/** By number of the shard: when a failover first began, or a history ended, in one of these caches. */
function troublesOf(
  { records }: CheckContext,
  caches: readonly string[],
): ReadonlyMap<number, number> {
  const first = new Map<number, number>();
  for (const record of records) {
    if (record.kind !== "failover-started" && record.kind !== "history-ended") continue;
    if (!caches.includes(record.cache) || first.has(record.shard)) continue;
    first.set(record.shard, record.kind === "history-ended" ? record.failedAt : record.at);
  }
  return first;
}

function answerOf(verdicts: readonly PropertyVerdict[], operations: number): Answer {
  const verdict = worst(verdicts.map((one) => one.verdict));
  const told = verdicts.find((one) => one.verdict === verdict) as PropertyVerdict;
  const failed = Math.max(...verdicts.map((one) => one.failed));
  const names = verdicts.map(({ property }) => property).join(", ");
  const where = verdict === "fail" ? ` (key ${told.key}, one of ${told.failed})` : "";
  const because = told.because.map((line) => `; ${line}`).join("");
  const reason =
    verdict === "pass"
      ? `${names} on ${told.keys} keys, ${operations} operations`
      : `${told.property}${where}: ${told.reason}${because}`;
  const observed = verdict === "unknown" ? null : failed;
  return { limit: 0, observed, unit: "keys", verdict, avoidable: null, reason };
}
