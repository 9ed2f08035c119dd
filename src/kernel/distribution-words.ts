/** Reads a distribution as a scenario writes it. */
import type { Distribution } from "./distribution.ts";

/**
 * @param words - text of a constant, or an object with one named kind
 * @param parse - reads one quantity
 * @returns what is wrong in words, or the distribution
 */
export function readDistribution(
  words: unknown,
  parse: (text: string) => number | undefined,
  expected: string,
): Distribution | { readonly problem: string } {
  const wrong = { problem: expected };
  const read = (text: unknown): number | undefined =>
    typeof text === "string" ? parse(text) : undefined;
  if (typeof words === "string") {
    const value = parse(words);
    return value === undefined ? wrong : { kind: "constant", value };
  }
  if (typeof words !== "object" || words === null || Object.keys(words).length !== 1) return wrong;
  const [kind, given] = Object.entries(words)[0] as [string, Record<string, unknown>];
  switch (kind) {
    case "uniform": {
      const [from, to] = String(given).split("..");
      const min = read(from);
      const max = read(to);
      if (min === undefined || max === undefined) return wrong;
      return min <= max ? { kind, min, max } : { problem: "a range from low to high" };
    }
    case "exponential": {
      const mean = read(given["mean"]);
      return mean === undefined ? wrong : { kind, mean };
    }
    case "normal": {
      const mean = read(given["mean"]);
      const stddev = read(given["stddev"]);
      return mean === undefined || stddev === undefined ? wrong : { kind, mean, stddev };
    }
    case "lognormal": {
      const median = read(given["median"]);
      const p99 = read(given["p99"]);
      if (median === undefined || p99 === undefined) return wrong;
      return p99 >= median && median > 0
        ? { kind, median, p99 }
        : { problem: "a median above 0 and a p99 that is not below it" };
    }
    case "pareto": {
      const min = read(given["min"]);
      const shape = given["shape"];
      if (min === undefined || typeof shape !== "number") return wrong;
      return min > 0 ? { kind, min, shape } : { problem: "a least value above 0" };
    }
    case "empirical": {
      const points = (given as unknown as readonly Record<string, unknown>[]).map((point) => ({
        value: read(point["value"]),
        weight: point["weight"],
      }));
      if (points.some((point) => point.value === undefined || typeof point.weight !== "number"))
        return wrong;
      return { kind, points: points as { value: number; weight: number }[] };
    }
    default:
      return wrong;
  }
}
