import type { CheckContext } from "../context.ts";
import { type Answer, judged, untested } from "./objective.ts";
import { describeLoss, describeOracle, lossesOf } from "./rpo.ts";

/** No acknowledged write is lost. Unknown when no failover happened. Unavoidable when an oracle would have lost one too. */
export function noLostWrites(context: CheckContext, of: string): Answer {
  const windows = lossesOf(context, of);
  if (windows.length === 0) return untested(0, "writes", `no failover of ${of} happened`);
  const observed = windows.reduce((sum, window) => sum + window.writesLost, 0);
  const worst = windows.reduce((a, b) => (b.writesLost > a.writesLost ? b : a));
  if (observed === 0)
    return judged(true, { limit: 0, observed, unit: "writes" }, "no acknowledged write lost");
  const avoidable = windows.every((window) => window.oracleWritesLost === 0);
  return judged(
    false,
    { limit: 0, observed, unit: "writes" },
    `${describeLoss(worst)}; ${describeOracle(worst)}`,
    avoidable,
  );
}
