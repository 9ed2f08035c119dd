import { describe, expect, test } from "vitest";
import { OUTCOME_INFO, OUTCOME_OK } from "../../src/journal/operation-columns.ts";
import type { Executions } from "../../src/twin/executions.ts";
import { lostWrites } from "../../src/twin/losses.ts";
import type { RealOperation, RealRun } from "../../src/twin/real-run.ts";

const KEY = "key:1";

function write(id: number, given: Partial<{ outcome: number; ttlMs: number }> = {}): RealOperation {
  const { outcome = OUTCOME_OK, ttlMs = null } = given;
  return {
    request: {
      id,
      atNs: id,
      traffic: 0,
      number: id,
      session: 0,
      key: 1,
      keyName: KEY,
      shard: 0,
      isSet: true,
      valueBytes: 10,
      ttlMs,
    },
    outcome,
    hit: -1,
    attempts: 1,
    invokedAt: id * 100,
    returnedAt: id * 100 + 10,
  };
}

/** A run in which `b` took over and executed some writes. */
function runWith(given: {
  readonly writes: readonly RealOperation[];
  readonly executed: readonly number[];
  readonly held: number | null;
  readonly hit?: readonly string[];
}): RealRun {
  const failover = { shard: 1, fromNode: "a", startedAt: 0, detectedAt: 1, promotedAt: 2 };
  return {
    operations: given.writes,
    failovers: [{ ...failover, toNode: "b", abandonedAt: null }],
    faults: [],
    states: [],
    hit: new Set(given.hit ?? ["a"]),
    executions: {
      of: (node: string) => (node === "b" ? given.executed : []),
    } as unknown as Executions,
    pollGapNs: 0,
    kept: new Map([[KEY, given.held]]),
  };
}

const lost = (given: Parameters<typeof runWith>[0]): number[] => [...lostWrites(runWith(given))];

describe("lostWrites()", () => {
  test("a write that the new primary holds, or executed before the one that it holds, is kept", () => {
    expect(lost({ writes: [write(1), write(2)], executed: [1, 2], held: 2 })).toEqual([]);
  });

  test("a write that the new primary never executed is lost, even where another took its place", () => {
    expect(lost({ writes: [write(1), write(2)], executed: [2], held: 2 })).toEqual([1]);
  });

  test("a write that was executed and is gone again is lost", () => {
    expect(lost({ writes: [write(1), write(2)], executed: [1, 2], held: 1 })).toEqual([2]);
    expect(lost({ writes: [write(1)], executed: [1], held: null })).toEqual([1]);
  });

  test("a key that may have expired shows no loss", () => {
    expect(lost({ writes: [write(1, { ttlMs: 5 })], executed: [1], held: null })).toEqual([]);
  });

  test("a write that was not acknowledged cannot be lost", () => {
    const writes = [write(1, { outcome: OUTCOME_INFO })];
    expect(lost({ writes, executed: [], held: null })).toEqual([]);
  });

  test("where a fault hit the new primary too, the order of the clients decides", () => {
    const writes = [write(1), write(2), write(3)];
    expect(lost({ writes, executed: [], held: 2, hit: ["a", "b"] })).toEqual([3]);
  });
});
