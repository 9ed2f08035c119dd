import { type CheckContext, trafficIndex } from "../context.ts";
import { type Answer, judged, round, untested } from "./objective.ts";

/** Hits of all reads that were answered. Unknown without reads. */
export function hitRatio(context: CheckContext, of: string, atLeast: number): Answer {
  const fold = context.measured.requests[trafficIndex(context, of)];
  if (fold === undefined || fold.readCount === 0)
    return untested(atLeast, "ratio", `${of} had no answered reads`);
  const observed = fold.hitCount / fold.readCount;
  const reason = `${fold.readCount - fold.hitCount} misses in ${fold.readCount} reads`;
  return judged(
    observed >= atLeast,
    { limit: atLeast, observed: round(observed), unit: "ratio" },
    reason,
    null,
  );
}
