/** Steps add-replica and remove-replica: the service's times, rules, events and endpoints, in both cluster modes. */
import { describe, expect, it } from "vitest";
import { SECOND } from "../../../src/base/nanos.ts";
import type { StepSettings } from "../../../src/faults/contract.ts";
import { OUTCOME_OK } from "../../../src/journal/operation-columns.ts";
import { run as simulate } from "../../../src/run/simulation.ts";
import { loadScenario } from "../../../src/scenario/load.ts";
import type { ResolvedScenario } from "../../../src/scenario/resolved.ts";
import { type Observed, observe } from "../../fixtures/observe.ts";
import { at, group, resolved, traffic, ZONES } from "../../fixtures/resolved.ts";

const remove = (node: string | null): StepSettings => ({
  step: "remove-replica",
  cache: "cart",
  shard: 1,
  node,
});

/** One more replica may come to shard 1, in the last zone. */
function scenario(mode: "enabled" | "disabled", over: Partial<ResolvedScenario> = {}) {
  const base = group({ mode, replicas: 1 });
  const id = mode === "enabled" ? "cart-0001-003" : "cart-003";
  const shards = base.shards.map((shard, i) =>
    i === 0 ? { ...shard, later: [{ id, zone: ZONES[2] as string }] } : shard,
  );
  const source = traffic({ ratePerSecond: 60 });
  return resolved({
    durationNs: 120 * SECOND,
    caches: [{ ...base, shards }],
    traffic: [{ ...source, client: { ...source.client, readFrom: "replica" } }],
    method: [at(10, { step: "add-replica", node: id })],
    ...over,
  });
}

const states = (of: Observed, id: string) => of.of("node-state").filter(({ node }) => node === id);

describe.each(["enabled", "disabled"] as const)("add-replica, cluster mode %s", (mode) => {
  const id = mode === "enabled" ? "cart-0001-003" : "cart-003";
  const of = observe(scenario(mode));

  it("is launched, meets the others, loads everything, then serves", () => {
    const own = states(of, id);
    expect(own.map(({ state }) => state)).toEqual(["provisioning", "syncing", "serving"]);
    expect(own[0]?.at).toBe(10 * SECOND);
    expect(own[1]?.at).toBe(70 * SECOND);
    // The diskless delay of 4 to 6 s, then transfer and load of some megabytes.
    expect((own[2]?.at ?? 0) - 70 * SECOND).toBeGreaterThan(4 * SECOND);
    expect((own[2]?.at ?? 0) - 70 * SECOND).toBeLessThan(8 * SECOND);
    expect(of.of("resync").at(-1)).toMatchObject({ node: id, mode: "full" });
  });

  it("says so in the service's words", () => {
    expect(of.of("service-event").map(({ source, text }) => `${source}: ${text}`)).toEqual([
      "cart: ElastiCache:ReplicationGroupIncreaseReplicaCountStarted : cart",
      `${id}: Added cache node 0001 in availability zone ${ZONES[2]}`,
      `${id}: Cache cluster created`,
      "cart: ElastiCache:ReplicationGroupIncreaseReplicaCountFinished : cart",
    ]);
  });

  it("is read from once clients know of it, and fails no request", () => {
    const index = of.operations.filter(({ node, outcome }) => node >= 0 && outcome === OUTCOME_OK);
    const newest = Math.max(...index.map(({ node }) => node));
    const first = index.find(({ node }) => node === newest);
    expect(first?.invokedAt).toBeGreaterThan(states(of, id)[2]?.at ?? Number.POSITIVE_INFINITY);
    expect(of.operations.every(({ outcome }) => outcome === OUTCOME_OK)).toBe(true);
    if (mode === "enabled") return;
    const named = of.of("dns-updated").filter(({ endpoint }) => endpoint === "reader");
    expect(named.at(-1)?.nodes).toEqual(["cart-002", "cart-003"]);
    expect(named.at(-1)?.at).toBe(states(of, id)[2]?.at);
  });

  it("may lead when its primary and its sibling die", () => {
    const first = mode === "enabled" ? "cart-0001-00" : "cart-00";
    const crash = (n: number) =>
      at(85 + n, { fault: "node-crash", target: { kind: "node", node: `${first}${n}` } }, null, n);
    const base = scenario(mode);
    const after = observe({ ...base, method: [...base.method, crash(2), crash(1)] });
    expect(after.of("failover-promoted")[0]?.toNode).toBe(id);
  });

  it("waits for its zone's power", () => {
    const dark = at(5, { fault: "az-power-interruption", zone: ZONES[2] as string }, 30, 1);
    const base = scenario(mode, { durationNs: 130 * SECOND });
    const own = states(observe({ ...base, method: [dark, ...base.method] }), id);
    expect(own.find(({ state }) => state === "provisioning")?.at).toBe(35 * SECOND);
    expect(own.at(-1)?.state).toBe("serving");
  });

  it("is refused while the service is out", () => {
    const out = at(5, { fault: "control-plane-outage", region: "us-east-1" }, 20, 1);
    const base = scenario(mode, { durationNs: 30 * SECOND });
    const refused = observe({ ...base, method: [out, ...base.method] });
    expect(refused.of("step")[0]?.targets).toEqual([]);
    expect(states(refused, id)).toEqual([]);
  });
});

describe.each(["enabled", "disabled"] as const)("remove-replica, cluster mode %s", (mode) => {
  const prefix = mode === "enabled" ? "cart-0001-00" : "cart-00";
  const source = traffic({ ratePerSecond: 60 });
  const readers = [{ ...source, client: { ...source.client, readFrom: "replica" as const } }];
  const base = (method: ResolvedScenario["method"]): ResolvedScenario =>
    resolved({ durationNs: 60 * SECOND, caches: [group({ mode })], traffic: readers, method });

  it("takes it out of the record, then out of the group, and nobody misses it", () => {
    const of = observe(base([at(10, remove(`${prefix}3`))]));
    const gone = states(of, `${prefix}3`).at(-1);
    expect(gone).toMatchObject({ state: "removed", role: "none", at: 13 * SECOND });
    expect(of.of("service-event").map(({ text }) => text)).toEqual(["Cache cluster deleted"]);
    expect(of.of("failover-started")).toHaveLength(0);
    expect(of.of("failure-concluded")).toHaveLength(0);
    const late = of.operations.filter(({ invokedAt }) => invokedAt > 45 * SECOND);
    expect(late.length).toBeGreaterThan(500);
    expect(late.every(({ outcome }) => outcome === OUTCOME_OK)).toBe(true);
    if (mode === "enabled") return;
    expect(of.of("dns-updated")).toMatchObject([{ endpoint: "reader", nodes: ["cart-002"] }]);
  });

  it("refuses a primary", () => {
    const of = observe(base([at(10, remove(`${prefix}1`))]));
    expect(of.of("step")[0]?.targets).toEqual([]);
    expect(of.of("node-state").some(({ state }) => state === "removed")).toBe(false);
  });

  it("chooses the replica that is furthest behind, where zones do not matter", () => {
    for (const behind of ["2", "3"]) {
      const slow = at(5, {
        fault: "replication-link-cut",
        target: { kind: "node", node: `${prefix}${behind}` },
      });
      const caches = [group({ mode, zones: [ZONES[0]] })];
      const of = observe({ ...base([slow, at(10, remove(null), null, 1)]), caches });
      expect(of.of("step")[0]?.targets).toEqual([`${prefix}${behind}`]);
    }
  });

  it("keeps the zones: of two replicas in one zone it takes one of those", () => {
    const plain = group({ mode });
    const shards = plain.shards.map((shard) => ({
      ...shard,
      nodes: [0, 1, 1, 2].map((zone, i) => ({
        id: `${shard.nodes[0]?.id.slice(0, -1)}${i + 1}`,
        zone: ZONES[zone] as string,
      })),
    }));
    const lagging = at(5, {
      fault: "replication-link-cut",
      target: { kind: "node", node: `${prefix}4` },
    });
    const of = observe({
      ...base([lagging, at(10, remove(null), null, 1)]),
      caches: [{ ...plain, shards }],
    });
    expect([`${prefix}2`, `${prefix}3`]).toContain(of.of("step")[0]?.targets[0]);
  });
});

describe("words and cost", () => {
  const words = (method: string, cache = "clusterMode: enabled, numNodeGroups: 2") => `# A story.
scenario: counts
seed: 1
duration: 10m
regions: { us-east-1: { zones: 3 } }
caches: { cart: { type: replication-group, region: us-east-1, engine: valkey, engineVersion: "8.0", cacheNodeType: cache.r7g.large, automaticFailoverEnabled: true, ${cache} } }
traffic: { shop: { cache: cart, arrivals: { rate: 1/s }, keys: { count: 10 } } }
method: [${method}]
`;
  const load = (method: string, cache?: string): ResolvedScenario =>
    loadScenario(words(method, cache), { file: "counts.yaml" });
  const add = "{ at: 1m, step: add-replica, cache: cart }";
  const single = "clusterMode: disabled, multiAZEnabled: true, numCacheClusters: 2";

  it("names the nodes that come, in the zone that has fewest", () => {
    const two = load(
      `${add}, ${add}`,
      "clusterMode: enabled, numNodeGroups: 2, replicasPerNodeGroup: 1",
    );
    expect(two.caches[0]?.shards[0]?.later).toEqual([
      { id: "cart-0001-003", zone: "us-east-1c" },
      { id: "cart-0001-004", zone: "us-east-1a" },
    ]);
    expect(load(add, single).caches[0]?.shards[0]?.later?.[0]?.id).toBe("cart-003");
  });

  it("holds the service's limits: five replicas, and one with Multi-AZ and cluster mode disabled", () => {
    expect(() => load(Array(6).fill(add).join(", "))).toThrow(/at most 5/);
    const less = "{ at: 1m, step: remove-replica, cache: cart }";
    expect(() => load(less, single)).toThrow(/multiAZEnabled/);
    expect(() => load(less)).toThrow(/has a replica left/);
    expect(() => load("{ every: 1m, step: add-replica, cache: cart }")).toThrow(/taken once/);
  });

  // Ten minutes: two nodes throughout, a third for the last nine.
  it("costs what nodes there are, for as long as they are there", () => {
    const of = load(add, single);
    const result = simulate(of, { source: "", sets: [], allowPlanted: false });
    const price = of.caches[0]?.nodePricePerHour ?? Number.NaN;
    expect(result.caches["cart"]?.costPerMonth).toBeCloseTo(price * 730 * 2.9, 1);
  });
});
