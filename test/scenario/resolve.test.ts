/** From words to settings: what the floors read is put together, and held to each other. */
import { describe, expect, it } from "vitest";
import { ScenarioError, type ScenarioProblem } from "../../src/base/scenario-error.ts";
import { type ScenarioForm, scenarioForm } from "../../src/scenario/form.ts";
import { type LoadScenarioOptions, loadScenario } from "../../src/scenario/load.ts";
import type { ResolvedScenario } from "../../src/scenario/resolved.ts";
import { selfManaged } from "../fixtures/self-managed.ts";
import { SMALL } from "./words.ts";

const S = 1e9;

function problemsOf(text: string, options: LoadScenarioOptions = {}): readonly ScenarioProblem[] {
  try {
    loadScenario(text, options);
  } catch (error) {
    if (error instanceof ScenarioError) return error.problems;
    throw error;
  }
  return [];
}
/** The small scenario, with one part of its text in place of another. */
const withText = (from: string, to: string): string => {
  expect(SMALL).toContain(from);
  return SMALL.replace(from, to);
};
const problem = (text: string, options?: LoadScenarioOptions) => {
  const problems = problemsOf(text, options);
  expect(problems.map(({ path, found }) => `${path} ${found}`)).toHaveLength(1);
  const { path, found, expected } = problems[0] as ScenarioProblem;
  return { path, found, expected };
};
const cartIn = (region: string, name: string): string =>
  SMALL.slice(SMALL.indexOf("  cart:"), SMALL.indexOf("origins:"))
    .replace("cart:", `${name}:`)
    .replace("us-east-1", region);
/** Two Regions, and the cart in both. */
const twoRegions = (rest: string, name = "cart-eu"): string =>
  withText(
    "regions: { us-east-1: { zones: 3 } }",
    "regions: { us-east-1: { zones: 3 }, eu-west-1: { zones: 3 } }",
  )
    .replace("origins:", `${cartIn("eu-west-1", name)}origins:`)
    .concat(rest);

describe("loadScenario() settings", () => {
  it("are numbers and names, with a default for each word that is not there", () => {
    const { explore, caches, traffic, network, assumptions, ...rest } = loadScenario(SMALL);
    expect(rest).toEqual({
      name: "small",
      story: "A cache of three shards.",
      seed: "007",
      durationNs: 100 * S,
      warmUpNs: 0,
      tieBreak: "schedule",
      tieSeed: "007",
      maxEvents: 200_000_000,
      regions: [{ name: "us-east-1", zones: ["us-east-1a", "us-east-1b", "us-east-1c"] }],
      globalDatastores: [],
      origins: [expect.objectContaining({ name: "db" })],
      steadyState: [{ metric: "successRatio", of: "shop", overNs: 10 * S, atLeast: 0.99 }],
      method: [expect.objectContaining({ index: 0, trigger: { kind: "at", atNs: 2 * S } })],
      expect: [{ id: "rpo(cart)", metric: "rpo", of: "cart", atMostNs: S }],
      plant: null,
    });
    expect(caches.map(({ name, shards }) => [name, shards.length])).toEqual([["cart", 3]]);
    expect(traffic.map(({ name }) => name)).toEqual(["shop"]);
    expect([explore.fromNs, explore.untilNs]).toEqual([10 * S, 60 * S]);
    expect(network.regionRttNs).toEqual([]);
    expect(network.sameZoneRttNs).toBeGreaterThan(0);
    expect(network.interZoneRttNs).toBeGreaterThan(network.sameZoneRttNs);
    expect(assumptions.length).toBeGreaterThan(3);
  });

  it("follow the words that are there", () => {
    const text = `${SMALL}tieBreak: shuffled\ntieSeed: 5\nmaxEvents: 50000\nassume: { sameZoneRtt: 7us }\n`;
    expect(loadScenario(text)).toMatchObject({
      tieBreak: "shuffled",
      tieSeed: "5",
      maxEvents: 50_000,
      network: { sameZoneRttNs: 7000 },
    });
  });

  it("begin to count after the warm-up, which ends before the run does", () => {
    expect(loadScenario(`${SMALL}warmUp: 99s\n`).warmUpNs).toBe(99 * S);
    expect(problem(`${SMALL}warmUp: 100s\n`)).toEqual({
      path: "warmUp",
      found: 'is "100s"',
      expected: "less than the scenario's duration of 1m40s",
    });
    const paths = problemsOf(withText("100s", "0s")).map(({ path }) => path);
    expect(paths).toContain("duration");
    expect(paths).not.toContain("warmUp");
  });

  it("know the nodes that a step will add, of its shard alone", () => {
    const later = (text: string) => loadScenario(text).caches[0]?.shards.map((of) => of.later);
    expect(later(SMALL)).toEqual([undefined, undefined, undefined]);
    const step = "{ at: 9s, step: add-replica, cache: cart, shard: 2 }";
    expect(later(withText("shard 1 }]", `shard 1 }, ${step}]`))).toEqual([
      [],
      [expect.objectContaining({ id: "cart-0002-003" })],
      [],
    ]);
  });

  it("let a client have what its cache has: sentinels, encryption", () => {
    const watched = selfManaged({ client: "sentinel: { timeout: 3s }" });
    expect(watched.caches[0]).toMatchObject({ kind: "self-managed", selfManaged: {} });
    expect(watched.traffic[0]?.client.sentinel?.timeoutNs).toBe(3 * S);
    const encrypted = withText("multiAZ", "transitEncryptionEnabled: true\n    multiAZ").replace(
      "keys:",
      'client: { tlsVersion: "1.2" }\n    keys:',
    );
    expect(loadScenario(encrypted).traffic[0]?.client.tlsRoundTrips).toBe(2);
  });

  it("need no steady state, method, expectation or origin", () => {
    const bare = SMALL.replace(/^(origins|steadyState|method|expect):.*\n/gm, "");
    expect(loadScenario(bare)).toMatchObject({
      steadyState: [],
      method: [],
      expect: [],
      origins: [],
    });
  });

  it("take the seed of the caller, of --set, of the file as written, or 1", () => {
    expect(loadScenario(SMALL, { seed: "mine" }).seed).toBe("mine");
    expect(loadScenario(SMALL, { sets: ["seed=8"] }).seed).toBe("8");
    expect(loadScenario(SMALL, { sets: ["duration=50s"] }).seed).toBe("007");
    expect(loadScenario(SMALL, { sets: ["seed=8"], seed: "mine" }).seed).toBe("mine");
    expect(loadScenario(withText("seed: 007", "tieSeed: &t 007\nseed: *t")).seed).toBe("007");
    expect(loadScenario(withText("seed: 007\n", "")).seed).toBe("1");
    expect(loadScenario(SMALL, { seed: "mine" }).tieSeed).toBe("mine");
    expect(problem(SMALL, { seed: "a b" }).found).toBe('is "a b" (by --seed)');
    expect(problem(withText("007", "a b"))).toEqual({
      path: "seed",
      found: 'is "a b"',
      expected: "1 to 64 letters, digits, _ or -",
    });
  });
});

describe("loadScenario() problems", () => {
  it("a run lasts a second at least", () => {
    const short = SMALL.replace("100s", "999ms").replace("at: 2s", "at: 200ms");
    expect(problem(short)).toEqual({
      path: "duration",
      found: 'is "999ms"',
      expected: "at least 1s of simulated time, below 104 days",
    });
    expect(problemsOf(SMALL.replace("100s", "1s").replace("at: 2s", "at: 200ms"))).toEqual([]);
  });

  it("each zone stands once, in all Regions", () => {
    expect(problem(withText("zones: 3", "zones: [a, b, c, b]"))).toEqual({
      path: "regions.us-east-1.zones[3]",
      found: 'is "b" again',
      expected: "each zone once",
    });
  });

  it("a planted bug must be known, and allowed", () => {
    const planted = `${SMALL}plant: promote-most-lagged\n`;
    expect(problem(planted)).toEqual({
      path: "plant",
      found: 'plants the bug "promote-most-lagged"',
      expected: "--allow-planted on the command line, for a planted bug makes every answer wrong",
    });
    expect(loadScenario(planted, { allowPlanted: true }).plant).toBe("promote-most-lagged");
    const unknown = problem(`${SMALL}plant: nonsense\n`, { allowPlanted: true });
    expect(unknown).toMatchObject({ path: "plant", found: 'is "nonsense"' });
    expect(unknown.expected).toMatch(/^one of .*promote-most-lagged/);
  });

  it("traffic, caches and origins have names of their own", () => {
    const found = "has the name of something else in the scenario";
    const expected = "a name of its own";
    expect(problem(SMALL.replaceAll("shop", "cart").replace(/^expect.*\n/m, ""))).toEqual({
      path: "traffic.cart",
      found,
      expected,
    });
    expect(problem(SMALL.replaceAll("shop", "db")).path).toBe("traffic.db");
    expect(problem(withText("db:", "cart:"))).toEqual({ path: "origins.cart", found, expected });
  });

  it("nodes of all caches have names of their own", () => {
    const twin = (name: string) =>
      withText("origins:", `${cartIn("us-east-1", name)}origins:`).replace(
        "  cart:\n    type",
        "  cart-0001:\n    type",
      );
    expect(problemsOf(twin("other")).some(({ path }) => path.startsWith("caches"))).toBe(false);
    const small = (name: string) => `  ${name}:
    type: replication-group
    region: us-east-1
    engine: valkey
    engineVersion: "8.0"
    cacheNodeType: cache.r7g.large
    clusterMode: disabled
    numCacheClusters: 2
    automaticFailoverEnabled: true
    multiAZEnabled: true
`;
    const text = withText("origins:", `${small("cart-0001")}${small("cart-0002")}origins:`);
    const problems = problemsOf(text);
    expect(problems.map(({ path, found }) => `${path} ${found}`)).toEqual([
      "caches.cart-0001 has a node cart-0001-001, as cart has",
    ]);
    expect(problems[0]?.expected).toBe("names of caches whose nodes differ");
  });

  it("a Region has 300 nodes at most", () => {
    const shards = (first: number) =>
      withText("numNodeGroups: 3", `numNodeGroups: ${first}`)
        .replace("replicasPerNodeGroup: 1", "replicasPerNodeGroup: 4")
        .replace(
          "origins:",
          `${["b", "c", "d"]
            .map((name) =>
              cartIn("us-east-1", name)
                .replace("Groups: 3", "Groups: 18")
                .replace("Group: 1", "Group: 4"),
            )
            .join("")}origins:`,
        );
    expect(problemsOf(shards(6)).map(({ found }) => found)).toEqual([]);
    expect(problemsOf(shards(7))).toMatchObject([
      {
        path: "caches",
        found: "have 305 nodes in us-east-1",
        expected: expect.stringMatching(/^at most 300 nodes/),
      },
    ]);
  });

  it("stand in the part of the scenario that is read: an origin, an assumption, a steady state", () => {
    expect(problem(withText("5ms", "{ pareto: { min: 0s, shape: 2 } }")).path).toBe(
      "origins.db.serviceTime",
    );
    expect(problem(`${SMALL}assume: { sameZoneRtt: 2d }\n`)).toMatchObject({
      path: "assume.sameZoneRtt",
      found: 'is "2d"',
    });
    const clause = "{ successRatio: { of: shop, atLeast: 99% } }";
    const unknown = withText(`[${clause}]`, `[${clause.replace("shop", "nobody")}, ${clause}]`);
    const rto = unknown.replace("rpo: { of: cart,", "rto: { of: shop,");
    expect(problem(rto).path).toBe("steadyState[0].successRatio.of");
  });

  it("a window of a steady state may be as long as the run", () => {
    expect(problemsOf(withText("of: shop, at", "of: shop, over: 100s, at"))).toEqual([]);
    expect(problem(withText("of: shop, at", "of: shop, over: 101s, at"))).toEqual({
      path: "steadyState[0].successRatio.over",
      found: 'is "1m41s"',
      expected: "a window within the scenario's duration",
    });
  });

  it("name the --set that left something within the place, the first one, and no other", () => {
    const sets = ["origins.db.concurrency=7", "origins.more.concurrency=5", "origins.more.x=1"];
    const problems = problemsOf(withText("100s", "x"), { file: "x.yaml", sets });
    expect(problems.map(({ path, found }) => `${path} ${found}`)).toEqual(
      expect.arrayContaining([
        'duration is "x"',
        'origins.more lacks "serviceTime" (with --set origins.more.concurrency=5)',
      ]),
    );
    expect(problem(withText("duration: 100s\n", ""), { sets: ["seed=8"] })).toMatchObject({
      path: "",
      found: 'lacks "duration"',
    });
  });

  it("points at the file's place, at the --set that did it, and at nothing else", () => {
    const bad = withText("at: 2s", "at: 200s");
    expect(problemsOf(bad, { file: "x.yaml" })).toMatchObject([
      { file: "x.yaml", line: 26, column: 16 },
    ]);
    expect(problemsOf(bad)[0]).not.toHaveProperty("file");
    const [set] = problemsOf(SMALL, {
      file: "x.yaml",
      sets: ["method[0].at=100s", "method[0].at=200s", "method[0].target=primary of cart/shard 1"],
    });
    expect(set?.found).toContain("(by --set method[0].at=200s)");
    expect(set).not.toHaveProperty("file");
    expect(set).not.toHaveProperty("line");
    const [whole] = problemsOf(SMALL, {
      sets: ["method=[{ at: 200s, fault: node-crash, target: primary of cart/shard 1 }]"],
    });
    expect(whole?.found).toContain("(by --set method=[");
  });

  it("come in order of the file, each once, fifty of them", () => {
    const text = withText("duration: 100s", "duration: x")
      .replace("at: 2s", "at: y")
      .replace("1s }", "z }");
    const problems = problemsOf(text);
    expect(problems.map(({ path }) => path)).toEqual([
      "duration",
      "method[0].at",
      "expect[0].rpo.atMost",
    ]);
    const twice = problemsOf(SMALL, { sets: ["nonsense", "nonsense"] });
    expect(twice).toHaveLength(1);
    const many = (count: number) =>
      problemsOf(SMALL.concat(Array.from({ length: count }, (_, i) => `k${i}: 1\n`).join("")));
    expect(many(50)).toHaveLength(50);
    const more = many(53);
    expect(more).toHaveLength(51);
    expect(more[50]).toEqual({ path: "", found: "has 3 more problems at least", expected: "none" });
  });

  it("say nothing that could steer a terminal", () => {
    const [known] = problemsOf(withText("at: 2s", 'at: "\\u001b[31m\\u202e"'));
    expect(known?.found).toBe('is "?[31m?"');
    const [key] = problemsOf(`${SMALL}"a\\u001bb": 1\n`);
    expect(key?.path).toBe("a?b");
    const [set] = problemsOf(SMALL, { sets: ["duration=\u001b\u200e"] });
    expect(set?.found).toMatch(/^is "[^\u001b]*" \(by --set duration=\?\?\)$/);
  });
});

describe("Regions", () => {
  const store = "globalDatastores: { world: { primary: cart, secondaries: [cart-eu] } }\n";

  it("have measured round trips, or the scenario's own, both ways", () => {
    const { network } = loadScenario(twoRegions(""));
    expect(network.regionRttNs.map(({ from, to }) => `${from} ${to}`)).toEqual([
      "us-east-1 eu-west-1",
      "eu-west-1 us-east-1",
    ]);
    for (const { rttNs } of network.regionRttNs) expect(rttNs).toBeGreaterThan(10e6);
    const own = twoRegions('network: { regionRtt: { "eu-west-1 us-east-1": 99ms } }\n');
    expect(loadScenario(own).network.regionRttNs).toEqual([
      { from: "us-east-1", to: "eu-west-1", rttNs: 99e6 },
      { from: "eu-west-1", to: "us-east-1", rttNs: 99e6 },
    ]);
  });

  it("need a figure of the scenario where none was measured", () => {
    const odd = withText(
      "us-east-1: { zones: 3 }",
      "us-east-1: { zones: 3 }, zz-north-9: { zones: [z1] }",
    );
    const problems = problemsOf(odd);
    expect(problems.map(({ path, found }) => `${path} ${found}`)).toEqual([
      "regions.us-east-1 has no measured round trip with zz-north-9",
      "regions.zz-north-9 has no measured round trip with us-east-1",
    ]);
    expect(problems.find(({ path }) => path === "regions.zz-north-9")?.expected).toBe(
      'network: { regionRtt: { "us-east-1 zz-north-9": ... } } with your own figure',
    );
    expect(problemsOf(`${odd}network: { regionRtt: { "us-east-1 zz-north-9": 5ms } }\n`)).toEqual(
      [],
    );
  });

  it("are an hour apart at most", () => {
    const apart = (rtt: string) =>
      twoRegions(`network: { regionRtt: { "eu-west-1 us-east-1": ${rtt} } }\n`);
    expect(problemsOf(apart("1h"))).toEqual([]);
    expect(problem(apart("3601s"))).toMatchObject({
      path: "network.regionRtt.eu-west-1 us-east-1",
      found: 'is "3601s"',
    });
  });

  it.each([
    "us-east-1",
    "us-east-1 us-east-1",
    "us-east-1 eu-west-1 x",
    "us-east-1 mars",
    "mars us-east-1",
  ])("%j is no pair of them", (pair) => {
    expect(problem(twoRegions(`network: { regionRtt: { "${pair}": 5ms } }\n`))).toEqual({
      path: `network.regionRtt.${pair}`,
      found: "is no pair of the scenario's Regions",
      expected: 'two Regions with a space between, such as "us-east-1 eu-west-1"',
    });
  });

  it("may be spanned by a Global Datastore, which traffic and expectations may name", () => {
    const text = twoRegions(store)
      .replace("cache: cart", "cache: world")
      .replace("of: cart, atMost", "of: world, atMost");
    const { globalDatastores, caches, expect: expectations } = loadScenario(text);
    expect(globalDatastores).toMatchObject([
      { name: "world", primary: "cart", secondaries: ["cart-eu"] },
    ]);
    expect(expectations).toMatchObject([{ id: "rpo(world)" }]);
    expect(caches.map(({ name }) => name)).toEqual(["cart", "cart-eu"]);
    // A primary is built first, wherever it stands in the file.
    const turned = text.replace(
      "primary: cart, secondaries: [cart-eu]",
      "primary: cart-eu, secondaries: [cart]",
    );
    expect(loadScenario(turned).caches.map(({ name }) => name)).toEqual(["cart-eu", "cart"]);
  });

  describe("with a Global Datastore of one shard, and a cache of three beside it", () => {
    const small = (name: string, region: string) =>
      cartIn(region, name).replace(
        /clusterMode[\s\S]*replicasPerNodeGroup: 1/,
        "clusterMode: disabled\n    numCacheClusters: 2",
      );
    const beside = (cache: string, client: string, keys = "count: 10") =>
      twoRegions(store)
        .replace(/ {2}cart:[\s\S]*origins:/, (both) =>
          [
            small("cart", "us-east-1"),
            small("cart-eu", "eu-west-1"),
            both.slice(0, both.indexOf("  cart-eu:")).replace("cart:", "plain:"),
            "origins:",
          ].join(""),
        )
        .replace("cache: cart", `cache: ${cache}\n    client: ${client}`)
        .replace("count: 10", keys);

    it("a client's preset follows the cluster mode of the cache that it asks", () => {
      const retries = (cache: string) =>
        loadScenario(beside(cache, "{ preset: ioredis }")).traffic[0]?.client.retry.max;
      expect([retries("world"), retries("cart"), retries("plain")]).toEqual([20, 20, 16]);
    });

    it("a hot shard is one of the cache that is asked", () => {
      const hot = (cache: string) =>
        beside(cache, "{}", "count: 10, popularity: { hotSet: { share: 90%, of: 10%, shard: 2 } }");
      expect(problemsOf(hot("plain"))).toEqual([]);
      expect(problem(hot("world")).path).toBe("traffic.shop.keys.popularity.hotSet.shard");
    });

    it("a client may read in its own Region where the datastore is asked, and nowhere else", () => {
      const local = (cache: string) => beside(cache, "{ readLocalRegion: true }");
      expect(problemsOf(local("world"))).toEqual([]);
      expect(problem(local("plain")).path).toBe("traffic.shop.client.readLocalRegion");
    });

    it("primaries are built before the secondaries of any datastore", () => {
      const text = `${beside("plain", "{}")}`
        .replace("origins:", `${cartIn("eu-west-1", "plain-eu")}origins:`)
        .replace("primary: cart, secondaries: [cart-eu]", "primary: cart-eu, secondaries: [cart]")
        .replace(/ }\n$/, ", other: { primary: plain, secondaries: [plain-eu] } }\n");
      expect(loadScenario(text).caches.map(({ name }) => name)).toEqual([
        "cart-eu",
        "plain",
        "cart",
        "plain-eu",
      ]);
    });
  });

  it("a cache is in one Global Datastore, once", () => {
    const found = "has the member cart, as world has";
    const expected = "each cache in one Global Datastore, once";
    const twice = store.replace(" }\n", ", again: { primary: cart, secondaries: [cart-eu] } }\n");
    const problems = problemsOf(twoRegions(twice)).filter((one) => one.expected === expected);
    expect(problems).toHaveLength(2);
    expect(problems[0]).toMatchObject({ path: "globalDatastores.again", found });
  });
});

describe("scenarioForm()", () => {
  const form = () => scenarioForm(SMALL, { file: "x.yaml", sets: ["duration=50s"] });
  const by = (of: ScenarioForm, ...given: Parameters<ScenarioForm>): ResolvedScenario => {
    const answer = of(...given);
    if ("problem" in answer) throw new Error(answer.problem);
    return answer.resolved;
  };
  const crash = { at: "5s", fault: "node-crash", target: "primary of cart/shard 2" };

  it("resolves variations of seed, method and words, each from the same start", () => {
    const shared = form();
    const first = by(shared, { seed: "a", method: [crash], sets: ["origins.db.concurrency=7"] });
    expect(first).toMatchObject({
      seed: "a",
      durationNs: 50 * S,
      story: "A cache of three shards.",
    });
    expect(first.method.map(({ trigger }) => trigger)).toEqual([
      { kind: "at", atNs: 2 * S },
      { kind: "at", atNs: 5 * S },
    ]);
    expect(first.origins[0]).toMatchObject({ concurrency: 7 });
    const second = by(shared, { seed: "b", method: [], sets: [] });
    expect(second.method).toHaveLength(1);
    expect(second.origins[0]).toMatchObject({ concurrency: 5 });
    const bare = scenarioForm(withText("method:", "#"), {});
    expect(bare({ seed: "1", method: [crash], sets: [] })).toHaveProperty("resolved");
  });

  it("says what is wrong with a variation, and nothing of the others", () => {
    const wrong = (given: Partial<Parameters<ScenarioForm>[0]>) => {
      const answer = form()({ seed: "1", method: [], sets: [], ...given });
      return "problem" in answer ? answer.problem : null;
    };
    expect(wrong({})).toBe(null);
    expect(wrong({ sets: ["nonsense", "x[0]=1"] })).toMatch(
      /^--set "nonsense" has no "=", expected path=value, .*; --set "x\[0\]=1" leads nowhere/,
    );
    expect(wrong({ sets: ["caches="] })).toBe("caches is empty, expected a map");
    expect(wrong({ sets: ["durations=1"] })).toMatch(
      /^durations is an unknown word, expected "duration"\?/,
    );
    expect(wrong({ method: [{ ...crash, at: "51s" }] })).toMatch(
      /^method\[1\]\.at is "51s", expected [^;]+$/,
    );
    expect(wrong({ seed: "a b" })).toBe(
      'seed is "a b" (by --seed), expected 1 to 64 letters, digits, _ or -',
    );
    expect(wrong({ sets: ["plant=promote-most-lagged"] })).toContain("--allow-planted");
    const allowed = scenarioForm(SMALL, { allowPlanted: true });
    expect(allowed({ seed: "1", method: [], sets: ["plant=promote-most-lagged"] })).toHaveProperty(
      "resolved",
    );
  });
});
