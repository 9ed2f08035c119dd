import type { CheckContext } from "../context.ts";
import { type Answer, judged, untested } from "./objective.ts";

/** The origin never serves more requests at once than the limit, those that wait for it included. */
export function originLoad(context: CheckContext, of: string, atMost: number): Answer {
  const origin = context.end.origins.find((candidate) => candidate.name === of);
  if (origin === undefined || origin.requests === 0)
    return untested(atMost, "requests", `${of} was asked nothing`);
  const observed = origin.peakConcurrency + origin.queuedMax;
  const reason = `at most ${origin.peakConcurrency} served at once and ${origin.queuedMax} waiting`;
  return judged(observed <= atMost, { limit: atMost, observed, unit: "requests" }, reason, null);
}
