import { describe, expect, it } from "vitest";
import { chainsKeysOfSlots } from "../../../../src/catalog/engines.ts";
import { Keyspace } from "../../../../src/model/engine/redis/keyspace.ts";
import { itemBytes, SLOT_CHAIN_BYTES } from "../../../../src/model/engine/redis/memory.ts";

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

  it("in cluster mode a key takes 16 bytes more, also where it holds another size and in copies", () => {
    expect(SLOT_CHAIN_BYTES).toBe(16);
    const [plain, clustered] = [0, SLOT_CHAIN_BYTES].map(
      (bytes) => new Keyspace(3, 11, null, null, bytes),
    ) as [Keyspace, Keyspace];
    for (const keyspace of [plain, clustered]) {
      for (const key of [0, 1, 2]) keyspace.set(key, key + 1, 0, 0, 0, 100, 0);
      keyspace.set(1, 4, 0, 0, 0, 500, 0);
      keyspace.remove(2);
    }
    expect(clustered.usedBytes - plain.usedBytes).toBe(2 * 16);
    for (const copy of [clustered.snapshot(), clustered.emptiedFor(clustered)]) {
      const before = copy.usedBytes;
      copy.remove(0);
      copy.set(0, 5, 0, 0, 0, 100, 0);
      if (before > 0) expect(copy.usedBytes).toBe(before);
      else
        expect(copy.usedBytes).toBe(
          itemBytes({ keyBytes: 11, valueBytes: 100, hasTtl: false }) + 16,
        );
    }
    clustered.remove(0);
    clustered.remove(1);
    expect(clustered.usedBytes).toBe(0);
  });

  it.each([
    ["redis", "6.2", false],
    ["redis", "7.0", true],
    ["redis", "7.1", true],
    ["redis", "7.2", true],
    ["valkey", "7.2", true],
    ["valkey", "8.0", false],
    ["valkey", "9.0", false],
  ] as const)("chainsKeysOfSlots(%s %s) is %s", (engine, version, chains) => {
    expect(chainsKeysOfSlots(engine, version)).toBe(chains);
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
