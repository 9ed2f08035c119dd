import type { CheckContext } from "../context.ts";
import { type Answer, judged, untested } from "./objective.ts";
import { lossesOf } from "./rpo.ts";

/** No old primary acknowledged a write after the new one led. Unknown when no failover happened. */
export function noSplitBrain(context: CheckContext, of: string): Answer {
  const windows = lossesOf(context, of);
  if (windows.length === 0) return untested(0, "writes", `no failover of ${of} happened`);
  const observed = windows.reduce((sum, window) => sum + window.splitBrainWrites, 0);
  const guilty = windows.find((window) => window.splitBrainWrites > 0);
  const reason =
    guilty === undefined
      ? "no write was acknowledged by a primary that another had replaced"
      : `${observed} writes acknowledged in ${guilty.cache} shard ${guilty.shard} by a primary that another had replaced`;
  return judged(observed === 0, { limit: 0, observed, unit: "writes" }, reason);
}
