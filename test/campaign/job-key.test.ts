import fc from "fast-check";
import { expect, test } from "vitest";
import { jobKey } from "../../src/campaign/job-key.ts";
import { canonicalJson, plainJson } from "../../src/campaign/plain-json.ts";

const plain = fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.parse(JSON.stringify(value)));

test("plainJson() writes what JSON.stringify() writes (property)", () => {
  const property = fc.property(plain, (value) => {
    expect(plainJson(value)).toBe(JSON.stringify(value));
    expect(JSON.parse(canonicalJson(value))).toEqual(value);
  });
  fc.assert(property, { seed: 22, numRuns: 500 });
});

test("canonicalJson() does not mind the order of members", () => {
  expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: "x", 10: 1, 9: 2 })).toBe(
    '{"10":1,"9":2,"a":"x","b":[{"c":2,"d":1}]}',
  );
});

test("jobKey() is equal for equal contents and no others (property)", () => {
  const property = fc.property(plain, plain, (a, b) => {
    expect(jobKey(structuredClone(a))).toBe(jobKey(a));
    expect(jobKey(a) === jobKey(b)).toBe(canonicalJson(a) === canonicalJson(b));
  });
  fc.assert(property, { seed: 23, numRuns: 500 });
});

/**
 * Of n keys of b random bits, n(n-1)/2 / 2^b pairs agree. Any two of the four lanes, cut to 17 bits each, must agree no
 * more often than 34 random bits do: 200,000 contents give 1.16 expected pairs; more than 9 have probability below 1e-6.
 */
test("jobKey() has four lanes that are independent of each other", () => {
  const keys = Array.from({ length: 200_000 }, (_, i) => jobKey({ at: i, zone: "a" }));
  const low17 = (key: string, lane: number): number =>
    Number.parseInt(key.slice(lane * 8, lane * 8 + 8), 16) & 0x1ffff;
  for (const [one, other] of [
    [0, 1],
    [0, 2],
    [0, 3],
    [1, 2],
    [1, 3],
    [2, 3],
  ] as const) {
    const pairs = new Set(keys.map((key) => low17(key, one) * 0x20000 + low17(key, other)));
    expect(keys.length - pairs.size).toBeLessThan(10);
  }
});
