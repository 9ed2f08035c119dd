/** Checks of the cluster bus and of replication, on acts that are wrong in one thing each. */
import { describe, expect, it } from "vitest";
import type { CacheFacts } from "../../src/checks/context.ts";
import { dnsNamesPrimary } from "../../src/checks/safety/dns-names-primary.ts";
import { electedByMajority } from "../../src/checks/safety/elected-by-majority.ts";
import { electionsInOrder } from "../../src/checks/safety/elections-in-order.ts";
import { epochsRise } from "../../src/checks/safety/epochs-rise.ts";
import { failureByMajority } from "../../src/checks/safety/failure-by-majority.ts";
import { onePrimaryPerEpoch } from "../../src/checks/safety/one-primary-per-epoch.ts";
import { oneVotePerEpoch } from "../../src/checks/safety/one-vote-per-epoch.ts";
import { replicaNeverAhead } from "../../src/checks/safety/replica-never-ahead.ts";
import { resyncJoinsHistories } from "../../src/checks/safety/resync-joins-histories.ts";
import type { ElectionAskedRecord, JournalRecord, NodeRole } from "../../src/journal/records.ts";
import { cart, contextOf, recordOf, S } from "./journal.ts";

type Check = typeof epochsRise;

/** What a check says of records: verdict, how many facts it looked at, why. */
const judge = (check: Check, ...records: readonly JournalRecord[]) => {
  const { id, ...said } = check(contextOf({ records }));
  return said;
};
const elsewhere = recordOf("mark", { mark: "m", of: "x" });

describe("every check of acts", () => {
  it.each([
    ["dns-names-primary", dnsNamesPrimary, "0 changes of a primary endpoint"],
    ["elected-by-majority", electedByMajority, "0 elections"],
    ["elections-in-order", electionsInOrder, "0 candidates"],
    ["epochs-rise", epochsRise, "0 claims"],
    ["failure-by-majority", failureByMajority, "0 failures declared"],
    ["one-primary-per-epoch", onePrimaryPerEpoch, "0 claims"],
    ["one-vote-per-epoch", oneVotePerEpoch, "0 votes"],
    ["replica-never-ahead", replicaNeverAhead, "0 positions"],
    ["resync-joins-histories", resyncJoinsHistories, "0 resynchronisations"],
  ] as const)(
    "%s passes where there was none, and says how many it looked at",
    (id, check, why) => {
      const verdict = check(contextOf({ records: [elsewhere] }));
      expect(verdict).toMatchObject({ id, verdict: "pass", checked: 0 });
      expect(verdict.reason).toContain(why);
    },
  );
});

describe("elected-by-majority", () => {
  const vote = (voter: string, over: { candidate?: string; epoch?: number; cache?: string } = {}) =>
    recordOf("vote-granted", { voter, candidate: "cart-002", epoch: 4, ...over });
  const won = (voters: readonly string[], primaries: number) =>
    recordOf("election-won", { node: "cart-002", epoch: 4, voters, primaries });

  it("passes with more than half of the primaries' votes", () => {
    expect(judge(electedByMajority, vote("a"), vote("b"), won(["a", "b"], 3))).toEqual({
      verdict: "pass",
      checked: 1,
      reason: "1 elections, each won by a majority of primaries",
    });
    expect(judge(electedByMajority, vote("a"), won(["a"], 1)).verdict).toBe("pass");
  });

  it("fails with half of them, with votes for others, and with one that counts twice", () => {
    for (const [votes, voters, primaries] of [
      [[vote("a"), vote("b")], ["a", "b"], 4],
      [[vote("a")], ["a", "b"], 3],
      [[vote("a")], ["a", "a"], 3],
      [[vote("a"), vote("b", { candidate: "cart-003" })], ["a", "b"], 3],
      [[vote("a"), vote("b", { epoch: 5 })], ["a", "b"], 3],
      [[vote("a"), vote("b", { cache: "other" })], ["a", "b"], 3],
    ] as const)
      expect(judge(electedByMajority, ...votes, won(voters, primaries)).verdict).toBe("fail");
    // A vote that comes after the election is none.
    expect(judge(electedByMajority, vote("a"), won(["a", "b"], 3), vote("b")).verdict).toBe("fail");
  });

  it("names who won, with which votes", () => {
    expect(judge(electedByMajority, vote("a"), vote("b"), won(["a", "b", "c"], 5)).reason).toBe(
      "cart-002 took the lead of cart shard 1 in epoch 4 at 1 s with 2 of 5 votes (a, b)",
    );
    expect(judge(electedByMajority, won([], 3))).toEqual({
      verdict: "fail",
      checked: 1,
      reason:
        "cart-002 took the lead of cart shard 1 in epoch 4 at 1 s with 0 of 3 votes (nobody's)",
    });
  });
});

describe("failure-by-majority", () => {
  const concluded = (reporters: readonly string[], primaries: number) =>
    recordOf("failure-concluded", { node: "cart-001", by: "a", reporters, primaries });

  it("passes when more than half of the primaries suspect the node", () => {
    const two = concluded(["a", "b"], 3);
    expect(judge(failureByMajority, two, two)).toEqual({
      verdict: "pass",
      checked: 2,
      reason: "2 failures declared, each by a majority of primaries",
    });
  });

  it("fails with half of them, and with one counted twice, and names who declared it", () => {
    expect(judge(failureByMajority, concluded(["a", "b"], 4)).verdict).toBe("fail");
    expect(judge(failureByMajority, concluded(["a", "a"], 3)).verdict).toBe("fail");
    expect(judge(failureByMajority, concluded(["a", "c"], 5))).toEqual({
      verdict: "fail",
      checked: 1,
      reason:
        "a declared cart-001 failed at 1 s on the suspicion of a, c: 2 of 5 primaries of cart",
    });
    expect(judge(failureByMajority, concluded([], 1)).reason).toContain("suspicion of nobody");
  });
});

describe("elections-in-order", () => {
  const asked = (
    waitedMs: number,
    siblings: ElectionAskedRecord["siblings"] = [],
    tiesByNodeId = false,
  ) =>
    recordOf("election-asked", {
      node: "cart-002",
      epoch: 4,
      scheduledAt: 10 * S,
      at: 10 * S + waitedMs * 1e6,
      offset: 500,
      siblings,
      tiesByNodeId,
    });
  const sibling = (node: string, offset: number) => ({ node, offset });
  const verdictOf = (...given: Parameters<typeof asked>) =>
    judge(electionsInOrder, asked(...given)).verdict;

  it("holds a candidate to half a second, and a second more for each that is ahead", () => {
    expect(verdictOf(500)).toBe("pass");
    expect(verdictOf(499)).toBe("fail");
    const ahead = [sibling("cart-003", 501), sibling("cart-004", 900)];
    expect(verdictOf(2500, ahead)).toBe("pass");
    expect(verdictOf(2499, ahead)).toBe("fail");
    expect(verdictOf(500, [sibling("cart-003", 499)])).toBe("pass");
  });

  it("goes by the delays of the candidate's own cache, where they are shorter", () => {
    const elections = { delayNs: 0.1 * S, rankDelayNs: 0.2 * S };
    const verdict = (waitedMs: number, caches: readonly CacheFacts[]) =>
      electionsInOrder(
        contextOf({ records: [asked(waitedMs, [sibling("cart-003", 900)])], caches }),
      ).verdict;
    const short = cart({ elections });
    expect(verdict(300, [cart({ name: "other" }), short])).toBe("pass");
    expect(verdict(299, [cart({ name: "other" }), short])).toBe("fail");
    expect(verdict(1499, [cart({ name: "other", elections }), cart()])).toBe("fail");
    expect(verdict(1499, [cart({ name: "other", elections })])).toBe("fail");
    expect(verdict(1500, [])).toBe("pass");
  });

  it("lets the lower node id go first where ties go by it", () => {
    const alike = [sibling("cart-001", 500), sibling("cart-003", 500), sibling("cart-002", 500)];
    expect(verdictOf(500, alike)).toBe("pass");
    expect(verdictOf(1499, alike, true)).toBe("fail");
    expect(verdictOf(1500, alike, true)).toBe("pass");
  });

  it("names who stood before it", () => {
    const [a, b] = [sibling("cart-003", 900), sibling("cart-004", 900)];
    expect(judge(electionsInOrder, asked(600, [a, b]))).toEqual({
      verdict: "fail",
      checked: 1,
      reason:
        "cart-002 asked for votes at 10.6 s, 0.6 s after it set its election, not 2.5 s, though cart-003 and cart-004 " +
        "stood before it (cart shard 1)",
    });
    expect(judge(electionsInOrder, asked(100)).reason).toContain("not 0.5 s, though nobody stood");
    expect(judge(electionsInOrder, asked(500), asked(700)).reason).toBe(
      "2 candidates, each in its turn",
    );
  });
});

describe("claims and votes", () => {
  const claim = (
    node: string,
    configEpoch: number,
    over: { shard?: number; cache?: string } = {},
  ) => recordOf("primary-claim", { node, configEpoch, history: 0, offset: 0, ...over });

  it("epochs-rise passes when each claim has a higher epoch of its own", () => {
    const { verdict, checked, reason } = judge(
      epochsRise,
      claim("a", 1),
      claim("c", 2, { shard: 2 }),
      claim("b", 3),
      claim("x", 3, { cache: "other" }),
      claim("x", 4, { cache: "other", shard: 2 }),
    );
    expect([verdict, checked]).toEqual(["pass", 5]);
    expect(reason).toBe("5 claims, each under a higher epoch of its own");
    // One node may claim two shards under one epoch: no two nodes do.
    expect(judge(epochsRise, claim("a", 1), claim("a", 1, { shard: 2 })).verdict).toBe("pass");
  });

  it("epochs-rise fails when an epoch comes again or goes back", () => {
    expect(judge(epochsRise, claim("a", 2), claim("b", 1))).toEqual({
      verdict: "fail",
      checked: 2,
      reason: "b claimed cart shard 1 under epoch 1 at 1 s, after a had under epoch 2",
    });
    expect(judge(epochsRise, claim("a", 2), claim("a", 2)).verdict).toBe("fail");
    expect(judge(epochsRise, claim("a", 2), claim("b", 2, { shard: 2 })).reason).toBe(
      "b claimed cart shard 2 at 1 s under epoch 2, which is a's",
    );
  });

  it("epochs-rise forgives the epoch of a claimant that died before anybody can have heard of it", () => {
    const down = (node: string, at: number) =>
      recordOf("node-state", { node, state: "down", role: "none", at });
    const again = claim("a", 2);
    expect(judge(epochsRise, claim("a", 2), down("a", S), again).verdict).toBe("pass");
    expect(judge(epochsRise, claim("a", 2), down("a", S + 999_999), again).verdict).toBe("pass");
    expect(judge(epochsRise, claim("a", 2), down("a", S + 1_000_000), again).verdict).toBe("fail");
    expect(judge(epochsRise, claim("a", 2), down("b", S), again).verdict).toBe("fail");
    expect(judge(epochsRise, down("a", S - 1), claim("a", 2), again).verdict).toBe("fail");
    const paused = recordOf("node-state", { node: "a", state: "paused", role: "primary" });
    expect(judge(epochsRise, claim("a", 2), paused, again).verdict).toBe("fail");
  });

  it("one-primary-per-epoch judges each cache, shard and epoch by itself", () => {
    const kept = [
      claim("a", 1),
      claim("b", 1, { shard: 2 }),
      claim("c", 1, { cache: "other" }),
      claim("d", 2),
      claim("a", 1),
    ];
    expect(judge(onePrimaryPerEpoch, ...kept)).toEqual({
      verdict: "pass",
      checked: 5,
      reason: "5 claims, no epoch claimed twice",
    });
    expect(judge(onePrimaryPerEpoch, ...kept, claim("e", 2))).toEqual({
      verdict: "fail",
      checked: 6,
      reason: "d and e both claimed cart shard 1 epoch 2",
    });
  });

  it("one-vote-per-epoch judges each voter and epoch by itself", () => {
    const vote = (voter: string, candidate: string, epoch: number, cache = "cart") =>
      recordOf("vote-granted", { voter, candidate, epoch, cache });
    const kept = [vote("a", "x", 1), vote("b", "x", 1), vote("a", "y", 2), vote("a", "z", 1, "o")];
    expect(judge(oneVotePerEpoch, ...kept)).toEqual({
      verdict: "pass",
      checked: 4,
      reason: "4 votes, no epoch voted in twice",
    });
    expect(judge(oneVotePerEpoch, ...kept, vote("b", "x", 1))).toEqual({
      verdict: "fail",
      checked: 5,
      reason: "b voted for x and for x in epoch 1 (cart, 1 s)",
    });
  });
});

describe("replica-never-ahead", () => {
  const node = (
    name: string,
    role: NodeRole,
    offset: number,
    over: { history?: number; alive?: boolean } = {},
  ) => ({ node: name, role, offset, history: 0, alive: true, ...over });
  const stand = (...nodes: readonly ReturnType<typeof node>[]) =>
    judge(replicaNeverAhead, recordOf("offsets", { nodes }));

  it("compares living replicas with the living primary of their history", () => {
    const primary = node("p", "primary", 10);
    expect(stand(primary, node("r", "replica", 10), node("s", "replica", 9))).toEqual({
      verdict: "pass",
      checked: 2,
      reason: "2 positions of replicas compared with their primary's",
    });
    const others = [
      [primary, node("r", "replica", 11, { history: 1 })],
      [primary, node("r", "replica", 11, { alive: false })],
      [primary, node("r", "primary", 11)],
      [primary, node("r", "secondary-primary", 11)],
      [node("p", "primary", 10, { alive: false }), node("r", "replica", 11)],
      [node("p", "none", 10), node("r", "replica", 11)],
    ];
    for (const nodes of others) expect(stand(...nodes)).toMatchObject({ checked: 0 });
  });

  it("names the replica that is ahead", () => {
    expect(stand(node("r", "replica", 11), node("p", "primary", 10))).toEqual({
      verdict: "fail",
      checked: 1,
      reason: "r is at offset 11, ahead of its primary p at 10 (cart shard 1 at 1 s)",
    });
  });
});

describe("resync-joins-histories", () => {
  const resync = (over: Omit<Partial<Extract<JournalRecord, { kind: "resync" }>>, "kind">) =>
    judge(
      resyncJoinsHistories,
      recordOf("resync", {
        node: "cart-002",
        source: "cart-001",
        mode: "partial",
        history: 3,
        offset: 500,
        sourceHistory: 3,
        parentHistory: 2,
        forkOffset: 400,
        backlogStart: 100,
        fromOffset: 500,
        ...over,
      }),
    );

  it("passes where the follower goes on where it stands", () => {
    expect(resync({})).toEqual({
      verdict: "pass",
      checked: 1,
      reason: "1 resynchronisations, each without gap or overlap",
    });
    // The part before the fork is shared with the parent; the backlog reaches back to where it starts.
    expect(resync({ history: 2, offset: 400, fromOffset: 400 }).verdict).toBe("pass");
    expect(resync({ offset: 100, fromOffset: 100 }).verdict).toBe("pass");
    // A full one brings all of it along.
    expect(resync({ mode: "full", history: 9, offset: 7, fromOffset: 7 }).verdict).toBe("pass");
  });

  it("fails with what the follower may not keep, or with a gap", () => {
    const says = (over: Parameters<typeof resync>[0], what: string) => {
      const mode = over.mode ?? "partial";
      expect(resync(over)).toEqual({
        verdict: "fail",
        checked: 1,
        reason: `cart-002 follows cart-001 from 1 s by a ${mode} resynchronisation that ${what} (cart shard 1)`,
      });
    };
    says({ history: 1 }, "joins history 1 to 3, which does not come from it");
    says(
      { history: 2, offset: 401, fromOffset: 401 },
      "keeps what history 2 wrote from 400 to 401, beyond the fork of 3",
    );
    says(
      { offset: 99, fromOffset: 99 },
      "starts at offset 99, though the backlog reaches back to 100 only",
    );
    says({ fromOffset: 501 }, "goes on at offset 501, not at 500");
    says({ mode: "full", fromOffset: 499 }, "goes on at offset 499, not at 500");
  });
});

describe("dns-names-primary", () => {
  const is = (node: string, role: NodeRole) =>
    recordOf("node-state", { node, role, state: "serving", cause: "because" });
  const names = (nodes: readonly string[], endpoint: "primary" | "reader" = "primary") =>
    recordOf("dns-updated", { nodes, endpoint });

  it("passes when the endpoint names a node that leads, in its Region at least", () => {
    for (const role of ["primary", "secondary-primary"] as const)
      expect(judge(dnsNamesPrimary, is("a", role), names(["a"]))).toEqual({
        verdict: "pass",
        checked: 1,
        reason: "1 changes of a primary endpoint, each to a node that led",
      });
    const claim = recordOf("primary-claim", { node: "a" });
    expect(judge(dnsNamesPrimary, is("a", "primary"), claim, names(["a"])).verdict).toBe("pass");
    const reader = judge(dnsNamesPrimary, is("a", "replica"), names(["a"], "reader"));
    expect(reader).toMatchObject({ verdict: "pass", checked: 0 });
  });

  it("fails when it names a replica, one that was demoted before, or nobody known", () => {
    const demoted = [is("a", "primary"), is("a", "replica"), is("b", "primary")];
    expect(judge(dnsNamesPrimary, ...demoted, names(["b"])).verdict).toBe("pass");
    expect(judge(dnsNamesPrimary, ...demoted, names(["b", "a"]))).toEqual({
      verdict: "fail",
      checked: 1,
      reason: "the primary endpoint of cart named a from 1 s, whose role was replica",
    });
    expect(judge(dnsNamesPrimary, names(["x"])).reason).toContain(
      "x from 1 s, whose role was unkn",
    );
  });
});
