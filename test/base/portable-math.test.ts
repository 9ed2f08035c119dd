import { describe, expect, test } from "vitest";
import { cosOfTurns, exp, ln, pow } from "../../src/base/portable-math.ts";
import { Stream } from "../../src/kernel/streams.ts";

const double = new Float64Array(1);
const bits = new BigInt64Array(double.buffer);

function bitsOf(x: number): bigint {
  double[0] = x;
  return bits[0] as bigint;
}

/** The 16 hexadecimal digits of a double. */
const hexOf = (x: number): string => BigInt.asUintN(64, bitsOf(x)).toString(16).padStart(16, "0");

/** How many doubles lie between two of the same sign; 0 for two NaN. */
function ulpsBetween(a: number, b: number): number {
  if (Object.is(a, b) || (Number.isNaN(a) && Number.isNaN(b))) return 0;
  const steps = bitsOf(a) - bitsOf(b);
  return Number(steps < 0n ? -steps : steps);
}

const EDGES = [
  0,
  -0,
  1,
  -1,
  2,
  -2,
  0.5,
  -0.5,
  3,
  -3,
  10,
  1e-9,
  -1e-9,
  0.3466,
  1.0397,
  709.78,
  709.79,
  -708.5,
  -745.1,
  -745.2,
  5e-324,
  2.2e-308,
  1e-310,
  1e300,
  -1e300,
  1 + 2 ** -52,
  1 - 2 ** -53,
  2 ** 31 + 1,
  2 ** 53,
  -(2 ** 53) + 1,
  Number.MAX_VALUE,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NaN,
];

describe("ln()", () => {
  test("is within 1 ulp of Math.log over the whole range", () => {
    const stream = new Stream("ln");
    for (let i = 0; i < 20_000; i++) {
      const x = Math.exp((stream.next() - 0.5) * 1416);
      expect(ulpsBetween(ln(x), Math.log(x))).toBeLessThanOrEqual(1);
    }
    for (let i = 0; i < 20_000; i++) {
      const x = 1 + (stream.next() - 0.5) * 2 ** -(i % 40);
      expect(ulpsBetween(ln(x), Math.log(x))).toBeLessThanOrEqual(1);
    }
  });

  test("answers as Math.log at the edges", () => {
    for (const x of EDGES) expect(ulpsBetween(ln(x), Math.log(x))).toBeLessThanOrEqual(1);
  });

  test("has these bits on every engine", () => {
    expect([2, 10, 0.1, 1e300, 1 / 3].map((x) => hexOf(ln(x)))).toEqual([
      "3fe62e42fefa39ef",
      "40026bb1bbb55516",
      "c0026bb1bbb55515",
      "4085963447f87fb5",
      "bff193ea7aad030b",
    ]);
  });
});

describe("exp()", () => {
  test("is within 1 ulp of Math.exp over the whole range", () => {
    const stream = new Stream("exp");
    for (let i = 0; i < 20_000; i++) {
      const x = (stream.next() - 0.5) * (i % 2 === 0 ? 1490 : 4);
      expect(ulpsBetween(exp(x), Math.exp(x))).toBeLessThanOrEqual(1);
    }
  });

  test("answers as Math.exp at the edges", () => {
    for (const x of EDGES) expect(ulpsBetween(exp(x), Math.exp(x))).toBeLessThanOrEqual(1);
  });

  test("has these bits on every engine", () => {
    expect([1, -1, 10, 0.1, -700].map((x) => hexOf(exp(x)))).toEqual([
      "4005bf0a8b14576a",
      "3fd78b56362cef38",
      "40d5829dcf950560",
      "3ff1aec7b35a00d4",
      "00d14f2b0fb9307f",
    ]);
  });
});

describe("pow()", () => {
  test("is within 1 ulp of Math.pow, small and large, near 1 and far", () => {
    const stream = new Stream("pow");
    for (let i = 0; i < 40_000; i++) {
      const x = Math.exp((stream.next() - 0.5) * [1e-6, 2, 20, 1416][i % 4]!);
      const y = (stream.next() - 0.5) * [3, 40, 600, 1e9, 1e17][i % 5]!;
      expect(ulpsBetween(pow(x, y), x ** y)).toBeLessThanOrEqual(1);
    }
  });

  test("answers as Math.pow for all pairs of edges", () => {
    for (const x of EDGES) {
      for (const y of EDGES) {
        const ulps = ulpsBetween(pow(x, y), x ** y);
        expect(ulps, `${x} ** ${y} = ${pow(x, y)}, Math.pow says ${x ** y}`).toBeLessThanOrEqual(1);
      }
    }
  });

  test("has these bits on every engine", () => {
    const pairs = [
      [2, 0.3],
      [10, -0.99],
      [123456, -0.9],
      [0.001, 7.7],
    ] as const;
    expect(pairs.map(([x, y]) => hexOf(pow(x, y)))).toEqual([
      "3ff3b2c47bff8329",
      "3fba3240c19b7047",
      "3efb6e4ace203045",
      "3b2334a754541684",
    ]);
  });
});

describe("cosOfTurns()", () => {
  test("is exact at eighths of a turn where the cosine is", () => {
    expect([0, 0.25, 0.5, 0.75, 1, -1, 7.5].map(cosOfTurns)).toEqual([1, 0, -1, 0, 1, 1, -1]);
    expect(cosOfTurns(1 / 6)).toBeCloseTo(0.5, 15);
  });

  test("agrees with Math.cos, even, and of period 1", () => {
    const stream = new Stream("cos");
    for (let i = 0; i < 20_000; i++) {
      const turns = stream.next();
      const expected = Math.cos(2 * Math.PI * turns);
      // 2 pi t in doubles is off by 2 pi 2^-53 itself.
      expect(Math.abs(cosOfTurns(turns) - expected)).toBeLessThan(2 ** -50);
      expect(cosOfTurns(-turns)).toBe(cosOfTurns(turns));
      expect(cosOfTurns(turns + 8)).toBeCloseTo(cosOfTurns(turns), 13);
    }
  });
});
