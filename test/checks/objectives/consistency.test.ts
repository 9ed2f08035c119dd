/** Promises of consistency on histories made by hand: what is judged, from whom, until when, and what is told. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { CheckContext } from "../../../src/checks/context.ts";
import type { PromiseName } from "../../../src/checks/history/promises.ts";
import { checkExpectation } from "../../../src/checks/run-checks.ts";
import {
  COMMAND_GET,
  COMMAND_SET,
  OUTCOME_FAIL,
  OUTCOME_INFO,
  OUTCOME_OK,
} from "../../../src/journal/operation-columns.ts";
import type { JournalRecord } from "../../../src/journal/records.ts";
import { HistoryFold } from "../../../src/measure/history-fold.ts";
import { open } from "../../../src/run/simulation.ts";
import { loadScenario } from "../../../src/scenario/load.ts";
import { contextOf, recordOf, S } from "../journal.ts";

/** An operation that takes a tenth of a second, on key 7 and shard 0, of session 0, that ends ok. */
interface Operation {
  readonly at: number;
  readonly writes?: number;
  readonly reads?: number;
  readonly key?: number;
  readonly shard?: number;
  readonly session?: number;
  readonly outcome?: number;
  readonly isDoubtful?: boolean;
}

function foldOf(operations: readonly Operation[]): HistoryFold {
  const fold = new HistoryFold();
  for (const [row, of] of operations.entries()) {
    fold.command[row] = of.reads === undefined ? COMMAND_SET : COMMAND_GET;
    fold.outcome[row] = of.outcome ?? OUTCOME_OK;
    fold.isDoubtful[row] = of.isDoubtful ? 1 : 0;
    fold.session[row] = of.session ?? 0;
    fold.key[row] = of.key ?? 7;
    fold.shard[row] = of.shard ?? 0;
    fold.writeId[row] = of.reads ?? of.writes ?? 0;
    fold.invokedAt[row] = of.at * S;
    fold.returnedAt[row] = (of.at + 0.1) * S;
  }
  fold.count = operations.length;
  return fold;
}

interface Given {
  readonly promises?: readonly PromiseName[];
  readonly staleS?: number;
  readonly of?: string;
  readonly over?: Parameters<typeof contextOf>[0];
}

function judge(operations: readonly Operation[] | HistoryFold | null, given: Given = {}) {
  const fold = operations === null || operations instanceof HistoryFold ? operations : null;
  const kept = Array.isArray(operations) ? foldOf(operations) : fold;
  const context: CheckContext = contextOf({
    ...given.over,
    measured: { historyOf: () => kept },
  });
  const { of = "cart", promises = null, staleS = 0 } = given;
  const words = { metric: "consistency", of, promises, staleNs: staleS * S } as const;
  return checkExpectation(context, { id: "x", ...words });
}

const failoverOf = (kind: string, over: { at: number; shard?: number; cache?: string }) =>
  ({ kind, cache: "cart", shard: 1, ...over }) as unknown as JournalRecord;

const nothing = (reason: string) => ({
  id: "x",
  metric: "consistency",
  of: "cart",
  limit: 0,
  observed: null,
  unit: "keys",
  verdict: "unknown",
  avoidable: null,
  reason,
});

/** The second read goes back to what the first write put, although its session had put 2. */
const BACK: readonly Operation[] = [
  { at: 1, writes: 1 },
  { at: 2, writes: 2 },
  { at: 3, reads: 1 },
];
/** The one source lets replicas answer. */
const COPIES = { index: { traffic: [{ name: "shop", cache: "cart", readsCopies: true }] } };
const shards = (...numbers: readonly number[]) => ({
  index: { shards: numbers.map((number) => ({ cache: "cart", number, id: `${number}` })) },
});

describe("consistency", () => {
  it("does not know where nobody spoke to the cache, or kept what was said, or nothing was", () => {
    const reason = "nothing was read from cart or written to it";
    expect(judge(null)).toEqual(nothing(reason));
    expect(judge([])).toEqual(nothing(reason));
    const other = { index: { traffic: [{ name: "shop", cache: "other" }] } };
    expect(judge(BACK, { over: other })).toEqual(nothing(reason));
  });

  it("does not know beyond the budget of a history", () => {
    const fold = foldOf(BACK);
    fold.isOver = true;
    expect(judge(fold)).toEqual(
      nothing("cart had more than 3 operations, which is the budget of a history"),
    );
  });

  it("passes with what it looked at: promises, keys and operations", () => {
    const good = [
      { at: 1, writes: 1 },
      { at: 2, reads: 1 },
      { at: 2, writes: 2, key: 8 },
      { at: 3, reads: 2, key: 8 },
      { at: 3, reads: -5, key: 9 },
    ];
    expect(judge(good)).toEqual({
      ...nothing("readYourWrites, monotonicReads, knownValues on 3 keys, 5 operations"),
      verdict: "pass",
      observed: 0,
    });
    expect(judge(good, { promises: ["linearizable"] }).reason).toBe(
      "linearizable on 3 keys, 5 operations",
    );
  });

  it("fails with the key, how many fail, and why no order exists", () => {
    const found = judge([
      ...BACK,
      ...BACK.map((of) => ({
        ...of,
        key: 8,
        writes: of.writes && of.writes + 2,
        reads: of.reads && 3,
      })),
    ] as readonly Operation[]);
    expect(found).toMatchObject({
      ...nothing(""),
      verdict: "fail",
      observed: 2,
      reason: expect.stringMatching(/^readYourWrites \(key 7, one of 2\): .+; .+/),
    });
    // The figure is of the promise that most keys break, the words are of the first that is broken.
    const unheard = [9, 10].map((key) => ({ at: 4, reads: 50 + key, key }));
    expect(judge([...BACK, ...unheard])).toMatchObject({
      observed: 3,
      reason: expect.stringMatching(/^readYourWrites \(key 9, one of 3\)/),
    });
    expect(judge(unheard, { promises: ["knownValues"] }).reason).toMatch(
      /^knownValues \(key 9, one of 2\): .*nobody wrote it$/,
    );
    expect(
      judge([...BACK, ...unheard], {
        promises: ["durableWrites", "knownValues", "readYourWrites"],
      }),
    ).toMatchObject({
      observed: 3,
      reason: expect.stringMatching(/^durableWrites \(key 7, one of 1\)/),
    });
    expect(
      judge([...BACK, ...unheard], { promises: ["knownValues", "readYourWrites"] }),
    ).toMatchObject({
      observed: 3,
      reason: expect.stringMatching(/^knownValues \(key 9, one of 2\)/),
    });
  });

  it("does not know where no key has a read", () => {
    expect(judge([{ at: 1, writes: 1 }])).toEqual(nothing("readYourWrites: nothing was read"));
  });

  it("holds sessions, which are client hosts, to what they themselves saw", () => {
    const sessions = ["a", "b"].map((zone) => ({ name: `shop@${zone}`, traffic: 0, zone }));
    const elsewhere = BACK.map((of) => (of.reads ? { ...of, session: 1 } : of));
    expect(judge(elsewhere, { over: { index: { sessions } } }).verdict).toBe("pass");
    expect(judge(BACK, { over: { index: { sessions } } }).reason).toContain("shop@a");
  });

  it("promises those who let copies answer only that somebody wrote what they read", () => {
    const over = COPIES;
    expect(judge(BACK, { over })).toMatchObject({
      verdict: "pass",
      reason: "knownValues on 1 keys, 3 operations",
    });
    const unheard = [...BACK, { at: 4, reads: 9 }];
    expect(judge(unheard, { over }).reason).toMatch(/^knownValues \(key 7, one of 1\)/);
  });

  it("holds those who read from primaries to more, beside others who do not", () => {
    const index = {
      traffic: [
        { name: "shop", cache: "cart" },
        { name: "search", cache: "cart", readsCopies: true },
      ],
      sessions: ["shop", "search"].map((name, traffic) => ({ name, traffic, zone: "a" })),
    };
    const ofSecond = BACK.map((of) => ({ ...of, session: 1 }));
    expect(judge(BACK, { over: { index } })).toMatchObject({ verdict: "fail", observed: 1 });
    // What the second source alone read goes back; the first wrote, and read nothing old.
    const both = [...ofSecond, { at: 4, reads: 2 }];
    expect(judge(both, { over: { index } })).toMatchObject({
      verdict: "pass",
      reason: "readYourWrites, monotonicReads, knownValues on 1 keys, 4 operations",
    });
    const unheard = [...both, { at: 5, reads: 9, session: 1 }];
    expect(judge(unheard, { over: { index } }).reason).toMatch(/^knownValues/);
  });

  it("goes by who asks its own caches: another cache's clients change nothing", () => {
    const index = {
      traffic: [
        { name: "shop", cache: "cart", readsCopies: true },
        { name: "search", cache: "other" },
      ],
      sessions: ["shop", "search"].map((name, traffic) => ({ name, traffic, zone: "a" })),
    };
    expect(judge(BACK, { over: { index } })).toMatchObject({
      verdict: "pass",
      reason: "knownValues on 1 keys, 3 operations",
    });
    // A member that is asked by its own name counts for the whole.
    const datastores = [{ name: "world", members: ["cart", "cart-eu"] }];
    expect(judge(BACK, { of: "world", over: { ...COPIES, datastores } }).verdict).toBe("pass");
  });

  it("goes by settings: replicas, and a secondary Region's own group", () => {
    const text = readFileSync("scenarios/fast/region-loss.yaml", "utf8");
    const readsCopies = (...sets: string[]) =>
      open(loadScenario(text, { sets })).index.traffic.map((of) => of.readsCopies);
    expect(readsCopies()).toEqual([false]);
    expect(readsCopies("traffic.login.client.readFrom=replica")).toEqual([true]);
    expect(readsCopies("traffic.login.client.readLocalRegion=true")).toEqual([true]);
    const inPrimary = "traffic.login.from.region=us-east-1";
    expect(readsCopies("traffic.login.client.readLocalRegion=true", inPrimary)).toEqual([false]);
  });

  it("says nothing of what comes after a failover began, or after a history had ended", () => {
    for (const [record, from] of [
      [failoverOf("failover-started", { at: 2.5 * S }), 2.5],
      [recordOf("history-ended", { at: 9 * S, failedAt: 2.5 * S }), 2.5],
    ] as const) {
      expect(record).toMatchObject({ shard: 1 });
      const records = [record, failoverOf("failover-started", { at: 20 * S })];
      // The read that goes back returned after it.
      expect(judge(BACK, { over: { records } }), String(from)).toMatchObject({
        verdict: "unknown",
        reason: "readYourWrites: nothing was read",
      });
      // What returned before it is judged.
      const early = BACK.map((of) => ({ ...of, at: of.at / 2 }));
      expect(judge(early, { over: { records } }).verdict).toBe("fail");
    }
  });

  it("looks at troubles shard by shard, and at those of its own caches", () => {
    const inSecond = BACK.map((of) => ({ ...of, shard: 1 }));
    const records = [failoverOf("failover-started", { at: 2.5 * S, shard: 4 })];
    expect(judge(BACK, { over: { ...shards(3, 4), records } }).verdict).toBe("fail");
    expect(judge(inSecond, { over: { ...shards(3, 4), records } }).verdict).toBe("unknown");
    expect(judge(inSecond, { over: { ...shards(4, 3), records } }).verdict).toBe("fail");
    // An operation that never was routed has no shard, and no trouble.
    const lost = BACK.map((of) => ({ ...of, shard: -1 }));
    expect(judge(lost, { over: { ...shards(4), records } }).verdict).toBe("fail");

    const other = [failoverOf("failover-started", { at: 2.5 * S, cache: "other" })];
    expect(judge(BACK, { over: { records: other } }).verdict).toBe("fail");
    const quiet = [failoverOf("failover-promoted", { at: 2.5 * S })];
    expect(judge(BACK, { over: { records: quiet } }).verdict).toBe("fail");
    const datastores = [{ name: "world", members: ["cart", "cart-eu"] }];
    const over = {
      datastores,
      index: { traffic: [{ name: "shop", cache: "world" }] },
      records: [failoverOf("failover-started", { at: 2.5 * S, cache: "cart-eu" })],
    };
    expect(judge(BACK, { of: "cart-eu", over }).verdict).toBe("unknown");
    expect(judge(BACK, { of: "cart-eu", over: { ...over, records: [] } }).verdict).toBe("fail");
    expect(judge(BACK, { of: "world", over: { ...over, records: [] } }).verdict).toBe("fail");
  });

  it("leaves out, by default, what may have been executed twice", () => {
    const twice = BACK.map((of) => ({ ...of, isDoubtful: of.writes === 1 }));
    expect(judge(twice)).toMatchObject({ verdict: "unknown" });
    expect(judge(twice, { promises: ["readYourWrites"] }).verdict).toBe("fail");
  });

  it("holds promises that a scenario names for the whole run", () => {
    const records = [failoverOf("failover-started", { at: 2.5 * S })];
    const named = { promises: ["readYourWrites"], over: { records } } as const;
    expect(judge(BACK, named)).toMatchObject({
      verdict: "fail",
      observed: 1,
      reason: expect.stringMatching(/^readYourWrites \(key 7, one of 1\)/),
    });
    expect(judge(BACK, { promises: ["knownValues"] }).verdict).toBe("pass");
    const over = { ...named.over, ...COPIES };
    expect(judge(BACK, { ...named, over }).verdict).toBe("fail");
  });

  it("allows a read to be old by the bound, inclusive", () => {
    // Write 2 had returned at 2.1 s, the read of 1 began at 3 s.
    const bounded = (staleS: number) =>
      judge(BACK, { promises: ["boundedStaleness"], staleS }).verdict;
    expect(bounded(0.9)).toBe("pass");
    expect(bounded(0.8)).toBe("fail");
  });

  it("takes outcomes as they are: a refused write was never there, an open one may have been", () => {
    const of = (outcome: number) =>
      judge([
        { at: 1, writes: 1, outcome },
        { at: 2, reads: 1 },
      ]);
    expect(of(OUTCOME_OK).verdict).toBe("pass");
    expect(of(OUTCOME_INFO).verdict).toBe("pass");
    expect(of(OUTCOME_FAIL).reason).toContain("had failed");
  });
});
