import seedrandom from "seedrandom";
import { describe, expect, test } from "vitest";
import { InvariantError } from "../../src/base/invariant.ts";
import { Stream, Streams } from "../../src/kernel/streams.ts";
import { expectMoments, expectQuantiles, take } from "./statistics.ts";

describe("Stream.next()", () => {
  test("is seedrandom's alea, bit for bit", () => {
    for (const seed of ["42", "007", "link/a>b", "é"]) {
      const reference = seedrandom.alea(seed);
      const stream = new Stream(seed);
      for (let i = 0; i < 10_000; i++) {
        const expected = reference();
        if (stream.next() !== expected) expect.fail(`draw ${i} of seed ${seed} differs`);
      }
    }
  });

  test("has these first numbers on every engine", () => {
    const stream = new Stream("42");
    expect(take(3, () => stream.next() * 2 ** 32)).toEqual([2941466319, 2346445722, 3631795649]);
  });
});

describe("Stream distributions", () => {
  const N = 200_000;

  test("next() is uniform: mean 1/2, variance 1/12, and all 32 bits vary", () => {
    const stream = new Stream("uniform");
    const values = take(N, () => stream.next());
    expectMoments(values, { mean: 1 / 2, variance: 1 / 12, kurtosis: 1.8 });
    expectQuantiles(values, [0.001, 0.1, 0.5, 0.9, 0.999], (p) => p);
    let ones = 0;
    for (const value of values) ones |= value * 2 ** 32;
    expect(ones).toBe(-1);
  });

  test("nextInt(n) gives each of 0 to n - 1 equally often", () => {
    const stream = new Stream("int");
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < N; i++) counts[stream.nextInt(10)]!++;
    // Standard deviation of a count: sqrt(N * 0.1 * 0.9) = 134; five of them.
    for (const count of counts) expect(Math.abs(count - N / 10)).toBeLessThan(670);
  });

  test("exponential() has mean 1, variance 1 and quantiles -ln(1 - p), far tail included", () => {
    const stream = new Stream("exponential");
    const values = take(N, () => stream.exponential());
    expectMoments(values, { mean: 1, variance: 1, kurtosis: 9 });
    expectQuantiles(values, [0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9995], (p) => -Math.log(1 - p));
    expect(Math.min(...values.slice(0, 1000))).toBeGreaterThanOrEqual(0);
    // Beyond the ziggurat's last layer: P(X > 7.697) = 4.54e-4 of 200,000, 91 +- 9.5.
    const far = values.filter((value) => value > 7.69711747013105);
    expect(Math.abs(far.length - 91)).toBeLessThan(48);
    expect(far.reduce((sum, value) => sum + value - 7.69711747013105, 0) / far.length).toBeCloseTo(
      1,
      0,
    );
  });

  test("normal() has mean 0, variance 1 and the normal's quantiles, far tail included", () => {
    const stream = new Stream("normal");
    const values = take(N, () => stream.normal());
    expectMoments(values, { mean: 0, variance: 1, kurtosis: 3 });
    const quantiles: Record<number, number> = {
      0.001: -3.090232306167813,
      0.025: -1.959963984540054,
      0.25: -0.6744897501960817,
      0.5: 0,
      0.8413447460685429: 1,
      0.99: 2.3263478740408408,
      0.999: 3.090232306167813,
    };
    expectQuantiles(values, Object.keys(quantiles).map(Number), (p) => quantiles[p]!);
    // P(|X| > 3.654) = 2.58e-4 of 200,000: 52 +- 7.2.
    const far = values.filter((value) => Math.abs(value) > 3.6541528853610088).length;
    expect(Math.abs(far - 52)).toBeLessThan(36);
  });

  test("has these first values on every engine", () => {
    const stream = new Stream("42");
    expect(take(3, () => stream.exponential())).toEqual([
      0.539758600124663, 0.7444415584796863, 0.7942000762064244,
    ]);
    expect(take(3, () => stream.normal())).toEqual([
      0.1881474561675449, 1.1579789183608276, 1.5856282271688957,
    ]);
  });
});

describe("Streams", () => {
  const first = (streams: Streams, entity: string, purpose: string): number[] =>
    take(
      5,
      (
        (stream) => () =>
          stream.next()
      )(streams.stream(entity, purpose)),
    );

  test("a stream depends on seed and names, not on what was asked for before", () => {
    const alone = first(new Streams("42"), "link/a>b", "loss");
    const crowd = new Streams("42");
    for (let i = 0; i < 50; i++) first(crowd, `link/${i}`, "loss");
    expect(first(crowd, "link/a>b", "loss")).toEqual(alone);
    expect(first(new Streams("43"), "link/a>b", "loss")).not.toEqual(alone);
  });

  test("the same names give the same stream, which goes on", () => {
    const streams = new Streams("42");
    expect(streams.stream("a", "b")).toBe(streams.stream("a", "b"));
    expect(first(streams, "a", "b")).not.toEqual(first(streams, "a", "b"));
  });

  test("names that read alike when joined are different streams", () => {
    const pairs = [
      ["a", "b/c"],
      ["a/b", "c"],
      ["1/a", "b/c"],
      ["a/b/c", ""],
      ["", "a/b/c"],
    ] as const;
    const starts = pairs.map(([entity, purpose]) =>
      String(first(new Streams("42"), entity, purpose)),
    );
    expect(new Set(starts).size).toBe(pairs.length);
  });

  test("streams are not correlated", () => {
    const streams = new Streams("42");
    const [a, b] = [streams.stream("node/1", "x"), streams.stream("node/2", "x")];
    let sum = 0;
    const n = 100_000;
    for (let i = 0; i < n; i++) sum += (a.next() - 0.5) * (b.next() - 0.5);
    // Standard deviation of the correlation: 1 / sqrt(n) = 0.0032; five of them.
    expect(Math.abs((sum / n) * 12)).toBeLessThan(0.016);
  });

  test("a seed is the text as written", () => {
    expect(first(new Streams("007"), "a", "b")).not.toEqual(first(new Streams("7"), "a", "b"));
  });

  test.each(["", "a b", "é", "a/b", "x".repeat(65)])("refuses the seed %j", (seed) => {
    expect(() => new Streams(seed)).toThrow(InvariantError);
  });

  test("takes 64 letters, digits, _ and -", () => {
    expect(new Streams("aZ09_-".padEnd(64, "x")).seed).toHaveLength(64);
  });
});
