import type { CheckContext } from "../context.ts";
import { seconds } from "../context.ts";
import type { InvariantVerdict } from "../verdict.ts";

/**
 * Every claim of a shard carries a higher epoch than the claims of that shard before it, and no two nodes of a cache
 * claim under one epoch, whatever their shards. Looks at every claim.
 */
export function epochsRise({ records }: CheckContext): InvariantVerdict {
  const id = "epochs-rise";
  const lastOfShard = new Map<string, { readonly node: string; readonly epoch: number }>();
  const claimant = new Map<string, string>();
  let checked = 0;
  for (const record of records) {
    if (record.kind !== "primary-claim") continue;
    checked++;
    const { cache, configEpoch, node, shard } = record;
    const last = lastOfShard.get(`${cache} ${shard}`);
    const when = seconds(record.at);
    if (last !== undefined && configEpoch <= last.epoch) {
      const reason =
        `${node} claimed ${cache} shard ${shard} under epoch ${configEpoch} at ${when}, after ${last.node} ` +
        `had under epoch ${last.epoch}`;
      return { id, verdict: "fail", checked, reason };
    }
    const other = claimant.get(`${cache} ${configEpoch}`);
    if (other !== undefined && other !== node) {
      const reason = `${node} claimed ${cache} shard ${shard} at ${when} under epoch ${configEpoch}, which is ${other}'s`;
      return { id, verdict: "fail", checked, reason };
    }
    lastOfShard.set(`${cache} ${shard}`, { node, epoch: configEpoch });
    claimant.set(`${cache} ${configEpoch}`, node);
  }
  return {
    id,
    verdict: "pass",
    checked,
    reason: `${checked} claims, each under a higher epoch of its own`,
  };
}
