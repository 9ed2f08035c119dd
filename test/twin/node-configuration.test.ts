/** A twin's servers have the settings that the simulated nodes have. */
import { afterEach, describe, expect, test } from "vitest";
import type { ReplicationGroupSettings } from "../../src/model/kinds/replication-group-settings.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { Cleanup } from "../../src/twin/cleanup.ts";
import { startCluster } from "../../src/twin/cluster.ts";
import { LinkProxy } from "../../src/twin/link-proxy.ts";
import { nodeConfiguration, settledConfiguration } from "../../src/twin/node-configuration.ts";
import { findServer, type ServerBinary } from "../../src/twin/server-binary.ts";
import { settle } from "../../src/twin/settle.ts";

const PARAMETERS = `
      maxmemory-policy: volatile-lfu
      maxmemory-samples: 7
      lfu-log-factor: 3
      lfu-decay-time: 2
      min-replicas-to-write: 1
      min-replicas-max-lag: 8`;
const OWN = `
      repl-backlog-size: 2097152
      repl-timeout: 50
      repl-diskless-sync-delay: 3
      maxclients: 900
      lazyfree-lazy-eviction: yes
      lazyfree-lazy-expire: yes
      lazyfree-lazy-user-del: yes
      replica-lazy-flush: yes`;

/** What each word of the two lists above comes to on a real server. */
const EXPECTED = {
  "maxmemory-policy": "volatile-lfu",
  "maxmemory-samples": "7",
  "lfu-log-factor": "3",
  "lfu-decay-time": "2",
  "min-replicas-to-write": "1",
  "min-replicas-max-lag": "8",
  "repl-backlog-size": "2097152",
  "repl-timeout": "50",
  "repl-diskless-sync-delay": "3",
  // And the twin's own two.
  maxclients: "902",
  "lazyfree-lazy-eviction": "yes",
  "lazyfree-lazy-expire": "yes",
  "lazyfree-lazy-user-del": "yes",
  "replica-lazy-flush": "yes",
  maxmemory: "64000000",
};

const groupOf = (words: string): ReplicationGroupSettings =>
  loadScenario(`
scenario: settings
seed: 1
duration: 10s
regions: { us-east-1: { zones: 3 } }
caches:
  cart:
    region: us-east-1
    engine: redis
    engineVersion: "7.0"${words}
traffic:
  shop: { cache: cart, arrivals: { rate: 1/s }, operations: { get: 100% }, keys: { count: 10, valueSize: 100B } }
method: []
expect: []
`).caches[0] as ReplicationGroupSettings;

const selfManaged = groupOf(`
    type: self-managed
    memory: 64MB
    clusterMode: enabled
    numNodeGroups: 3
    parameters:${PARAMETERS}${OWN}
      cluster-migration-barrier: 2`);

const configured = (settings: ReplicationGroupSettings): Record<string, string> =>
  Object.fromEntries(
    [...nodeConfiguration(settings), ...settledConfiguration(settings)].map(([name, value]) => [
      name,
      String(value),
    ]),
  );

describe("nodeConfiguration() and settledConfiguration()", () => {
  test("have what the parameters say", () => {
    expect(configured(selfManaged)).toMatchObject({
      ...EXPECTED,
      "cluster-allow-replica-migration": "yes",
      "client-output-buffer-limit": "replica 268435456 67108864 60",
    });
  });

  test("a managed node's maxmemory is less what is reserved, and its replicas do not migrate", () => {
    const group = groupOf(`
    type: replication-group
    cacheNodeType: cache.r7g.large
    clusterMode: enabled
    numNodeGroups: 3
    replicasPerNodeGroup: 1
    automaticFailoverEnabled: true
    parameters: { reserved-memory-percent: 50 }`);
    const { maxmemoryBytes } = group.engine;
    expect(configured(group)).toMatchObject({
      maxmemory: String(Math.floor(maxmemoryBytes / 2)),
      "cluster-allow-replica-migration": "no",
      "lazyfree-lazy-eviction": "no",
    });
    const limit = configured(group)["client-output-buffer-limit"];
    const bytes = Math.floor(maxmemoryBytes * 0.1);
    expect(limit).toBe(`replica ${bytes} ${bytes} 60`);
  });

  test("say nothing of the cluster bus where there is none", () => {
    const group = groupOf("\n    type: self-managed\n    memory: 64MB");
    expect(Object.keys(configured(group)).filter((name) => /^cluster/.test(name))).toEqual([]);
  });
});

const binary = ((): ServerBinary | null => {
  try {
    return findServer(process.env["PATH"] ?? "");
  } catch {
    return null;
  }
})();

describe.skipIf(binary === null)("settle() (skipped where no redis-server is installed)", () => {
  let cleanup = new Cleanup();
  afterEach(() => {
    cleanup.run();
    cleanup = new Cleanup();
  });

  test("real servers answer CONFIG GET with all that the scenario says, and take writes", async () => {
    const proxy = new LinkProxy();
    cleanup.add(() => proxy.close());
    const nodes = await startCluster(selfManaged, binary as ServerBinary, { proxy, cleanup });
    await settle(selfManaged, nodes);
    const expected: Readonly<Record<string, string>> = {
      ...EXPECTED,
      "cluster-allow-replica-migration": "yes",
      "cluster-migration-barrier": "2",
    };
    for (const { admin } of nodes)
      for (const [name, value] of Object.entries(expected))
        expect(await admin.config("GET", name)).toEqual([name, value]);
    const limits = await nodes[0]?.admin.config("GET", "client-output-buffer-limit");
    expect(String(limits)).toContain("slave 268435456 67108864 60");
    // Of enough keys each shard has some.
    const keys = Array.from({ length: 30 }, (_, key) => `key:${key}`);
    const primaries = nodes.filter((node, at) => nodes[at - 1]?.shard !== node.shard);
    for (const { id, admin } of primaries) {
      const answers = await Promise.all(keys.map((key) => admin.set(key, "v").catch(String)));
      expect(answers.filter((answer) => !answer.includes("MOVED")).sort(), id).toContain("OK");
      expect(answers.join(), id).not.toContain("NOREPLICAS");
    }
  }, 60_000);
});
