import { type CheckContext, trafficIndex } from "../context.ts";
import type { Bound } from "../expectation.ts";
import { type Answer, judged, round, untested } from "./objective.ts";

/** Hits of all reads that were answered, at least or at most so many. Unknown without reads. */
export function hitRatio(context: CheckContext, of: string, { side, limit }: Bound): Answer {
  const fold = context.measured.requests[trafficIndex(context, of)];
  if (fold === undefined || fold.readCount === 0)
    return untested(limit, "ratio", `${of} had no answered reads`);
  const observed = fold.hitCount / fold.readCount;
  const reason = `${fold.readCount - fold.hitCount} misses in ${fold.readCount} reads`;
  return judged(
    side === "at least" ? observed >= limit : observed <= limit,
    { limit, observed: round(observed), unit: "ratio" },
    reason,
    null,
  );
}
