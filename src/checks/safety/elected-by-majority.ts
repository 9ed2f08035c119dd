import type { CheckContext } from "../context.ts";
import { seconds } from "../context.ts";
import type { InvariantVerdict } from "../verdict.ts";

/**
 * A replica takes the lead by election only with the votes of more than half of the primaries, each of them granted to
 * it under the same epoch. Looks at every election that was won.
 */
export function electedByMajority({ records }: CheckContext): InvariantVerdict {
  const id = "elected-by-majority";
  const granted = new Set<string>();
  let checked = 0;
  for (const record of records) {
    if (record.kind === "vote-granted") {
      granted.add(`${record.cache} ${record.epoch} ${record.voter} ${record.candidate}`);
      continue;
    }
    if (record.kind !== "election-won") continue;
    checked++;
    const { cache, epoch, node, primaries, shard } = record;
    const votes = new Set(
      record.voters.filter((voter) => granted.has(`${cache} ${epoch} ${voter} ${node}`)),
    );
    if (2 * votes.size > primaries) continue;
    const reason =
      `${node} took the lead of ${cache} shard ${shard} in epoch ${epoch} at ${seconds(record.at)} with ` +
      `${votes.size} of ${primaries} votes (${[...votes].join(", ") || "nobody's"})`;
    return { id, verdict: "fail", checked, reason };
  }
  return {
    id,
    verdict: "pass",
    checked,
    reason: `${checked} elections, each won by a majority of primaries`,
  };
}
