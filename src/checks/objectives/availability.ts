import { type CheckContext, trafficIndex } from "../context.ts";
import { type Answer, judged, round, untested } from "./objective.ts";

/** Requests that ended ok, of all that ended but those lost with their client. Unknown without requests. */
export function availability(context: CheckContext, of: string, atLeast: number): Answer {
  const fold = context.measured.requests[trafficIndex(context, of)];
  const observed = fold?.availability ?? null;
  if (fold === undefined || observed === null)
    return untested(atLeast, "ratio", `${of} had no requests`);
  const { ok, all } = fold.settled();
  const reason = `${all - ok} of ${all} requests did not end ok`;
  return judged(
    observed >= atLeast,
    { limit: atLeast, observed: round(observed), unit: "ratio" },
    reason,
    null,
  );
}
