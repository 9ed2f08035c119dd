import { describe, expect, test } from "vitest";
import { Digest } from "../../src/kernel/digest.ts";

function digestOf(words: readonly number[]): string {
  const digest = new Digest();
  for (const word of words) digest.fold(word);
  return digest.hex();
}

describe("Digest", () => {
  test("never changes for these words: golden", () => {
    expect(digestOf([])).toBe("1388a0fbede1521e");
    expect(digestOf([1, -2, 0x7fffffff])).toBe("441fa2df330193ea");
  });

  test("depends on each bit of each word", () => {
    const base = [0, 7, -1, 123456789];
    const seen = new Set([digestOf(base)]);
    for (let at = 0; at < base.length; at++) {
      for (let bit = 0; bit < 32; bit++) {
        seen.add(digestOf(base.map((word, i) => (i === at ? word ^ (1 << bit) : word))));
      }
    }
    expect(seen.size).toBe(1 + base.length * 32);
  });

  test("foldWords() is fold() of the first words, one after the other", () => {
    const words = Int32Array.of(5, -7, 0x7fffffff, 123456789, 11);
    for (const count of [0, 1, 4]) {
      const digest = new Digest();
      digest.fold(3);
      digest.foldWords(words, count);
      expect(digest.hex()).toBe(digestOf([3, ...words.subarray(0, count)]));
    }
  });

  test("depends on order and on how many zeros there are", () => {
    expect(digestOf([1, 2])).not.toBe(digestOf([2, 1]));
    expect(digestOf([0, 0])).not.toBe(digestOf([0, 0, 0]));
  });

  test("foldNanos() tells times apart that differ above 2^32 only", () => {
    const digests = [5, 5 + 2 ** 32, 5 + 2 ** 52].map((time) => {
      const digest = new Digest();
      digest.foldNanos(time);
      return digest.hex();
    });
    expect(new Set(digests).size).toBe(3);
  });

  test("foldText() keeps the borders of texts", () => {
    const digests = [["ab", "c"], ["a", "bc"], ["abc"]].map((texts) => {
      const digest = new Digest();
      for (const text of texts) digest.foldText(text);
      return digest.hex();
    });
    expect(new Set(digests).size).toBe(3);
  });
});
