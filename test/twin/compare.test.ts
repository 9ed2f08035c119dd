import { describe, expect, test } from "vitest";
import { compare } from "../../src/twin/compare.ts";
import type { Phase } from "../../src/twin/phases.ts";
import type { Witness } from "../../src/twin/witness.ts";

const MS = 1_000_000;
const TOLERANCES = { detect: 20 * MS, promote: 20 * MS, write: 100 * MS, alone: 20 * MS };

const phase = (name: Phase["name"], ms: number, shard = 1): Phase => ({
  name,
  shard,
  ordinal: 1,
  ns: ms * MS,
});

const witness = (given: Partial<Witness> = {}): Witness => ({
  phases: [phase("detect", 1500)],
  promoted: "cart-0001-002",
  expectations: [{ id: "rpo(cart)", verdict: "pass" }],
  figures: { "writes lost of cart": 0 },
  ...given,
});

/** 200 seeds whose failures are detected after 1001 to 1200 ms. */
const seeds = Array.from({ length: 200 }, (_, at) =>
  witness({ phases: [phase("detect", 1001 + at)], figures: { "writes lost of cart": at } }),
);

const detected = (ms: number) =>
  compare(witness({ phases: [phase("detect", ms)] }), seeds, TOLERANCES);

/** Reproducible numbers between 0 and 1. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A run of three phases that are not alike: uniform, skewed, and of two humps. */
function run(next: () => number): Witness {
  const skewed = -Math.log(1 - next());
  const humps = next() < 0.8 ? 100 + 20 * next() : 700 + 100 * next();
  return witness({
    phases: [
      phase("detect", 1000 + 500 * next()),
      phase("promote", 600 + 100 * skewed),
      phase("write", humps),
    ],
  });
}

const NONE = { detect: 0, promote: 0, write: 0, alone: 0 };

describe("compare() of phases", () => {
  test.each([
    [980, false],
    [982, true],
    [1100, true],
    [1219, true],
    [1221, false],
  ])("%i ms, seeds 1001 to 1200 ms, tolerance 20 ms: agrees %s", (ms, agrees) => {
    const comparison = detected(ms);
    expect(comparison.agrees).toBe(agrees);
    // One of the 200 seeds, the first or the last, is left out.
    expect(comparison.phases).toEqual([
      { name: "detect", real: ms / 1000, low: 1.001, median: 1.101, high: 1.2, agrees },
    ]);
  });

  test("99 of 100 runs like the seeds lie in the bands of all phases at once", () => {
    const next = numbers(7);
    const trials = 2000;
    let agreed = 0;
    for (let trial = 0; trial < trials; trial++) {
      const simulated = Array.from({ length: 200 }, () => run(next));
      if (compare(run(next), simulated, NONE).agrees) agreed++;
    }
    // 199 of 201; four standard deviations of 2,000 trials are 0.9 %.
    expect(Math.abs(agreed / trials - 199 / 201)).toBeLessThan(0.009);
  });

  test("a run whose phase is a fifth longer than any of the seeds lies outside", () => {
    const next = numbers(8);
    const simulated = Array.from({ length: 200 }, () => run(next));
    const longer = run(next).phases.map((of) =>
      of.name === "detect" ? phase("detect", 1800) : of,
    );
    const { phases } = compare(witness({ phases: longer }), simulated, NONE);
    expect(phases.filter(({ agrees }) => !agrees).map(({ name }) => name)).toEqual(["detect"]);
  });

  test("phases that all seeds have alike agree with what is printed alike", () => {
    const alike = Array.from({ length: 200 }, () => witness());
    const off = (ms: number) =>
      compare(witness({ phases: [phase("detect", ms)] }), alike, TOLERANCES).agrees;
    expect([off(1500), off(1520), off(1521)]).toEqual([true, true, false]);
  });

  test("that the real run lacks agree if seeds lack them too, and only then", () => {
    const without = witness({ phases: [] });
    expect(compare(without, seeds, TOLERANCES).agrees).toBe(false);
    expect(compare(without, [...seeds, without, without, without], TOLERANCES).agrees).toBe(true);
  });

  test("that no seed has do not agree", () => {
    const real = witness({ phases: [phase("detect", 1100), phase("alone", 100)] });
    const { phases, agrees } = compare(real, seeds, TOLERANCES);
    expect(agrees).toBe(false);
    expect(phases[1]).toMatchObject({ name: "alone", low: null, agrees: false });
  });

  test("of several shards say which", () => {
    const both = witness({ phases: [phase("detect", 1100), phase("detect", 1200, 2)] });
    const { phases } = compare(both, [both], TOLERANCES);
    expect(phases.map(({ name }) => name)).toEqual(["detect of shard 1", "detect of shard 2"]);
  });
});

describe("compare() of what was promoted and judged", () => {
  test("disagrees on a node that no seed promotes", () => {
    const real = witness({ phases: [phase("detect", 1100)], promoted: "cart-0001-003" });
    const { promoted, agrees } = compare(real, seeds, TOLERANCES);
    expect(agrees).toBe(false);
    expect(promoted).toEqual({
      real: "cart-0001-003",
      simulated: ["cart-0001-002"],
      agrees: false,
    });
  });

  test.each([
    [1, false],
    [2, true],
  ])("a verdict of %i of 200 seeds: agrees %s", (count, agrees) => {
    const failed = [{ id: "rpo(cart)", verdict: "fail" as const }];
    const mixed = seeds.map((seed, at) => (at < count ? { ...seed, expectations: failed } : seed));
    const real = witness({ phases: [phase("detect", 1100)], expectations: failed });
    const { expectations } = compare(real, mixed, TOLERANCES);
    expect(expectations).toEqual([
      { id: "rpo(cart)", real: "fail", simulated: { pass: 200 - count, fail: count }, agrees },
    ]);
  });

  test("figures are told and not judged", () => {
    const real = witness({
      phases: [phase("detect", 1100)],
      figures: { "writes lost of cart": 999 },
    });
    const { figures, agrees } = compare(real, seeds, TOLERANCES);
    expect(agrees).toBe(true);
    expect(figures).toEqual([
      { name: "writes lost of cart", real: 999, low: 0, median: 100, high: 199 },
    ]);
  });
});
