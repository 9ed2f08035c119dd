/** What of the cluster bus changes outcomes for clients: coverage, reads when down, rejoining, timers, votes. */
import { describe, expect, it } from "vitest";
import { MILLISECOND, type Nanos, SECOND } from "../../../src/base/nanos.ts";
import { COMMAND_GET, COMMAND_SET, OUTCOME_OK } from "../../../src/journal/operation-columns.ts";
import type { BusSettings } from "../../../src/model/cluster/bus-settings.ts";
import { type Observed, observe } from "../../fixtures/observe.ts";
import { at, group, resolved, traffic } from "../../fixtures/resolved.ts";

const primary = { kind: "primary", cache: "cart", shard: 1 } as const;
const crash = { fault: "node-crash", target: primary } as const;
const isolate = {
  fault: "network-partition",
  isolate: [primary],
  to: null,
  direction: "both",
  bridge: [],
  withClients: true,
} as const;

function run(
  bus: Partial<BusSettings>,
  over: Parameters<typeof resolved>[0],
  replicas = 1,
): Observed {
  const base = group({ replicas });
  return observe(
    resolved({
      durationNs: 30 * SECOND,
      caches: [{ ...base, bus: { ...base.bus, ...bus } }],
      traffic: [traffic({ ratePerSecond: 100 })],
      ...over,
    }),
  );
}

/** Spans in which a node refused commands. */
function refused(of: Observed, node: string): readonly (readonly [Nanos, Nanos])[] {
  const own = of.of("node-state").filter((record) => record.node === node);
  return own.flatMap((record, i) =>
    record.state === "minority" ? [[record.at, own[i + 1]?.at ?? Number.POSITIVE_INFINITY]] : [],
  );
}

describe("cluster-require-full-coverage", () => {
  const seeds = ["1", "2", "3", "4"];
  const fails = (bus: Partial<BusSettings>, seed: string): Observed =>
    run(bus, { seed, method: [at(10, crash)] });

  // The others are down from FAIL to the promotion: measured 0.65 to 1.15 s, and a cron's look at each end.
  it("yes: the other shards refuse commands from FAIL until a replica leads", () => {
    for (const seed of seeds) {
      const of = fails({ requireFullCoverage: true }, seed);
      const agreed = of.of("failover-detected")[0]?.at ?? 0;
      const led = of.of("failover-promoted")[0]?.at ?? 0;
      for (const other of ["cart-0002-001", "cart-0003-001"]) {
        const [span] = refused(of, other);
        expect(refused(of, other)).toHaveLength(1);
        expect(Math.abs((span?.[0] ?? 0) - agreed)).toBeLessThan(110 * MILLISECOND);
        expect(Math.abs((span?.[1] ?? 0) - led)).toBeLessThan(110 * MILLISECOND);
      }
    }
  });

  it("no: they go on serving", () => {
    for (const seed of seeds) {
      const of = fails({ requireFullCoverage: false }, seed);
      expect(of.of("failover-promoted")).toHaveLength(1);
      for (const other of ["cart-0002-001", "cart-0003-001"])
        expect(refused(of, other)).toEqual([]);
    }
  });
});

describe("a primary in the minority", () => {
  const cut = (allowReadsWhenDown: boolean): Observed =>
    run({ allowReadsWhenDown }, { method: [at(10, isolate, 10)] });
  /** Answers of the isolated primary to its own clients, once it has stopped. */
  const answers = (of: Observed, command: number) =>
    of.operations.filter(
      (one) =>
        one.command === command &&
        one.node === 0 &&
        one.outcome === OUTCOME_OK &&
        one.invokedAt > 13 * SECOND &&
        one.returnedAt < 20 * SECOND,
    );

  it("cluster-allow-reads-when-down: answers reads, or nothing", () => {
    const open = cut(true);
    expect(answers(open, COMMAND_GET).length).toBeGreaterThan(20);
    expect(answers(open, COMMAND_SET)).toEqual([]);
    const shut = cut(false);
    expect(answers(shut, COMMAND_GET)).toEqual([]);
    expect(answers(shut, COMMAND_SET)).toEqual([]);
  });

  // Without a replica nobody takes its place. Once it sees the others again it waits for clamp(node timeout, 0.5 s, 5 s).
  it.each([
    [200, 500],
    [2000, 2000],
    [8000, 5000],
  ])(
    "node timeout %i ms: serves again %i ms after it last saw no majority",
    (timeoutMs, delayMs) => {
      const nodeTimeoutNs = timeoutMs * MILLISECOND;
      const healed = 10 * SECOND + 4 * nodeTimeoutNs;
      const of = run(
        { nodeTimeoutNs },
        {
          durationNs: healed + 14 * SECOND,
          method: [at(10, isolate, (4 * nodeTimeoutNs) / SECOND)],
        },
        0,
      );
      const [span] = refused(of, "cart-0001-001");
      expect(refused(of, "cart-0001-001")).toHaveLength(1);
      const waited = (span?.[1] ?? 0) - healed;
      // The last look at the minority was up to a cron before the heal.
      expect(waited).toBeGreaterThan((delayMs - 101) * MILLISECOND);
      // Links are opened anew at a cron or by TCP's next try.
      expect(waited).toBeLessThan(delayMs * MILLISECOND + nodeTimeoutNs / 2 + 3.5 * SECOND);
    },
  );
});
