import type { ResyncRecord } from "../../journal/records.ts";
import type { CheckContext } from "../context.ts";
import { seconds } from "../context.ts";
import type { InvariantVerdict } from "../verdict.ts";

/**
 * A follower goes on where it stands: a partial resynchronisation only within its source's history, or the part that
 * this shares with the one it forked from, only as far as the backlog reaches back, and with the very next entry; a full
 * one with the entry after its snapshot. Looks at every resynchronisation.
 */
export function resyncJoinsHistories({ records }: CheckContext): InvariantVerdict {
  const id = "resync-joins-histories";
  let checked = 0;
  for (const record of records) {
    if (record.kind !== "resync") continue;
    checked++;
    const wrong = record.mode === "partial" ? whyNotPartial(record) : null;
    const gap =
      record.fromOffset === record.offset
        ? null
        : `goes on at offset ${record.fromOffset}, not at ${record.offset}`;
    const fault = wrong ?? gap;
    if (fault === null) continue;
    const reason =
      `${record.node} follows ${record.source} from ${seconds(record.at)} by a ${record.mode} resynchronisation that ` +
      `${fault} (${record.cache} shard ${record.shard})`;
    return { id, verdict: "fail", checked, reason };
  }
  return {
    id,
    verdict: "pass",
    checked,
    reason: `${checked} resynchronisations, each without gap or overlap`,
  };
}

function whyNotPartial(record: ResyncRecord): string | null {
  const { history, offset, sourceHistory, parentHistory, forkOffset, backlogStart } = record;
  if (history !== sourceHistory && history !== parentHistory)
    return `joins history ${history} to ${sourceHistory}, which does not come from it`;
  if (history !== sourceHistory && offset > forkOffset)
    return `keeps what history ${history} wrote from ${forkOffset} to ${offset}, beyond the fork of ${sourceHistory}`;
  if (offset < backlogStart)
    return `starts at offset ${offset}, though the backlog reaches back to ${backlogStart} only`;
  return null;
}
