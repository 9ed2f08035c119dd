import type { CheckContext } from "../context.ts";
import type { InvariantVerdict } from "../verdict.ts";

/** At most one node claims a shard under one configEpoch. Looks at every claim. */
export function onePrimaryPerEpoch({ records }: CheckContext): InvariantVerdict {
  const id = "one-primary-per-epoch";
  const claims = new Map<string, string>();
  let checked = 0;
  for (const record of records) {
    if (record.kind !== "primary-claim") continue;
    checked++;
    const of = `${record.cache} shard ${record.shard} epoch ${record.configEpoch}`;
    const other = claims.get(of);
    if (other !== undefined && other !== record.node) {
      return {
        id,
        verdict: "fail",
        checked,
        reason: `${other} and ${record.node} both claimed ${of}`,
      };
    }
    claims.set(of, record.node);
  }
  return { id, verdict: "pass", checked, reason: `${checked} claims, no epoch claimed twice` };
}
