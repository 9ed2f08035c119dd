/** Which acknowledged writes of a real run are lost, by what the last primaries hold at the end. */
import { OUTCOME_OK } from "../journal/operation-columns.ts";
import type { RealOperation, RealRun } from "./real-run.ts";

/** Node that leads each shard at the end of a run, by shard from 1; shards that never failed over are not in it. */
export function lastLeaders({ failovers }: Pick<RealRun, "failovers">): Map<number, string> {
  const leaders = new Map<number, string>();
  for (const { shard, toNode } of failovers) if (toNode !== null) leaders.set(shard, toNode);
  return leaders;
}

/**
 * Ids of acknowledged writes that the last primary of their shard has not executed, or executed after the write that it
 * holds under the key now. Where a fault hit that primary its own account has a gap: there, a write is lost if an older
 * one, or none, stands in its place.
 */
export function lostWrites(run: RealRun): Set<number> {
  const lost = new Set<number>();
  const leaders = lastLeaders(run);
  for (const operation of run.operations) {
    const { request, outcome } = operation;
    const leader = leaders.get(request.shard + 1);
    const held = run.kept.get(request.keyName);
    if (!request.isSet || outcome !== OUTCOME_OK || leader === undefined || held === undefined)
      continue;
    if (held === request.id) continue;
    const isLost = run.hit.has(leader)
      ? isReplacedByOlder(operation, held, run)
      : !precedes(request.id, held, run.executions.of(leader, request.keyName), request.ttlMs);
    if (isLost) lost.add(request.id);
  }
  return lost;
}

/** `id` was executed, and `held` after it. A key that expired shows nothing of its writes. */
function precedes(
  id: number,
  held: number | null,
  executed: readonly number[],
  ttlMs: number | null,
): boolean {
  const at = executed.indexOf(id);
  if (at < 0) return false;
  return held === null ? ttlMs !== null : at < executed.lastIndexOf(held);
}

function isReplacedByOlder(
  { request, invokedAt }: RealOperation,
  held: number | null,
  run: RealRun,
): boolean {
  if (held === null || held === 0) return request.ttlMs === null;
  const other = run.operations.find((candidate) => candidate.request.id === held);
  return other !== undefined && other.outcome === OUTCOME_OK && other.returnedAt < invokedAt;
}
