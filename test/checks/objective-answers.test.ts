/** Objectives on measurements made by hand: verdict, figure, limit, unit, reason, and whether an oracle had kept them. */
import { describe, expect, it } from "vitest";
import type { CheckContext } from "../../src/checks/context.ts";
import type { Anchor, Expectation } from "../../src/checks/expectation.ts";
import { checkExpectation, checkInvariants } from "../../src/checks/run-checks.ts";
import type { ExpectationVerdict } from "../../src/checks/verdict.ts";
import {
  causeWords,
  HIT_HIT,
  HIT_MISS,
  OUTCOME_FAIL,
} from "../../src/journal/operation-columns.ts";
import type { Copy } from "../../src/journal/records.ts";
import type { Failover } from "../../src/measure/failover-fold.ts";
import { Histogram } from "../../src/measure/histogram.ts";
import type { Interval } from "../../src/measure/node-intervals.ts";
import type { Disturbance, Recovery } from "../../src/measure/recovery.ts";
import { SteadyState } from "../../src/measure/steady-state.ts";
import { oneWrite } from "../fixtures/one-write.ts";
import { cart, contextOf, lossOf, lostThree, S } from "./journal.ts";

type Words = Expectation extends infer One
  ? One extends unknown
    ? Omit<One, "id">
    : never
  : never;

const judge = (words: Words, context: CheckContext): ExpectationVerdict =>
  checkExpectation(context, { id: "x", ...words } as Expectation);
const world = [{ name: "world", members: ["cart", "cart-eu"] }];
const unknownOf = (unit: string, reason: string, limit: number | null = 1) => ({
  verdict: "unknown",
  observed: null,
  avoidable: null,
  limit,
  unit,
  reason,
});

const disturbance = (at: number, isHeal = false, what = "node-crash injected"): Disturbance => ({
  at: at * S,
  what,
  isHeal,
});
/** Windows of 1 s, over a minute in which nothing held between two moments. */
const steadyBut = (fromS: number, toS: number, overNs = S): SteadyState => {
  const all = new Float64Array(601).fill(1);
  const good = all.map((_, i) => (i >= fromS * 10 && i < toS * 10 ? 0 : 1));
  return new SteadyState([{ good, all, overNs, atLeast: 1 }]);
};

describe("checkExpectation()", () => {
  it("answers with the expectation's own id, metric and name", () => {
    const words = { metric: "noLostWrites", of: "cart" } as const;
    expect(checkExpectation(contextOf(), { id: "noLostWrites(cart)", ...words })).toEqual({
      id: "noLostWrites(cart)",
      ...words,
      ...unknownOf("writes", "no failover of cart happened", 0),
    });
  });
});

describe("checkInvariants()", () => {
  it("asks every check once, each under a name of its own, and all pass where nothing happened", () => {
    const verdicts = checkInvariants(contextOf());
    expect(new Set(verdicts.map(({ id }) => id)).size).toBe(verdicts.length);
    expect(verdicts.length).toBeGreaterThanOrEqual(22);
    for (const { id, verdict, reason } of verdicts) {
      expect(verdict, id).toBe("pass");
      expect(reason, id).toMatch(/\w/);
    }
  });
});

describe("rpo", () => {
  const rpo = (losses: readonly ReturnType<typeof lossOf>[], atMostNs = S, of = "cart") =>
    judge({ metric: "rpo", of, atMostNs }, contextOf({ measured: { losses }, datastores: world }));

  it("is the width of the widest window of lost writes, limit inclusive", () => {
    // From the first lost acknowledgement, at 8 s, to the failure, at 10 s.
    expect(rpo([lossOf(), lostThree(), lossOf()], 2 * S)).toMatchObject({
      verdict: "pass",
      observed: 2,
      limit: 2,
      unit: "s",
      avoidable: null,
      reason:
        "3 acknowledged writes of cart shard 1 lost within 2 s (worst key 7: 2): cart-002 was promoted",
    });
    expect(
      rpo([lostThree({ firstAckAt: 9.8 * S }), lostThree(), lossOf()], 2 * S - 1),
    ).toMatchObject({
      verdict: "fail",
      observed: 2,
      reason:
        "3 acknowledged writes of cart shard 1 lost within 2 s (worst key 7: 2): cart-002 was promoted; the best " +
        "surviving copy was cart-002 at offset 450; promoted at once it would have lost 1",
    });
  });

  it("names writes of an isolated primary, the worst key only where it lost several, and no copy", () => {
    const { reason } = rpo([lostThree({ splitBrainWrites: 2, worstKeyWrites: 1, best: null })], 0);
    expect(reason).toBe(
      "3 acknowledged writes of cart shard 1 lost within 2 s, 2 of them accepted after the new primary led: cart-002 " +
        "was promoted; no copy outside the faulted places survived",
    );
  });

  it("is avoidable when an oracle would have kept it", () => {
    // The oracle's window is half a second wide.
    expect(rpo([lostThree()], 0.5 * S)).toMatchObject({ verdict: "fail", avoidable: true });
    expect(rpo([lostThree()], 0.5 * S - 1)).toMatchObject({ verdict: "fail", avoidable: false });
    expect(rpo([lostThree()], 2 * S)).toMatchObject({ verdict: "pass", avoidable: null });
  });

  it("is 0 where failovers lost nothing, unknown where there was none, of members too", () => {
    expect(rpo([lossOf()], 0)).toMatchObject({
      verdict: "pass",
      observed: 0,
      reason: "one failover, no acknowledged write lost",
    });
    expect(rpo([lossOf(), lossOf()], 0).reason).toBe("2 failovers, no acknowledged write lost");
    expect(rpo([lossOf({ cache: "other" })])).toMatchObject(
      unknownOf("s", "no failover of cart happened"),
    );
    expect(rpo([lostThree({ cache: "cart-eu" })], S, "world").verdict).toBe("fail");
    expect(rpo([lostThree({ cache: "cart-eu" })], S, "cart").verdict).toBe("unknown");
  });
});

describe("noLostWrites and noSplitBrain", () => {
  const of = (
    metric: "noLostWrites" | "noSplitBrain",
    ...losses: readonly ReturnType<typeof lossOf>[]
  ) => judge({ metric, of: "cart" }, contextOf({ measured: { losses } }));

  it("sum over failovers, and tell of the worst", () => {
    const found = of("noLostWrites", lostThree(), lostThree({ writesLost: 5, shard: 2 }), lossOf());
    expect(found).toMatchObject({ verdict: "fail", observed: 8, limit: 0, unit: "writes" });
    expect(found.reason).toContain("5 acknowledged writes of cart shard 2 lost");
    expect(found.reason).toContain("promoted at once it would have lost 1");
    expect(of("noLostWrites", lossOf())).toMatchObject({
      verdict: "pass",
      observed: 0,
      limit: 0,
      avoidable: null,
      reason: "no acknowledged write lost",
    });
  });

  it("a loss is avoidable when an oracle would have lost nothing in any failover", () => {
    const kept = lostThree({ oracleWritesLost: 0 });
    expect(of("noLostWrites", kept, lossOf()).avoidable).toBe(true);
    expect(of("noLostWrites", kept, lostThree()).avoidable).toBe(false);
  });

  it("a split brain names the first shard where it was", () => {
    const split = (shard: number, splitBrainWrites: number) => lossOf({ shard, splitBrainWrites });
    expect(of("noSplitBrain", split(1, 0), split(2, 3), split(3, 4))).toMatchObject({
      verdict: "fail",
      observed: 7,
      limit: 0,
      unit: "writes",
      avoidable: true,
      reason: "7 writes acknowledged in cart shard 2 by a primary that another had replaced",
    });
    expect(of("noSplitBrain", split(1, 0))).toMatchObject({
      verdict: "pass",
      observed: 0,
      reason: "no write was acknowledged by a primary that another had replaced",
    });
    expect(of("noSplitBrain")).toMatchObject(
      unknownOf("writes", "no failover of cart happened", 0),
    );
  });
});

describe("objectives of requests", () => {
  /** Seven ended ok, two failed, one may have happened, four were lost with their client. */
  const served = (): CheckContext => {
    const context = contextOf();
    const fold = context.measured.requests[0]!;
    for (const outcome of [1, 1, 1, 1, 1, 1, 1, 2, 2, 3, 4, 4, 4, 4])
      fold.ended(10, S, outcome, false, 0);
    for (const hit of [HIT_HIT, HIT_HIT, HIT_HIT, HIT_MISS]) fold.read(10, hit);
    return context;
  };
  const strangers = { index: { traffic: [{ name: "other", cache: "cart" }] } };

  it("availability counts what ended ok of all that a client saw end", () => {
    const available = (atLeast: number, context = served()) =>
      judge({ metric: "availability", of: "shop", atLeast }, context);
    expect(available(0.7)).toMatchObject({
      verdict: "pass",
      observed: 0.7,
      limit: 0.7,
      unit: "ratio",
      avoidable: null,
      reason: "3 of 10 requests did not end ok",
    });
    expect(available(0.71)).toMatchObject({ verdict: "fail", avoidable: null });
    expect(available(1, contextOf())).toMatchObject(unknownOf("ratio", "shop had no requests"));
    expect(available(1, contextOf(strangers)).verdict).toBe("unknown");
  });

  it("hitRatio counts hits of answered reads", () => {
    const ratio = (limit: number, context = served()) =>
      judge({ metric: "hitRatio", of: "shop", bound: { side: "at least", limit } }, context);
    const { hitCount, readCount } = served().measured.requests[0]!;
    const share = hitCount / readCount;
    expect([hitCount, readCount]).toEqual([3, 4]);
    expect(ratio(share)).toMatchObject({
      verdict: "pass",
      observed: share,
      limit: share,
      unit: "ratio",
      avoidable: null,
      reason: "1 misses in 4 reads",
    });
    expect(ratio(share + 0.01)).toMatchObject({ verdict: "fail", avoidable: null });
    const atMost = (limit: number) =>
      judge({ metric: "hitRatio", of: "shop", bound: { side: "at most", limit } }, served())
        .verdict;
    expect(atMost(share)).toBe("pass");
    expect(atMost(share - 0.01)).toBe("fail");
    expect(ratio(1, contextOf())).toMatchObject(unknownOf("ratio", "shop had no answered reads"));
    expect(ratio(1, contextOf(strangers)).verdict).toBe("unknown");
  });

  it("failures counts what did not end ok: all, or what had one cause", () => {
    const context = contextOf();
    const [timeout, refused] = [...causeWords.keys()].reverse() as [number, number];
    for (const cause of [timeout, refused, timeout])
      context.measured.requests[0]?.ended(10, S, OUTCOME_FAIL, false, cause);
    const count = (cause: string | null, limit: number, of = context) =>
      judge({ metric: "failures", of: "shop", cause, bound: { side: "at most", limit } }, of);
    expect(count(null, 3)).toMatchObject({
      verdict: "pass",
      observed: 3,
      unit: "requests",
      reason: "3 requests did not end ok",
    });
    const word = causeWords.get(timeout) as string;
    expect(count(word, 1)).toMatchObject({
      verdict: "fail",
      observed: 2,
      reason: `2 requests did not end ok for ${word}`,
    });
    for (const none of [contextOf(), contextOf(strangers)])
      expect(count(null, 1, none)).toMatchObject(unknownOf("requests", "shop had no requests"));
  });

  it("marks count at every node of a cache, or of a Global Datastore's members", () => {
    const mark = (of: string, name = "full-sync") =>
      ({ kind: "mark", at: S, mark: name, of }) as const;
    const records = [mark("cart/0001"), mark("cart-eu/0001"), mark("cart/0001", "partial-resync")];
    const count = (of: string) =>
      judge(
        { metric: "fullSyncs", of, bound: { side: "at least", limit: 1 } },
        contextOf({ records, datastores: world }),
      );
    expect(count("world")).toMatchObject({ observed: 2, reason: "2 full synchronisations began" });
    expect([count("cart").observed, count("cart-eu").observed]).toEqual([1, 1]);
    expect(count("other")).toMatchObject({ verdict: "fail", observed: 0 });
  });

  it("latency is judged over the run, inside or outside of faults", () => {
    const context = contextOf();
    const fold = context.measured.requests[0]!;
    fold.ended(10, 1e6, 1, false, 0);
    fold.ended(10, 100e6, 1, true, 0);
    fold.finish();
    type When = "always" | "in-fault" | "outside-fault";
    const judged = (when: When, atMostNs: number, percentile = 0.99, of = context) =>
      judge({ metric: "latency", of: "shop", percentile, atMostNs, when }, of);
    // Histograms keep values to 0.4 %.
    const slow = fold.latencyInFault.percentile(0.99)!;
    expect(Math.abs(slow - 100e6)).toBeLessThan(0.4e6);
    expect(judged("always", slow)).toMatchObject({
      verdict: "pass",
      observed: slow / 1e6,
      limit: slow / 1e6,
      unit: "ms",
      avoidable: null,
      reason: "p99 of 2 requests (always)",
    });
    expect(judged("always", slow - 1)).toMatchObject({ verdict: "fail", avoidable: null });
    expect(judged("always", 5e6, 0.5)).toMatchObject({
      verdict: "pass",
      reason: "p50 of 2 requests (always)",
    });
    expect(judged("in-fault", slow - 1).verdict).toBe("fail");
    expect(judged("outside-fault", slow - 1)).toMatchObject({
      verdict: "pass",
      reason: "p99 of 1 requests (outside-fault)",
    });
    expect(judged("in-fault", 1e6, 0.99, contextOf())).toMatchObject(
      unknownOf("ms", "no request of shop to judge (in-fault)"),
    );
    expect(judged("always", 1e6, 0.99, contextOf(strangers)).verdict).toBe("unknown");
  });

  it("staleness is that of reads from replicas", () => {
    const stale = (atMostNs: number, replicaReads = 2, over = {}) => {
      const context = contextOf(over);
      const fold = context.measured.requests[0]!;
      fold.replicaReads = replicaReads;
      const durability = context.measured.durabilityOf(0);
      const write = { key: 1, history: 0, offset: 5, writeId: 9, ackAt: 2 * S };
      durability.acknowledged(oneWrite(write), 0, 0);
      const read = oneWrite({ ...write, offset: 4, invokedAt: 3 * S, ackAt: 5 * S });
      durability.replicaRead(read, 0);
      return judge({ metric: "staleness", of: "shop", atMostNs }, context);
    };
    expect(stale(3 * S)).toMatchObject({
      verdict: "pass",
      observed: 3,
      limit: 3,
      unit: "s",
      avoidable: null,
      reason: "1 of 2 reads from replicas were stale",
    });
    expect(stale(3 * S - 1)).toMatchObject({ verdict: "fail", avoidable: null });
    expect(stale(S, 0)).toMatchObject(unknownOf("s", "shop read nothing from a replica"));
    expect(stale(S, 2, strangers).verdict).toBe("unknown");
  });

  it("originLoad counts those that wait too", () => {
    const latency = new Histogram();
    const origin = (name: string, requests: number) => ({
      name,
      requests,
      peakConcurrency: 4,
      queuedMax: 3,
      latency,
    });
    const load = (atMostConcurrency: number, ...origins: readonly ReturnType<typeof origin>[]) =>
      judge({ metric: "originLoad", of: "db", atMostConcurrency }, contextOf({ end: { origins } }));
    expect(load(7, origin("other", 0), origin("db", 9))).toMatchObject({
      verdict: "pass",
      observed: 7,
      limit: 7,
      unit: "requests",
      avoidable: null,
      reason: "at most 4 served at once and 3 waiting",
    });
    expect(load(6, origin("db", 9))).toMatchObject({ verdict: "fail", avoidable: null });
    const nothing = unknownOf("requests", "db was asked nothing");
    expect(load(1, origin("db", 0))).toMatchObject(nothing);
    expect(load(1, origin("other", 9))).toMatchObject(nothing);
  });

  it("cost adds up the caches of a name, and does not know without a price", () => {
    const priced = (name: string, pricePerMonth: number | null, costReason: string | null = null) =>
      cart({ name, pricePerMonth, costReason });
    const cost = (
      of: string,
      atMostPerMonth: number,
      ...caches: readonly ReturnType<typeof cart>[]
    ) => judge({ metric: "cost", of, atMostPerMonth }, contextOf({ caches, datastores: world }));
    const both = [priced("cart", 100.5), priced("other", 7), priced("cart-eu", 50)];
    expect(cost("world", 150.5, ...both)).toMatchObject({
      verdict: "pass",
      observed: 150.5,
      limit: 150.5,
      unit: "USD/month",
      avoidable: null,
      reason: "nodes on demand, 730 h a month; transfer not included",
    });
    expect(cost("world", 150, ...both)).toMatchObject({ verdict: "fail", avoidable: null });
    expect(cost("cart", 100.5, ...both).observed).toBe(100.5);
    expect(cost("cart", 1, priced("cart", null, "no price in x"))).toMatchObject(
      unknownOf("USD/month", "cart: no price in x"),
    );
    expect(cost("cart", 200, priced("other", null), priced("cart", 5)).verdict).toBe("pass");
  });
});

describe("steady", () => {
  const disturbances = [
    disturbance(5),
    disturbance(10, true),
    disturbance(20),
    disturbance(30, true),
    disturbance(40),
  ];
  const steady = (
    fromAnchor: Anchor,
    fromS: number,
    states: readonly SteadyState[],
    over: { of?: string | null; disturbances?: readonly Disturbance[] } = {},
  ) =>
    judge(
      { metric: "steady", of: over.of ?? null, fromAnchor, fromNs: fromS * S },
      contextOf({
        index: {
          traffic: ["shop", "search"].map((name) => ({ name, cache: "cart" })),
        },
        measured: { steady: states, disturbances: over.disturbances ?? disturbances },
      }),
    );

  it.each([
    ["start", 0],
    ["first-fault", 5],
    ["first-heal", 10],
    ["last-heal", 30],
    ["last-fault", 40],
    ["last-disturbance", 40],
  ] as const)("counts from the anchor %s", (anchor, at) => {
    // One tenth of a second before the moment is out of sight, one at it is not.
    const passed = steady(anchor, 0, [steadyBut(at - 0.1, at)]);
    expect(passed).toMatchObject({
      verdict: "pass",
      limit: at,
      observed: null,
      unit: "s",
      avoidable: null,
      reason: `every window from ${at} s on holds`,
    });
    const failed = steady(anchor, 0, [steadyBut(at, at + 0.1)]);
    expect(failed).toMatchObject({
      verdict: "fail",
      limit: at,
      observed: at,
      unit: "s",
      avoidable: null,
      reason: `the window of shop that begins at ${at} s does not hold`,
    });
    if (at > 0) {
      const gone = steady(anchor, 0, [steadyBut(0, 0)], { disturbances: [] });
      expect(gone).toMatchObject(unknownOf("s", `there was no ${anchor.replace("-", " ")}`, null));
    }
  });

  it("takes a heal for the last disturbance where it was", () => {
    const healed = { disturbances: [disturbance(5), disturbance(10, true)] };
    expect(steady("last-disturbance", 0, [steadyBut(9, 10)], healed)).toMatchObject({
      verdict: "pass",
      limit: 10,
    });
  });

  it("adds the time that is given for it", () => {
    expect(steady("first-fault", 3, [steadyBut(5, 8)])).toMatchObject({
      verdict: "pass",
      limit: 8,
    });
    expect(steady("first-fault", 3, [steadyBut(5, 8.1)]).verdict).toBe("fail");
  });

  it("judges the named source, or all that have a steady state", () => {
    const [good, bad, none] = [steadyBut(0, 0), steadyBut(50, 51), new SteadyState([])];
    expect(steady("start", 0, [good, bad]).reason).toContain("the window of search");
    expect(steady("start", 0, [good, bad], { of: "shop" }).verdict).toBe("pass");
    expect(steady("start", 0, [good, bad], { of: "search" }).verdict).toBe("fail");
    expect(steady("start", 0, [none, good]).verdict).toBe("pass");
    const nothing = unknownOf("s", "no window fits between 0 s and the end", 0);
    expect(steady("start", 0, [none])).toMatchObject(nothing);
    expect(steady("start", 0, [good], { of: "nobody" })).toMatchObject(nothing);
  });

  it("does not know where no window fits", () => {
    expect(steady("last-fault", 19.5, [steadyBut(0, 0)])).toMatchObject(
      unknownOf("s", "no window fits between 59.5 s and the end", 59.5),
    );
    expect(steady("last-fault", 19, [steadyBut(0, 0)]).verdict).toBe("pass");
    const long = [steadyBut(0, 0, 30 * S), steadyBut(0, 0)];
    expect(steady("last-fault", 0, long).verdict).toBe("pass");
    expect(steady("last-fault", 0, long.toReversed()).verdict).toBe("pass");
  });
});

describe("redundancyRestored", () => {
  const interval = (state: Interval["state"], from: number, to: number) =>
    ({ state, role: "replica", from: from * S, to: to * S }) as unknown as Interval;
  const restored = (
    intervals: Readonly<Record<string, readonly Interval[]>>,
    withinS = 10,
    over: { of?: string; disturbances?: readonly Disturbance[] } = {},
  ) =>
    judge(
      {
        metric: "redundancyRestored",
        of: over.of ?? "cart",
        withinNs: withinS * S,
        afterAnchor: "first-fault",
      },
      contextOf({
        datastores: world,
        measured: {
          intervals: new Map(Object.entries(intervals)),
          disturbances: over.disturbances ?? [disturbance(20)],
        },
      }),
    );

  it("counts from the anchor to the last node that serves again, limit inclusive", () => {
    const intervals = {
      "cart-001": [
        interval("serving", 0, 20),
        interval("down", 20, 30),
        interval("serving", 30, 60),
      ],
      "cart-002": [interval("down", 22, 25), interval("syncing", 25, 29)],
    };
    expect(restored(intervals)).toMatchObject({
      verdict: "pass",
      observed: 10,
      limit: 10,
      unit: "s",
      avoidable: null,
      reason: "cart-001 was the last to serve again",
    });
    expect(restored(intervals, 9)).toMatchObject({
      verdict: "fail",
      observed: 10,
      avoidable: null,
    });
    const swapped = { "cart-001": intervals["cart-002"], "cart-002": intervals["cart-001"] };
    expect(restored(swapped).reason).toBe("cart-002 was the last to serve again");
  });

  it("fails when a node does not serve at the end, and does not know before the limit is over", () => {
    const open = { "cart-001": [interval("down", 21, 60)] };
    expect(restored(open)).toMatchObject({
      verdict: "fail",
      observed: 40,
      reason: "cart-001 does not serve at the end",
    });
    expect(restored(open, 40)).toMatchObject(
      unknownOf("s", "cart-001 does not serve yet, 40 s after, when the run ends", 40),
    );
    expect(restored(open, 39.9).verdict).toBe("fail");
    const both = { "cart-001": [interval("down", 21, 60)], "cart-002": [interval("down", 21, 30)] };
    expect(restored(both).reason).toBe("cart-001 does not serve at the end");
    const then = { "cart-001": [interval("down", 21, 30)], "cart-002": [interval("down", 21, 60)] };
    expect(restored(then).reason).toBe("cart-002 does not serve at the end");
  });

  it("knows nothing when there was no such moment, or all served ever since", () => {
    const down = { "cart-001": [interval("down", 21, 30)] };
    expect(restored(down, 1, { disturbances: [] })).toMatchObject(
      unknownOf("s", "there was no first fault"),
    );
    const before = { "cart-001": [interval("down", 5, 20), interval("serving", 20, 60)] };
    for (const intervals of [{}, before])
      expect(restored(intervals, 1)).toMatchObject(
        unknownOf("s", "every node of cart served throughout"),
      );
    expect(restored(down, 1, { of: "other" }).verdict).toBe("unknown");
    expect(restored(down, 1, { of: "world" }).verdict).toBe("fail");
  });
});

describe("rto", () => {
  const NO_PHASES = { detect: 0, decide: 0, promote: 0, propagate: 0, reconnect: 0, warm: 0 };
  const recovery = (
    fromS: number,
    tookS: number | null,
    over: Partial<Recovery> = {},
  ): Recovery => ({
    after: disturbance(fromS),
    untilNs: (fromS + 20) * S,
    regainedAt: tookS === null ? null : (fromS + tookS) * S,
    wasAsked: true,
    phases: NO_PHASES,
    causes: [],
    ...over,
  });
  const copy = (over: Partial<Copy> = {}): Copy => ({
    node: "cart-002",
    history: 0,
    offset: 1,
    alive: true,
    faulted: false,
    loading: false,
    ...over,
  });
  const failover = (
    fromS: number,
    tookS: number | null,
    over: Partial<Failover> = {},
  ): Failover => ({
    number: 1,
    cache: "cart",
    shard: 1,
    globalDatastore: null,
    fromNode: "cart-001",
    toNode: "cart-002",
    started: { at: fromS * S, cause: "cart-001 failed" },
    copiesAtStart: [copy()],
    copiesAtDecision: [],
    detected: null,
    decided: null,
    promoted: tookS === null ? null : { at: (fromS + tookS) * S, cause: "because" },
    abandoned: null,
    ...over,
  });
  const rto = (
    of: string,
    atMostS: number,
    measured: Partial<CheckContext["measured"]>,
    datastores = world,
  ) =>
    judge(
      { metric: "rto", of, atMostNs: atMostS * S },
      contextOf({
        datastores,
        measured: { steady: [steadyBut(0, 0)], disturbances: [disturbance(10)], ...measured },
      }),
    );

  it("of a traffic source is its slowest recovery from an injection", () => {
    const recoveries = [
      [
        recovery(5, 2),
        recovery(10, 5, { phases: { ...NO_PHASES, detect: 1.5 * S, warm: 3.5 * S } }),
        recovery(30, 9, { after: disturbance(30, true) }),
        recovery(40, 4),
      ],
    ];
    expect(rto("shop", 5, { recoveries })).toMatchObject({
      verdict: "pass",
      observed: 5,
      limit: 5,
      unit: "s",
      avoidable: null,
      reason: "after node-crash injected: detect 1.5 s + warm 3.5 s",
    });
    const failovers = [failover(10, 2)];
    expect(rto("shop", 4.9, { recoveries, failovers })).toMatchObject({
      verdict: "fail",
      avoidable: true,
    });
    expect(rto("shop", 0, { recoveries: [[recovery(10, 0)]] })).toMatchObject({
      verdict: "pass",
      observed: 0,
      reason: "the steady state held throughout after node-crash injected",
    });
  });

  it("of a traffic source fails when it was not regained for longer than the limit", () => {
    const never = { recoveries: [[recovery(10, null), recovery(30, 5)]] };
    expect(rto("shop", 20, never)).toMatchObject(
      unknownOf("s", "not regained in the 20 s before the next disturbance or the end", 20),
    );
    expect(rto("shop", 19.9, never)).toEqual({
      id: "x",
      metric: "rto",
      of: "shop",
      limit: 19.9,
      observed: null,
      unit: "s",
      verdict: "fail",
      avoidable: null,
      reason: "not regained within 20 s after node-crash injected",
    });
    const turned = { recoveries: [[recovery(30, 5), recovery(10, null)]] };
    expect(rto("shop", 1, turned).observed).toBe(null);
  });

  it("of a traffic source is unavoidable when a failover that began then had no copy to promote, and neither when none began", () => {
    const lost = [copy({ alive: false }), copy({ faulted: true })];
    const avoidable = (failovers: readonly Failover[], took: number | null = 8) =>
      rto("shop", 1, { recoveries: [[recovery(10, took)]], failovers }).avoidable;
    for (const took of [8, null])
      expect(avoidable([failover(10, 2, { copiesAtStart: lost })], took)).toBe(false);
    expect(avoidable([failover(29.9, 2, { copiesAtStart: lost })])).toBe(false);
    for (const [at, over] of [
      [30, {}],
      [9.9, {}],
      [12, { cache: "other" }],
    ] as const)
      expect(avoidable([failover(at, 2, { copiesAtStart: lost, ...over })])).toBe(null);
    expect(avoidable([failover(12, 2), failover(12, 2, { copiesAtStart: [] })])).toBe(false);
  });

  it("of a traffic source is avoidable when without the failover's time it would have been kept, and else neither", () => {
    const phases = { ...NO_PHASES, detect: 3 * S, decide: 2 * S, promote: 1 * S, propagate: 4 * S };
    const avoidable = (limit: number, failovers: readonly Failover[]) =>
      rto("shop", limit, { recoveries: [[recovery(10, 10, { phases })]], failovers }).avoidable;
    expect(avoidable(9.9, [failover(10, 6)])).toBe(true);
    expect(avoidable(4, [failover(10, 6)])).toBe(true);
    expect(avoidable(3.9, [failover(10, 6)])).toBe(null);
    expect(avoidable(3.9, [failover(10, 6, { copiesAtStart: [] })])).toBe(false);
    expect(avoidable(10, [failover(10, 6)])).toBe(null);
    // Never regained in the 20 s that were left: of a promotion after 6 s, 14 s were others'.
    const never = (limit: number, failovers: readonly Failover[]) =>
      rto("shop", limit, { recoveries: [[recovery(10, null)]], failovers }).avoidable;
    expect(never(14, [failover(10, 6)])).toBe(true);
    expect(never(13.9, [failover(10, 6)])).toBe(null);
    expect(never(13.9, [failover(10, 6), failover(10, 6.1)])).toBe(true);
    expect(never(1, [failover(10, null)])).toBe(true);
  });

  it("of a traffic source is unknown without a fault, or when all was not well before", () => {
    const nothing = unknownOf("s", "no fault was injected");
    expect(rto("shop", 1, {})).toMatchObject(nothing);
    expect(rto("shop", 1, { recoveries: [] })).toMatchObject(nothing);
    expect(
      rto("shop", 1, { recoveries: [[recovery(10, 5, { after: disturbance(10, true) })]] }),
    ).toMatchObject(nothing);
    const recoveries = [[recovery(10, 5)]];
    expect(rto("shop", 1, { recoveries, steady: [steadyBut(9, 9.5)] })).toMatchObject(
      unknownOf("s", "the steady state did not hold before the first fault"),
    );
    expect(rto("shop", 5, { recoveries, steady: [steadyBut(11, 12)] }).verdict).toBe("pass");
    const early = unknownOf("s", "no window of the steady state fits before the first fault");
    expect(rto("shop", 1, { recoveries, steady: [] })).toMatchObject(early);
    expect(rto("shop", 1, { recoveries, disturbances: [disturbance(0.9)] })).toMatchObject(early);
    // Without a disturbance the whole run is "before".
    const broken = { recoveries, disturbances: [], steady: [steadyBut(59, 60)] };
    expect(rto("shop", 1, broken).reason).toContain("did not hold");
  });

  it("of a traffic source is unknown where nothing was asked, and its slowest known recovery where something was", () => {
    const silent = recovery(10, null, { wasAsked: false });
    expect(rto("shop", 1, { recoveries: [[silent]] })).toMatchObject(
      unknownOf("s", "no request arrived in the 20 s after node-crash injected"),
    );
    for (const recoveries of [
      [silent, recovery(30, 5), recovery(50, 2)],
      [recovery(30, 5), silent, recovery(50, 2)],
    ])
      expect(rto("shop", 5, { recoveries: [recoveries] })).toMatchObject({ observed: 5 });
  });

  it("of a cache is its slowest failover", () => {
    const failovers = [
      failover(5, 2),
      failover(10, 6, { shard: 2, toNode: "cart-004" }),
      failover(20, null, { abandoned: { at: 21 * S, cause: "back" } }),
      failover(30, 3),
      failover(30, 25, { cache: "other" }),
    ];
    expect(rto("cart", 6, { failovers })).toMatchObject({
      verdict: "pass",
      observed: 6,
      limit: 6,
      unit: "s",
      avoidable: null,
      reason: "shard 2: cart-001 failed; cart-004 accepts writes after 6 s",
    });
    expect(rto("cart", 5.9, { failovers })).toMatchObject({ verdict: "fail", avoidable: true });
    const lost = [copy({ alive: false }), copy({ faulted: true })];
    const some = failover(5, 2, { copiesAtStart: [...lost, copy()] });
    expect(rto("cart", 1, { failovers: [some] }).avoidable).toBe(true);
    expect(rto("cart", 1, { failovers: [failover(5, 2, { copiesAtStart: lost })] })).toMatchObject({
      verdict: "fail",
      avoidable: false,
    });
  });

  it("of a cache lasts to the end where nobody leads", () => {
    const failovers = [failover(5, 2), failover(50, null)];
    for (const limit of [60, 9])
      expect(rto("cart", limit, { failovers })).toMatchObject({
        verdict: "fail",
        observed: 10,
        reason: "shard 1: cart-001 failed; still without a primary at the end after 10 s",
      });
    expect(rto("cart", 1, { failovers: [failover(5, 2, { cache: "other" })] })).toMatchObject(
      unknownOf("s", "no failover of cart happened"),
    );
    const abandoned = failover(20, null, { abandoned: { at: 21 * S, cause: "back" } });
    expect(rto("cart", 1, { failovers: [abandoned] }).verdict).toBe("unknown");
  });

  it("of a Global Datastore counts its own failovers and its members'", () => {
    const verdictOf = (of: string, over: Partial<Failover>) =>
      rto(of, 1, { failovers: [failover(5, 2, over)] }).verdict;
    expect(verdictOf("world", { cache: "cart-eu" })).toBe("fail");
    expect(verdictOf("world", { cache: "x", globalDatastore: "world" })).toBe("fail");
    expect(verdictOf("world", { cache: "x" })).toBe("unknown");
    expect(verdictOf("cart", { cache: "x", globalDatastore: "cart" })).toBe("unknown");
  });
});
