import { toSeconds } from "../../base/nanos.ts";
import { type LossWindow, oracleRpoNs, rpoNs } from "../../measure/loss-fold.ts";
import { type CheckContext, membersOf, seconds } from "../context.ts";
import { type Answer, judged, untested } from "./objective.ts";

/**
 * RPO: no failover loses a window of acknowledged writes wider than the limit. Unknown when no history ended, because
 * then nothing was tested. Unavoidable when the best surviving copy outside the faulted places lost as much.
 */
export function rpo(context: CheckContext, of: string, atMostNs: number): Answer {
  const limit = toSeconds(atMostNs);
  const windows = lossesOf(context, of);
  if (windows.length === 0) return untested(limit, "s", `no failover of ${of} happened`);
  const worst = windows.reduce((a, b) => (rpoNs(b) > rpoNs(a) ? b : a));
  const observed = toSeconds(rpoNs(worst));
  const met = rpoNs(worst) <= atMostNs;
  const figures = { limit, observed, unit: "s" };
  if (worst.writesLost === 0)
    return judged(met, figures, `${count(windows)}, no acknowledged write lost`);
  const avoidable = oracleRpoNs(worst) <= atMostNs;
  return judged(
    met,
    figures,
    `${describeLoss(worst)}${met ? "" : `; ${describeOracle(worst)}`}`,
    avoidable,
  );
}

/** Ended histories of a cache, or of a datastore's members. */
export function lossesOf(context: CheckContext, of: string): readonly LossWindow[] {
  const members = membersOf(context, of);
  return context.measured.losses.filter((window) => members.includes(window.cache));
}

const count = (windows: readonly LossWindow[]): string =>
  windows.length === 1 ? "one failover" : `${windows.length} failovers`;

/** `57 acknowledged writes of sessions shard 1 lost within 0.5 s (worst key 12: 3)`. */
export function describeLoss(window: LossWindow): string {
  const split =
    window.splitBrainWrites === 0
      ? ""
      : `, ${window.splitBrainWrites} of them accepted after the new primary led`;
  const key =
    window.worstKeyWrites > 1 ? ` (worst key ${window.worstKey}: ${window.worstKeyWrites})` : "";
  return (
    `${window.writesLost} acknowledged writes of ${window.cache} shard ${window.shard} lost within ` +
    `${seconds(rpoNs(window))}${split}${key}: ${window.cause}`
  );
}

/** What an oracle would have kept. */
export function describeOracle(window: LossWindow): string {
  const { best } = window;
  if (best === null) return "no copy outside the faulted places survived";
  const kept = `the best surviving copy was ${best.node} at offset ${best.offset}`;
  return `${kept}; promoted at once it would have lost ${window.oracleWritesLost}`;
}
