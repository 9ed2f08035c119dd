/** A distribution as a scenario writes it: what it comes to, or what is expected instead. */
import { describe, expect, test } from "vitest";
import { readDistribution } from "../../src/kernel/distribution-words.ts";

/** Whole numbers with an x behind them: `5x`. */
const parse = (text: string): number | undefined =>
  /^\d+x$/.test(text) ? Number(text.slice(0, -1)) : undefined;
const read = (words: unknown) => readDistribution(words, parse, "a size");
const points = (...given: readonly (readonly [unknown, unknown])[]) => ({
  empirical: given.map(([value, weight]) => ({ value, weight })),
});

describe("readDistribution()", () => {
  test.each([
    ["5x", { kind: "constant", value: 5 }],
    [{ uniform: "1x..5x" }, { kind: "uniform", min: 1, max: 5 }],
    [{ uniform: "5x..5x" }, { kind: "uniform", min: 5, max: 5 }],
    [{ exponential: { mean: "5x" } }, { kind: "exponential", mean: 5 }],
    [{ normal: { mean: "5x", stddev: "2x" } }, { kind: "normal", mean: 5, stddev: 2 }],
    [{ lognormal: { median: "1x", p99: "5x" } }, { kind: "lognormal", median: 1, p99: 5 }],
    [{ lognormal: { median: "5x", p99: "5x" } }, { kind: "lognormal", median: 5, p99: 5 }],
    [{ pareto: { min: "5x", shape: 1.5 } }, { kind: "pareto", min: 5, shape: 1.5 }],
    [
      points(["1x", 3], ["2x", 0.5]),
      {
        kind: "empirical",
        points: [
          { value: 1, weight: 3 },
          { value: 2, weight: 0.5 },
        ],
      },
    ],
  ])("reads %j", (words, distribution) => {
    expect(read(words)).toEqual(distribution);
  });

  test.each([
    "5",
    "",
    5,
    null,
    undefined,
    true,
    {},
    { exponential: { mean: "5x" }, pareto: { min: "5x", shape: 2 } },
    { gamma: { mean: "5x" } },
    { uniform: "5x" },
    { uniform: "5x..6" },
    { uniform: "5..6x" },
    { exponential: { mean: 5 } },
    { exponential: {} },
    { normal: { mean: "5x" } },
    { normal: { stddev: "5x" } },
    { lognormal: { median: "5x" } },
    { lognormal: { p99: "5x" } },
    { pareto: { min: "5x" } },
    { pareto: { min: "5x", shape: "2" } },
    { pareto: { shape: 2 } },
    points(["1x", 1], ["2", 1]),
    points(["1x", 1], ["2x", "1"]),
  ])("says what is expected in place of %j", (words) => {
    expect(read(words)).toEqual({ problem: "a size" });
  });

  test("hands only texts to the reader of a quantity", () => {
    const seen: unknown[] = [];
    const remember = (text: string) => void seen.push(text);
    readDistribution({ normal: { mean: 5, stddev: "2x" } }, remember as () => undefined, "a size");
    expect(seen).toEqual(["2x"]);
  });

  test.each([
    [{ uniform: "6x..5x" }, "a range from low to high"],
    [{ lognormal: { median: "6x", p99: "5x" } }, "a median above 0 and a p99 that is not below it"],
    [{ pareto: { min: "0x", shape: 2 } }, "a least value above 0"],
    [{ lognormal: { median: "0x", p99: "5x" } }, "a median above 0 and a p99 that is not below it"],
  ])("says what is wrong with %j", (words, problem) => {
    expect(read(words)).toEqual({ problem });
  });
});
