import { describe, expect, it } from "vitest";
import { Streams } from "../../src/kernel/streams.ts";
import {
  binomialPValue,
  bootstrapInterval,
  holm,
  ksDistance,
  ksPValue,
  mean,
  meanInterval,
  normalCdf,
  normalQuantile,
  quantile,
  studentCritical,
  variance,
} from "../../src/measure/statistics.ts";

describe("moments and quantiles", () => {
  it("mean() and variance() of a small sample", () => {
    expect(mean([2, 4, 4, 4, 5, 5, 7, 9])).toBe(5);
    expect(variance([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(32 / 7, 12);
    expect(variance([3])).toBe(0);
  });

  it("quantile() lies on the line between neighbours", () => {
    expect(quantile([1, 2, 3, 4], 0)).toBe(1);
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
    expect(quantile([1, 2, 3, 4], 0.9)).toBeCloseTo(3.7, 12);
    expect(quantile([1, 2, 3, 4], 1)).toBe(4);
  });
});

// Tables: Abramowitz and Stegun, 26.1 and 26.10.
describe("tables", () => {
  it("normalCdf() and its inverse", () => {
    expect(normalCdf(1)).toBeCloseTo(0.8413447461, 9);
    expect(normalCdf(-2)).toBeCloseTo(0.0227501319, 9);
    expect(normalCdf(9)).toBe(1);
    expect(normalQuantile(0.975)).toBeCloseTo(1.9599639845, 8);
  });

  it.each([
    [0.95, 5, 2.5706],
    [0.95, 29, 2.0452],
    [0.99, 10, 3.1693],
    [0.999, 29, 3.6594],
  ])("studentCritical(%d, %d) is %d", (confidence, freedom, table) => {
    expect(Math.abs(studentCritical(confidence, freedom) / table - 1)).toBeLessThan(0.005);
  });

  it("binomialPValue() of a fair coin", () => {
    expect(binomialPValue(5, 10, 0.5)).toBeCloseTo(1, 9);
    // 0, 1, 9 and 10 heads: 22 of 1024.
    expect(binomialPValue(9, 10, 0.5)).toBeCloseTo(22 / 1024, 9);
    expect(binomialPValue(3, 3, 1)).toBe(1);
    expect(binomialPValue(2, 3, 1)).toBe(0);
    expect(binomialPValue(1, 3, 0)).toBe(0);
  });

  // 1.3581 / sqrt(n) is the 5 % point of Kolmogorov's distribution.
  it("ksPValue() is 0.05 at the tabulated distance", () => {
    const size = 2000;
    const shift = Math.round(1.3581 * Math.sqrt(2 / size) * size);
    const a = Array.from({ length: size }, (_, i) => i);
    const b = a.map((value) => value + shift);
    expect(ksDistance(a, b)).toBeCloseTo(shift / size, 9);
    expect(ksPValue(a, b)).toBeGreaterThan(0.045);
    expect(ksPValue(a, b)).toBeLessThan(0.055);
    expect(ksPValue(a, a)).toBe(1);
  });
});

describe("intervals and corrections", () => {
  it("meanInterval() holds the mean of most samples", () => {
    const stream = new Streams("intervals").stream("test", "normal");
    let inside = 0;
    for (let round = 0; round < 1000; round++) {
      const values = Array.from({ length: 8 }, () => 10 + stream.normal());
      const { low, high } = meanInterval(values, 0.95);
      if (low <= 10 && high >= 10) inside++;
    }
    // 950 expected, standard deviation 7: four of them.
    expect(Math.abs(inside - 950)).toBeLessThan(28);
  });

  it("holm() multiplies the smallest by all, and never falls", () => {
    expect(holm([0.01, 0.04, 0.03])).toEqual([0.03, 0.06, 0.06]);
    expect(holm([0.5, 0.9])).toEqual([1, 1]);
  });

  it("bootstrapInterval() of a constant is that constant", () => {
    const stream = new Streams("bootstrap").stream("test", "draws");
    const options = { confidence: 0.95, rounds: 50, chance: () => stream.next() };
    expect(bootstrapInterval([7, 7, 7], mean, options)).toEqual({ low: 7, high: 7 });
  });
});
