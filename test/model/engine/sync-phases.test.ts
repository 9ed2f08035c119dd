/** What a replica holds, answers and may become while it waits for a snapshot, receives it and loads it. */
import { describe, expect, it } from "vitest";
import { probe } from "../../../dist/run/simulation.js";
import { loadScenario } from "../../../dist/scenario/load.js";

/**
 * Two thousand keys of 500 B at 30 KB/s take 37 s to send. The replica is cut off for 2 s, in which more is written than the
 * backlog holds: from 12 s on it waits for the source's child, some 5 s later it receives.
 */
const scenario = (changes: {
  readonly crashAt: string;
  readonly disabled?: boolean;
  readonly loadRate?: string;
  readonly reads?: string;
}) => `
scenario: sync-phases
seed: 1
duration: 110s
regions: { us-east-1: { zones: 3 } }
caches:
  cart:
    type: ${changes.disabled ? "replication-group" : "self-managed"}
    region: us-east-1
    engine: redis
    engineVersion: "7.0"
    ${
      changes.disabled
        ? "cacheNodeType: cache.r7g.large\n    clusterMode: disabled\n    numCacheClusters: 2\n    automaticFailoverEnabled: true\n    multiAZEnabled: true"
        : "memory: 1GB\n    clusterMode: enabled\n    numNodeGroups: 3\n    replicasPerNodeGroup: 1"
    }
    parameters: { ${changes.disabled ? "" : "cluster-node-timeout: 1000, "}repl-backlog-size: 16384 }
    prefill: 100%
    assume: { fullSyncRate: 30KB/s${changes.loadRate === undefined ? "" : `, loadRate: ${changes.loadRate}`} }
traffic:
  shop:
    cache: cart
    arrivals: { rate: 600/s }
    operations: { get: 50%, set: 50% }
    keys: { count: ${changes.disabled ? "2k" : "6k"}, valueSize: 500B }
    client: { commandTimeout: 250ms, retry: { max: 3, backoff: 50ms..500ms, jitter: full }${changes.reads ?? ""} }
method:
  - { at: 10s, fault: replication-link-cut, target: replica of cart/shard 1, for: 2s }
  - { at: ${changes.crashAt}, fault: node-crash, target: primary of cart/shard 1 }
`;

function play(changes: Parameters<typeof scenario>[0]) {
  const { records } = probe(loadScenario(scenario(changes), { file: "sync-phases.yaml" }));
  const replica = changes.disabled ? "cart-002" : "cart-0001-002";
  const states = records.flatMap((record) =>
    record.kind === "node-state" && record.node === replica && record.at > 0
      ? [{ at: record.at / 1e9, role: record.role, state: record.state, cause: record.cause }]
      : [],
  );
  return { records, states };
}

describe("a replica in a full synchronisation", () => {
  it.each([
    ["waits for the snapshot", "14s", false],
    ["receives the snapshot", "22s", false],
    ["receives the snapshot, as the service's choice", "30s", true],
  ])("leads with what it had where it %s when its primary dies", (_, crashAt, disabled) => {
    const { states } = play({ crashAt, disabled });
    const leads = states.find(({ role }) => role === "primary");
    expect(leads?.at).toBeGreaterThan(Number.parseFloat(crashAt));
    expect(leads?.at).toBeLessThan(Number.parseFloat(crashAt) + 7);
    expect(states.map(({ cause }) => cause).join()).not.toContain("holds the snapshot");
  });

  it("loads to the end once it has begun, though its primary dies, and leads with that", () => {
    // Sent by 54 s; 2,000 keys at 100 a second take 20 s.
    const { states, records } = play({ crashAt: "60s", disabled: true, loadRate: "100/s" });
    const holds = states.find(
      ({ cause }) => cause === "holds the snapshot of cart-001, whose stream is gone",
    );
    expect(holds?.at).toBeGreaterThan(70);
    const promoted = states.find(({ role }) => role === "primary");
    expect((promoted?.at ?? 0) - (holds?.at ?? 0)).toBeCloseTo(1, 6);
    const lost = records.find(({ kind }) => kind === "history-ended");
    expect(lost?.kind === "history-ended" && lost.keptOffset).toBeGreaterThan(0);
  });
});
