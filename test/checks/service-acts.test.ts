/** Checks of what the service does, on failovers that are wrong in one thing each. */
import { describe, expect, it } from "vitest";
import type { CacheFacts, CheckContext } from "../../src/checks/context.ts";
import { bestCopyPromoted } from "../../src/checks/safety/best-copy-promoted.ts";
import { dnsFollowsPromotion } from "../../src/checks/safety/dns-follows-promotion.ts";
import { rtoPhasesAddUp } from "../../src/checks/safety/rto-phases-add-up.ts";
import { type VerdictStatus, worst } from "../../src/checks/verdict.ts";
import type { Copy, JournalRecord } from "../../src/journal/records.ts";
import type { Failover } from "../../src/measure/failover-fold.ts";
import type { Recovery } from "../../src/measure/recovery.ts";

const S = 1e9;

const cache = (over: Partial<CacheFacts> = {}): CacheFacts => ({
  name: "cart",
  clusterMode: "disabled",
  automaticFailover: true,
  dnsUpdateNs: 3 * S,
  dnsTtlNs: 15 * S,
  nodeTimeoutNs: S,
  evicts: true,
  pricePerMonth: null,
  costReason: null,
  ...over,
});

const copy = (node: string, offset: number, over: Partial<Copy> = {}): Copy => ({
  node,
  offset,
  history: 0,
  alive: true,
  faulted: false,
  loading: false,
  ...over,
});

const boundary = (at: number, cause = "because") => ({ at: at * S, cause });

const failover = (over: Partial<Failover> = {}): Failover => ({
  number: 1,
  cache: "cart",
  shard: 1,
  globalDatastore: null,
  fromNode: "cart-001",
  toNode: "cart-002",
  started: boundary(10),
  copiesAtStart: [],
  copiesAtDecision: [copy("cart-002", 500), copy("cart-003", 400)],
  detected: boundary(15),
  decided: boundary(15),
  promoted: boundary(16),
  abandoned: null,
  ...over,
});

const context = (over: {
  readonly failovers?: readonly Failover[];
  readonly caches?: readonly CacheFacts[];
  readonly records?: readonly JournalRecord[];
  readonly recoveries?: readonly Recovery[];
  readonly endsAt?: number;
}): CheckContext =>
  ({
    index: { traffic: [{ name: "shop", cache: "cart" }] },
    records: over.records ?? [],
    caches: over.caches ?? [cache()],
    datastores: [],
    measured: {
      failovers: over.failovers ?? [failover()],
      recoveries: [over.recoveries ?? []],
    },
    end: { at: (over.endsAt ?? 600) * S },
  }) as unknown as CheckContext;

describe("best-copy-promoted", () => {
  const judge = (copies: readonly Copy[], over: Partial<Failover> = {}, facts?: CacheFacts) =>
    bestCopyPromoted(
      context({
        failovers: [failover({ copiesAtDecision: copies, ...over })],
        ...(facts && { caches: [facts] }),
      }),
    );
  const chosen = copy("cart-002", 500);

  it("passes when no healthy copy of the history was ahead", () => {
    expect(judge([chosen, copy("cart-003", 500)])).toMatchObject({ verdict: "pass", checked: 1 });
    for (const excused of [{ alive: false }, { faulted: true }, { history: 7 }])
      expect(judge([chosen, copy("cart-003", 900, excused)]).verdict).toBe("pass");
    expect(judge([chosen]).reason).toBe("1 choices of the service, each the least-lagged replica");
  });

  it("fails when one was, and names the one furthest ahead", () => {
    const copies = [chosen, copy("cart-003", 501), copy("cart-004", 700), copy("cart-005", 600)];
    const { verdict, reason, checked } = judge(copies);
    expect([verdict, checked]).toEqual(["fail", 1]);
    expect(reason).toBe(
      "the service promoted cart-002 at offset 500 while cart-004 was ahead at 700, alive and reachable (cart shard 1, 15 s)",
    );
  });

  it("does not count a copy that was loading another's data when the choice was made", () => {
    const verdictOf = (loading: boolean) =>
      bestCopyPromoted(
        context({
          failovers: [failover({ copiesAtDecision: [chosen, copy("cart-003", 900, { loading })] })],
        }),
      ).verdict;
    expect(verdictOf(true)).toBe("pass");
    expect(verdictOf(false)).toBe("fail");
  });

  it("judges choices of the service alone", () => {
    const ahead = [chosen, copy("cart-003", 900)];
    for (const over of [
      { globalDatastore: "world" },
      { decided: null },
      { toNode: "cart-001" },
      { toNode: "cart-009" },
    ])
      expect(judge(ahead, over)).toMatchObject({ verdict: "pass", checked: 0 });
    expect(judge(ahead, {}, cache({ clusterMode: "enabled" }))).toMatchObject({ checked: 0 });
    expect(judge(ahead, {}, cache({ name: "other" }))).toMatchObject({ checked: 0 });
    expect(judge(ahead, {}, cache({ selfManaged: true }))).toMatchObject({ checked: 0 });
    const replaced = [...ahead, copy("cart-001", 500)];
    expect(judge(replaced, { toNode: "cart-001" })).toMatchObject({ checked: 0 });
    expect(judge(ahead, {}, cache({ selfManaged: false }))).toMatchObject({ checked: 1 });
    expect(bestCopyPromoted(context({ failovers: [] })).reason).toContain("chose no replica");
  });
});

describe("dns-follows-promotion", () => {
  const record = (over: Partial<Extract<JournalRecord, { kind: "dns-updated" }>> = {}) =>
    ({
      kind: "dns-updated",
      at: 19 * S,
      cache: "cart",
      endpoint: "primary",
      nodes: ["cart-002"],
      ...over,
    }) as const;
  const judge = (records: readonly JournalRecord[], over: Parameters<typeof context>[0] = {}) =>
    dnsFollowsPromotion(context({ records, ...over }));

  it("passes when the record follows, at the latest an update and a quarter of a minute after", () => {
    expect(judge([record()])).toMatchObject({ verdict: "pass", checked: 1 });
    expect(judge([record({ at: 16 * S })]).verdict).toBe("pass");
    expect(judge([record({ at: 34 * S })]).verdict).toBe("pass");
    const caches = [cache({ name: "other", clusterMode: "enabled" }), cache()];
    expect(judge([record()], { caches })).toMatchObject({ verdict: "pass", checked: 1 });
  });

  it("fails when it does not, and names both nodes", () => {
    for (const wrong of [
      { at: 34 * S + 1 },
      { at: 16 * S - 1 },
      { endpoint: "reader" as const },
      { cache: "other" },
      { nodes: ["cart-001"] },
    ])
      expect(judge([record(wrong)]).verdict, JSON.stringify(wrong)).toBe("fail");
    const { reason, checked } = judge([]);
    expect(checked).toBe(1);
    expect(reason).toBe(
      "cart-002 was promoted at 16 s, but the primary endpoint of cart still named cart-001 at 34 s",
    );
  });

  it("leaves unjudged what has no endpoint, ends too early, or is overtaken by another promotion", () => {
    const unjudged = (over: Parameters<typeof context>[0]) =>
      expect(judge(over.records ?? [], over)).toMatchObject({ verdict: "pass", checked: 0 });
    unjudged({ caches: [cache({ clusterMode: "enabled" })] });
    unjudged({ caches: [cache({ selfManaged: true })] });
    unjudged({ caches: [] });
    unjudged({ caches: [cache({ clusterMode: "enabled" }), cache({ name: "other" })] });
    unjudged({ endsAt: 33.9 });
    unjudged({ failovers: [failover({ promoted: null })] });
    unjudged({ failovers: [failover({ globalDatastore: "world" })] });
    unjudged({ failovers: [failover({ toNode: "cart-001" })] });
    expect(judge([], { endsAt: 34 }).verdict).toBe("fail");
    const outage: JournalRecord = {
      kind: "fault-injected",
      at: 30 * S,
      fault: 1,
      faultKind: "control-plane-outage",
      targets: ["us-east-1"],
      holds: true,
    };
    unjudged({ records: [outage] });
    unjudged({ records: [{ ...outage, at: 34 * S }] });
    expect(judge([{ ...outage, at: 34 * S + 1 }]).verdict).toBe("fail");
    expect(judge([{ ...outage, kind: "fault-healed" }]).verdict).toBe("fail");
    expect(judge([{ ...outage, faultKind: "dns-outage" }]).verdict).toBe("fail");
    const again = (at: number, name = "cart") =>
      judge([record({ at: 40 * S, nodes: ["cart-003"] })], {
        failovers: [
          failover(),
          failover({ cache: name, toNode: "cart-003", promoted: boundary(at) }),
        ],
        caches: [cache(), cache({ name: "other", clusterMode: "enabled" })],
      });
    expect(again(30)).toMatchObject({ verdict: "pass", checked: 2 });
    expect(again(34)).toMatchObject({ verdict: "fail" });
    expect(again(30, "other")).toMatchObject({ verdict: "fail" });
  });
});

describe("rto-phases-add-up", () => {
  const phases = { detect: 5, decide: 1, promote: 2, propagate: 3, reconnect: 4, warm: 6 };
  const recovery = (over: Partial<Recovery> = {}): Recovery =>
    ({
      after: { at: 10, what: "node-crash injected", isHeal: false },
      untilNs: 600,
      regainedAt: 31,
      phases,
      causes: [],
      ...over,
    }) as unknown as Recovery;
  const judge = (over: Partial<Failover>, recoveries: readonly Recovery[] = []) =>
    rtoPhasesAddUp(context({ failovers: [failover(over)], recoveries }));

  it("passes when each phase has its record and cause, in order, and phases sum to the RTO", () => {
    expect(judge({}, [recovery()])).toMatchObject({ verdict: "pass", checked: 2 });
    const at = boundary(10);
    expect(judge({ detected: at, decided: at, promoted: at }).verdict).toBe("pass");
    expect(judge({ promoted: null }, [recovery({ regainedAt: null })])).toMatchObject({
      verdict: "pass",
      checked: 0,
    });
  });

  it("fails when a boundary is missing, has no cause, or comes before the one before it", () => {
    for (const wrong of [
      { detected: null },
      { decided: null },
      { promoted: boundary(16, "") },
      { started: boundary(10, "") },
    ]) {
      const { verdict, reason } = judge(wrong);
      expect([verdict, reason]).toEqual([
        "fail",
        "failover 1 of cart shard 1 was completed without a record and cause for each phase",
      ]);
    }
    for (const wrong of [
      { detected: boundary(9) },
      { decided: boundary(14) },
      { promoted: boundary(14.9) },
    ])
      expect(judge(wrong)).toMatchObject({
        verdict: "fail",
        checked: 1,
        reason: "phases of failover 1 of cart shard 1 are out of order",
      });
  });

  it("fails when a phase is a remainder that does not fit", () => {
    for (const phase of Object.keys(phases)) {
      const wrong = { ...phases, [phase]: 100 } as unknown as Recovery["phases"];
      expect(judge({}, [recovery({ phases: wrong })]).verdict, phase).toBe("fail");
    }
    const { reason, checked } = judge({}, [recovery({ regainedAt: 5 * S })]);
    expect(checked).toBe(2);
    expect(reason).toBe("phases of shop after node-crash injected sum to 0 s, not 5 s");
  });
});

describe("worst()", () => {
  it.each([
    [[], "pass"],
    [["pass", "pass"], "pass"],
    [["pass", "unknown"], "unknown"],
    [["unknown", "fail", "pass"], "fail"],
    [["fail"], "fail"],
  ] as const)("of %j is %s", (verdicts, expected) => {
    expect(worst(verdicts as readonly VerdictStatus[])).toBe(expected);
  });
});
