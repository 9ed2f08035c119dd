/** Runs at the edges of what a scenario may ask for, and what must be said of them. */
import { describe, expect, it } from "vitest";
import { answer } from "../../src/report/format.ts";
import { run } from "../../src/run/simulation.ts";
import { loadScenario } from "../../src/scenario/load.ts";

const GROUP =
  'type: replication-group, region: us-east-1, engine: valkey, engineVersion: "8.0", cacheNodeType: cache.r7g.large';

function result({
  cart = `{ ${GROUP}, clusterMode: disabled, numCacheClusters: 3, automaticFailoverEnabled: true, multiAZEnabled: true }`,
  of = "cart",
  regions = "{ us-east-1: { zones: 3 } }",
  datastores = "{}",
  from = "[us-east-1c]",
  keys = "count: 2k",
  rate = "50/s",
  duration = "4m",
  client = "{}",
  steady = "{ successRatio: { of: shop, over: 10s, atLeast: 99% } }",
  method,
  expect: expectations = "[]",
}: {
  readonly cart?: string;
  readonly of?: string;
  readonly regions?: string;
  readonly datastores?: string;
  readonly from?: string;
  readonly keys?: string;
  readonly rate?: string;
  readonly duration?: string;
  readonly client?: string;
  readonly steady?: string;
  readonly method: readonly string[];
  readonly expect?: string;
}) {
  const source = `scenario: hard-case
seed: 1
duration: ${duration}
regions: ${regions}
globalDatastores: ${datastores}
caches: { cart: ${cart} }
traffic:
  shop: { cache: ${of}, from: { region: us-east-1, zones: ${from} }, arrivals: { rate: ${rate} }, operations: { get: 50%, set: 50% }, keys: { ${keys} }, client: ${client === "{}" ? client : `{ ${client} }`} }
steadyState: [${steady}]
method:
${method.map((entry) => `  - { ${entry} }`).join("\n")}
expect: ${expectations}
`;
  const resolved = loadScenario(source, { file: "hard-case.yaml" });
  return run(resolved, { source, sets: [], allowPlanted: false });
}

const RTO = "[{ rto: { of: shop, atMost: 20s } }]";
const clustered = (version: string): string =>
  `{ ${GROUP.replace('"8.0"', `"${version}"`)}, clusterMode: enabled, numNodeGroups: 3, replicasPerNodeGroup: 1, automaticFailoverEnabled: true, multiAZEnabled: true, assume: { cluster-node-timeout: 5s } }`;

describe("rto of a traffic source", () => {
  it("is unknown where no request arrived after the fault", () => {
    const { expectations, traffic } = result({
      from: "[us-east-1a, us-east-1b, us-east-1c]",
      method: ["a", "b", "c"].map(
        (zone) => `at: 1m, fault: az-power-interruption, zone: us-east-1${zone}, for: 1m`,
      ),
      expect: RTO,
    });
    expect(expectations[0]).toMatchObject({ verdict: "unknown", avoidable: null });
    expect(expectations[0]?.reason).toContain("no request arrived in the 60 s after");
    expect(traffic["shop"]?.rtoSeconds).toBeNull();
  });

  it("fails where requests arrived and were never answered, and the report says that they are open", () => {
    // ioredis waits for ever by default, and this group has nobody left to answer it.
    const never = result({
      cart: `{ ${GROUP}, clusterMode: disabled, numCacheClusters: 1 }`,
      client: "preset: ioredis",
      method: ["at: 1m, fault: az-power-interruption, zone: us-east-1a"],
      expect: RTO,
    });
    expect(never.expectations[0]).toMatchObject({ verdict: "fail", avoidable: false });
    expect(never.expectations[0]?.reason).toContain("not regained within 180 s");
    const { requests = 0, inFlight = 0 } = never.traffic["shop"] ?? {};
    expect(inFlight).toBeGreaterThan(0.7 * requests);
    expect(answer(never)).toMatch(
      /^.* shop did not regain its steady state; 8,\d{3} of 11,\d{3} requests were open at the end, 100% of the others succeeded\./,
    );
  });

  it("is not held against requests that were under way when the fault came", () => {
    const { expectations } = result({
      cart: clustered("8.0"),
      from: "[us-east-1a, us-east-1b, us-east-1c]",
      rate: "12000/s",
      duration: "40s",
      steady: "{ successRatio: { of: shop, over: 1s, atLeast: 99.999% } }",
      method: ["at: 5s, fault: node-crash, target: 100% of nodes of cart/shard 2"],
      expect: RTO,
    });
    expect(expectations[0]?.verdict).toBe("fail");
  });

  it("is not called avoidable where there was nothing to promote", () => {
    const { expectations } = result({
      method: ["at: 1m, fault: node-slow, target: primary of cart, factor: 100000, for: 2m"],
      expect: RTO,
    });
    expect(expectations[0]).toMatchObject({ verdict: "fail", avoidable: null });
  });

  it("is known where a repeated fault would come at the very end", () => {
    const { expectations, faults } = result({
      duration: "3m",
      method: ["every: 30s, fault: node-slow, target: replica of cart, factor: 2"],
      expect: RTO,
    });
    expect(faults.length).toBe(5);
    expect(expectations[0]?.verdict).toBe("pass");
  });
});

describe("the oracle", () => {
  const zones = ["a", "b"].map(
    (zone) => `at: 1m, fault: az-power-interruption, zone: us-east-1${zone}, for: 1m`,
  );
  it.each([[zones], [zones.toReversed()]])(
    "has no copy left where two faults of one instant took both, in either order",
    (method) => {
      const { expectations } = result({
        cart: `{ ${GROUP}, clusterMode: disabled, numCacheClusters: 2, automaticFailoverEnabled: true, multiAZEnabled: true }`,
        duration: "12m",
        method,
        expect:
          "[{ rpo: { of: cart, atMost: 0s } }, { noLostWrites: { of: cart } }, { rto: { of: cart, atMost: 10s } }]",
      });
      for (const { verdict, avoidable } of expectations)
        expect({ verdict, avoidable }).toEqual({ verdict: "fail", avoidable: false });
    },
  );
});

describe("phases of a failover", () => {
  it("begin with the service's notice where no copy of a shard is left", () => {
    const { caches } = result({
      cart: clustered("8.0"),
      duration: "8m",
      method: ["at: 1m, fault: host-power-loss, target: 100% of nodes of cart"],
    });
    const phases = caches["cart"]?.failovers[0]?.phases;
    expect(phases?.["detect"]).toBeLessThan(10);
    expect(phases?.["decide"]).toBeGreaterThan(200);
  });
});

describe("lag of a Global Datastore", () => {
  it("of a Region that has just given up the lead counts from then", () => {
    const { globalDatastores } = result({
      cart: `&group { ${GROUP}, clusterMode: disabled, numCacheClusters: 2, automaticFailoverEnabled: true, multiAZEnabled: true }, eu: { <<: *group, region: eu-west-1 }`,
      regions: "{ us-east-1: { zones: 3 }, eu-west-1: { zones: 3 } }",
      datastores: "{ gd: { primary: cart, secondaries: [eu] } }",
      of: "gd",
      method: ["at: 60s, step: promote-secondary-region, globalDatastore: gd, to: eu"],
    });
    expect(globalDatastores["gd"]?.lagSeconds.max).toBeLessThan(10);
  });
});

describe("invariants", () => {
  it.each(["7.2", "8.0", "8.1", "9.0"])("hold in an election of Valkey %s", (version) => {
    const { invariants, caches } = result({
      cart: clustered(version),
      duration: "90s",
      method: ["at: 30s, fault: node-crash, target: primary of cart/shard 1"],
    });
    expect(invariants.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
    expect(caches["cart"]?.failovers.length).toBe(1);
  });

  it.each(["at: 57s, ", "at: 10s, for: 20s, "])(
    "hold where keys expired by a clock that runs ahead (%s)",
    (when) => {
      const { invariants } = result({
        keys: "count: 5k, ttl: 5s",
        rate: "300/s",
        duration: "60s",
        method: [`${when}fault: clock-skew, target: primary of cart, ahead: 2s`],
      });
      expect(invariants.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
    },
  );
});

describe("an entry after an event", () => {
  it.each([
    ["cart-two", []],
    ["cart", ["cart-001"]],
  ])("of a node of %s does not take another cache's node for one of its own", (crashed, paused) => {
    const other = `{ ${GROUP}, clusterMode: disabled, numCacheClusters: 3, automaticFailoverEnabled: true, multiAZEnabled: true }`;
    const { faults } = result({
      cart: `${other}, cart-two: ${other}`,
      duration: "12m",
      method: [
        `at: 1m, fault: node-crash, target: node ${crashed}-003`,
        "after: { event: node-replaced, of: cart, delay: 2s }, fault: node-pause, target: node cart-001, for: 1s",
      ],
    });
    const of = faults.filter(({ kind }) => kind === "node-pause").flatMap(({ targets }) => targets);
    expect(of).toEqual(paused);
  });
});

it("every key is looked for at the end, wherever the keys of a source begin", () => {
  for (const keys of ["count: 2k", "count: 2k, first: 3000000"]) {
    const { caches, invariants } = result({
      cart: `{ ${GROUP}, clusterMode: disabled, numCacheClusters: 2, automaticFailoverEnabled: true, multiAZEnabled: true }`,
      keys: `${keys}, valueSize: 1KB`,
      rate: "500/s",
      method: [
        "at: 1m, fault: network-bandwidth, from: primary of cart, to: replica of cart, limit: 12KB, for: 60s",
        "at: 110s, fault: host-power-loss, target: primary of cart",
      ],
    });
    expect(caches["cart"]?.writesLost).toBeGreaterThan(100);
    const kept = invariants.find(({ id }) => id === "acknowledged-writes-kept");
    expect(kept).toMatchObject({ verdict: "pass", checked: 2000 });
  }
});
