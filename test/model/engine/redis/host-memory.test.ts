import { describe, expect, it } from "vitest";
import { HostMemory } from "../../../../src/model/engine/redis/host-memory.ts";

const MB = 1_000_000;
const host = (over: Partial<ConstructorParameters<typeof HostMemory>[0]> = {}): HostMemory =>
  new HostMemory({
    physicalBytes: 100 * MB,
    copyOnWriteBytes: 8192,
    swapPageInNs: MB,
    forkless: null,
    ...over,
  });

describe("HostMemory", () => {
  it("copies what a write touches while a child lives, less the more is copied, and never more than there is", () => {
    const memory = host();
    memory.beginSave(10 * MB);
    memory.written(10 * MB, 1000);
    expect(memory.copiedBytes).toBe(9192);
    const before = memory.copiedBytes;
    memory.written(10 * MB, 1000);
    expect(memory.copiedBytes - before).toBeLessThan(9192);
    for (let write = 0; write < 20_000; write++) memory.written(10 * MB, 1000);
    expect(memory.copiedBytes).toBeGreaterThan(9.9 * MB);
    expect(memory.copiedBytes).toBeLessThanOrEqual(10 * MB);
    expect(memory.freeBytes(10 * MB)).toBeCloseTo(80 * MB, -6);
    memory.endSave(10 * MB);
    expect([memory.copiedBytes, memory.freeBytes(10 * MB)]).toEqual([0, 90 * MB]);
  });

  it("swaps what is used beyond the physical memory, and a command waits in proportion", () => {
    const memory = host();
    memory.weigh(90 * MB);
    expect([memory.swappedBytes, memory.readDelayNs, memory.writeDelayNs]).toEqual([0, 0, 0]);
    memory.pressureBytes = 40 * MB;
    memory.weigh(90 * MB);
    expect(memory.swappedBytes).toBe(30 * MB);
    expect(memory.readDelayNs).toBe(Math.round(MB / 3)); // a third of the pages, 1 ms each
    expect(memory.freeBytes(90 * MB)).toBe(0);
    memory.pressureBytes = 0;
    memory.outputBufferBytes = 30 * MB;
    memory.weigh(90 * MB);
    expect(memory.swappedBytes).toBe(20 * MB);
    memory.clear();
    expect([memory.swappedBytes, memory.readDelayNs]).toEqual([0, 0]);
  });

  it("copies that outgrow the host are swapped out at once", () => {
    const memory = host({ physicalBytes: 95 * MB });
    memory.beginSave(90 * MB);
    for (let write = 0; write < 100; write++) memory.written(90 * MB, 100_000);
    expect(memory.swappedBytes).toBeGreaterThan(4 * MB);
    expect(memory.readDelayNs).toBeGreaterThan(40_000);
  });

  it("a managed node without memory for a fork takes longer for writes, and copies nothing", () => {
    const forkless = { headroomShare: 0.1, writeDelayNs: 50_000 };
    const full = host({ forkless });
    full.beginSave(92 * MB); // 8 MB free, 9.2 needed
    expect([full.forkless, full.writeDelayNs, full.readDelayNs]).toEqual([true, 50_000, 0]);
    full.written(92 * MB, 1000);
    expect(full.copiedBytes).toBe(0);
    full.endSave(92 * MB);
    expect(full.writeDelayNs).toBe(0);
    const reserved = host({ forkless });
    reserved.beginSave(75 * MB); // reserved-memory-percent 25
    expect(reserved.forkless).toBe(false);
    const own = host();
    own.beginSave(92 * MB);
    expect(own.forkless).toBe(false);
  });
});
