/** What is said of many runs: replications and the influence of assumptions. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { isNarrow, replicationSeed, summariseReplications } from "../../src/run/replications.ts";
import type { Result } from "../../src/run/result.ts";
import { assumptionVariants, ranked, sensitivityRow } from "../../src/run/sensitivity.ts";
import { run } from "../../src/run/simulation.ts";
import { loadScenario } from "../../src/scenario/load.ts";

const file = "scenarios/fast/primary-crash-multi-az.yaml";
const source = readFileSync(file, "utf8");

function simulate(seed: string, sets: readonly string[] = []): Result {
  const resolved = loadScenario(source, { file, seed, sets });
  return run(resolved, { source, sets, allowPlanted: false });
}

describe("replications", () => {
  const results = [0, 1, 2, 3, 4].map((i) => simulate(replicationSeed("7", i)));
  const sum = summariseReplications(results);

  it("begin with the scenario's own seed and go on with others", () => {
    expect(sum.seeds).toEqual(["7", "7-r2", "7-r3", "7-r4", "7-r5"]);
    expect(new Set(results.map(({ digest }) => digest)).size).toBe(5);
    expect(replicationSeed("a".repeat(64), 9)).toHaveLength(60);
  });

  it("give each figure's mean, interval and percentiles", () => {
    const lost = results.map((result) => result.traffic["shop"]?.availability ?? 0);
    const figure = sum.figures.find(({ figure: name }) => name === "availability(shop)");
    expect(figure?.mean).toBeCloseTo(lost.reduce((a, b) => a + b) / 5, 12);
    expect(figure?.low).toBeLessThan(figure?.mean as number);
    expect(figure?.p5).toBeGreaterThanOrEqual(Math.min(...lost));
    expect(figure?.p95).toBeLessThanOrEqual(Math.max(...lost));
    expect(sum.verdicts[0]).toEqual({ expectation: "rpo(cart)", pass: 5, fail: 0, unknown: 0 });
  });

  it("are enough when every expectation's interval is narrow, five at least", () => {
    expect(isNarrow(sum, 1)).toBe(true);
    expect(isNarrow(sum, 1e-9)).toBe(false);
    expect(isNarrow(summariseReplications(results.slice(0, 4)), 1)).toBe(false);
  });
});

describe("sensitivity", () => {
  const resolved = loadScenario(source, { file });
  const variants = assumptionVariants(resolved);

  it("names each assumption by the path that --set takes", () => {
    const paths = variants.map(({ path }) => path);
    expect(paths).toContain("assume.interZoneRtt");
    expect(paths).toContain("caches.cart.assume.monitorDetection");
    for (const { path, low, high } of variants) {
      for (const value of [low, high])
        expect(() => loadScenario(source, { file, sets: [`${path}=${value}`] })).not.toThrow();
    }
  });

  it("finds the verdict that flips, and ranks it first", () => {
    const used = simulate("1");
    const rowOf = (name: string) => {
      const variant = variants.find(({ path }) => path.endsWith(name));
      if (variant === undefined) throw new Error(name);
      const at = (value: string): Result => simulate("1", [`${variant.path}=${value}`]);
      return sensitivityRow(variant, { low: at(variant.low), used, high: at(variant.high) });
    };
    const rows = ranked([rowOf("rebootTime"), rowOf("promotionTime"), rowOf("monitorDetection")]);
    expect(rows.map(({ assumption }) => assumption)).toEqual([
      "cart: monitorDetection",
      "cart: promotionTime",
      "cart: rebootTime",
    ]);
    const effect = rows[0]?.effects.find(({ expectation }) => expectation === "rto(cart)");
    // Detection and promotion: 2 + 1, 5 + 1 and 20 + 1 seconds, against a limit of 10.
    expect([effect?.atLow, effect?.observed, effect?.atHigh]).toEqual([3, 6, 21]);
    expect(effect?.flips).toBe(true);
    expect(rows[2]?.influence).toBe(0);
  });
});
