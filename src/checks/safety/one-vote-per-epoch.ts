import type { CheckContext } from "../context.ts";
import { seconds } from "../context.ts";
import type { InvariantVerdict } from "../verdict.ts";

/** A primary votes at most once under one epoch. Looks at every vote. */
export function oneVotePerEpoch({ records }: CheckContext): InvariantVerdict {
  const id = "one-vote-per-epoch";
  const votes = new Map<string, string>();
  let checked = 0;
  for (const record of records) {
    if (record.kind !== "vote-granted") continue;
    checked++;
    const of = `${record.cache} ${record.voter} ${record.epoch}`;
    const earlier = votes.get(of);
    if (earlier !== undefined) {
      const reason =
        `${record.voter} voted for ${earlier} and for ${record.candidate} in epoch ${record.epoch} ` +
        `(${record.cache}, ${seconds(record.at)})`;
      return { id, verdict: "fail", checked, reason };
    }
    votes.set(of, record.candidate);
  }
  return { id, verdict: "pass", checked, reason: `${checked} votes, no epoch voted in twice` };
}
