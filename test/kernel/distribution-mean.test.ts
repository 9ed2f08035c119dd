import { describe, expect, it } from "vitest";
import type { Distribution } from "../../src/kernel/distribution.ts";
import { meanOf } from "../../src/kernel/distribution-mean.ts";
import { createSampler } from "../../src/kernel/sampler.ts";
import { Stream } from "../../src/kernel/streams.ts";

describe("meanOf()", () => {
  it.each<Distribution>([
    { kind: "constant", value: 7 },
    { kind: "uniform", min: 2, max: 10 },
    { kind: "exponential", mean: 3 },
    { kind: "normal", mean: 100, stddev: 10 },
    { kind: "lognormal", median: 4, p99: 25 },
    { kind: "pareto", min: 2, shape: 5 },
    {
      kind: "empirical",
      points: [
        { value: 1, weight: 3 },
        { value: 9, weight: 1 },
      ],
    },
  ])("of %j is what samples come to, within 2 %", (distribution) => {
    const stream = new Stream("mean");
    const sampler = createSampler(distribution);
    let sum = 0;
    for (let i = 0; i < 40_000; i++) sum += sampler.sample(stream);
    expect(sum / 40_000 / meanOf(distribution)).toBeGreaterThan(0.98);
    expect(sum / 40_000 / meanOf(distribution)).toBeLessThan(1.02);
  });

  it.each([0.5, 1])("of a Pareto distribution of shape %d is infinite", (shape) => {
    expect(meanOf({ kind: "pareto", min: 2, shape })).toBe(Number.POSITIVE_INFINITY);
  });
});
