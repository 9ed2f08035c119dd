import { describe, expect, test } from "vitest";
import { hash32, mix32 } from "../../src/base/hash.ts";

describe("hash32()", () => {
  test("never changes: run digests of old results depend on it", () => {
    expect(hash32("")).toBe(0xab3e7c0b);
    expect(hash32("node/cart-0001-001")).toBe(0x1945768f);
    expect(hash32("é")).toBe(0xa1487ab7);
  });

  test("is an unsigned 32-bit integer", () => {
    for (let i = 0; i < 1000; i++) {
      const hash = hash32(`name ${i}`);
      expect(hash).toBe(hash >>> 0);
    }
  });

  test("keeps 20,000 similar names apart but for chance", () => {
    const hashes = new Set<number>();
    for (let i = 0; i < 20_000; i++) hashes.add(hash32(`node/cart-${i}`));
    // Expected collisions: 20000^2 / 2^33 = 0.05.
    expect(hashes.size).toBeGreaterThanOrEqual(19_998);
  });

  test("flips about half of the bits when one letter changes", () => {
    let flipped = 0;
    for (let i = 0; i < 1000; i++) {
      let difference = hash32(`link/a${i}>b`) ^ hash32(`link/a${i}>c`);
      for (; difference !== 0; difference &= difference - 1) flipped++;
    }
    expect(flipped / 1000).toBeGreaterThan(15);
    expect(flipped / 1000).toBeLessThan(17);
  });
});

describe("mix32()", () => {
  test("is the finaliser of murmur3", () => {
    expect(mix32(0)).toBe(0);
    expect(mix32(1)).toBe(0x514e28b7);
    expect(mix32(0xffffffff)).toBe(0x81f16f39);
  });
});
