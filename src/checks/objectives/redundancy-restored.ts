import { type Nanos, toSeconds } from "../../base/nanos.ts";
import { type CheckContext, membersOf, seconds } from "../context.ts";
import type { Anchor } from "../expectation.ts";
import { type Answer, judged, untested } from "./objective.ts";
import { anchorAt } from "./steady.ts";

/** Every node of the cache serves again within the limit of the anchor. Unknown when all served throughout. */
export function redundancyRestored(
  context: CheckContext,
  of: string,
  limit: { withinNs: Nanos; after: Anchor },
): Answer {
  const within = toSeconds(limit.withinNs);
  const anchored = anchorAt(context, limit.after);
  if (anchored === null)
    return untested(within, "s", `there was no ${limit.after.replace("-", " ")}`);
  const members = membersOf(context, of);
  let last: Nanos = -1;
  let who = "";
  let open = false;
  for (const node of context.index.nodes) {
    if (!members.includes(node.cache)) continue;
    for (const interval of context.measured.intervals.get(node.id) ?? []) {
      if (interval.state === "serving" || interval.to <= anchored || interval.to < last) continue;
      last = interval.to;
      who = node.id;
      open = interval.to === context.end.at;
    }
  }
  if (last < 0) return untested(within, "s", `every node of ${of} served throughout`);
  const took = last - anchored;
  if (open && took <= limit.withinNs)
    return untested(
      within,
      "s",
      `${who} does not serve yet, ${seconds(took)} after, when the run ends`,
    );
  const reason = open ? `${who} does not serve at the end` : `${who} was the last to serve again`;
  return judged(
    !open && took <= limit.withinNs,
    { limit: within, observed: toSeconds(took), unit: "s" },
    reason,
    null,
  );
}
