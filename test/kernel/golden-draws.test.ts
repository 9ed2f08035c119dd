/** Draws to the last bit: a scenario's chance is the same on every engine, in every version that does not say otherwise. */
import { describe, expect, test } from "vitest";
import type { Distribution } from "../../src/kernel/distribution.ts";
import { createKeySampler } from "../../src/kernel/key-sampler.ts";
import { createSampler } from "../../src/kernel/sampler.ts";
import { Stream, Streams } from "../../src/kernel/streams.ts";
import { fingerprint, take } from "./statistics.ts";

describe("golden draws", () => {
  const golden = (): Stream => new Stream("golden");

  test("of the exponential and the normal, every layer and some of the tail", () => {
    const [a, b] = [golden(), golden()];
    expect(fingerprint(take(20_000, () => a.exponential()))).toBe("88dcad29");
    expect(fingerprint(take(20_000, () => b.normal()))).toBe("034bcd82");
  });

  test.each([
    [0.99, 1000, "444e5ed4"],
    [1, 3, "2bae7038"],
    [2, 1, "c897cfc5"],
    [0.5, 4096, "1057dfc7"],
    [1.2, 4097, "b326e3bf"],
  ])("of Zipf %d over %d keys", (exponent, keys, wanted) => {
    const sampler = createKeySampler({ kind: "zipf", exponent }, keys);
    const stream = golden();
    expect(fingerprint(take(2000, () => sampler.sample(stream)))).toBe(wanted);
  });

  test.each<[Distribution, string]>([
    [{ kind: "uniform", min: 10, max: 22 }, "2a3383d9"],
    [{ kind: "exponential", mean: 250 }, "3d4c3337"],
    [{ kind: "normal", mean: 100, stddev: 60 }, "e66461bc"],
    [{ kind: "lognormal", median: 200, p99: 1500 }, "73858a05"],
    [{ kind: "pareto", min: 3, shape: 1.5 }, "0ead1389"],
    [
      {
        kind: "empirical",
        points: [
          { value: 1, weight: 3 },
          { value: 2, weight: 0 },
          { value: 9, weight: 1 },
          { value: 4, weight: 2.5 },
        ],
      },
      "1d47f6b9",
    ],
  ])("of %j", (distribution, wanted) => {
    const sampler = createSampler(distribution);
    const stream = golden();
    expect(sampler.constant).toBe(null);
    expect(fingerprint(take(1000, () => sampler.sample(stream)))).toBe(wanted);
  });
});

describe("Stream.reseed() and Streams.rekey()", () => {
  const draws = (stream: Stream): number[] => take(5, () => stream.next());

  test("a stream that starts over is as a new one", () => {
    const stream = new Stream("a");
    draws(stream);
    stream.reseed("b");
    expect(draws(stream)).toEqual(draws(new Stream("b")));
    expect(() => stream.reseed("")).toThrow("has a seed");
    expect(() => new Stream("")).toThrow("has a seed");
  });

  test("a salt keys anew the streams that are there and those to come, by itself alone", () => {
    const rekeyed = (salt: string, before: number) => {
      const streams = new Streams("1");
      const old = streams.stream("a", "b");
      take(before, () => old.next());
      streams.rekey(salt);
      expect(streams.stream("a", "b")).toBe(old);
      return [draws(old), draws(streams.stream("c", "d"))];
    };
    expect(rekeyed("x", 0)).toEqual(rekeyed("x", 7));
    const unsalted = new Streams("1");
    for (const [at, entity, purpose] of [
      [0, "a", "b"],
      [1, "c", "d"],
    ] as const) {
      const plain = draws(unsalted.stream(entity, purpose));
      expect(rekeyed("x", 0)[at]).not.toEqual(plain);
      expect(rekeyed("y", 0)[at]).not.toEqual(rekeyed("x", 0)[at]);
    }
    for (const salt of ["", "a b", "x".repeat(65)])
      expect(() => new Streams("1").rekey(salt)).toThrow("a salt is");
  });
});
