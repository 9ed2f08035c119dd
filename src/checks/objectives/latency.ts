import { toMilliseconds } from "../../base/nanos.ts";
import { type CheckContext, trafficIndex } from "../context.ts";
import { type Answer, judged, round, untested } from "./objective.ts";

/** A percentile of the latency of requests that ended ok, over the run or inside or outside of fault windows. */
export function latency(
  context: CheckContext,
  of: string,
  limit: {
    readonly percentile: number;
    readonly atMostNs: number;
    readonly when: "always" | "in-fault" | "outside-fault";
  },
): Answer {
  const fold = context.measured.requests[trafficIndex(context, of)];
  const atMostMs = toMilliseconds(limit.atMostNs);
  const histogram = {
    always: fold?.latency,
    "in-fault": fold?.latencyInFault,
    "outside-fault": fold?.latencyOutsideFault,
  }[limit.when];
  const ns = histogram?.percentile(limit.percentile) ?? null;
  if (ns === null) return untested(atMostMs, "ms", `no request of ${of} to judge (${limit.when})`);
  const reason = `p${round(limit.percentile * 100)} of ${histogram?.count} requests (${limit.when})`;
  return judged(
    ns <= limit.atMostNs,
    { limit: atMostMs, observed: round(toMilliseconds(ns)), unit: "ms" },
    reason,
    null,
  );
}
