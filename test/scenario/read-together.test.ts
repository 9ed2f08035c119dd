/** What words of one part mean for another: a client for its cache, a step for its shard, a `--set` for what stands beside it. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { ScenarioError } from "../../src/base/scenario-error.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { SMALL, smallWith } from "./words.ts";

const regional = readFileSync("scenarios/fast/region-loss.yaml", "utf8");
const watched = readFileSync("scenarios/twin/sentinel-failover.yaml", "utf8");

/** What is wrong with a scenario under `--set` words: place and finding of each problem. */
function wrongWith(text: string, ...sets: string[]): string[] {
  try {
    loadScenario(text, { file: "x.yaml", sets });
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.problems.map(({ path, found }) => `${path} ${found}`);
  }
  return [];
}

describe("a client and its cache", () => {
  it("a preset has the figures of the cluster mode, of a Global Datastore's caches too", () => {
    const retriesOf = (text: string, name: string): number | undefined =>
      loadScenario(text, { sets: [`traffic.${name}.client={preset: ioredis}`] }).traffic.find(
        (source) => source.name === name,
      )?.client.retry.max;
    expect(retriesOf(SMALL, "shop")).toBe(16);
    expect(retriesOf(regional, "login")).toBe(20);
  });

  it("local Regions are read of Global Datastores alone", () => {
    const local = (name: string): string => `traffic.${name}.client.readLocalRegion=true`;
    expect(wrongWith(regional, local("login"))).toEqual([]);
    expect(wrongWith(SMALL, local("shop"))[0]).toMatch(
      /^traffic\.shop\.client\.readLocalRegion is true/,
    );
    // The name of a member is not that of its datastore.
    expect(wrongWith(regional, local("login"), "traffic.login.cache=sessions-us")[0]).toMatch(
      /^traffic\.login\.client\.readLocalRegion is true/,
    );
  });

  it("TLS is spoken with caches that encrypt, and sentinels are asked where some watch", () => {
    const tls = "traffic.shop.client.tlsVersion=1.3";
    expect(wrongWith(SMALL, tls)[0]).toMatch(/^traffic\.shop\.client\.tlsVersion is "?1\.3/);
    expect(
      wrongWith(
        SMALL,
        'traffic.shop.client.tlsVersion="1.3"',
        "caches.cart.transitEncryptionEnabled=true",
      ),
    ).toEqual([]);
    expect(wrongWith(watched)).toEqual([]);
    expect(wrongWith(SMALL, "traffic.shop.client.sentinel={timeout: 1s, retry: 1s}")[0]).toMatch(
      /^traffic\.shop\.client\.sentinel is given/,
    );
  });

  it("WAIT asks for no more replicas than a shard has", () => {
    const wait = (replicas: number): string =>
      `traffic.login.client.wait={replicas: ${replicas}, timeout: 1s}`;
    expect(wrongWith(regional, wait(2))).toEqual([]);
    expect(wrongWith(regional, wait(3))[0]).toMatch(/^traffic\.login\.client\.wait\.replicas is 3/);
  });
});

describe("what is built", () => {
  it("primaries of several Global Datastores come before all secondaries", () => {
    const words = smallWith([], null) as { caches: { cart: object }; traffic: { shop: object } };
    const at = (region: string): object => ({ ...words.caches.cart, region });
    const order = loadScenario(
      stringify({
        ...words,
        regions: { "us-east-1": { zones: 3 }, "eu-west-1": { zones: 3 } },
        caches: {
          "a-eu": at("eu-west-1"),
          "b-us": at("us-east-1"),
          "a-us": at("us-east-1"),
          "b-eu": at("eu-west-1"),
          cart: at("us-east-1"),
        },
        globalDatastores: {
          a: { primary: "a-us", secondaries: ["a-eu"] },
          b: { primary: "b-eu", secondaries: ["b-us"] },
        },
        traffic: { shop: { ...words.traffic.shop, cache: "a" } },
      }),
    ).caches.map(({ name }) => name);
    expect(order).toEqual(["a-us", "b-eu", "cart", "a-eu", "b-us"]);
  });

  it("nodes that steps add belong to their shard from the start, and to no other", () => {
    const { caches } = loadScenario(SMALL, {
      sets: ["method=[{ at: 5s, step: add-replica, cache: cart, shard: 2 }]"],
    });
    const [cart] = caches;
    expect(cart?.shards.map(({ later }) => later?.map(({ id }) => id) ?? [])).toEqual([
      [],
      ["cart-0002-003"],
      [],
    ]);
    expect(
      loadScenario(SMALL).caches[0]?.shards.every(
        ({ later }) => later === undefined || later.length === 0,
      ),
    ).toBe(true);
  });
});

describe("--set", () => {
  it("reaches entries with several digits, and adds one behind the last", () => {
    const many = Array.from(
      { length: 12 },
      (_, i) => `{ at: ${i + 1}s, fault: node-crash, target: primary of cart/shard 1 }`,
    );
    const method = `method=[${many.join(", ")}]`;
    const loaded = loadScenario(SMALL, {
      sets: [
        method,
        "method[11].at=20s",
        "method[12]={ at: 21s, fault: node-crash, target: primary of cart/shard 2 }",
      ],
    });
    expect(loaded.method).toHaveLength(13);
    expect(
      loaded.method
        .map(({ trigger }) => (trigger.kind === "at" ? trigger.atNs / 1e9 : -1))
        .slice(9),
    ).toEqual([10, 11, 20, 21]);
    expect(wrongWith(SMALL, method, "method[14].at=1s")[0]).toContain("leads nowhere");
    expect(wrongWith(SMALL, method, "method[14]={}")[0]).toContain(
      "names an entry that is not there",
    );
  });

  it("is named where it changed something within the place that is wrong, and nowhere else", () => {
    const found = wrongWith(SMALL, "expect[0].rto={ of: cart, atMost: 1s }", "origins.db2=5");
    expect(found.find((one) => one.startsWith("expect[0] "))).toContain(
      "(with --set expect[0].rto={ of: cart, atMost: 1s })",
    );
    expect(found.find((one) => one.startsWith("origins.db2 "))).not.toContain("expect");
    const beside = wrongWith(
      SMALL.replace("cacheNodeType: cache.r7g.large", "cacheNodeType: x"),
      'caches.cart.engineVersion="8.1"',
    );
    expect(beside.some((one) => one.includes("--set"))).toBe(false);
  });

  it("is not named where the whole scenario lacks something", () => {
    const without = SMALL.replace(/^expect: .*$/m, "").replace(/^regions: .*$/m, "");
    expect(wrongWith(without, "duration=50s")).toEqual([
      expect.stringMatching(/^ ?lacks "regions"$/),
    ]);
  });

  it("leaves the seed as the file writes it", () => {
    expect(loadScenario(SMALL, { sets: ["duration=50s"] }).seed).toBe("007");
    expect(loadScenario(SMALL, { sets: ["seed=8"] }).seed).toBe("8");
  });

  it("makes the maps that lead to its word, but no lists", () => {
    expect(
      loadScenario(SMALL, { sets: ["network.regionRtt={}", "caches.cart.assume.dnsTtl=5s"] }),
    ).toBeDefined();
    expect(wrongWith(SMALL, "caches.cart.new[0].x=1")[0]).toContain("leads nowhere");
  });
});
