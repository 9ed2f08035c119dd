import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Histogram } from "../../src/measure/histogram.ts";

describe("Histogram", () => {
  it("percentiles are within 0.4 % of the exact ones", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 2 ** 45 }), { minLength: 1, maxLength: 300 }),
        fc.constantFrom(0.5, 0.9, 0.99, 1),
        (values, p) => {
          const histogram = new Histogram();
          for (const value of values) histogram.record(value);
          const sorted = [...values].sort((a, b) => a - b);
          const exact = sorted[Math.max(1, Math.ceil(p * sorted.length)) - 1] as number;
          expect(Math.abs((histogram.percentile(p) as number) - exact) / exact).toBeLessThanOrEqual(
            0.004,
          );
        },
      ),
      { seed: 3, numRuns: 500 },
    );
  });

  it("merging is recording both", () => {
    const [one, two, both] = [new Histogram(), new Histogram(), new Histogram()];
    for (let i = 1; i < 1000; i++) {
      (i % 3 === 0 ? one : two).record(i * i);
      both.record(i * i);
    }
    one.merge(two);
    expect(one.count).toBe(both.count);
    for (const p of [0.1, 0.5, 0.99]) expect(one.percentile(p)).toBe(both.percentile(p));
    expect(one.max).toBe(999 * 999);
  });

  it("has no percentile when empty", () => {
    expect(new Histogram().percentile(0.5)).toBeNull();
  });
});
