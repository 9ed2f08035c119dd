import { toSeconds } from "../../base/nanos.ts";
import { type CheckContext, trafficIndex } from "../context.ts";
import { type Answer, judged, untested } from "./objective.ts";

/** No read from a replica is older, by the limit, than a write acknowledged before it began. Unknown without such reads. */
export function staleness(context: CheckContext, of: string, atMostNs: number): Answer {
  const at = trafficIndex(context, of);
  const limit = toSeconds(atMostNs);
  const fold = context.measured.requests[at];
  if (fold === undefined || fold.replicaReads === 0)
    return untested(limit, "s", `${of} read nothing from a replica`);
  const { staleReads, stalenessNsMax } = context.measured.durabilityOf(at);
  const reason = `${staleReads} of ${fold.replicaReads} reads from replicas were stale`;
  return judged(
    stalenessNsMax <= atMostNs,
    { limit, observed: toSeconds(stalenessNsMax), unit: "s" },
    reason,
    null,
  );
}
