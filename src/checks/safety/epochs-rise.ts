import { MILLISECOND, type Nanos } from "../../base/nanos.ts";
import type { JournalRecord, PrimaryClaimRecord } from "../../journal/records.ts";
import type { CheckContext } from "../context.ts";
import { seconds } from "../context.ts";
import type { InvariantVerdict } from "../verdict.ts";

/** What leaves a node reaches the first other one of its Region within so long. */
const HEARD_WITHIN_NS: Nanos = MILLISECOND;

/**
 * Every claim of a shard carries a higher epoch than the claims of that shard before it, and no two nodes of a cache
 * claim under one epoch, whatever their shards. Looks at every claim, but for those of nodes that died before anybody can
 * have heard of them: the next claimant cannot know that epoch.
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
    if (diedUnheard(records, record)) continue;
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

function diedUnheard(records: readonly JournalRecord[], claim: PrimaryClaimRecord): boolean {
  return records.some(
    (record) =>
      record.kind === "node-state" &&
      record.node === claim.node &&
      record.state === "down" &&
      record.at >= claim.at &&
      record.at < claim.at + HEARD_WITHIN_NS,
  );
}
