import type { CheckContext } from "../context.ts";
import { seconds } from "../context.ts";
import type { InvariantVerdict } from "../verdict.ts";

/** A node is declared failed only when more than half of the primaries suspect it. Looks at every such conclusion. */
export function failureByMajority({ records }: CheckContext): InvariantVerdict {
  const id = "failure-by-majority";
  let checked = 0;
  for (const record of records) {
    if (record.kind !== "failure-concluded") continue;
    checked++;
    const reporters = new Set(record.reporters);
    if (2 * reporters.size > record.primaries) continue;
    const reason =
      `${record.by} declared ${record.node} failed at ${seconds(record.at)} on the suspicion of ` +
      `${[...reporters].join(", ") || "nobody"}: ${reporters.size} of ${record.primaries} primaries of ${record.cache}`;
    return { id, verdict: "fail", checked, reason };
  }
  return {
    id,
    verdict: "pass",
    checked,
    reason: `${checked} failures declared, each by a majority of primaries`,
  };
}
