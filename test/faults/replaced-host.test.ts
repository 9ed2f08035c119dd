/** What ails a host does not follow its node to the next host. */
import { describe, expect, it } from "vitest";
import { loadScenario } from "../../src/scenario/load.ts";
import { observe } from "../fixtures/observe.ts";

const play = (ailment: string | null) =>
  observe(
    loadScenario(
      `scenario: replaced
seed: 1
duration: 5m
regions: { us-east-1: { zones: 3 } }
caches:
  cart:
    type: replication-group
    region: us-east-1
    engine: redis
    engineVersion: "7.0"
    cacheNodeType: cache.r7g.large
    clusterMode: disabled
    numCacheClusters: 2
    automaticFailoverEnabled: true
    multiAZEnabled: true
    prefill: 100%
    assume: { replacementProvisioning: 2m }
traffic:
  shop: { cache: cart, arrivals: { rate: 20/s }, operations: { get: 100% }, keys: { count: 200, valueSize: 100B }, client: { readFrom: replica, commandTimeout: 1s, retry: { max: 0 } } }
method:
  ${ailment === null ? "" : `- { at: 30s, target: node cart-002, ${ailment} }`}
  - { at: 1m, fault: host-power-loss, target: node cart-002 }
`,
      { file: "replaced.yaml" },
    ),
  );

const ailments = [
  "fault: node-slow, factor: 10000",
  "fault: memory-pressure, take: 12GB",
  "fault: clock-skew, ahead: 1h",
];

describe("a node whose host is replaced", () => {
  const healthy = play(null);

  it.each(ailments)("is rid of %s while the fault holds", (ailment) => {
    expect(play(`${ailment}, for: 4m20s`).faultState).toEqual(healthy.faultState);
  });

  it.each(ailments)("is not touched by the heal of %s that came later", (ailment) => {
    expect(play(`${ailment}, for: 4m`).faultState).toEqual(healthy.faultState);
  });

  it("answers reads again where the old host was too slow to", () => {
    const { operations } = play("fault: node-slow, factor: 1000000, for: 4m20s");
    const ok = (from: number, to: number) => {
      const all = operations.filter(
        ({ invokedAt }) => invokedAt > from * 1e9 && invokedAt < to * 1e9,
      );
      return all.filter(({ outcome }) => outcome === 1).length / all.length;
    };
    expect(ok(32, 58)).toBeLessThan(0.2);
    expect(ok(240, 290)).toBeGreaterThan(0.99);
  });
});
