import { describe, expect, it } from "vitest";
import { itemBytes } from "../../../../src/model/engine/redis/memory.ts";

describe("memory", () => {
  // Measured with redis-server 7.0.15: bytes per key over the empty server. Tolerance 3 %: the hash table's fill, which
  // the model takes at its mean, moves the measured figure by that much between two doublings.
  it("itemBytes() agrees with the measured bytes per key", () => {
    const plain = itemBytes({ keyBytes: 11, valueBytes: 100, hasTtl: false });
    expect(plain / 186.6).toBeGreaterThan(0.97);
    expect(plain / 186.6).toBeLessThan(1.03);
    const withTtl = itemBytes({ keyBytes: 11, valueBytes: 100, hasTtl: true });
    expect(withTtl / 233.5).toBeGreaterThan(0.97);
    expect(withTtl / 233.5).toBeLessThan(1.03);
  });

  it("itemBytes() never shrinks when a value grows", () => {
    let last = 0;
    for (let valueBytes = 45; valueBytes < 5000; valueBytes++) {
      const bytes = itemBytes({ keyBytes: 10, valueBytes, hasTtl: false });
      expect(bytes).toBeGreaterThanOrEqual(last);
      expect(bytes).toBeGreaterThan(valueBytes);
      last = bytes;
    }
  });
});
