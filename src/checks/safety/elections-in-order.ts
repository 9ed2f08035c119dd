import { MILLISECOND, SECOND } from "../../base/nanos.ts";
import type { ElectionAskedRecord } from "../../journal/records.ts";
import type { CheckContext } from "../context.ts";
import { seconds } from "../context.ts";
import type { InvariantVerdict } from "../verdict.ts";

/** Source: valkey 8.0.1 cluster_legacy.c:4575-4600. */
const UPSTREAM = { delayNs: 500 * MILLISECOND, rankDelayNs: SECOND };

/**
 * A replica asks for votes half a second after it set the time of its election, and a second more for each sibling that
 * had advertised more than it holds; from Valkey 9.0 on both are shorter where the node timeout is. Looks at every candidacy
 * but those that an operator asked for.
 */
export function electionsInOrder({ records, caches }: CheckContext): InvariantVerdict {
  const id = "elections-in-order";
  let checked = 0;
  for (const record of records) {
    if (record.kind !== "election-asked" || record.manual) continue;
    checked++;
    const ahead = record.siblings.filter((sibling) => isAhead(sibling, record));
    const waited = record.at - record.scheduledAt;
    const { delayNs, rankDelayNs } =
      caches.find(({ name }) => name === record.cache)?.elections ?? UPSTREAM;
    const due = delayNs + ahead.length * rankDelayNs;
    if (waited >= due) continue;
    const reason =
      `${record.node} asked for votes at ${seconds(record.at)}, ${seconds(waited)} after it set its election, not ` +
      `${seconds(due)}, though ${ahead.map(({ node }) => node).join(" and ") || "nobody"} stood before it ` +
      `(${record.cache} shard ${record.shard})`;
    return { id, verdict: "fail", checked, reason };
  }
  return {
    id,
    verdict: "pass",
    checked,
    reason: `${checked} candidates, each in its turn`,
  };
}

function isAhead(
  sibling: { readonly node: string; readonly offset: number },
  { node, offset, tiesByNodeId }: ElectionAskedRecord,
): boolean {
  if (sibling.offset !== offset) return sibling.offset > offset;
  return tiesByNodeId && sibling.node < node;
}
