import type { DurabilityFold } from "../../measure/durability-fold.ts";
import type { CheckContext } from "../context.ts";
import type { InvariantVerdict } from "../verdict.ts";

/**
 * Every acknowledged write is kept, or lost with a named cause, or evicted or expired: for each key the last acknowledged
 * write that no ended history lost is still there at the end, or a later one is.
 * Unknown when a shard has no leader at the end.
 */
export function acknowledgedWritesKept(context: CheckContext): InvariantVerdict {
  const id = "acknowledged-writes-kept";
  const { measured } = context;
  let checked = 0;
  let headless = 0;
  const seen = new Set<DurabilityFold>();
  for (const [traffic] of context.index.traffic.entries()) {
    const fold = measured.durabilityOf(traffic);
    if (seen.has(fold)) continue;
    seen.add(fold);
    for (let key = 0; key < fold.keys; key++) {
      const offset = fold.offset(key);
      if (offset === 0) continue;
      const shard = context.end.shardOfKey(traffic, key);
      if (context.end.leader(shard) < 0) {
        headless++;
        continue;
      }
      checked++;
      const missing = whyMissing(context, fold, key, shard);
      if (missing !== null) return { id, verdict: "fail", checked, reason: missing };
    }
  }
  const lost = measured.losses.reduce((sum, window) => sum + window.writesLost, 0);
  const causes = measured.losses
    .filter((window) => window.writesLost > 0)
    .map((window) => window.cause);
  const named = lost === 0 ? "none lost" : `${lost} lost: ${[...new Set(causes)].join("; ")}`;
  const reason = `${measured.acknowledgedWrites} acknowledged, ${named}; the last one of ${checked} keys is there`;
  if (headless > 0) {
    return {
      id,
      verdict: "unknown",
      checked,
      reason: `${headless} keys stand in a shard without a leader at the end`,
    };
  }
  return { id, verdict: "pass", checked, reason };
}

/** Null when the key's last acknowledged write is there or its absence is excused. */
function whyMissing(
  context: CheckContext,
  fold: DurabilityFold,
  key: number,
  shard: number,
): string | null {
  const { end, index } = context;
  const offset = fold.offset(key);
  const expireAt = fold.expireAt(key);
  const stored = end.stored(shard, key);
  if (stored !== null && stored.offset >= offset) return null;
  if (expireAt !== 0 && expireAt <= end.at + (end.clockAheadNs?.(shard) ?? 0)) return null;
  if (fold.evicted.has(fold.writeId(key))) return null;
  const node = index.nodes[end.leader(shard)]?.id ?? "nobody";
  const of = index.shards[shard];
  const evictedAt = fold.evictedAt.get(`${of?.cache}/${of?.number}/${end.localKey(shard, key)}`);
  // A later write that nobody acknowledged took its place, and was evicted.
  if (evictedAt !== undefined && evictedAt >= fold.ackAt(key)) return null;
  const holds = stored === null ? "holds nothing" : `holds the write at offset ${stored.offset}`;
  return `key ${key}: write ${fold.writeId(key)} at offset ${offset} was acknowledged and in no lost history, but ${node} ${holds}`;
}
