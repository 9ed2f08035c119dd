import { describe, expect, test } from "vitest";
import { InvariantError } from "../../src/base/invariant.ts";
import type { Distribution } from "../../src/kernel/distribution.ts";
import { createSampler, sampleNanos } from "../../src/kernel/sampler.ts";
import { Stream } from "../../src/kernel/streams.ts";
import { effort } from "./effort.ts";
import { expectMoments, expectQuantiles, take } from "./statistics.ts";

const N = effort(100_000);

function sampleMany(distribution: Distribution, count = N): number[] {
  const sampler = createSampler(distribution);
  const stream = new Stream(distribution.kind);
  return take(count, () => sampler.sample(stream));
}

describe("createSampler()", () => {
  test("constant draws nothing", () => {
    const sampler = createSampler({ kind: "constant", value: 7 });
    const [used, fresh] = [new Stream("x"), new Stream("x")];
    expect(sampler.constant).toBe(7);
    expect(sampler.sample(used)).toBe(7);
    expect(used.next()).toBe(fresh.next());
  });

  test.each<Distribution>([
    { kind: "normal", mean: 7, stddev: 0 },
    { kind: "lognormal", median: 7, p99: 7 },
    { kind: "empirical", points: [{ value: 7, weight: 3 }] },
  ])("%j is a constant", (distribution) => {
    expect(createSampler(distribution).constant).toBe(7);
  });

  test("a normal distribution may have a mean of 0", () => {
    const stream = new Stream("x");
    expect(createSampler({ kind: "normal", mean: 0, stddev: 1 }).sample(stream)).toBeGreaterThan(0);
  });

  test("uniform has its mean, variance and bounds", () => {
    const values = sampleMany({ kind: "uniform", min: 10, max: 22 });
    expectMoments(values, { mean: 16, variance: 12, kurtosis: 1.8 });
    expect(values.every((value) => value >= 10 && value < 22)).toBe(true);
  });

  test("exponential has its mean and variance", () => {
    expectMoments(sampleMany({ kind: "exponential", mean: 250 }), {
      mean: 250,
      variance: 62_500,
      kurtosis: 9,
    });
  });

  test("normal has its mean and variance", () => {
    const values = sampleMany({ kind: "normal", mean: 100, stddev: 10 });
    expectMoments(values, { mean: 100, variance: 100, kurtosis: 3 });
  });

  test("normal is never negative: what is drawn are times and sizes", () => {
    const values = sampleMany({ kind: "normal", mean: 1, stddev: 10 });
    expect(values.every((value) => value >= 0)).toBe(true);
    expect(values.some((value) => value > 10)).toBe(true);
  });

  test("lognormal has its median and 99th percentile", () => {
    const values = sampleMany({ kind: "lognormal", median: 200, p99: 1500 });
    const quantiles: Record<number, number> = { 0.5: 200, 0.99: 1500, 0.01: 200 ** 2 / 1500 };
    expectQuantiles(values, Object.keys(quantiles).map(Number), (p) => quantiles[p]!);
  });

  test("pareto has its quantiles min (1 - p)^(-1 / shape)", () => {
    const values = sampleMany({ kind: "pareto", min: 3, shape: 1.5 });
    expectQuantiles(values, [0.1, 0.5, 0.9, 0.999], (p) => 3 * (1 - p) ** (-1 / 1.5));
    expect(values.every((value) => value >= 3)).toBe(true);
  });

  test("empirical draws each value in proportion to its weight", () => {
    const points = [
      { value: 10, weight: 1 },
      { value: 20, weight: 0 },
      { value: 30, weight: 5 },
      { value: 40, weight: 4 },
    ];
    const values = sampleMany({ kind: "empirical", points });
    for (const { value, weight } of points) {
      const count = values.filter((drawn) => drawn === value).length;
      const p = weight / 10;
      expect(Math.abs(count - N * p)).toBeLessThanOrEqual(5 * Math.sqrt(N * p * (1 - p)));
    }
  });

  test.each<Distribution>([
    { kind: "exponential", mean: 0 },
    { kind: "uniform", min: 5, max: 5 },
    { kind: "lognormal", median: 5, p99: 5 },
    { kind: "normal", mean: 5, stddev: 0 },
    { kind: "empirical", points: [{ value: 5, weight: 2 }] },
  ])("%j has no spread", (distribution) => {
    expect(new Set(sampleMany(distribution, 100)).size).toBe(1);
  });

  test.each<Distribution>([
    { kind: "uniform", min: 2, max: 1 },
    { kind: "exponential", mean: -1 },
    { kind: "normal", mean: 1, stddev: -1 },
    { kind: "normal", mean: -1, stddev: 1 },
    { kind: "lognormal", median: 0, p99: 1 },
    { kind: "lognormal", median: 2, p99: 1 },
    { kind: "pareto", min: 0, shape: 1 },
    { kind: "pareto", min: 1, shape: 0 },
    { kind: "empirical", points: [] },
    {
      kind: "empirical",
      points: [
        { value: 1, weight: 0 },
        { value: 2, weight: 0 },
      ],
    },
    {
      kind: "empirical",
      points: [
        { value: 1, weight: -1 },
        { value: 2, weight: 2 },
      ],
    },
  ])("refuses %j", (distribution) => {
    expect(() => createSampler(distribution)).toThrow(InvariantError);
  });
});

describe("sampleNanos()", () => {
  test("ends tails at what takes longer than any run", () => {
    const stream = new Stream("tail");
    const sampler = createSampler({ kind: "pareto", min: 1e15, shape: 1.001 });
    const values = take(1000, () => sampleNanos(sampler, stream));
    expect(Math.max(...values)).toBe(2 ** 52);
  });

  test("rounds to whole nanoseconds, never below 0", () => {
    const stream = new Stream("x");
    const of = (value: number) => createSampler({ kind: "constant", value });
    expect(sampleNanos(of(2.5), stream)).toBe(3);
    expect(sampleNanos(of(-3), stream)).toBe(0);
    const sampler = createSampler({ kind: "exponential", mean: 2 });
    const values = take(1000, () => sampleNanos(sampler, stream));
    expect(values.every((value) => Number.isInteger(value) && value >= 0)).toBe(true);
  });
});
