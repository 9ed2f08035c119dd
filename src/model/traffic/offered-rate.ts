/** How many requests a traffic source offers: its curve, its mean and its peak. */
import { type Nanos, SECOND } from "../../base/nanos.ts";
import { cosOfTurns } from "../../base/portable-math.ts";
import { meanOf } from "../../kernel/distribution-mean.ts";
import { RateCurve, type RatePiece } from "./rate-curve.ts";
import type { Arrivals, Phase } from "./traffic-settings.ts";

/** Straight pieces of a period, a minute each of a day: off the cosine by at most 2.4e-6 of its amplitude. */
const PIECES_PER_PERIOD = 1440;

/** The curve of arrivals whose rate changes with time; null for all others. */
export function curveOf(arrivals: Arrivals): RateCurve | null {
  if (arrivals.kind === "phases") return new RateCurve(piecesOfPhases(arrivals.phases), null);
  if (arrivals.kind !== "daily") return null;
  const { lowPerSecond, highPerSecond, peakAtNs, periodNs } = arrivals;
  const middle = (lowPerSecond + highPerSecond) / 2;
  const amplitude = (highPerSecond - lowPerSecond) / 2;
  const rateAt = (knot: number): number =>
    Math.max(0, middle + amplitude * cosOfTurns(knot / PIECES_PER_PERIOD - peakAtNs / periodNs));
  const pieces = Array.from({ length: PIECES_PER_PERIOD }, (_, knot) => ({
    fromNs: (knot * periodNs) / PIECES_PER_PERIOD,
    startPerSecond: rateAt(knot),
    endPerSecond: rateAt(knot + 1),
  }));
  return new RateCurve(pieces, periodNs);
}

/** Mean requests per second over a run; of users, that of answers which take no time. */
export function meanPerSecond(arrivals: Arrivals, durationNs: Nanos): number {
  if (arrivals.kind === "constant") return arrivals.perSecond;
  if (arrivals.kind === "users")
    return (arrivals.users * SECOND) / Math.max(1, meanOf(arrivals.thinkTime));
  if (arrivals.kind === "recorded") {
    const rows = arrivals.trace.atNs.length;
    return arrivals.loops ? (rows * SECOND) / arrivals.periodNs : (rows * SECOND) / durationNs;
  }
  return ((curveOf(arrivals)?.expected(durationNs) ?? 0) * SECOND) / durationNs;
}

/** The highest rate that a source ever offers, requests per second. */
export function peakPerSecond(arrivals: Arrivals): number {
  return curveOf(arrivals)?.peakPerSecond ?? meanPerSecond(arrivals, SECOND);
}

function piecesOfPhases(phases: readonly Phase[]): RatePiece[] {
  const pieces: RatePiece[] = [];
  let before = 0;
  for (const { fromNs, perSecond, rampNs } of phases) {
    if (rampNs > 0) pieces.push({ fromNs, startPerSecond: before, endPerSecond: perSecond });
    pieces.push({ fromNs: fromNs + rampNs, startPerSecond: perSecond, endPerSecond: perSecond });
    before = perSecond;
  }
  return pieces;
}
