/** What cluster mode adds to the memory of a node, by engine and version. */
import { describe, expect, it } from "vitest";
import { startWorld } from "../../../../src/run/start-world.ts";
import { loadScenario } from "../../../../src/scenario/load.ts";

const KEYS = 900;

/** Memory in use by all primaries of a group without replicas that holds all its keys. */
function usedBytes(engine: string, version: string, clusterMode: string): number {
  const shape =
    clusterMode === "enabled" ? "numNodeGroups: 3, replicasPerNodeGroup: 0" : "replicas: 0";
  const source = `
scenario: memory
seed: 1
duration: 1s
regions: { us-east-1: { zones: 3 } }
caches:
  cart: { type: self-managed, region: us-east-1, engine: ${engine}, engineVersion: "${version}", memory: 64MB, clusterMode: ${clusterMode}, ${shape}, prefill: 100% }
traffic:
  shop: { cache: cart, arrivals: { rate: 1/s }, operations: { get: 100% }, keys: { count: ${KEYS}, valueSize: 100B } }
method: []
expect: []
`;
  const { world } = startWorld(loadScenario(source), () => undefined, null);
  return world.nodes.reduce((sum, node) => sum + node.usedBytes, 0);
}

describe("cluster mode", () => {
  it.each([
    ["redis", "6.2", 0],
    ["redis", "7.0", 16],
    ["redis", "7.2", 16],
    ["valkey", "7.2", 16],
    ["valkey", "8.0", 0],
  ])("%s %s: %i bytes more a key, and the tables of slots", (engine, version, perKey) => {
    const more = usedBytes(engine, version, "enabled") - usedBytes(engine, version, "disabled");
    expect(more).toBe(3 * 1_700_000 - 940_000 + KEYS * perKey);
  });
});
