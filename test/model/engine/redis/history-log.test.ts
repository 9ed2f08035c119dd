import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HistoryLog } from "../../../../src/model/engine/redis/history-log.ts";

const BACKLOG = 1000;

function logOf(entries: number, bytes = 100): HistoryLog {
  const log = new HistoryLog(1, -1, 0, BACKLOG);
  for (let i = 0; i < entries; i++) log.append(bytes, i, i, i + 1, 0, 10);
  return log;
}

describe("HistoryLog", () => {
  it("append() moves the head by the entry's bytes", () => {
    const log = logOf(3);
    expect(log.headOffset).toBe(300);
    expect(log.endOffset(1)).toBe(200);
    expect(log.entryAfter(100)).toBe(1);
    expect(log.entryAfter(300)).toBe(3);
  });

  it("canContinue() for its own replication id only", () => {
    expect(logOf(50).canContinue(1, 4900, 5000)).toBe(true);
    expect(logOf(50).canContinue(2, 4900, 5000)).toBe(false);
  });

  // Whole blocks of 16 KiB are dropped while what is left would still be longer than the backlog's size.
  it("reaches back by the size of the backlog, and by less than a block more", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 16_384, max: 200_000 }),
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 10, max: 700 }),
        (backlog, entries, bytes) => {
          const log = new HistoryLog(1, -1, 0, backlog);
          for (let i = 0; i < entries; i++) log.append(bytes, i, i, i + 1, 0, 10);
          const head = log.headOffset;
          for (const missing of [backlog, backlog + 16_384 + bytes]) {
            if (missing > head) continue;
            expect(log.canContinue(1, head - missing, head)).toBe(missing <= backlog);
          }
        },
      ),
      { seed: 3, numRuns: 200 },
    );
  });

  it("reaches back to the start of a block", () => {
    const log = new HistoryLog(1, -1, 0, 16_384);
    for (let i = 0; i < 500; i++) log.append(100, i, i, i + 1, 0, 10);
    // 50,000 bytes: blocks begin at 0, 16,384, 32,768 and 49,152; dropping up to 32,768 would leave 17,232.
    expect(log.canContinue(1, 32_800, 50_000)).toBe(true);
    expect(log.canContinue(1, 32_700, 50_000)).toBe(false);
  });

  it("canContinue() refuses a follower that is ahead of what the node holds", () => {
    expect(logOf(50).canContinue(1, 4900, 4800)).toBe(false);
  });

  it("canContinue() after a promotion for a sibling that was not ahead of the winner", () => {
    const fork = logOf(50).fork(2, 4000);
    expect(fork.headOffset).toBe(4000);
    expect(fork.canContinue(1, 3900, 4000)).toBe(true);
    expect(fork.canContinue(1, 4000, 4000)).toBe(true);
    expect(fork.canContinue(1, 4100, 4000)).toBe(false);
  });

  it("whyNot() tells an unrelated history from one that went another way and from a backlog that was outrun", () => {
    const log = logOf(50);
    expect(log.whyNot(1, 4900, 5000)).toBeNull();
    expect(log.whyNot(2, 4900, 5000)).toBe("unrelated");
    expect(log.whyNot(1, 4900, 4800)).toBe("diverged");
    const fork = log.fork(2, 4000);
    expect(fork.whyNot(1, 4000, 4000)).toBeNull();
    expect(fork.whyNot(1, 4100, 5000)).toBe("diverged");
    const long = new HistoryLog(1, -1, 0, 16_384);
    for (let i = 0; i < 500; i++) long.append(100, i, i, i + 1, 0, 10);
    expect(long.whyNot(1, 32_800, 50_000)).toBeNull();
    expect(long.whyNot(1, 32_700, 50_000)).toBe("outrun");
  });

  it("fork() carries the backlog's entries with their keys", () => {
    const fork = logOf(50).fork(2, 4000);
    const next = fork.entryAfter(3900);
    expect(fork.key(next)).toBe(39);
    expect(fork.endOffset(next)).toBe(4000);
    fork.append(50, 99, 7, 1000, 0, 10);
    expect(fork.headOffset).toBe(4050);
  });

  it("keeps what a reader has not read, however far behind", () => {
    const log = new HistoryLog(1, -1, 0, BACKLOG);
    const reader = { next: 5 };
    log.attach(reader);
    for (let i = 0; i < 20_000; i++) log.append(10, i, i, i + 1, 0, 1);
    for (let entry = 5; entry < 20_000; entry++) expect(log.key(entry)).toBe(entry);
    log.detach(reader);
    for (let i = 0; i < 100_000; i++) log.append(10, i, i, i + 1, 0, 1);
    expect(log.next - log.first).toBeLessThan(40_000);
  });
});
