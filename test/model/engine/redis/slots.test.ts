import { describe, expect, it } from "vitest";
import {
  crc16,
  HASH_SLOTS,
  shardOfSlot,
  slotOfKey,
} from "../../../../src/model/engine/redis/slots.ts";

describe("slots", () => {
  it("crc16() gives the XMODEM check value", () => {
    expect(crc16("123456789")).toBe(0x31c3);
  });

  it("slotOfKey() agrees with the cluster specification's example", () => {
    expect(slotOfKey("foo")).toBe(12_182);
  });

  it("slotOfKey() hashes only a non-empty tag", () => {
    expect(slotOfKey("{user1}.following")).toBe(slotOfKey("user1"));
    expect(slotOfKey("a{}b")).toBe(crc16("a{}b") % HASH_SLOTS);
    expect(slotOfKey("a{b}{c}")).toBe(slotOfKey("b"));
  });

  it("shardOfSlot() gives every shard an equal range, in order", () => {
    for (const shards of [1, 2, 3, 7, 90, 500]) {
      const counts = new Array<number>(shards).fill(0);
      let last = 0;
      for (let slot = 0; slot < HASH_SLOTS; slot++) {
        const shard = shardOfSlot(slot, shards);
        expect(shard).toBeGreaterThanOrEqual(last);
        last = shard;
        counts[shard] = (counts[shard] as number) + 1;
      }
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }
  });
});
