/**
 * A rate of arrivals that changes with time, as straight pieces.
 *
 * Models: steps, ramps and curves of many pieces, once or period after period; arrivals of a Poisson process of that
 * rate by exact inversion: between two of them the integral of the rate grows by an exponential amount of mean 1.
 * Leaves out: rates that depend on what happened before.
 *
 * Source: E. Çinlar, "Introduction to Stochastic Processes", 1975, chapter 4 section 7 (change of time).
 */
import { invariant } from "../../base/invariant.ts";
import { type Nanos, SECOND } from "../../base/nanos.ts";

/** From `fromNs` to the next piece the rate goes along a straight line. */
export interface RatePiece {
  readonly fromNs: number;
  readonly startPerSecond: number;
  readonly endPerSecond: number;
}

export class RateCurve {
  private readonly starts: Float64Array;
  private readonly ends: Float64Array;
  /** At the start of a piece, per ns. */
  private readonly rates: Float64Array;
  /** Per ns and ns. */
  private readonly slopes: Float64Array;
  private readonly lapArea: number;
  /** The piece of the arrival found last, and when its period began. */
  private piece = 0;
  private lapStart = 0;

  /**
   * @param pieces - from 0 on, in order of time; without a period the last one is level and never ends
   * @param periodNs - after which the first piece begins again; null for never
   */
  constructor(
    private readonly pieces: readonly RatePiece[],
    private readonly periodNs: Nanos | null,
  ) {
    const last = pieces.at(-1);
    invariant(pieces[0]?.fromNs === 0 && last !== undefined, "a curve of rates begins at 0");
    invariant(periodNs !== null || last.startPerSecond === last.endPerSecond, "ends level");
    const end = periodNs ?? Number.POSITIVE_INFINITY;
    this.starts = Float64Array.from(pieces, ({ fromNs }) => fromNs);
    this.ends = Float64Array.from(pieces, (_, i) => pieces[i + 1]?.fromNs ?? end);
    this.rates = Float64Array.from(pieces, ({ startPerSecond }) => startPerSecond / SECOND);
    this.slopes = Float64Array.from(pieces, ({ startPerSecond, endPerSecond }, i) => {
      const span = (this.ends[i] as number) - (this.starts[i] as number);
      return startPerSecond === endPerSecond ? 0 : (endPerSecond - startPerSecond) / SECOND / span;
    });
    this.lapArea = periodNs === null ? Number.POSITIVE_INFINITY : this.area(periodNs);
    invariant(this.lapArea > 0, "a curve of rates that repeats is above 0 somewhere");
  }

  /**
   * How long after `nowNs` the integral of the rate has grown by `amount`. Calls come in order of time.
   *
   * @returns ns, not rounded; Infinity when it never grows so far
   */
  gap(nowNs: Nanos, amount: number): number {
    let left = amount;
    let at = nowNs;
    while (left > 0) {
      const { piece } = this;
      const end = this.lapStart + (this.ends[piece] as number);
      if (at < end) {
        const slope = this.slopes[piece] as number;
        const run = at - this.lapStart - (this.starts[piece] as number);
        const rate = Math.max(0, (this.rates[piece] as number) + slope * run);
        const within = slope === 0 ? left / rate : alongSlope(rate, slope, left);
        if (at + within <= end) return at - nowNs + within;
        const span = end - at;
        left -= (rate + 0.5 * slope * span) * span;
        at = end;
      }
      if (piece + 1 < this.starts.length) this.piece = piece + 1;
      else {
        const periodNs = this.periodNs as number;
        const whole = Math.floor(Math.max(0, left) / this.lapArea);
        left -= whole * this.lapArea;
        at += whole * periodNs;
        this.lapStart += (1 + whole) * periodNs;
        this.piece = 0;
      }
    }
    return at - nowNs;
  }

  /** The integral of the rate from 0 to a time: how many arrivals are expected. */
  expected(untilNs: Nanos): number {
    const { periodNs } = this;
    if (periodNs === null) return this.area(untilNs);
    const laps = Math.floor(untilNs / periodNs);
    return laps * this.lapArea + this.area(untilNs - laps * periodNs);
  }

  /** The highest rate, per second. */
  get peakPerSecond(): number {
    return this.pieces.reduce(
      (most, one) => Math.max(most, one.startPerSecond, one.endPerSecond),
      0,
    );
  }

  private area(untilNs: number): number {
    let sum = 0;
    for (const [i, start] of this.starts.entries()) {
      if (start >= untilNs) break;
      const span = Math.min(untilNs, this.ends[i] as number) - start;
      sum += ((this.rates[i] as number) + 0.5 * (this.slopes[i] as number) * span) * span;
    }
    return sum;
  }
}

/** When the area under a line that starts at `rate` reaches `area`; Infinity where it falls to 0 before. */
function alongSlope(rate: number, slope: number, area: number): number {
  const square = rate * rate + 2 * slope * area;
  return square < 0 ? Number.POSITIVE_INFINITY : (2 * area) / (rate + Math.sqrt(square));
}
