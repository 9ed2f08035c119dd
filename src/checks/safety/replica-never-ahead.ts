import type { CheckContext } from "../context.ts";
import type { InvariantVerdict } from "../verdict.ts";

/** Within a replication history no replica is ahead of the primary that writes it. Looks at every recorded position. */
export function replicaNeverAhead({ records }: CheckContext): InvariantVerdict {
  const id = "replica-never-ahead";
  let checked = 0;
  for (const record of records) {
    if (record.kind !== "offsets") continue;
    for (const primary of record.nodes) {
      if (primary.role !== "primary" || !primary.alive) continue;
      for (const node of record.nodes) {
        if (node.role !== "replica" || !node.alive || node.history !== primary.history) continue;
        checked++;
        if (node.offset <= primary.offset) continue;
        const where = `${record.cache} shard ${record.shard} at ${record.at / 1e9} s`;
        const reason = `${node.node} is at offset ${node.offset}, ahead of its primary ${primary.node} at ${primary.offset} (${where})`;
        return { id, verdict: "fail", checked, reason };
      }
    }
  }
  return {
    id,
    verdict: "pass",
    checked,
    reason: `${checked} positions of replicas compared with their primary's`,
  };
}
