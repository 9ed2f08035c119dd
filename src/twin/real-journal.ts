/**
 * A real run as a journal: what happened on real servers in the words of the simulation, so that the same folds measure
 * it and the same checks judge it.
 */
import type { CheckContext } from "../checks/context.ts";
import { checkExpectation } from "../checks/run-checks.ts";
import type { ExpectationVerdict } from "../checks/verdict.ts";
import { Journal } from "../journal/journal.ts";
import { COMMAND_GET, COMMAND_SET, HIT_NONE, OUTCOME_OK } from "../journal/operation-columns.ts";
import type { FailoverRecord, JournalRecord } from "../journal/records.ts";
import { type Measured, Measurement } from "../measure/measurement.ts";
import type { EndState, RunIndex } from "../measure/run-facts.ts";
import { measurementOptions } from "../run/simulation.ts";
import type { ResolvedScenario } from "../scenario/resolved.ts";
import { lostWrites } from "./losses.ts";
import { POLL_MS, type SeenFailover } from "./observer.ts";
import { AcknowledgedWrites } from "./phases.ts";
import type { RealOperation, RealRun } from "./real-run.ts";

export interface JudgedRun {
  readonly records: readonly JournalRecord[];
  readonly writes: AcknowledgedWrites;
  readonly measured: Measured;
  readonly expectations: readonly ExpectationVerdict[];
  readonly end: EndState;
}

/** A history keeps writes up to this offset; its lost writes are said to stand behind it. */
const KEPT_OFFSET = 1;

/** @param index - of the same scenario's simulation */
export function judgeRealRun(resolved: ResolvedScenario, index: RunIndex, run: RealRun): JudgedRun {
  const journal = new Journal();
  const measurement = new Measurement(measurementOptions(resolved, index, journal.records));
  const writes = new AcknowledgedWrites(index);
  measurement.attach(journal);
  writes.attach(journal);
  const records = recordsOf(run, index);
  const lost = lostWrites(run);
  const operations = run.operations.toSorted((a, b) => a.returnedAt - b.returnedAt);
  let next = 0;
  for (const operation of operations) {
    for (; (records[next]?.at ?? Number.POSITIVE_INFINITY) <= operation.returnedAt; next++)
      journal.append(records[next] as JournalRecord);
    writeRow(journal, operation, { run, index, lost });
  }
  for (const record of records.slice(next)) journal.append(record);
  journal.flush();
  const measured = measurement.finish();
  const end = endAt(resolved.durationNs);
  const context: CheckContext = {
    index,
    records: journal.records,
    measured,
    end,
    caches: [],
    datastores: [],
  };
  const expectations = resolved.expect.map((expectation) => checkExpectation(context, expectation));
  return { records: journal.records, writes, measured, expectations, end };
}

/** Failovers of a shard that ended in a promotion, in order: each ends a history and begins the next. */
const reignsOf = (run: RealRun, shard: number): SeenFailover[] =>
  run.failovers.filter((failover) => failover.shard === shard && failover.promotedAt !== null);

/** A shard's histories have numbers of their own: its first is its index. */
const historyOf = (index: RunIndex, shard: number, reign: number): number =>
  reign * index.shards.length + shard - 1;

function recordsOf(run: RealRun, index: RunIndex): JournalRecord[] {
  const records: JournalRecord[] = [...run.faults, ...run.states];
  for (const [at, failover] of run.failovers.entries()) {
    const { shard, startedAt, promotedAt } = failover;
    records.push(...failoverRecords(failover, at + 1, index));
    if (promotedAt === null) continue;
    const reign = reignsOf(run, shard).indexOf(failover);
    records.push({
      kind: "history-ended",
      at: promotedAt,
      cache: index.shards[shard - 1]?.cache ?? "",
      shard,
      history: historyOf(index, shard, reign),
      keptOffset: KEPT_OFFSET,
      successor: historyOf(index, shard, reign + 1),
      failover: at + 1,
      failedAt: startedAt,
      cause: "won an election",
    });
  }
  return records.sort((a, b) => a.at - b.at);
}

function failoverRecords(
  failover: SeenFailover,
  number: number,
  index: RunIndex,
): FailoverRecord[] {
  const { shard, fromNode, toNode } = failover;
  const of = {
    failover: number,
    cache: index.shards[shard - 1]?.cache ?? "",
    shard,
    globalDatastore: null,
    fromNode,
    copies: [],
  };
  const seen = [
    ["failover-started", failover.startedAt, "a fault struck the primary"],
    ["failover-detected", failover.detectedAt, "FAIL agreed"],
    ["failover-decided", failover.promotedAt, "won an election"],
    ["failover-promoted", failover.promotedAt, "won an election"],
    ["failover-abandoned", failover.abandonedAt, "the primary answers again"],
  ] as const;
  return seen.flatMap(([kind, at, cause]) =>
    at === null
      ? []
      : [{ ...of, kind, at, cause, toNode: kind === "failover-started" ? null : toNode }],
  );
}

function writeRow(
  journal: Journal,
  { request, outcome, hit, attempts, invokedAt, returnedAt }: RealOperation,
  given: { readonly run: RealRun; readonly index: RunIndex; readonly lost: ReadonlySet<number> },
): void {
  const { columns } = journal;
  const row = columns.count;
  const acknowledged = request.isSet && outcome === OUTCOME_OK;
  const author = acknowledged ? authorOf(request, given) : null;
  columns.traffic[row] = request.traffic;
  columns.session[row] = request.session;
  columns.request[row] = request.number;
  columns.key[row] = request.key;
  columns.command[row] = request.isSet ? COMMAND_SET : COMMAND_GET;
  columns.invokedAt[row] = invokedAt;
  columns.returnedAt[row] = returnedAt;
  columns.outcome[row] = outcome;
  columns.writeId[row] = request.isSet ? request.id : 0;
  columns.offset[row] = given.lost.has(request.id) ? KEPT_OFFSET + 1 : KEPT_OFFSET;
  columns.history[row] = author?.history ?? -1;
  columns.node[row] = author?.node ?? -1;
  columns.shard[row] = request.shard;
  columns.hit[row] = request.isSet ? HIT_NONE : hit;
  columns.sizeBytes[row] = request.valueBytes;
  columns.expireAt[row] = 0;
  columns.fromPrimary[row] = 1;
  columns.repeated[row] = 0;
  columns.inDoubt[row] = 0;
  columns.cause[row] = 0;
  columns.attempts[row] = attempts;
  columns.requestOutcome[row] = outcome;
  columns.arrivedAt[row] = request.atNs;
  journal.commit();
}

/** Who acknowledged a write: the latest of the shard's primaries that executed it as such. */
function authorOf(
  { id, shard }: RealOperation["request"],
  { run, index }: { readonly run: RealRun; readonly index: RunIndex },
): { readonly history: number; readonly node: number } {
  const reigns = reignsOf(run, shard + 1);
  let reign = 0;
  for (const [at, { toNode, promotedAt }] of reigns.entries()) {
    const executedAt = toNode === null ? undefined : run.executions.at(toNode, id);
    // The promotion was seen up to one poll after it took place.
    if (executedAt !== undefined && executedAt >= (promotedAt ?? 0) - POLL_MS * 1e6) reign = at + 1;
  }
  const first = index.nodes.find((node) => node.shard === shard)?.id;
  const author = reign === 0 ? (reigns[0]?.fromNode ?? first) : reigns[reign - 1]?.toNode;
  return {
    history: historyOf(index, shard + 1, reign),
    node: index.nodes.findIndex((node) => node.id === author),
  };
}

/** Objectives ask the end for its time alone. */
const endAt = (at: number): EndState => ({
  at,
  issued: () => 0,
  open: () => 0,
  leader: () => -1,
  position: () => null,
  stored: () => null,
  localKey: () => -1,
  shardOfKey: () => 0,
  compareCopies: () => ({ pairs: 0, divergence: null }),
  origins: [],
  evictions: () => 0,
});
