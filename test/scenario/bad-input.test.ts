/** What users type wrong: each one clear error with its place, what is there and what is expected. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  describeProblem,
  ScenarioError,
  type ScenarioProblem,
} from "../../src/base/scenario-error.ts";
import { run } from "../../src/run/simulation.ts";
import { loadScenario } from "../../src/scenario/load.ts";

const good = readFileSync("scenarios/fast/az-power-loss.yaml", "utf8");
const global = readFileSync("scenarios/fast/region-loss.yaml", "utf8");

function problemsOf(
  text: string,
  options: Parameters<typeof loadScenario>[1] = {},
): readonly ScenarioProblem[] {
  try {
    loadScenario(text, { file: "x.yaml", ...options });
  } catch (error) {
    if (error instanceof ScenarioError) return error.problems;
    throw error;
  }
  return [];
}

const lineOf = (text: string, part: string): number =>
  text.slice(0, text.indexOf(part)).split("\n").length;

/** Changes one place of the good scenario; expects one problem there. */
const cases: readonly (readonly [
  name: string,
  from: string,
  to: string,
  path: string,
  expected: RegExp,
])[] = [
  [
    "an unknown word",
    "cacheNodeType:",
    "cacheNodeTyp:",
    "caches.cart.cacheNodeTyp",
    /"cacheNodeType"\?/,
  ],
  [
    "an unknown fault",
    "fault: az-power-interruption",
    "fault: az-power-interuption",
    "method[0].fault",
    /did you mean "az-power-interruption"\?/,
  ],
  ["a time without unit", "at: 2m", "at: 120", "method[0].at", /a duration with a unit/],
  [
    "a wrong unit",
    "rate: 4000/s",
    "rate: 4000",
    "traffic.checkout.arrivals.rate",
    /a rate with a unit/,
  ],
  ["a share without %", "get: 80%", "get: 0.8", "traffic.checkout.operations.get", /a percentage/],
  [
    "shares that do not add up",
    "get: 80%",
    "get: 70%",
    "traffic.checkout.operations",
    /add up to 100%/,
  ],
  [
    "a size without unit",
    "valueSize: 500B",
    "valueSize: 500",
    "traffic.checkout.keys.valueSize",
    /a size with a unit/,
  ],
  [
    "a node type that is not there",
    "cache.r7g.large",
    "cache.r7g.huge",
    "caches.cart.cacheNodeType",
    /list node-types/,
  ],
  [
    "a version of another engine",
    '"8.0"',
    '"7.1"',
    "caches.cart.engineVersion",
    /a version of valkey/,
  ],
  ["an unquoted version", '"8.0"', "8.0", "caches.cart.engineVersion", /a version in quotes/],
  [
    "too many replicas",
    "replicasPerNodeGroup: 2",
    "replicasPerNodeGroup: 6",
    "caches.cart.replicasPerNodeGroup",
    /at most 5/,
  ],
  [
    "too many nodes",
    "numNodeGroups: 3",
    "numNodeGroups: 40",
    "caches.cart.numNodeGroups",
    /at most 90 nodes/,
  ],
  [
    "cluster mode without automatic failover",
    "automaticFailoverEnabled: true",
    "automaticFailoverEnabled: false",
    "caches.cart.automaticFailoverEnabled",
    /the service demands it/,
  ],
  [
    "Multi-AZ without replicas",
    "replicasPerNodeGroup: 2",
    "replicasPerNodeGroup: 0",
    "caches.cart.multiAZEnabled",
    /at least one replica/,
  ],
  [
    "a policy that the engine does not have",
    "allkeys-lru",
    "allkeys-lifo",
    "caches.cart.parameters.maxmemory-policy",
    /a policy: noeviction, allkeys-lru, allkeys-lfu/,
  ],
  [
    "a fixed parameter",
    "maxmemory-policy: allkeys-lru",
    "maxmemory: 5",
    "caches.cart.parameters.maxmemory",
    /follows from the node type/,
  ],
  [
    "a zone that is not there",
    "zone: use1-az1",
    "zone: use1-az9",
    "method[0].zone",
    /use1-az1, use1-az2, use1-az4/,
  ],
  ["a time after the end", "at: 2m", "at: 20m", "method[0].at", /before the end/],
  [
    "an expectation of nothing known",
    "of: cart, atMost: 1s",
    "of: basket, atMost: 1s",
    "expect[0].rpo.of",
    /one of cart/,
  ],
  [
    "an rto without a steady state",
    "steadyState:",
    "# steadyState:",
    "expect[1].rto.of",
    /steadyState/,
  ],
  [
    "an origin that is not there",
    "onMiss: orders-db",
    "onMiss: order-db",
    "traffic.checkout.onMiss",
    /orders-db/,
  ],
  ["a seed with a blank", "seed: 42", "seed: 4 2", "seed", /1 to 64 letters/],
  ["a run that is too large", "rate: 4000/s", "rate: 400000/s", "duration", /maxEvents/],
  [
    "a kind of a later version",
    "type: replication-group",
    "type: serverless-cache",
    "caches.cart.type",
    /no other kind yet/,
  ],
  [
    "a heal of what has none",
    "fault: az-power-interruption, zone: use1-az1",
    "fault: node-crash, target: primary of cart/shard 1",
    "method[0].for",
    /no heal of its own/,
  ],
  [
    "a target that cannot be read",
    "fault: az-power-interruption, zone: use1-az1",
    "fault: node-pause, target: the primary",
    "method[0].target",
    /primary of cart\/shard 2/,
  ],
  [
    "a list of shards without a shard",
    "numNodeGroups: 3",
    "nodeGroupConfiguration: []",
    "caches.cart.nodeGroupConfiguration",
    /at least one entry/,
  ],
  [
    "a list of zones without a zone",
    "numNodeGroups: 3",
    "preferredCacheClusterAZs: []",
    "caches.cart.preferredCacheClusterAZs",
    /at least one entry/,
  ],
  [
    "a rate by a word that every object has",
    "rate: 4000/s",
    "rate: 4/constructor",
    "traffic.checkout.arrivals.rate",
    /a rate with a unit/,
  ],
  [
    "a weight without end",
    "valueSize: 500B",
    "valueSize: { empirical: [{ value: 1KB, weight: .inf }] }",
    "traffic.checkout.keys.valueSize.empirical[0].weight",
    /a number/,
  ],
  [
    "a weight whose sum overflows",
    "valueSize: 500B",
    "valueSize: { empirical: [{ value: 1KB, weight: 1e308 }, { value: 2KB, weight: 1e308 }] }",
    "traffic.checkout.keys.valueSize.empirical[0].weight",
    /at most 1000000000/,
  ],
  [
    "an exponent that is no number",
    "zipf: 0.99",
    "zipf: .nan",
    "traffic.checkout.keys.popularity.zipf",
    /a number/,
  ],
  [
    "a shard that is not there",
    "fault: az-power-interruption, zone: use1-az1",
    "fault: node-pause, target: primary of cart/shard 4",
    "method[0].target",
    /1 to 3/,
  ],
  [
    "a parameter by a word that every object has",
    "maxmemory-policy: allkeys-lru",
    "constructor: 5",
    "caches.cart.parameters.constructor",
    /one of repl-backlog-size/,
  ],
  [
    "more acknowledging replicas than there are",
    "maxmemory-policy: allkeys-lru",
    "min-replicas-to-write: 3",
    "caches.cart.parameters.min-replicas-to-write",
    /at most the replicas of a shard, 2/,
  ],
  [
    "zones for some shards",
    "numNodeGroups: 3",
    "numNodeGroups: 3\n    nodeGroupConfiguration: [{ primaryAvailabilityZone: use1-az1 }]",
    "caches.cart.nodeGroupConfiguration",
    /3, one for each shard/,
  ],
  [
    "zones for some replicas",
    "numNodeGroups: 3",
    "numNodeGroups: 1\n    nodeGroupConfiguration: [{ replicaAvailabilityZones: [use1-az2] }]",
    "caches.cart.nodeGroupConfiguration[0].replicaAvailabilityZones",
    /2, one for each replica/,
  ],
  [
    "more test failovers than a day has",
    "{ at: 2m, fault: az-power-interruption, zone: use1-az1, for: 5m }",
    "{ every: 20s, step: test-failover, cache: cart }",
    "method[0]",
    /at most 15 in any 24 hours/,
  ],
  [
    "a repetition of what happens once",
    "at: 2m",
    "at: 2m, times: 3",
    "method[0].times",
    /every: beside it/,
  ],
  [
    "a first time of what happens once",
    "at: 2m",
    "at: 2m, from: 1m",
    "method[0].from",
    /every: beside it/,
  ],
  [
    "no nodes at all",
    "fault: az-power-interruption, zone: use1-az1, for: 5m",
    "fault: node-pause, target: any 0 nodes of cart, for: 5m",
    "method[0].target",
    /1 to 9 nodes/,
  ],
  [
    "more nodes than there are",
    "fault: az-power-interruption, zone: use1-az1, for: 5m",
    "fault: node-pause, target: any 10 nodes of cart, for: 5m",
    "method[0].target",
    /1 to 9 nodes/,
  ],
  [
    "the heal of what has none",
    "at: 2m",
    "after: { heal: node-crash }",
    "method[0].after.heal",
    /one of node-pause/,
  ],
  [
    "pressure without any",
    "fault: az-power-interruption, zone: use1-az1, for: 5m",
    "fault: memory-pressure, target: any node of cart, take: 0B, for: 5m",
    "method[0].take",
    /a size above 0/,
  ],
  [
    "a delay of days",
    "fault: az-power-interruption, zone: use1-az1, for: 5m",
    "fault: network-latency, from: zone use1-az1, add: 3d, for: 5m",
    "method[0].add",
    /at most 1h/,
  ],
  ["a misspelt fault:", "fault: az", "falt: az", "method[0].falt", /^"fault"\?/],
  [
    "a misspelt popularity",
    "zipf: 0.99",
    "hotset: { share: 90%, of: 10% }",
    "traffic.checkout.keys.popularity.hotset",
    /^"hotSet"\?/,
  ],
  [
    "what a popularity lacks",
    "zipf: 0.99",
    "hotSet: { share: 90% }",
    "traffic.checkout.keys.popularity.hotSet",
    /^"of:" here/,
  ],
  [
    "a misspelt distribution",
    "valueSize: 500B",
    "valueSize: { exponentail: { mean: 1KB } }",
    "traffic.checkout.keys.valueSize.exponentail",
    /^"exponential"\?/,
  ],
  [
    "values that no engine takes",
    "valueSize: 500B",
    "valueSize: 600MB",
    "traffic.checkout.keys.valueSize",
    /at most 512MiB/,
  ],
  [
    "a Pareto distribution from 0",
    "valueSize: 500B",
    "valueSize: { pareto: { min: 0B, shape: 2 } }",
    "traffic.checkout.keys.valueSize",
    /a least value above 0/,
  ],
  [
    "WAIT for more replicas than there are",
    "connections: 50,",
    "connections: 50, wait: { replicas: 3, timeout: 1s },",
    "traffic.checkout.client.wait.replicas",
    /at most the replicas of a shard, 2/,
  ],
  [
    "a version of TLS without any",
    "connections: 50,",
    'connections: 50, tlsVersion: "1.2",',
    "traffic.checkout.client.tlsVersion",
    /transitEncryptionEnabled: true/,
  ],
  [
    "local reads of one Region",
    "connections: 50,",
    "connections: 50, readLocalRegion: true,",
    "traffic.checkout.client.readLocalRegion",
    /a Global Datastore/,
  ],
  [
    "sentinels of a managed cache",
    "connections: 50,",
    "connections: 50, sentinel: { timeout: 1s },",
    "traffic.checkout.client.sentinel",
    /self-managed/,
  ],
  [
    "a window longer than the run",
    "over: 10s",
    "over: 1h",
    "steadyState[0].successRatio.over",
    /within the scenario's duration/,
  ],
  [
    "a percentile that is none",
    "rpo: { of: cart, atMost: 1s }",
    "latency: { of: checkout, percentile: p100, atMost: 1s }",
    "expect[0].latency.percentile",
    /p999/,
  ],
  [
    "a kind of fault given twice",
    "expect:\n",
    "explore: { faults: [node-crash, node-crash] }\nexpect:\n",
    "explore.faults",
    /each once/,
  ],
  [
    "a size of elements that are strings",
    "valueSize: 500B",
    "valueSize: 500B, elements: 10",
    "traffic.checkout.keys.elements",
    /type: hash, list, set or sorted-set/,
  ],
  [
    "a value that is both",
    "valueSize: 500B",
    "valueSize: 500B, type: hash",
    "traffic.checkout.keys.valueSize",
    /elements and elementSize/,
  ],
  [
    "a value beyond the engine's limit",
    "valueSize: 500B",
    "type: hash, elements: 10M, elementSize: 1KB",
    "traffic.checkout.keys.elements",
    /at most 512MiB/,
  ],
  [
    "big keys that are most keys",
    "valueSize: 500B",
    "type: set, bigKeys: { share: 80%, elements: 1k }",
    "traffic.checkout.keys.bigKeys.share",
    /at most 50%/,
  ],
  [
    "elements' time without elements",
    "cluster-node-timeout: 5s",
    "elementRead: 1us",
    "caches.cart.assume.elementRead",
    /a type with elements/,
  ],
  [
    "an assumption of days",
    "cluster-node-timeout: 5s",
    "cluster-node-timeout: 2d",
    "caches.cart.assume.cluster-node-timeout",
    /at most 24h/,
  ],
];

describe("loadScenario()", () => {
  it("takes the good one, and keeps the seed's text", () => {
    expect(problemsOf(good)).toEqual([]);
    expect(loadScenario(good.replace("seed: 42", "seed: 007")).seed).toBe("007");
    expect(loadScenario(good).seed).toBe(loadScenario(good, { seed: "42" }).seed);
  });

  for (const [name, from, to, path, expected] of cases) {
    it(`names ${name} with its place`, () => {
      expect(good).toContain(from);
      const text = good.replace(from, to);
      const problems = problemsOf(text);
      const found = problems.find((problem) => problem.path === path);
      expect(found, problems.map(describeProblem).join("\n")).toBeDefined();
      expect(found?.expected).toMatch(expected);
      expect(found?.file).toBe("x.yaml");
      expect(found?.line).toBeGreaterThan(0);
      expect(found?.column).toBeGreaterThan(0);
      if (!text.includes("# steadyState")) expect(problems.length).toBeLessThanOrEqual(2);
    });
  }

  it("gives line and column of the value itself", () => {
    const text = good.replace("at: 2m", "at: 120");
    const [problem] = problemsOf(text);
    expect(problem?.line).toBe(lineOf(text, "at: 120"));
    expect(problem?.column).toBe(
      (text.split("\n")[(problem?.line ?? 1) - 1] as string).indexOf("120") + 1,
    );
  });

  it("reports several problems at once, in order of the file", () => {
    const text = good
      .replace("duration: 12m", "duration: soon")
      .replace("at: 2m", "at: 120")
      .replace("set: 20%", "put: 20%");
    const problems = problemsOf(text);
    expect(problems).toHaveLength(3);
    expect(problems.map((problem) => problem.line)).toEqual(
      [...problems.map((problem) => problem.line)].sort((a, b) => (a ?? 0) - (b ?? 0)),
    );
  });

  it("finds places through anchors and merge keys", () => {
    const text = global.replace('engineVersion: "7.1"', 'engineVersion: "9.9"');
    for (const problem of problemsOf(text)) expect(problem.line).toBe(lineOf(text, '"9.9"'));
  });

  it("holds a Global Datastore's members to each other", () => {
    const text = global.replace(
      "region: eu-west-1 }\ntraffic",
      "region: eu-west-1, cacheNodeType: cache.r7g.xlarge }\ntraffic",
    );
    expect(problemsOf(text)[0]?.expected).toContain("members must match");
  });

  it.each([
    [
      "parameters that differ",
      [
        [
          "region: eu-west-1 }\ntraffic",
          "region: eu-west-1, parameters: { maxmemory-policy: noeviction } }\ntraffic",
        ],
      ],
      "globalDatastores.sessions.secondaries[0]",
      /maxmemory-policy volatile-lru as in sessions-us/,
    ],
    [
      "China with the rest of the world",
      [
        ["eu-west-1: { zones: 3 }", "cn-north-1: { zones: 3 }"],
        ["regions:", 'network: { regionRtt: { "us-east-1 cn-north-1": 200ms } }\nregions:'],
        ["region: eu-west-1 }\ntraffic", "region: cn-north-1 }\ntraffic"],
        ["region: eu-west-1 }", "region: us-east-1 }"],
      ],
      "globalDatastores.sessions.secondaries[0]",
      /in China with one in China/,
    ],
    [
      "a promotion of the primary",
      [["to: sessions-eu", "to: sessions-us"]],
      "method[1].to",
      /a secondary/,
    ],
    [
      "a round trip that takes no time",
      [["regions:", 'network: { regionRtt: { "us-east-1 eu-west-1": 0s } }\nregions:']],
      "network.regionRtt.us-east-1 eu-west-1",
      /above 0/,
    ],
    [
      "more nodes than a Region may have",
      [
        ["numCacheClusters: 3", "numNodeGroups: 30, replicasPerNodeGroup: 2"],
        ["clusterMode: disabled", "clusterMode: enabled"],
        [
          "region: eu-west-1 }\ntraffic",
          `region: eu-west-1 }\n${["a", "b", "c"].map((name) => `  ${name}: *group\n`).join("")}traffic`,
        ],
      ],
      "caches",
      /at most 300 nodes per Region/,
    ],
  ] as const)("names %s across Regions", (_, edits, path, expected) => {
    let text: string = global;
    for (const [from, to] of edits) {
      expect(text).toContain(from);
      text = text.replace(from, to);
    }
    const problems = problemsOf(text);
    const found = problems.find((problem) => problem.path === path);
    expect(found?.expected, problems.map(describeProblem).join("\n")).toMatch(expected);
    expect(found?.line).toBeGreaterThan(0);
  });

  it("says nothing of targets in a cache that cannot be read", () => {
    const fault = "fault: node-pause, target: primary of cart/shard 1";
    const text = good
      .replace("fault: az-power-interruption, zone: use1-az1", fault)
      .replace("cacheNodeType: cache.r7g.large", "cacheNodeType: cache.r7g.huge");
    expect(problemsOf(text).map(({ path }) => path)).toEqual(["caches.cart.cacheNodeType"]);
  });

  it.each([
    "traffic-surge, traffic: checkout, factor: 1000",
    "node-pause, target: any node of cart",
  ])("counts the events of %s before the run", (fault) => {
    const power = "at: 2m, fault: az-power-interruption, zone: use1-az1, for: 5m";
    const when = fault.startsWith("node")
      ? "random: { meanGap: 1ns, meanFor: 1ns }"
      : "at: 2m, for: 5m";
    const [problem] = problemsOf(good.replace(power, `${when}, fault: ${fault}`));
    expect(problem?.path).toBe("duration");
    expect(problem?.found).toMatch(/million events/);
  });

  it("counts topology refreshes before the run", () => {
    const text = good.replace("topologyRefresh: { every: 30s", "topologyRefresh: { every: 1ns");
    const [problem, ...others] = problemsOf(text);
    expect(others).toEqual([]);
    expect(problem?.path).toBe("duration");
    expect(problem?.found).toMatch(/million events .* topology refreshes\)$/);
  });

  it("runs what takes longer than a run can", () => {
    const text = good
      .replace("duration: 12m", "duration: 5s")
      .replace(/lognormal: \{ median: 4ms, p99: 25ms \}/, "normal: { mean: 90d, stddev: 90d }")
      .replace("rate: 4000/s", "rate: 40/s")
      .replace("prefill: 100%", "prefill: 0%")
      .replace("over: 10s", "over: 1s")
      .replace(
        /method: .*/,
        "method: [{ at: 1s, fault: origin-slow, origin: orders-db, factor: 1000 }]",
      );
    for (const discipline of ["fifo", "sharing"]) {
      const source = text.replace("concurrency: 200", `concurrency: 20, discipline: ${discipline}`);
      const result = run(loadScenario(source), { source, sets: [], allowPlanted: false });
      expect(result.origins["orders-db"]?.requests).toBeGreaterThan(10);
      expect(result.verdict).toBe("unknown");
    }
  });

  it("points at the --set that made it wrong", () => {
    const [problem] = problemsOf(good, { sets: ["method[0].at=later"] });
    expect(problem?.path).toBe("method[0].at");
    expect(problem?.found).toContain("--set method[0].at=later");
    expect(
      loadScenario(good, { sets: ["caches.cart.numNodeGroups=2"] }).caches[0]?.shards,
    ).toHaveLength(2);
    expect(
      problemsOf(good, { sets: ["nonsense", "__proto__.x=1", "method[9].at=1m"] }),
    ).toHaveLength(3);
  });

  it("ends every kind of broken text as a ScenarioError", () => {
    const bomb = `a: &a [1,1,1,1,1,1,1,1,1]\n${"bcdefghij"
      .split("")
      .map(
        (name, i) =>
          `${name}: &${name} [${Array(9)
            .fill(`*${i === 0 ? "a" : "bcdefghij"[i - 1]}`)
            .join(",")}]`,
      )
      .join("\n")}`;
    const broken = [
      "",
      "null",
      "[]",
      "5",
      "a: b: c",
      "\t",
      `${"[".repeat(5000)}`,
      "a: 1\na: 2",
      "--- a\n--- b",
      "%YAML 9",
      bomb,
      `${good}\n__proto__: { x: 1 }`,
      good.replace("cart:", "1:"),
      "scenario: !!js/function x",
      "x: \u0000",
    ];
    for (const text of broken)
      expect(problemsOf(text).length, JSON.stringify(text.slice(0, 40))).toBeGreaterThan(0);
  });

  it.each([
    [{ events: 1e6 }, "at most 200,000,000", "rate: 400000/s"],
    [{ nodes: 8 }, "at most 8; --max-nodes raises it", "rate: 4000/s"],
    [{ durationNs: 60e9 }, "at most 1m; --max-duration raises it", "rate: 4000/s"],
    [{ memoryBytes: 50e6 }, "at most 50MB; --max-memory raises it", "rate: 4000/s"],
  ])("refuses a run beyond %o before it starts", (limits, expected, rate) => {
    const text = good.replace("rate: 4000/s", rate);
    const [problem, ...others] = problemsOf(text, { limits });
    expect(others).toEqual([]);
    expect(problem?.expected).toContain(expected);
    const raised = { events: 1e10, nodes: 9, durationNs: 720e9, memoryBytes: 1e9 };
    expect(problemsOf(text, { limits: raised })).toEqual([]);
  });

  it("names a key that stands twice, at its second place", () => {
    const text = good.replace("duration: 12m", "duration: 12m\nduration: 13m");
    const [problem, ...others] = problemsOf(text);
    expect(others).toEqual([]);
    expect(problem?.found).toBe('has the key "duration" twice in one map');
    expect(problem?.line).toBe(lineOf(text, "duration: 13m"));
  });

  it.each([
    ["unknown words", (i: number) => `k${i}: 1\n`],
    ["Regions", (i: number) => (i === 0 ? "regions:\n" : `  r${i}: { zones: 3 }\n`)],
    ["method entries", (i: number) => (i === 0 ? "method:\n" : `- { at: ${i} }\n`)],
    ["repeated keys", () => "k: 1\n"],
  ])("answers 30,000 %s with the first 50 problems", (_, line) => {
    const problems = problemsOf(Array.from({ length: 30_000 }, (_, i) => line(i)).join(""));
    expect(problems.length).toBeGreaterThanOrEqual(5);
    expect(problems.length).toBeLessThanOrEqual(51);
  });

  it("strips what could steer a terminal from its messages", () => {
    const text = good.replace("zone: use1-az1", 'zone: "\\u001b[31mred\\u202e"');
    for (const problem of problemsOf(text)) {
      expect(describeProblem(problem)).not.toMatch(/[\u0000-\u001f\u202e]/);
    }
  });
});
