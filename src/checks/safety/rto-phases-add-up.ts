import { PHASES } from "../../measure/recovery.ts";
import type { CheckContext } from "../context.ts";
import { seconds } from "../context.ts";
import type { InvariantVerdict } from "../verdict.ts";

/** RTO phases add up, and every phase of a failover ends with a record of its own, in order, with its cause. */
export function rtoPhasesAddUp({ index, measured }: CheckContext): InvariantVerdict {
  const id = "rto-phases-add-up";
  let checked = 0;
  for (const failover of measured.failovers) {
    const { started, detected, decided, promoted } = failover;
    if (promoted === null) continue;
    checked++;
    const boundaries = [started, detected, decided, promoted];
    const of = `failover ${failover.number} of ${failover.cache} shard ${failover.shard}`;
    if (boundaries.some((boundary) => boundary === null || boundary.cause === "")) {
      return {
        id,
        verdict: "fail",
        checked,
        reason: `${of} was completed without a record and cause for each phase`,
      };
    }
    if (
      boundaries.some((boundary, i) => i > 0 && (boundary?.at ?? 0) < (boundaries[i - 1]?.at ?? 0))
    ) {
      return { id, verdict: "fail", checked, reason: `phases of ${of} are out of order` };
    }
  }
  for (const [at, recoveries] of measured.recoveries.entries()) {
    for (const recovery of recoveries) {
      if (recovery.regainedAt === null) continue;
      checked++;
      const sum = PHASES.reduce((total, phase) => total + recovery.phases[phase], 0);
      const rto = recovery.regainedAt - recovery.after.at;
      if (sum === rto) continue;
      const of = `${index.traffic[at]?.name} after ${recovery.after.what}`;
      return {
        id,
        verdict: "fail",
        checked,
        reason: `phases of ${of} sum to ${seconds(sum)}, not ${seconds(rto)}`,
      };
    }
  }
  return {
    id,
    verdict: "pass",
    checked,
    reason: `${checked} failovers and recoveries, each the sum of its phases`,
  };
}
