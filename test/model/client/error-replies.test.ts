/** What reaches the caller at once, what is tried again, and when a client asks for the topology. */
import { describe, expect, it } from "vitest";
import { OUTCOME_FAIL, OUTCOME_OK } from "../../../src/journal/operation-columns.ts";
import { STATUS_OOM } from "../../../src/model/network/frames.ts";
import { loadScenario } from "../../../src/scenario/load.ts";
import { observe } from "../../fixtures/observe.ts";

const play = (text: string) => observe(loadScenario(text, { file: "client.yaml" }));

const scenario = (of: {
  readonly duration: string;
  readonly cache: string;
  readonly traffic: string;
  readonly method?: string;
}) => `scenario: client
seed: 51
duration: ${of.duration}
regions: { us-east-1: { zones: 3 } }
caches:
  cart: { type: self-managed, region: us-east-1, engine: redis, engineVersion: "7.0", ${of.cache} }
traffic:
  shop: { cache: cart, ${of.traffic} }
method: [${of.method ?? ""}]
`;

describe("a full cache that evicts nothing", () => {
  const full = (client: string) =>
    play(
      scenario({
        duration: "30s",
        cache: "memory: 10MB, replicas: 0, parameters: { maxmemory-policy: noeviction }",
        traffic: `arrivals: { rate: 100/s }, operations: { set: 100% }, keys: { count: 2k, valueSize: 20KB }, client: ${client}`,
      }),
    ).operations.filter(({ cause }) => cause === STATUS_OOM);

  it.each(["ioredis", "node-redis", "lettuce", "redis-py", "go-redis"])(
    "%s hands OOM to its caller, within a round trip",
    (preset) => {
      const refused = full(`{ preset: ${preset} }`);
      expect(refused.length).toBeGreaterThan(1_000);
      expect(
        refused.every(({ attempts, outcome }) => attempts === 1 && outcome === OUTCOME_FAIL),
      ).toBe(true);
      // The first ones wait for their connection.
      const slow = refused.filter(({ invokedAt, returnedAt }) => returnedAt - invokedAt > 5e6);
      expect(slow).toEqual([]);
    },
  );

  it("is tried again where the client's errors name it, as by default", () => {
    for (const client of ["{ retry: { errors: [OOM] } }", "{}"])
      expect(full(client).every(({ attempts }) => attempts === 4)).toBe(true);
    expect(full("{ retry: { errors: [LOADING] } }").every(({ attempts }) => attempts === 1)).toBe(
      true,
    );
  });
});

describe("a SYN that a cut swallows", () => {
  // A cut from 20 s to 22.5 s; connections that time out after 1 s are opened anew.
  const regained = (connectTimeout: string): number => {
    const { operations } = play(
      scenario({
        duration: "40s",
        cache: "memory: 1GB, replicas: 1, sentinels: { count: 3, downAfterMilliseconds: 30s }",
        traffic: `from: { zones: [us-east-1b] }, arrivals: { rate: 50/s }, operations: { get: 100% }, keys: { count: 100, valueSize: 100B },
    client: { connections: 1, connectTimeout: ${connectTimeout}, commandTimeout: 1s, retry: { max: 0 } }`,
        method: "{ at: 20s, fault: network-partition, isolate: primary of cart, for: 2500ms }",
      }),
    );
    const back = operations.find(
      ({ invokedAt, outcome }) => invokedAt > 20.1e9 && outcome === OUTCOME_OK,
    );
    return (back?.returnedAt ?? Number.NaN) / 1e9;
  };

  it("is sent again after 1, 3 and 7 s, however long its client would wait", () => {
    // The first command times out at 21 s; its SYN goes out then, and again at 22 and 24 s.
    expect(regained("10s")).toBeGreaterThan(23.9);
    expect(regained("10s")).toBeLessThan(24.2);
  });

  it("is given up with the connection", () => {
    expect(regained("800ms")).toBeLessThan(23.6);
  });
});

describe("reads from the nearest node where sentinels watch", () => {
  it("go to the primary where that is nearest", () => {
    const { operations } = play(
      scenario({
        duration: "5s",
        cache:
          "memory: 100MB, replicas: 2, zones: [us-east-1a, us-east-1b, us-east-1c], sentinels: { count: 3 }, prefill: 100%",
        traffic:
          "from: { zones: [us-east-1a] }, arrivals: { rate: 100/s }, operations: { get: 100% }, keys: { count: 100 }, client: { readFrom: nearest }",
      }),
    );
    expect(new Set(operations.map(({ node }) => node))).toEqual(new Set([0]));
    expect(operations.at(-1)?.returnedAt).toBeDefined();
  });
});

describe("a client that asks for the topology", () => {
  const learnt = (refresh: string): number => {
    const { of } = play(
      scenario({
        duration: "40s",
        cache:
          "memory: 1GB, clusterMode: enabled, numNodeGroups: 3, replicasPerNodeGroup: 1, parameters: { cluster-node-timeout: 1000 }",
        traffic: `from: { zones: [us-east-1b] }, arrivals: { rate: 100/s }, operations: { set: 100% }, keys: { count: 300 },
    client: { connections: 2, connectTimeout: 500ms, commandTimeout: 250ms, retry: { max: 2 }, topologyRefresh: { every: never, minInterval: 100ms, ${refresh} } }`,
        method: "{ at: 10s, fault: host-power-loss, target: primary of cart/shard 1 }",
      }),
    );
    const [won] = of("election-won");
    const [first] = of("client-learned");
    return ((first?.at ?? Number.NaN) - (won?.at ?? 0)) / 1e9;
  };

  it("with its first error learns of a new primary at once", () => {
    expect(learnt("onError: true")).toBeLessThan(0.5);
  });

  it("after 8 s out of reach learns of it then", () => {
    // The primary is gone from 10 s on and replaced about 12 s.
    expect(learnt("afterFailingFor: 8s")).toBeGreaterThan(5);
    expect(learnt("afterFailingFor: 8s")).toBeLessThan(9);
  });

  it("after 40 failed connections learns of it then", () => {
    // Two every half a second.
    expect(learnt("afterFailures: 40")).toBeGreaterThan(6);
    expect(learnt("afterFailures: 40")).toBeLessThan(9);
  });
});
