/** A primary that lost all its replicas gets one of another's: who goes, when, and what a barrier keeps. */
import { describe, expect, it } from "vitest";
import { SECOND } from "../../../src/base/nanos.ts";
import { ScenarioError } from "../../../src/base/scenario-error.ts";
import { OUTCOME_OK } from "../../../src/journal/operation-columns.ts";
import { loadScenario } from "../../../src/scenario/load.ts";
import { type Observed, observe } from "../../fixtures/observe.ts";
import { at, group, resolved, traffic } from "../../fixtures/resolved.ts";
import { selfManaged } from "../../fixtures/self-managed.ts";

const crashOf = (node: string) =>
  ({ fault: "node-crash", target: { kind: "node", node } }) as const;

/** Three primaries with two replicas each; both of shard 1 die at 10 s, and nobody replaces them. */
function run(
  over: { barrier?: number; allow?: boolean; seed?: string; method?: never[] } = {},
): Observed {
  const base = group({});
  const bus = {
    ...base.bus,
    allowReplicaMigration: over.allow ?? true,
    migrationBarrier: over.barrier ?? 1,
  };
  const service = { ...base.service, monitorDetectionNs: Number.MAX_SAFE_INTEGER / 2 };
  return observe(
    resolved({
      seed: over.seed ?? "1",
      durationNs: 60 * SECOND,
      caches: [{ ...base, bus, service }],
      traffic: [traffic({ ratePerSecond: 100 })],
      method: [at(10, crashOf("cart-0001-002")), at(10, crashOf("cart-0001-003"), null, 1)],
    }),
  );
}

const moved = (of: Observed) =>
  of.of("node-state").filter(({ node, shard }) => shard === 1 && !node.startsWith("cart-0001"));

describe("replica migration", () => {
  const runs = ["1", "2", "3", "4"].map((seed) => run({ seed }));

  it("the lowest id among replicas of the best equipped goes, and only that one", () => {
    for (const of of runs) {
      expect(of.of("mark").filter(({ mark }) => mark === "replica-migrated")).toHaveLength(1);
      expect(new Set(moved(of).map(({ node }) => node))).toEqual(new Set(["cart-0002-002"]));
    }
  });

  // FAIL after 1 to 1.5 node timeouts, a ping of the cron and gossip (some 1.2 to 2.3 s); then more than 5 s, and a cron.
  it("goes more than five seconds after the last replica was found failed", () => {
    for (const of of runs) {
      const went = of.of("mark").find(({ mark }) => mark === "replica-migrated")?.at ?? 0;
      expect(went - 10 * SECOND).toBeGreaterThan(6 * SECOND);
      expect(went - 10 * SECOND).toBeLessThan(7.8 * SECOND);
    }
  });

  it("needs a full synchronisation, and then replaces its new primary when that dies", () => {
    const base = run();
    const resyncs = base.of("resync").filter(({ node }) => node === "cart-0002-002");
    expect(resyncs).toMatchObject([{ mode: "full", source: "cart-0001-001", shard: 1 }]);
    expect(moved(base).at(-1)).toMatchObject({ role: "replica", state: "serving" });
    const settings = group({});
    const after = observe(
      resolved({
        durationNs: 60 * SECOND,
        caches: [
          {
            ...settings,
            bus: { ...settings.bus, allowReplicaMigration: true },
            service: { ...settings.service, monitorDetectionNs: Number.MAX_SAFE_INTEGER / 2 },
          },
        ],
        traffic: [traffic({ ratePerSecond: 100 })],
        method: [
          at(10, crashOf("cart-0001-002")),
          at(10, crashOf("cart-0001-003"), null, 1),
          at(35, crashOf("cart-0001-001"), null, 2),
        ],
      }),
    );
    expect(after.of("failover-promoted")).toMatchObject([{ shard: 1, toNode: "cart-0002-002" }]);
    const late = after.operations.filter(({ invokedAt }) => invokedAt > 45 * SECOND);
    expect(late.length).toBeGreaterThan(1000);
    expect(late.every(({ outcome }) => outcome === OUTCOME_OK)).toBe(true);
  });

  it("does not happen where it is not allowed, nor below the barrier", () => {
    expect(moved(run({ allow: false }))).toEqual([]);
    expect(moved(run({ barrier: 2 }))).toEqual([]);
  });

  it("is for self-managed groups with cluster mode alone", () => {
    const words = (parameters: string): string =>
      `clusterMode: enabled, parameters: { ${parameters} }`;
    const read = selfManaged({ cache: words("cluster-migration-barrier: 2") });
    expect(read.caches[0]?.bus).toMatchObject({ allowReplicaMigration: true, migrationBarrier: 2 });
    const off = selfManaged({ cache: words('cluster-allow-replica-migration: "no"') });
    expect(off.caches[0]?.bus.allowReplicaMigration).toBe(false);
    expect(() => selfManaged({ cache: "parameters: { cluster-migration-barrier: 2 }" })).toThrow(
      ScenarioError,
    );
    const managed = `# A story.
scenario: managed
seed: 1
duration: 10s
regions: { us-east-1: { zones: 3 } }
caches: { cart: { type: replication-group, region: us-east-1, engine: valkey, engineVersion: "8.0", cacheNodeType: cache.r7g.large, clusterMode: enabled, numNodeGroups: 3, replicasPerNodeGroup: 2, automaticFailoverEnabled: true, parameters: { cluster-migration-barrier: 2 } } }
traffic: { shop: { cache: cart, arrivals: { rate: 1/s }, keys: { count: 10 } } }
`;
    expect(() => loadScenario(managed, { file: "managed.yaml" })).toThrow(
      /cluster-migration-barrier/,
    );
  });
});
