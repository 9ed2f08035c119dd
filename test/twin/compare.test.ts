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

describe("compare() of phases", () => {
  test.each([
    [980, false],
    [981, true],
    [1100, true],
    [1220, true],
    [1221, false],
  ])("%i ms, seeds 1001 to 1200 ms, tolerance 20 ms: agrees %s", (ms, agrees) => {
    const comparison = detected(ms);
    expect(comparison.agrees).toBe(agrees);
    expect(comparison.phases).toEqual([
      { name: "detect", real: ms / 1000, low: 1.001, median: 1.101, high: 1.2, agrees },
    ]);
  });

  test("leave out at each end what one of a hundred runs that agree would miss", () => {
    const many = Array.from({ length: 2000 }, (_, at) =>
      witness({ phases: [phase("detect", at)] }),
    );
    const [detect] = compare(witness(), many, TOLERANCES).phases;
    // 10 of 2001 values would be half a percent: nine are left out, and the chance of one beyond is 10/2001.
    expect(detect).toMatchObject({ low: 0.009, high: 1.99 });
  });

  test("share the chance of a miss: two phases have wider bands than one", () => {
    const many = Array.from({ length: 2000 }, (_, at) =>
      witness({ phases: [phase("detect", at), phase("promote", at)] }),
    );
    const real = witness({ phases: [phase("detect", 5), phase("promote", 5)] });
    const [detect] = compare(real, many, TOLERANCES).phases;
    expect(detect).toMatchObject({ low: 0.004, high: 1.995 });
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
