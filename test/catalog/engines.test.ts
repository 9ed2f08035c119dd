/**
 * Every default in which Redis 7 and Valkey 8 differ: it stands in the catalogue, and it makes the difference it should.
 * Defaults that differ and change nothing here: the level at which a suspicion is logged; a ping interval of its own, which
 * is half the node timeout in both; replication over two channels, which is off.
 */
import { describe, expect, it } from "vitest";
import { MILLISECOND, SECOND } from "../../src/base/nanos.ts";
import { freesLazily, ranksTiesByNodeId, upstreamBacklogBytes } from "../../src/catalog/engines.ts";
import type { ReplicationGroupSettings } from "../../src/model/kinds/replication-group-settings.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import type { ResolvedScenario } from "../../src/scenario/resolved.ts";
import { observe } from "../fixtures/observe.ts";

const ENGINES = { redis: '"7.0"', valkey: '"8.0"' } as const;
type Engine = keyof typeof ENGINES;

function scenario(
  engine: Engine,
  over: {
    readonly seed?: number;
    readonly duration: string;
    readonly cache?: string;
    readonly rate?: string;
    readonly keys?: string;
    readonly method?: string;
  },
): ResolvedScenario {
  return loadScenario(
    `scenario: engines
seed: ${over.seed ?? 1}
duration: ${over.duration}
regions: { us-east-1: { zones: 3 } }
caches:
  cart: { type: self-managed, region: us-east-1, engine: ${engine}, engineVersion: ${ENGINES[engine]}, memory: 1GB, prefill: 100%, ${over.cache ?? "replicas: 1"} }
traffic:
  shop:
    cache: cart
    arrivals: { rate: ${over.rate ?? "10/s"} }
    operations: { set: 100% }
    keys: { ${over.keys ?? "count: 100"} }
method: [${over.method ?? ""}]
`,
    { file: "engines.yaml" },
  );
}

const settings = (engine: Engine): ReplicationGroupSettings =>
  scenario(engine, { duration: "1s" }).caches[0] as ReplicationGroupSettings;

const MIB = 1_048_576;
const lazy = (on: boolean) => ({ eviction: on, expire: on, userDel: on, replicaFlush: on });

// Source: redis 7.0.15 config.c:2979-, 3115, cluster.c:3450-3465; valkey 8.0.1 config.c:3070-3086, 3230, cluster_legacy.c:4391.
describe.each([
  ["redis", { backlog: MIB, lazyFree: lazy(false), ties: false }],
  ["valkey", { backlog: 10 * MIB, lazyFree: lazy(true), ties: true }],
] as const)("%s by default", (engine, of) => {
  it("is as the catalogue says, and as a group without parameters gets it", () => {
    const version = JSON.parse(ENGINES[engine]) as string;
    expect(upstreamBacklogBytes(engine, version)).toBe(of.backlog);
    expect(ranksTiesByNodeId(engine, version)).toBe(of.ties);
    const { engine: node, bus } = settings(engine);
    expect(node.replBacklogBytes).toBe(of.backlog);
    expect(node.lazyFree).toEqual(of.lazyFree);
    expect(bus.rankTieBreakByNodeId).toBe(of.ties);
  });
});

it("Valkey 7.2 has what Redis has", () => {
  for (const [engine, version, is8] of [
    ["valkey", "7.2", false],
    ["valkey", "8.0", true],
    ["valkey", "9.0", true],
    ["redis", "7.2", false],
  ] as const) {
    expect(freesLazily(engine, version)).toBe(is8);
    expect(ranksTiesByNodeId(engine, version)).toBe(is8);
    expect(upstreamBacklogBytes(engine, version)).toBe(is8 ? 10 * MIB : MIB);
  }
});

// Source: valkey pull request 2449: min(500 ms, node timeout / 30), as much at random, and twice as much a rank.
it.each([
  ["9.0", 15_000, 500, 1_000],
  ["9.0", 3_000, 100, 200],
  ["9.0", 1_000, 33, 66],
  ["8.0", 1_000, 500, 1_000],
])(
  "Valkey %s with a node timeout of %d ms waits %d ms, and %d ms a rank",
  (version, timeout, delay, rank) => {
    const text = `scenario: delays
seed: 1
duration: 8s
regions: { us-east-1: { zones: 3 } }
caches:
  cart: { type: self-managed, region: us-east-1, engine: valkey, engineVersion: "${version}", memory: 1GB, clusterMode: enabled,
    numNodeGroups: 3, replicasPerNodeGroup: 1, parameters: { cluster-node-timeout: ${timeout} } }
traffic:
  shop: { cache: cart, arrivals: { rate: 1/s }, keys: { count: 10 } }
method: [{ at: 1s, fault: node-crash, target: primary of cart/shard 1 }]
`;
    const resolved = loadScenario(text, { file: "delays.yaml" });
    const { protocol } = (resolved.caches[0] as ReplicationGroupSettings).bus;
    expect(protocol.electionDelayNs).toBe(delay * MILLISECOND);
    expect(protocol.electionRandomNs).toBe(delay * MILLISECOND);
    expect(protocol.rankDelayNs).toBe(rank * MILLISECOND);
    if (timeout !== 1_000) return;
    const of = observe(resolved);
    const [asked] = of.of("election-asked");
    const waited = ((asked?.at ?? 0) - (asked?.scheduledAt ?? 0)) / MILLISECOND;
    expect(waited).toBeGreaterThanOrEqual(delay);
    // Votes are asked for at a cron, of ten a second.
    expect(waited).toBeLessThan(2 * delay + 110);
  },
);

describe("repl-backlog-size", () => {
  // 3 s of 100 writes of some 10 KB are 3 MB: more than 1 MiB and less than 10 MiB.
  it.each([
    ["redis", ["full"]],
    ["valkey", ["partial"]],
  ] as const)(
    "%s: a replica that missed 3 MB goes on with a resynchronisation that is %s",
    (engine, modes) => {
      const cut = "{ at: 2s, fault: replication-link-cut, target: node cart-002, for: 3s }";
      const of = observe(
        scenario(engine, {
          duration: "14s",
          rate: "100/s",
          keys: "count: 100, valueSize: 10KB",
          method: cut,
        }),
      );
      expect(of.of("resync").map(({ mode }) => mode)).toEqual(modes);
    },
  );
});

describe("replicas of equal offset", () => {
  const cache =
    "clusterMode: enabled, numNodeGroups: 3, replicasPerNodeGroup: 2, parameters: { cluster-node-timeout: 1000 }";
  const winners = (engine: Engine): string[] =>
    [1, 2, 3, 4, 5, 6].map((seed) => {
      const method = "{ at: 1s, fault: node-crash, target: primary of cart/shard 1 }";
      const of = observe(scenario(engine, { seed, duration: "6s", rate: "1/s", cache, method }));
      return of.of("election-won")[0]?.node ?? "nobody";
    });

  it("Redis: all have rank 0, and any of them may win", () => {
    expect([...new Set(winners("redis"))].sort()).toEqual(["cart-0001-002", "cart-0001-003"]);
  });

  it("Valkey: they stand in the order of their ids, a second apart, and the first wins", () => {
    expect([...new Set(winners("valkey"))]).toEqual(["cart-0001-002"]);
  });
});

describe("lazy freeing", () => {
  const times = (engine: Engine): number => {
    const of = observe(
      scenario(engine, {
        duration: "3s",
        rate: "5/s",
        cache: "replicas: 0",
        keys: "count: 1, type: set, elements: 10k",
      }),
    );
    // The first of each client host opens its connection.
    return Math.min(...of.operations.map(({ invokedAt, returnedAt }) => returnedAt - invokedAt));
  };

  it("lazyfree-lazy-user-del: a write that replaces 10,000 elements takes 4 ms more on Redis", () => {
    expect(times("redis") - times("valkey")).toBe(4 * MILLISECOND);
  });

  it("replica-lazy-flush: on Redis a replica frees what it holds before it loads a copy", () => {
    const synced = (engine: Engine): number => {
      const of = observe(
        scenario(engine, {
          duration: "16s",
          cache: "replicas: 1, restart: { after: 1s }",
          keys: "count: 500, type: set, elements: 10k",
          rate: "1/s",
          method: "{ at: 1s, fault: node-restart, target: node cart-001, down: 100ms }",
        }),
      );
      return of.of("resync").find(({ mode }) => mode === "full")?.at ?? Number.NaN;
    };
    // 500 keys of 10,000 elements at 400 ns; its crons look once in 0.1 s.
    expect(Math.abs(synced("redis") - synced("valkey") - 2 * SECOND)).toBeLessThan(
      200 * MILLISECOND,
    );
  });
});

// lazyfree-lazy-expire and lazyfree-lazy-eviction: scenarios/fast/big-key-expiry.yaml and big-key-eviction.yaml.
