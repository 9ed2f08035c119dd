import type { Copy } from "../../journal/records.ts";
import type { CheckContext } from "../context.ts";
import type { InvariantVerdict } from "../verdict.ts";

/**
 * The service promotes the replica with the least lag: no copy that was alive and healthy at the decision was ahead of
 * the chosen one in the same history. Elections on the cluster bus go by advertised ranks and
 * sentinels by priorities and what they last heard, so they are not judged. A copy that was loading another's data does
 * not count.
 * Unknown when the service decided nothing.
 */
export function bestCopyPromoted({ measured, caches }: CheckContext): InvariantVerdict {
  const id = "best-copy-promoted";
  let checked = 0;
  for (const failover of measured.failovers) {
    const cache = caches.find((candidate) => candidate.name === failover.cache);
    const byService =
      failover.globalDatastore === null &&
      cache?.clusterMode === "disabled" &&
      cache.selfManaged !== true;
    if (!byService || failover.decided === null || failover.toNode === failover.fromNode) continue;
    const chosen = failover.copiesAtDecision.find((copy) => copy.node === failover.toNode);
    if (chosen === undefined) continue;
    checked++;
    const ahead = best(failover.copiesAtDecision, chosen);
    if (ahead === null) continue;
    const reason =
      `the service promoted ${chosen.node} at offset ${chosen.offset} while ${ahead.node} was ahead at ` +
      `${ahead.offset}, alive and reachable (${failover.cache} shard ${failover.shard}, ${failover.decided.at / 1e9} s)`;
    return { id, verdict: "fail", checked, reason };
  }
  if (checked === 0)
    return { id, verdict: "pass", checked, reason: "the service chose no replica in this run" };
  return {
    id,
    verdict: "pass",
    checked,
    reason: `${checked} choices of the service, each the least-lagged replica`,
  };
}

/** A healthy copy of the same history that is ahead of the chosen one. */
function best(copies: readonly Copy[], chosen: Copy): Copy | null {
  let ahead: Copy | null = null;
  for (const copy of copies) {
    const eligible =
      copy.alive && !copy.faulted && !copy.loading && copy.history === chosen.history;
    if (eligible && copy.offset > (ahead?.offset ?? chosen.offset)) ahead = copy;
  }
  return ahead;
}
