/** The change of time: arrivals of a changing rate are those of a constant one, seen through the integral of the rate. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SECOND } from "../../../src/base/nanos.ts";
import { Stream } from "../../../src/kernel/streams.ts";
import { curveOf } from "../../../src/model/traffic/offered-rate.ts";
import { RateCurve } from "../../../src/model/traffic/rate-curve.ts";
import type { Arrivals } from "../../../src/model/traffic/traffic-settings.ts";
import { expectQuantiles } from "../../kernel/statistics.ts";

const rate = fc.double({ min: 0, max: 5000, noNaN: true });

/** Steps, ramps and gaps in any order; the first rate and the last are above 0. */
const phases: fc.Arbitrary<Arrivals> = fc
  .array(
    fc.record({
      lengthMs: fc.integer({ min: 1, max: 5000 }),
      perSecond: fc.oneof(fc.constant(0), rate),
      rampShare: fc.constantFrom(0, 0, 0.3, 1),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((rows) => {
    let fromNs = 0;
    const all = rows.map(({ lengthMs, perSecond, rampShare }) => {
      const phase = { fromNs, perSecond, rampNs: Math.round(lengthMs * 1e6 * rampShare) };
      fromNs += lengthMs * 1e6;
      return phase;
    });
    return { kind: "phases", phases: [...all, { fromNs, perSecond: 100, rampNs: 0 }] };
  });

const daily: fc.Arbitrary<Arrivals> = fc
  .record({
    low: rate,
    more: fc.double({ min: 1, max: 1000, noNaN: true }),
    periodMs: fc.integer({ min: 1000, max: 60_000 }),
    peak: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ low, more, periodMs, peak }) => ({
    kind: "daily",
    lowPerSecond: low,
    highPerSecond: low + more,
    peakAtNs: Math.round(peak * periodMs * 1e6),
    periodNs: periodMs * 1e6,
  }));

const of = (arrivals: Arrivals): RateCurve => curveOf(arrivals) as RateCurve;

describe("RateCurve", () => {
  it("between two arrivals the integral of the rate grows by what was drawn", () => {
    const amounts = fc.array(fc.double({ min: 0, max: 400, noNaN: true }), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(fc.oneof(phases, daily), amounts, (arrivals, drawn) => {
        const curve = of(arrivals);
        let now = 0;
        for (const amount of drawn) {
          const before = curve.expected(now);
          const next = now + curve.gap(now, amount);
          // A nanosecond of the highest rate is 5e-6 arrivals; sums of up to 1e7 carry 1e-9.
          expect(Math.abs(curve.expected(next) - before - amount)).toBeLessThan(
            1e-5 + amount * 1e-6,
          );
          now = Math.round(next);
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it("jumps over whole periods in which nothing happens", () => {
    const slow = of({
      kind: "daily",
      lowPerSecond: 0,
      highPerSecond: 1e-6,
      peakAtNs: 0,
      periodNs: SECOND,
    });
    const gap = slow.gap(0, 3);
    expect(gap / (6e6 * SECOND)).toBeCloseTo(1, 6);
  });

  it("of a step, a ramp and a silence has the integral that geometry gives", () => {
    const curve = of({
      kind: "phases",
      phases: [
        { fromNs: 0, perSecond: 500, rampNs: 0 },
        { fromNs: 10 * SECOND, perSecond: 2000, rampNs: 4 * SECOND },
        { fromNs: 20 * SECOND, perSecond: 0, rampNs: 0 },
      ],
    });
    expect(curve.expected(10 * SECOND)).toBeCloseTo(5000, 6);
    expect(curve.expected(12 * SECOND)).toBeCloseTo(5000 + ((500 + 1250) / 2) * 2, 6);
    expect(curve.expected(14 * SECOND)).toBeCloseTo(5000 + 5000, 6);
    expect(curve.expected(30 * SECOND)).toBeCloseTo(10_000 + 12_000, 6);
    expect(curve.peakPerSecond).toBe(2000);
    expect(curve.gap(19 * SECOND, 2001)).toBe(Number.POSITIVE_INFINITY);
  });

  it("of a day keeps to the cosine: mean, peak, and the integral up to any time", () => {
    const periodNs = 86_400 * SECOND;
    const peakAtNs = 20 * 3600 * SECOND;
    const arrivals: Arrivals = {
      kind: "daily",
      lowPerSecond: 100,
      highPerSecond: 900,
      peakAtNs,
      periodNs,
    };
    const curve = of(arrivals);
    expect(curve.expected(periodNs) / 86_400).toBeCloseTo(500, 9);
    expect(curve.peakPerSecond).toBeCloseTo(900, 9);
    const turn = 2 * Math.PI;
    for (const hour of [1, 5.5, 8, 12, 19.99, 23, 30, 49]) {
      const t = hour * 3600 * SECOND;
      const exact =
        500 * hour * 3600 +
        ((400 * 86_400) / turn) *
          (Math.sin((turn * (t - peakAtNs)) / periodNs) + Math.sin((turn * peakAtNs) / periodNs));
      expect(Math.abs(curve.expected(t) / exact - 1), `${hour} h`).toBeLessThan(3e-6);
    }
  });

  it("exponential amounts give gaps that are exponential in the changed time, with five errors to spare", () => {
    const curve = of({
      kind: "daily",
      lowPerSecond: 10,
      highPerSecond: 400,
      peakAtNs: 3 * SECOND,
      periodNs: 10 * SECOND,
    });
    const stream = new Stream("change-of-time");
    const grown: number[] = [];
    let now = 0;
    for (let i = 0; i < 20_000; i++) {
      const next = now + Math.round(curve.gap(now, stream.exponential()));
      grown.push(curve.expected(next) - curve.expected(now));
      now = next;
    }
    expectQuantiles(grown, [0.1, 0.25, 0.5, 0.75, 0.9, 0.99], (p) => -Math.log(1 - p));
  });

  it("refuses a curve that does not begin at 0, does not end level, or repeats nothing", () => {
    const level = { startPerSecond: 1, endPerSecond: 1 };
    expect(() => new RateCurve([{ fromNs: 1, ...level }], null)).toThrow("begins at 0");
    const rising = { fromNs: 0, startPerSecond: 1, endPerSecond: 2 };
    expect(() => new RateCurve([rising], null)).toThrow("ends level");
    const silent = { fromNs: 0, startPerSecond: 0, endPerSecond: 0 };
    expect(() => new RateCurve([silent], 10)).toThrow("above 0 somewhere");
  });
});
