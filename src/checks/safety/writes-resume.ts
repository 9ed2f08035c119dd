import { type Nanos, SECOND } from "../../base/nanos.ts";
import type { JournalRecord } from "../../journal/records.ts";
import { FAILURES_KEPT } from "../../measure/write-standing.ts";
import type { CacheFacts, CheckContext } from "../context.ts";
import { seconds } from "../context.ts";
import type { InvariantVerdict } from "../verdict.ts";

/** For refreshes, retries and connections, beside the TTL of a DNS answer. */
const GRACE_NS: Nanos = 10 * SECOND;

/**
 * Where every fault is over, every node serves and every shard has one primary, a client host that could write before
 * can write again after the TTL of its DNS answers and ten seconds. Looks at each client host and shard; not judged where
 * memory may refuse writes, between Regions, and while a run is not calm for so long.
 */
export function writesResume(context: CheckContext): InvariantVerdict {
  const id = "writes-resume";
  const { index, records, caches, datastores, measured } = context;
  let checked = 0;
  for (const cache of caches) {
    if (!cache.evicts || datastores.some(({ members }) => members.includes(cache.name))) continue;
    const calm = calmSince(records, cache);
    if (calm === null) continue;
    const due = calm + cache.dnsTtlNs + GRACE_NS;
    for (const [session, { name, traffic }] of index.sessions.entries()) {
      if (index.traffic[traffic]?.cache !== cache.name) continue;
      for (const [shard, of] of index.shards.entries()) {
        if (of.cache !== cache.name) continue;
        checked++;
        if (!measured.standing.isStuck(session, shard, due)) continue;
        const reason =
          `${name} still cannot write to ${cache.name} shard ${of.number}: its last ${FAILURES_KEPT} writes failed, ` +
          `though all was well from ${seconds(calm)} and it had until ${seconds(due)}`;
        return { id, verdict: "fail", checked, reason };
      }
    }
  }
  return {
    id,
    verdict: "pass",
    checked,
    reason: `${checked} pairs of client host and shard, none stuck after all was well`,
  };
}

/** Since when a cache is well: no fault holds, its nodes serve, each shard has one primary; null if it is not at the end. */
function calmSince(records: readonly JournalRecord[], cache: CacheFacts): Nanos | null {
  const states = new Map<
    string,
    { readonly shard: number; readonly leads: boolean; readonly serves: boolean }
  >();
  let holding = 0;
  let since = 0;
  for (const record of records) {
    if (record.kind === "fault-injected" || record.kind === "fault-healed") {
      since = record.at;
      if (record.holds) holding += record.kind === "fault-injected" ? 1 : -1;
    } else if (record.kind === "step") since = record.at;
    else if (!("cache" in record) || record.cache !== cache.name) continue;
    else if (record.kind === "node-state") {
      since = record.at;
      const { shard, role, state } = record;
      if (state === "removed") states.delete(record.node);
      else
        states.set(record.node, { shard, leads: role === "primary", serves: state === "serving" });
    } else if (record.kind === "dns-updated") since = record.at;
  }
  if (holding > 0) return null;
  const primaries = new Map<number, number>();
  for (const { shard, leads, serves } of states.values()) {
    if (!serves) return null;
    primaries.set(shard, (primaries.get(shard) ?? 0) + (leads ? 1 : 0));
  }
  return [...primaries.values()].every((count) => count === 1) ? since : null;
}
