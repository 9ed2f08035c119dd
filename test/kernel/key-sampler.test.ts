import { describe, expect, test } from "vitest";
import { InvariantError } from "../../src/base/invariant.ts";
import { createKeySampler } from "../../src/kernel/key-sampler.ts";
import { Stream } from "../../src/kernel/streams.ts";

const N = 400_000;

function countRanks(exponent: number | null, keys: number): number[] {
  const popularity =
    exponent === null ? ({ kind: "uniform" } as const) : ({ kind: "zipf", exponent } as const);
  const sampler = createKeySampler(popularity, keys);
  const stream = new Stream("keys");
  const counts = new Array<number>(keys).fill(0);
  for (let i = 0; i < N; i++) counts[sampler.sample(stream)]!++;
  return counts;
}

describe("createKeySampler()", () => {
  test.each([0.5, 0.99, 1, 1.2, 2])("Zipf %d: each rank as often as (rank + 1)^-exponent", (s) => {
    for (const keys of [1, 2, 100, 5000]) {
      const counts = countRanks(s, keys);
      const weights = counts.map((_count, rank) => (rank + 1) ** -s);
      const sum = weights.reduce((total, weight) => total + weight, 0);
      let chiSquare = 0;
      counts.forEach((count, rank) => {
        const expected = (N * weights[rank]!) / sum;
        chiSquare += (count - expected) ** 2 / expected;
        // Five standard errors, and two for what is rare.
        expect(Math.abs(count - expected)).toBeLessThan(5 * Math.sqrt(expected) + 5);
      });
      // Chi-square of k - 1 degrees of freedom: mean k - 1, standard deviation sqrt(2 (k - 1)).
      expect(chiSquare).toBeLessThan(keys - 1 + 5 * Math.sqrt(2 * keys));
    }
  });

  test.each([null, 0])("uniform, also as Zipf %s: all keys alike", (exponent) => {
    for (const count of countRanks(exponent, 50)) {
      expect(Math.abs(count - N / 50)).toBeLessThan(5 * Math.sqrt(N / 50));
    }
  });

  test("takes one draw a sample, so that common random numbers stay in step", () => {
    const sampler = createKeySampler({ kind: "zipf", exponent: 0.99 }, 1000);
    const [used, fresh] = [new Stream("x"), new Stream("x")];
    for (let i = 0; i < 100; i++) {
      sampler.sample(used);
      fresh.next();
    }
    expect(used.next()).toBe(fresh.next());
  });

  test("one sampler serves two streams, each as if it were alone", () => {
    const sampler = createKeySampler({ kind: "zipf", exponent: 1 }, 1000);
    const draw = (stream: Stream) => Array.from({ length: 50 }, () => sampler.sample(stream));
    const alone = draw(new Stream("a"));
    const [a, b] = [new Stream("a"), new Stream("b")];
    const mixed = Array.from({ length: 50 }, () => [sampler.sample(a), sampler.sample(b)][0]);
    expect(mixed).toEqual(alone);
  });

  test.each([0, -1, 1.5, Number.NaN])("refuses %d keys", (count) => {
    expect(() => createKeySampler({ kind: "uniform" }, count)).toThrow(InvariantError);
  });

  test("refuses a negative exponent", () => {
    expect(() => createKeySampler({ kind: "zipf", exponent: -1 }, 5)).toThrow(InvariantError);
  });
});
