/** Safety checks on journals that are wrong on purpose: each must turn red, and say who did what. */
import { describe, expect, it } from "vitest";
import type { CheckContext } from "../../src/checks/context.ts";
import { acknowledgedWritesKept } from "../../src/checks/safety/acknowledged-writes-kept.ts";
import { onePrimaryPerEpoch } from "../../src/checks/safety/one-primary-per-epoch.ts";
import { oneVotePerEpoch } from "../../src/checks/safety/one-vote-per-epoch.ts";
import { replicaNeverAhead } from "../../src/checks/safety/replica-never-ahead.ts";
import { requestsConserved } from "../../src/checks/safety/requests-conserved.ts";
import { rtoPhasesAddUp } from "../../src/checks/safety/rto-phases-add-up.ts";
import type { JournalRecord } from "../../src/journal/records.ts";
import { ContradictionsFold } from "../../src/measure/contradictions-fold.ts";
import { DurabilityFold } from "../../src/measure/durability-fold.ts";
import { RequestFold } from "../../src/measure/request-fold.ts";
import { WriteStanding } from "../../src/measure/write-standing.ts";
import { oneWrite } from "../fixtures/one-write.ts";

const S = 1e9;

function context(over: {
  records?: readonly JournalRecord[];
  stored?: { offset: number } | null;
  leader?: number;
  expireAt?: number;
  evicted?: boolean;
  keyEvictedAt?: number;
  issued?: number;
  regained?: number;
}): CheckContext {
  const fold = new RequestFold(60 * S);
  fold.ended(10, 0.1 * S, 1, false, 0);
  fold.ended(10, 0.1 * S, 2, false, 0);
  const durability = new DurabilityFold(10);
  const write = { key: 5, history: 0, offset: 700, writeId: 42, ackAt: 2 * S };
  durability.acknowledged(oneWrite({ ...write, expireAt: over.expireAt ?? 0 }), 0, 0);
  if (over.evicted) durability.evicted.add(42);
  if (over.keyEvictedAt !== undefined) durability.evictedAt.set("c/1/3", over.keyEvictedAt);
  const phases = { detect: 1 * S, decide: 0, promote: 0, propagate: 0, reconnect: 0, warm: 1 * S };
  return {
    index: {
      durationNs: 60 * S,
      traffic: [{ name: "t", cache: "c" }],
      sessions: [],
      nodes: [{ id: "c-001", region: "r", zone: "z", cache: "c", shard: 0 }],
      shards: [{ cache: "c", number: 1, id: "0001" }],
      origins: [],
    },
    records: over.records ?? [],
    caches: [],
    datastores: [],
    measured: {
      requests: [fold],
      losses: [],
      durabilityOf: () => durability,
      historyOf: () => null,
      failovers: [],
      disturbances: [],
      intervals: new Map(),
      steady: [],
      steadyBefore: [],
      recoveries: [
        [
          {
            after: { at: 10 * S, what: "x", isHeal: false },
            untilNs: 60 * S,
            regainedAt: over.regained ?? 12 * S,
            wasAsked: true,
            phases,
            causes: [],
          },
        ],
      ],
      minutes: [],
      operations: 2,
      acknowledgedWrites: 1,
      contradictions: new ContradictionsFold(),
      appended: { positions: 0, missing: null },
      standing: new WriteStanding(1, 1),
    },
    end: {
      at: 60 * S,
      issued: () => over.issued ?? 3,
      open: () => 1,
      leader: () => over.leader ?? 0,
      position: () => null,
      localKey: () => 3,
      stored: () =>
        over.stored === undefined
          ? { writeId: 42, offset: 700, history: 0, expireAt: 0 }
          : over.stored === null
            ? null
            : { writeId: 1, history: 0, expireAt: 0, ...over.stored },
      shardOfKey: () => 0,
      compareCopies: () => ({ pairs: 0, divergence: null }),
      evictions: () => 0,
      origins: [],
    },
  };
}

const positions = (primary: number, replica: number, history = 0): JournalRecord => ({
  kind: "offsets",
  at: S,
  cache: "c",
  shard: 1,
  nodes: [
    { node: "p", role: "primary", history: 0, offset: primary, alive: true },
    { node: "r", role: "replica", history, offset: replica, alive: true },
  ],
});

const claim = (node: string, configEpoch: number): JournalRecord => ({
  kind: "primary-claim",
  at: S,
  cache: "c",
  shard: 1,
  node,
  configEpoch,
  history: 0,
  offset: 0,
});

describe("safety checks", () => {
  it("replica-never-ahead", () => {
    expect(replicaNeverAhead(context({ records: [positions(10, 10)] }))).toMatchObject({
      verdict: "pass",
      checked: 1,
    });
    expect(replicaNeverAhead(context({ records: [positions(10, 11, 1)] })).verdict).toBe("pass"); // another history
    const wrong = replicaNeverAhead(context({ records: [positions(10, 11)] }));
    expect(wrong.verdict).toBe("fail");
    expect(wrong.reason).toContain("r is at offset 11, ahead of its primary p at 10");
  });

  it("one-primary-per-epoch", () => {
    expect(
      onePrimaryPerEpoch(context({ records: [claim("a", 1), claim("b", 2), claim("a", 1)] }))
        .verdict,
    ).toBe("pass");
    const wrong = onePrimaryPerEpoch(context({ records: [claim("a", 1), claim("b", 1)] }));
    expect(wrong.verdict).toBe("fail");
    expect(wrong.reason).toContain("a and b both claimed");
  });

  it("one-vote-per-epoch", () => {
    const vote = (voter: string, candidate: string, epoch: number): JournalRecord => ({
      kind: "vote-granted",
      at: S,
      cache: "c",
      shard: 1,
      voter,
      candidate,
      epoch,
    });
    const votes = [vote("a", "x", 4), vote("b", "x", 4), vote("a", "y", 5)];
    expect(oneVotePerEpoch(context({ records: votes }))).toMatchObject({
      verdict: "pass",
      checked: 3,
    });
    const wrong = oneVotePerEpoch(context({ records: [...votes, vote("b", "y", 4)] }));
    expect(wrong.verdict).toBe("fail");
    expect(wrong.reason).toContain("b voted for x and for y in epoch 4");
  });

  it("acknowledged-writes-kept", () => {
    expect(acknowledgedWritesKept(context({})).verdict).toBe("pass");
    expect(acknowledgedWritesKept(context({ stored: { offset: 900 } })).verdict).toBe("pass"); // written over
    expect(acknowledgedWritesKept(context({ stored: null, expireAt: 30 * S })).verdict).toBe(
      "pass",
    );
    expect(acknowledgedWritesKept(context({ stored: null, evicted: true })).verdict).toBe("pass");
    // Another write, acknowledged to nobody, stood in its place and was evicted.
    expect(acknowledgedWritesKept(context({ stored: null, keyEvictedAt: 3 * S })).verdict).toBe(
      "pass",
    );
    expect(acknowledgedWritesKept(context({ stored: null, keyEvictedAt: S })).verdict).toBe("fail");
    expect(acknowledgedWritesKept(context({ leader: -1 })).verdict).toBe("unknown");
    for (const stored of [null, { offset: 600 }]) {
      const wrong = acknowledgedWritesKept(context({ stored }));
      expect(wrong.verdict).toBe("fail");
      expect(wrong.reason).toContain("write 42 at offset 700 was acknowledged");
    }
  });

  it("requests-conserved", () => {
    expect(requestsConserved(context({})).verdict).toBe("pass");
    expect(requestsConserved(context({ issued: 4 }))).toMatchObject({
      verdict: "fail",
      reason: expect.stringContaining("t issued 4 requests"),
    });
  });

  it("rto-phases-add-up", () => {
    expect(rtoPhasesAddUp(context({})).verdict).toBe("pass");
    expect(rtoPhasesAddUp(context({ regained: 13 * S })).verdict).toBe("fail");
  });
});
