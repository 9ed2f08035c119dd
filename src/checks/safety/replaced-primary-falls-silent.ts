import { type Nanos, SECOND } from "../../base/nanos.ts";
import type { JournalRecord } from "../../journal/records.ts";
import type { CheckContext } from "../context.ts";
import { seconds } from "../context.ts";
import type { InvariantVerdict } from "../verdict.ts";

/** What the bus takes beyond its timeouts: a cron, a link opened anew, the way back of a message. */
const BUS_GRACE_NS: Nanos = 2 * SECOND;
/** What the service takes to demote a primary that it can reach. */
const SERVICE_GRACE_NS: Nanos = 3 * SECOND;

/**
 * A primary that another has replaced soon acknowledges no more writes. With cluster mode enabled it falls silent within
 * two node timeouts of its own time awake, whoever can reach it; with cluster mode disabled, and between the Regions of
 * a Global Datastore, once no fault is active and the service has had its time. Looks at writes that began after their
 * primary had been replaced; not where the winner of an election fell silent itself before it could tell all: where its
 * host died before anybody had heard of it, the journal says that nobody was replaced (`history-resumed`).
 */
export function replacedPrimaryFallsSilent(context: CheckContext): InvariantVerdict {
  const id = "replaced-primary-falls-silent";
  const { measured, index, records, caches } = context;
  let checked = 0;
  for (const window of measured.losses) {
    for (const late of window.late) {
      checked++;
      const node = index.nodes[late.node];
      if (node === undefined) continue;
      const cache = caches.find(({ name }) => name === node.cache);
      const byBus = cache?.clusterMode === "enabled" && node.cache === window.cache;
      if (byBus && !couldTell(records, window, cache.nodeTimeoutNs)) continue;
      const silentFrom = byBus
        ? Math.max(window.endedAt, awakeSince(records, node.id, late)) +
          2 * cache.nodeTimeoutNs +
          BUS_GRACE_NS
        : Math.max(window.endedAt, calmSince(records, node.id, late)) + SERVICE_GRACE_NS;
      if (late.invokedAt <= silentFrom) continue;
      const reason =
        `${node.id} acknowledged a write that began at ${seconds(late.invokedAt)}, though history ${window.history} of ` +
        `${window.cache} shard ${window.shard} had ended at ${seconds(window.endedAt)} (${window.cause}); it should ` +
        `have been silent from ${seconds(silentFrom)}`;
      return { id, verdict: "fail", checked, reason };
    }
  }
  return {
    id,
    verdict: "pass",
    checked,
    reason: `${checked} writes looked at that a replaced primary acknowledged, none too late`,
  };
}

/** Whether the winner of the election that ended a history served for a node timeout. */
function couldTell(
  records: readonly JournalRecord[],
  { cache, shard, endedAt }: { cache: string; shard: number; endedAt: Nanos },
  nodeTimeoutNs: Nanos,
): boolean {
  const winner = records.find(
    (record) =>
      record.kind === "election-won" &&
      record.cache === cache &&
      record.shard === shard &&
      record.at === endedAt,
  );
  if (winner?.kind !== "election-won") return true;
  return !records.some(
    (record) =>
      record.kind === "node-state" &&
      record.node === winner.node &&
      record.state !== "serving" &&
      record.at >= endedAt &&
      record.at <= endedAt + nodeTimeoutNs,
  );
}

interface Span {
  readonly invokedAt: Nanos;
  readonly ackAt: Nanos;
}

/** Since when the node was not paused; Infinity if it was during the write. */
function awakeSince(records: readonly JournalRecord[], node: string, write: Span): Nanos {
  let since = 0;
  let paused = false;
  for (const record of records) {
    if (record.at > write.ackAt) break;
    if (record.kind !== "node-state" || record.node !== node) continue;
    if (paused) since = record.at;
    paused = record.state === "paused";
  }
  return paused || since > write.invokedAt ? Number.POSITIVE_INFINITY : since;
}

/** Since when no fault was active and the node did not change; Infinity if one was during the write. */
function calmSince(records: readonly JournalRecord[], node: string, write: Span): Nanos {
  let since = 0;
  let holding = 0;
  for (const record of records) {
    if (record.at > write.ackAt) break;
    if (record.kind === "fault-injected" || record.kind === "fault-healed") {
      since = record.at;
      if (record.holds) holding += record.kind === "fault-injected" ? 1 : -1;
    } else if (record.kind === "node-state" && record.node === node) since = record.at;
  }
  return holding > 0 ? Number.POSITIVE_INFINITY : since;
}
