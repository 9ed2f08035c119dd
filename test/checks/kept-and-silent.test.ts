/** Checks of what is kept, answered and silent, on runs that are wrong in one thing each. */
import { describe, expect, it } from "vitest";
import { acknowledgedWasAppended } from "../../src/checks/safety/acknowledged-was-appended.ts";
import { acknowledgedWritesKept } from "../../src/checks/safety/acknowledged-writes-kept.ts";
import {
  executedOnce,
  expiredNeverServed,
  failedWritesUnseen,
  replicasRefuseWrites,
} from "../../src/checks/safety/answers-consistent.ts";
import { copiesAgree } from "../../src/checks/safety/copies-agree.ts";
import { replacedPrimaryFallsSilent } from "../../src/checks/safety/replaced-primary-falls-silent.ts";
import { requestsConserved } from "../../src/checks/safety/requests-conserved.ts";
import { writesResume } from "../../src/checks/safety/writes-resume.ts";
import type { JournalRecord, NodeRole, NodeState } from "../../src/journal/records.ts";
import { ContradictionsFold } from "../../src/measure/contradictions-fold.ts";
import { DurabilityFold } from "../../src/measure/durability-fold.ts";
import type { Divergence } from "../../src/measure/run-facts.ts";
import { WriteStanding } from "../../src/measure/write-standing.ts";
import { oneWrite } from "../fixtures/one-write.ts";
import { cart, contextOf, lossOf, recordOf, S } from "./journal.ts";

const state = (at: number, node: string, role: NodeRole, is: NodeState, over = {}): JournalRecord =>
  recordOf("node-state", { at: at * S, node, role, state: is, cause: "because", ...over });
const fault = (kind: "fault-injected" | "fault-healed", at: number, holds = true): JournalRecord =>
  ({
    kind,
    at: at * S,
    fault: 1,
    faultKind: "network-partition",
    targets: ["x"],
    holds,
  }) as const;

describe("acknowledged-was-appended", () => {
  it("tells of the first primary that lacked what it had acknowledged", () => {
    const judge = (appended: { positions: number; missing: null | object }) =>
      acknowledgedWasAppended(contextOf({ measured: { appended: appended as never } }));
    expect(judge({ positions: 7, missing: null })).toEqual({
      id: "acknowledged-was-appended",
      verdict: "pass",
      checked: 7,
      reason: "7 positions of primaries, none behind what they had acknowledged",
    });
    const missing = { node: "cart-001", at: 2 * S, offset: 40, acknowledged: 41 };
    expect(judge({ positions: 3, missing })).toEqual({
      id: "acknowledged-was-appended",
      verdict: "fail",
      checked: 3,
      reason: "cart-001 stood at offset 40 at 2 s, behind offset 41 that it had acknowledged",
    });
  });
});

describe("answers", () => {
  const found = { key: 5, writeId: 42, node: 1, invokedAt: 9 * S, expireAt: 4 * S };
  const judge = (
    check: typeof executedOnce,
    over: Partial<ContradictionsFold>,
    node = found.node,
  ) => {
    const contradictions = Object.assign(new ContradictionsFold(), { reads: 8, writes: 3 }, over);
    for (const key of ["expiredRead", "failedRead", "repeated", "byFollower"] as const)
      if (contradictions[key] !== null)
        Object.assign(contradictions, { [key]: { ...contradictions[key], node } });
    return check(contextOf({ measured: { contradictions } }));
  };
  const said = "answered an operation that began at 9 s with write 42 of key 5,";

  it.each([
    ["expired-never-served", expiredNeverServed, "expiredRead", 8, "it had expired at 4 s"],
    ["failed-writes-unseen", failedWritesUnseen, "failedRead", 8, "reported that write as failed"],
    ["executed-once", executedOnce, "repeated", 3, "again, although no answer to it was missing"],
    ["replicas-refuse-writes", replicasRefuseWrites, "byFollower", 3, "although it did not lead"],
  ] as const)(
    "%s looks at its own contradiction alone, and names node, time, write and key",
    (id, check, own, checked, why) => {
      const passed = judge(check, {});
      expect(passed).toMatchObject({ id, verdict: "pass", checked });
      expect(passed.reason).toMatch(new RegExp(`^${checked} `));
      const failed = judge(check, { [own]: found });
      expect(failed).toMatchObject({ id, verdict: "fail", checked });
      expect(failed.reason).toContain(`cart-002 ${said}`);
      expect(failed.reason).toContain(why);
      expect(judge(check, { [own]: found }, 9).reason).toContain(`nobody ${said}`);
      for (const other of ["expiredRead", "failedRead", "repeated", "byFollower"])
        if (other !== own) expect(judge(check, { [other]: found }).verdict).toBe("pass");
    },
  );

  it("expired-never-served says so when the expiry itself is gone", () => {
    const { reason } = judge(expiredNeverServed, { expiredRead: { ...found, expireAt: 0 } });
    expect(reason).toContain("acknowledged with an expiry, which is gone");
  });
});

describe("copies-agree", () => {
  const judge = (pairs: number, divergence: Divergence | null) =>
    copiesAgree(contextOf({ end: { compareCopies: () => ({ pairs, divergence }) } }));

  it("tells of the first pair that differs, and in what", () => {
    expect(judge(4, null)).toEqual({
      id: "copies-agree",
      verdict: "pass",
      checked: 4,
      reason: "4 pairs of copies, all alike",
    });
    const divergence = { nodes: ["a", "b"], history: 2, offset: 90, key: 6 } as const;
    const between = (...writeIds: readonly [number, number]) => {
      const { id, ...said } = judge(3, { ...divergence, writeIds });
      return said;
    };
    const where = "a and b both stand at offset 90 of history 2, but under key 6 of their shard";
    expect(between(41, 42)).toEqual({
      verdict: "fail",
      checked: 3,
      reason: `${where} one holds write 41 and the other write 42`,
    });
    expect(between(41, 0).reason).toBe(`${where} one holds write 41 and the other nothing`);
    expect(between(0, 42).reason).toBe(`${where} one holds nothing and the other write 42`);
    expect(between(41, 41).reason).toContain("the other write 41, with another expiry");
  });
});

describe("requests-conserved", () => {
  it("counts each outcome of each source, and those open", () => {
    const context = (issued: number) => {
      const made = contextOf({ end: { issued: () => issued, open: () => 2 } });
      for (const outcome of [1, 2, 2, 3, 4, 4, 4])
        made.measured.requests[0]?.ended(S, 2 * S, outcome, false, 0);
      return made;
    };
    expect(requestsConserved(context(9))).toEqual({
      id: "requests-conserved",
      verdict: "pass",
      checked: 9,
      reason: "9 requests, each ended once or open at the end",
    });
    for (const wrong of [8, 10])
      expect(requestsConserved(context(wrong))).toMatchObject({
        verdict: "fail",
        checked: wrong,
        reason: `shop issued ${wrong} requests, but 1 + 2 + 1 + 3 ended and 2 are open: 9`,
      });
  });
});

describe("acknowledged-writes-kept", () => {
  const acknowledged = (over: { expireAt?: number } = {}) => {
    const fold = new DurabilityFold(10);
    const write = { key: 5, history: 0, offset: 700, writeId: 42, ackAt: 2 * S };
    fold.acknowledged(oneWrite({ ...write, expireAt: over.expireAt ?? 0 }), 0, 0);
    return fold;
  };
  const judge = (
    fold: DurabilityFold,
    over: Parameters<typeof contextOf>[0] = {},
    traffic = [{ name: "shop", cache: "cart" }],
  ) =>
    acknowledgedWritesKept(
      contextOf({
        ...over,
        index: { traffic },
        measured: { durabilityOf: () => fold, acknowledgedWrites: 9, ...over.measured },
      }),
    );
  const holds = (offset: number) => ({
    stored: () => ({ writeId: 1, history: 0, expireAt: 0, offset }),
  });

  it("passes where the last write of each key is there, or a later one", () => {
    for (const offset of [700, 900])
      expect(judge(acknowledged(), { end: holds(offset) })).toEqual({
        id: "acknowledged-writes-kept",
        verdict: "pass",
        checked: 1,
        reason: "9 acknowledged, none lost; the last one of 1 keys is there",
      });
    const nothing = judge(new DurabilityFold(10));
    expect(nothing).toMatchObject({ verdict: "pass", checked: 0 });
  });

  it("counts keys that sources share once", () => {
    const two = ["shop", "other"].map((name) => ({ name, cache: "cart" }));
    expect(judge(acknowledged(), { end: holds(700) }, two)).toMatchObject({ checked: 1 });
  });

  it("excuses what was evicted or had expired by the end, and nothing else", () => {
    expect(judge(acknowledged()).reason).toBe(
      "key 5: write 42 at offset 700 was acknowledged and in no lost history, but cart-001 holds nothing",
    );
    expect(judge(acknowledged(), { end: holds(699) }).reason).toContain(
      "but cart-001 holds the write at offset 699",
    );
    expect(judge(acknowledged({ expireAt: 60 * S })).verdict).toBe("pass");
    expect(judge(acknowledged({ expireAt: 60 * S + 1 }))).toMatchObject({
      verdict: "fail",
      checked: 1,
    });
    // By a clock that ran two seconds ahead it had expired so much earlier.
    const ahead = { clockAheadNs: () => 2 * S };
    expect(judge(acknowledged({ expireAt: 62 * S }), { end: ahead }).verdict).toBe("pass");
    expect(judge(acknowledged({ expireAt: 62 * S + 1 }), { end: ahead }).verdict).toBe("fail");
    const evicted = acknowledged();
    evicted.evicted.add(42);
    expect(judge(evicted).verdict).toBe("pass");
    const other = acknowledged();
    other.evicted.add(41);
    expect(judge(other).verdict).toBe("fail");
    expect(judge(acknowledged(), { end: { leader: () => 7 } }).reason).toContain(
      "but nobody holds",
    );
  });

  it("does not know of a shard without a leader", () => {
    const fold = acknowledged();
    const write = { key: 6, history: 0, offset: 800, writeId: 43, ackAt: 2 * S };
    fold.acknowledged(oneWrite(write), 0, 0);
    const { verdict, checked, reason } = judge(fold, { end: { leader: () => -1 } });
    expect([verdict, checked]).toEqual(["unknown", 0]);
    expect(reason).toBe("2 keys stand in a shard without a leader at the end");
    // A key that is lost where somebody leads is worse than one of which nothing is known.
    const half = { shardOfKey: (_: number, key: number) => key - 5, leader: (at: number) => -at };
    expect(judge(fold, { end: half })).toMatchObject({ verdict: "fail", checked: 1 });
  });

  it("names each cause of a loss once", () => {
    const losses = [
      lossOf({ writesLost: 2, cause: "a" }),
      lossOf({ writesLost: 1, cause: "a" }),
      lossOf({ writesLost: 1, cause: "b" }),
      lossOf({ cause: "c" }),
    ];
    const { reason } = judge(new DurabilityFold(10), { measured: { losses } });
    expect(reason).toBe("9 acknowledged, 4 lost: a; b; the last one of 0 keys is there");
  });
});

describe("writes-resume", () => {
  /** Three writes failed after `since`, one before had succeeded. */
  const stuckSince = (since: number): WriteStanding => {
    const standing = new WriteStanding(1, 1);
    standing.succeeded(0, 0, S);
    for (const at of [1, 2, 3]) standing.failed(0, 0, since * S + at);
    return standing;
  };
  const well = [
    state(2, "cart-001", "primary", "serving"),
    state(3, "cart-002", "replica", "serving"),
  ];
  const judge = (
    records: readonly JournalRecord[],
    since: number,
    over: Parameters<typeof contextOf>[0] = {},
  ) =>
    writesResume(
      contextOf({ records, ...over, measured: { standing: stuckSince(since), ...over.measured } }),
    );

  it("fails when a client is stuck the TTL and ten seconds after all was well", () => {
    expect(judge(well, 28)).toEqual({
      id: "writes-resume",
      verdict: "fail",
      checked: 1,
      reason:
        "shop@az1 still cannot write to cart shard 1: its last 3 writes failed, though all was well from 3 s and it had " +
        "until 28 s",
    });
    expect(judge(well, 27)).toEqual({
      id: "writes-resume",
      verdict: "pass",
      checked: 1,
      reason: "1 pairs of client host and shard, none stuck after all was well",
    });
  });

  it("counts from the last thing that happened to the cache or its clients", () => {
    const step = { kind: "step", step: "reboot-node", targets: [], decidedAfterNs: null } as const;
    for (const last of [
      fault("fault-injected", 10, false),
      fault("fault-healed", 10, false),
      { ...step, at: 10 * S },
      state(10, "cart-002", "replica", "serving"),
      recordOf("dns-updated", { at: 10 * S, endpoint: "primary", nodes: ["cart-001"] }),
    ]) {
      expect(judge([...well, last], 34), last.kind).toMatchObject({ verdict: "pass", checked: 1 });
      expect(judge([...well, last], 35), last.kind).toMatchObject({ verdict: "fail" });
    }
    for (const other of [
      state(10, "x", "replica", "serving", { cache: "other" }),
      recordOf("mark", { at: 10 * S, mark: "m", of: "x" }),
      recordOf("vote-granted", { at: 10 * S }),
    ])
      expect(judge([...well, other], 28), other.kind).toMatchObject({ verdict: "fail" });
    const both = [...well, fault("fault-injected", 4), fault("fault-healed", 9)];
    expect(judge(both, 34)).toMatchObject({ verdict: "fail", checked: 1 });
  });

  it("judges nothing while a fault holds, a node is down or a shard has not one primary", () => {
    for (const more of [
      [fault("fault-injected", 4)],
      [fault("fault-injected", 4), fault("fault-injected", 4), fault("fault-healed", 5)],
      [state(4, "cart-002", "replica", "syncing")],
      [state(4, "cart-002", "primary", "serving")],
      [state(4, "cart-001", "replica", "serving")],
    ])
      expect(judge([...well, ...more], 50)).toMatchObject({ verdict: "pass", checked: 0 });
    const gone = state(4, "cart-002", "replica", "removed");
    expect(judge([...well, gone], 50)).toMatchObject({ verdict: "fail", checked: 1 });
    const shards = [state(4, "cart-003", "replica", "serving", { shard: 2 })];
    expect(judge([...well, ...shards], 50)).toMatchObject({ checked: 0 });
  });

  it("judges each cache's own clients and shards, where memory does not refuse", () => {
    const unjudged = (over: Parameters<typeof contextOf>[0]) =>
      expect(judge(well, 50, over)).toMatchObject({ verdict: "pass", checked: 0 });
    unjudged({ caches: [cart({ evicts: false })] });
    unjudged({ datastores: [{ name: "world", members: ["cart", "other"] }] });
    unjudged({ index: { traffic: [{ name: "shop", cache: "other" }] } });
    unjudged({ index: { shards: [{ cache: "other", number: 1, id: "0001" }] } });
    expect(judge(well, 50, { datastores: [{ name: "world", members: ["other"] }] })).toMatchObject({
      verdict: "fail",
    });
    // A cache that is not judged does not keep the next one from it.
    const caches = [cart({ name: "a", evicts: false }), cart({ name: "b" }), cart()];
    const down = state(4, "b-001", "primary", "down", { cache: "b" });
    expect(judge([...well, down], 50, { caches })).toMatchObject({ verdict: "fail" });
  });
});

describe("replaced-primary-falls-silent", () => {
  const write = (invokedAt: number, node = 0) => ({
    node,
    invokedAt: invokedAt * S,
    ackAt: (invokedAt + 1) * S,
  });
  const judge = (
    late: readonly ReturnType<typeof write>[],
    records: readonly JournalRecord[] = [],
    over: { readonly cache?: Parameters<typeof cart>[0]; readonly of?: string } = {},
  ) =>
    replacedPrimaryFallsSilent(
      contextOf({
        records,
        caches: [cart(over.cache)],
        measured: {
          losses: [lossOf({ cache: over.of ?? "cart", late: late.map((at) => ({ ...at })) })],
        },
      }),
    );

  it("gives a primary on the bus two node timeouts of its time awake, and two seconds", () => {
    // The history ended at 11 s; node timeout 1 s: silent from 15 s.
    expect(judge([write(15)])).toEqual({
      id: "replaced-primary-falls-silent",
      verdict: "pass",
      checked: 1,
      reason: "1 writes looked at that a replaced primary acknowledged, none too late",
    });
    expect(judge([write(15), write(15.001)])).toEqual({
      id: "replaced-primary-falls-silent",
      verdict: "fail",
      checked: 2,
      reason:
        "cart-001 acknowledged a write that began at 15.001 s, though history 0 of cart shard 1 had ended at 11 s " +
        "(cart-002 was promoted); it should have been silent from 15 s",
    });
    const slept = [
      state(9, "cart-001", "primary", "paused"),
      state(13, "cart-001", "primary", "serving"),
    ];
    expect(judge([write(17)], slept).verdict).toBe("pass");
    expect(judge([write(17.001)], slept).verdict).toBe("fail");
  });

  it("excuses a primary whose successor did not serve for the node timeout in which it would tell", () => {
    // Elected when the history ended, at 11 s; the node timeout is 1 s.
    const won = (over = {}): JournalRecord =>
      ({
        kind: "election-won",
        at: 11 * S,
        cache: "cart",
        shard: 1,
        node: "cart-002",
        ...over,
      }) as unknown as JournalRecord;
    const down = (at: number, node = "cart-002") => state(at, node, "primary", "down");
    const verdict = (...records: readonly JournalRecord[]) => judge([write(30)], records).verdict;
    for (const at of [11, 11.5, 12]) expect(verdict(won(), down(at))).toBe("pass");
    for (const at of [10.9, 12.1]) expect(verdict(won(), down(at))).toBe("fail");
    expect(verdict(won())).toBe("fail");
    expect(verdict(won(), down(11.5, "cart-003"))).toBe("fail");
    expect(verdict(won(), state(11.5, "cart-002", "primary", "serving"))).toBe("fail");
    expect(verdict(down(11.5))).toBe("fail");
    for (const over of [{ at: 10 * S }, { cache: "other" }, { shard: 2 }])
      expect(verdict(won(over), down(11.5))).toBe("fail");
    // Not one that was elected elsewhere, whoever comes first.
    expect(verdict(won({ shard: 2, node: "cart-009" }), won(), down(11.5))).toBe("pass");
  });

  it("excuses a primary that was paused when the write began, and looks at no later pause", () => {
    const paused = state(14, "cart-001", "primary", "paused");
    expect(judge([write(30)], [paused]).verdict).toBe("pass");
    expect(
      judge([write(30)], [paused, state(30.5, "cart-001", "primary", "serving")]).verdict,
    ).toBe("pass");
    for (const other of [
      state(14, "cart-002", "primary", "paused"),
      state(32, "cart-001", "primary", "paused"),
      state(14, "cart-001", "primary", "minority"),
    ])
      expect(judge([write(30)], [other]).verdict).toBe("fail");
    // What comes after its waking does not put the waking off.
    const on = [
      state(5, "cart-001", "primary", "paused"),
      state(6, "cart-001", "primary", "serving"),
    ];
    const after = state(20, "cart-001", "primary", "serving");
    expect(judge([write(15.001)], [...on, after]).verdict).toBe("fail");
    expect(judge([write(30)], [...on, after]).verdict).toBe("fail");
    const still = state(14, "cart-001", "primary", "serving");
    expect(judge([write(15.001)], [...on, still]).verdict).toBe("fail");
  });

  it("gives the service three seconds of calm, where it is the one to demote", () => {
    const service = { cache: { clusterMode: "disabled" } } as const;
    expect(judge([write(14)], [], service).verdict).toBe("pass");
    expect(judge([write(14.001)], [], service).reason).toContain("silent from 14 s");
    // Between the Regions of a Global Datastore too: the history is another cache's.
    expect(judge([write(14.001)], [], { of: "cart-eu" }).verdict).toBe("fail");
    for (const event of [
      fault("fault-injected", 13, false),
      fault("fault-healed", 13, false),
      state(13, "cart-001", "primary", "serving"),
    ]) {
      expect(judge([write(16)], [event], service).verdict, event.kind).toBe("pass");
      expect(judge([write(16.001)], [event], service).verdict, event.kind).toBe("fail");
    }
    for (const nothing of [
      fault("fault-injected", 18),
      state(13, "cart-002", "primary", "serving"),
      recordOf("dns-updated", { at: 13 * S }),
      recordOf("primary-claim", { at: 13 * S, node: "cart-001" }),
    ])
      expect(judge([write(14.001)], [nothing], service).verdict, nothing.kind).toBe("fail");
    expect(judge([write(30)], [fault("fault-injected", 13)], service).verdict).toBe("pass");
    const healed = [fault("fault-injected", 12), fault("fault-healed", 13)];
    expect(judge([write(16)], healed, service).verdict).toBe("pass");
    expect(judge([write(16.001)], healed, service).verdict).toBe("fail");
  });

  it("goes by the bus of the node's own cache", () => {
    const other = cart({ name: "other", nodeTimeoutNs: 9 * S });
    const context = contextOf({
      caches: [other, cart()],
      measured: { losses: [lossOf({ late: [write(15.001)] })] },
    });
    expect(replacedPrimaryFallsSilent(context).verdict).toBe("fail");
  });

  it("passes over a node that the run does not know", () => {
    expect(judge([write(30, 9), write(15)])).toMatchObject({ verdict: "pass", checked: 2 });
  });
});
