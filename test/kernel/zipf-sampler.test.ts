import { describe, expect, test } from "vitest";
import { createKeySampler } from "../../src/kernel/key-sampler.ts";
import { Stream } from "../../src/kernel/streams.ts";
import { ZipfSampler } from "../../src/kernel/zipf-sampler.ts";

const N = 500_000;
/** Draws that a bin of ranks must expect for chi-square to be one. */
const EXPECTED_MIN = 25;

/** Chi-square of N draws over bins of neighbouring ranks, and the bins. */
function chiSquare(
  sampler: ZipfSampler,
  exponent: number,
  seed: string,
): readonly [number, number] {
  const stream = new Stream(seed);
  const counts = new Float64Array(sampler.count);
  for (let i = 0; i < N; i++) counts[sampler.sample(stream)]!++;
  let sum = 0;
  for (let rank = 0; rank < sampler.count; rank++) sum += (rank + 1) ** -exponent;
  let total = 0;
  let bins = 0;
  let expected = 0;
  let observed = 0;
  for (let rank = 0; rank < sampler.count; rank++) {
    expected += (N * (rank + 1) ** -exponent) / sum;
    observed += counts[rank]!;
    if (expected < EXPECTED_MIN && rank < sampler.count - 1) continue;
    total += (observed - expected) ** 2 / expected;
    bins++;
    expected = 0;
    observed = 0;
  }
  return [total, bins];
}

describe("ZipfSampler", () => {
  // Chi-square of k bins: mean k - 1, standard deviation sqrt(2 (k - 1)); five of them either way, the seed is fixed.
  test.each([
    [0.5, 1025],
    [0.5, 40_000],
    [0.99, 5_000],
    [0.99, 200_000],
    [1.2, 33_000],
    [2, 5_000],
  ])("Zipf %d over %d keys: each rank as often as (rank + 1)^-exponent", (exponent, count) => {
    const [total, bins] = chiSquare(new ZipfSampler(exponent, count), exponent, `zipf ${exponent}`);
    expect(bins).toBeGreaterThan(50);
    expect(Math.abs(total - (bins - 1))).toBeLessThan(5 * Math.sqrt(2 * (bins - 1)));
  });

  // Within a block a rank is drawn evenly and kept as its popularity asks: bins of few draws do not see whether it is kept.
  test.each([
    [0.99, 200_000],
    [0.5, 40_000],
  ])(
    "Zipf %d over %d keys: the first halves of blocks get more, as much as the law says",
    (exponent, count) => {
      const sampler = new ZipfSampler(exponent, count);
      const isEarly = new Uint8Array(count);
      let early = 0;
      let all = 0;
      for (let start = 1_024; start < count; ) {
        const length = Math.min(count - start, Math.floor((start + 1) / 16));
        for (let rank = start; rank < start + length; rank++) {
          const weight = (rank + 1) ** -exponent;
          all += weight;
          if (rank - start >= Math.floor(length / 2)) continue;
          isEarly[rank] = 1;
          early += weight;
        }
        start += length;
      }
      const stream = new Stream("halves");
      let seen = 0;
      let beyond = 0;
      for (let i = 0; i < 2_000_000; i++) {
        const rank = sampler.sample(stream);
        if (rank < 1_024) continue;
        beyond++;
        seen += isEarly[rank]!;
      }
      const p = early / all;
      const away = (seen - beyond * p) / Math.sqrt(beyond * p * (1 - p));
      // Binomial: four standard deviations, the seed is fixed. All ranks of a block alike would be nine away or more.
      expect(Math.abs(away)).toBeLessThan(4);
    },
  );

  test("is told from a law whose exponent is a fiftieth off", () => {
    const [total, bins] = chiSquare(new ZipfSampler(0.99, 200_000), 1.01, "zipf");
    expect(total).toBeGreaterThan(bins - 1 + 20 * Math.sqrt(2 * bins));
  });

  test("reaches the last rank, and none beyond", () => {
    const sampler = new ZipfSampler(0.1, 1_100);
    const stream = new Stream("last");
    const seen = new Set(Array.from({ length: 50_000 }, () => sampler.sample(stream)));
    expect(seen.size).toBe(1_100);
    expect(Math.max(...seen)).toBe(1_099);
  });

  test("takes 1.4 draws a key of 200,000, and as many for the same seed", () => {
    const sampler = new ZipfSampler(0.99, 200_000);
    const stream = new Stream("draws");
    let draws = 0;
    const counting = {
      next: () => {
        draws++;
        return stream.next();
      },
    } as Stream;
    for (let i = 0; i < 100_000; i++) sampler.sample(counting);
    // Of all keys 38 % lie behind the first 1,024, and a twentieth of these is drawn again.
    expect(draws / 100_000).toBeCloseTo(1.42, 1);
  });

  test("serves where a table of all keys would not stay in the cache", () => {
    expect(createKeySampler({ kind: "zipf", exponent: 0.99 }, 32_769)).toBeInstanceOf(ZipfSampler);
    expect(createKeySampler({ kind: "zipf", exponent: 0.99 }, 32_768)).not.toBeInstanceOf(
      ZipfSampler,
    );
  });

  test("refuses so few keys that all stand for themselves", () => {
    expect(() => new ZipfSampler(1, 1_024)).toThrow("beyond the first");
    expect(() => new ZipfSampler(0, 2_000)).toThrow("beyond the first");
  });
});
