/** The shipped scenarios: stories that hold, bugs that are found, the same bytes every time. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import { resultJson } from "../src/report/result-json.ts";
import { metricNames } from "../src/run/metrics.ts";
import type { Result } from "../src/run/result.ts";
import { run } from "../src/run/simulation.ts";
import { loadScenario } from "../src/scenario/load.ts";
import { findChromium } from "./chromium.ts";
import { withoutTheEngine } from "./determinism/patched.ts";
import { findNode, fingerprintOf, inBrowser, inProcess, inWorker } from "./determinism/places.ts";

const GOLDEN = "test/golden/behaviour-digests.json";
const LONG = 120_000;

function simulate(
  file: string,
  change: (text: string) => string = (text) => text,
  allowPlanted = false,
): Result {
  const source = change(readFileSync(file, "utf8"));
  const resolved = loadScenario(source, { file, allowPlanted });
  return run(resolved, { source, sets: [], allowPlanted });
}

const planted = (file: string): Result => simulate(file, undefined, true);

const fast = readdirSync("scenarios/fast");
const negative = readdirSync("scenarios/negative");
const results = new Map<string, Result>();
for (const name of fast) results.set(`fast/${name}`, simulate(`scenarios/fast/${name}`));
for (const name of negative) results.set(`negative/${name}`, planted(`scenarios/negative/${name}`));
const resultOf = (name: string): Result => results.get(name) as Result;

describe("scenarios/fast", () => {
  it("are at least seven, each with its story", () => {
    expect(fast.length).toBeGreaterThanOrEqual(7);
    for (const name of fast) expect(resultOf(`fast/${name}`).story.length).toBeGreaterThan(100);
  });

  for (const name of fast) {
    it(`${name} holds: every expectation and invariant passes`, () => {
      const result = resultOf(`fast/${name}`);
      const open = [...result.expectations, ...result.invariants].filter(
        (check) => check.verdict !== "pass",
      );
      expect(open).toEqual([]);
      expect(result.expectations.length).toBeGreaterThanOrEqual(2);
      expect(result.verdict).toBe("pass");
    });
  }
});

describe("scenarios/twin", () => {
  for (const name of readdirSync("scenarios/twin")) {
    it(`${name} holds in simulation, and is short enough to be played in real time`, () => {
      const result = simulate(`scenarios/twin/${name}`);
      expect(result.verdict).toBe("pass");
      expect(result.story.length).toBeGreaterThan(100);
      expect(result.simulatedSeconds).toBeLessThanOrEqual(25);
    });
  }
});

describe("scenarios/negative", () => {
  it("promote-most-lagged: a check names who was promoted and who was ahead", () => {
    const result = resultOf("negative/promote-most-lagged.yaml");
    expect(result.verdict).toBe("fail");
    const rpo = result.expectations.find((check) => check.metric === "rpo");
    expect(rpo).toMatchObject({ verdict: "fail", avoidable: true });
    const act = result.invariants.find((check) => check.id === "best-copy-promoted");
    expect(act?.verdict).toBe("fail");
    expect(act?.reason).toContain("promoted cart-003");
    expect(act?.reason).toContain("cart-002 was ahead");
  });

  it("dns-never-flips: a check names the node that the endpoint still pointed to", () => {
    const result = resultOf("negative/dns-never-flips.yaml");
    expect(result.verdict).toBe("fail");
    const act = result.invariants.find((check) => check.id === "dns-follows-promotion");
    expect(act?.verdict).toBe("fail");
    expect(act?.reason).toContain("still named cart-001");
  });

  const named: readonly (readonly [string, string, string])[] = [
    [
      "minority-keeps-writing",
      "replaced-primary-falls-silent",
      "cart-0001-001 acknowledged a write",
    ],
    ["diverged-copy-continues", "resync-joins-histories", "cart-001 follows"],
    ["doubt-reported-as-failure", "failed-writes-unseen", "cart-001 answered an operation"],
  ];
  it.each(named)("%s: %s names the act", (name, id, says) => {
    const result = resultOf(`negative/${name}.yaml`);
    expect(result.verdict).toBe("fail");
    const act = result.invariants.find((check) => check.id === id);
    expect(act?.verdict).toBe("fail");
    expect(act?.reason).toContain(says);
  });

  for (const name of negative) {
    it(`${name} passes without plant:, and is refused without --allow-planted`, () => {
      const file = `scenarios/negative/${name}`;
      const healthy = simulate(file, (text) => text.replace(/^plant: .*\n/m, ""));
      expect(healthy.verdict).toBe("pass");
      expect(() => loadScenario(readFileSync(file, "utf8"), { file })).toThrow("--allow-planted");
    });
  }
});

describe("determinism", () => {
  it("golden behaviour digests: a change needs a line under Behaviour in the changelog", () => {
    const digests = Object.fromEntries(
      [...results].map(([name, result]) => [name, result.behaviourDigest]),
    );
    if (process.env["UPDATE_GOLDEN"] === "1")
      writeFileSync(GOLDEN, `${JSON.stringify(digests, null, 2)}\n`);
    expect(digests).toEqual(JSON.parse(readFileSync(GOLDEN, "utf8")));
  });

  it("the same bytes in a fresh process, from the command line", { timeout: LONG }, () => {
    const file = "scenarios/fast/network-partition-split-brain.yaml";
    const printed = execFileSync(
      process.execPath,
      ["dist/cli/main.js", "run", file, "--json", "--out", "reports/determinism"],
      { encoding: "utf8" },
    );
    const { input: _a, ...fresh } = JSON.parse(printed) as Result;
    const { input: _b, ...here } = JSON.parse(
      resultJson(resultOf("fast/network-partition-split-brain.yaml")),
    ) as Result;
    expect({ ...fresh, reproduce: "" }).toEqual({ ...here, reproduce: "" });
  });

  it("another seed gives another run, and a removed fault leaves the arrivals as they were", () => {
    const file = "scenarios/fast/primary-pause.yaml";
    const base = resultOf("fast/primary-pause.yaml");
    const other = simulate(file, (text) => text.replace("seed: 9", "seed: 10"));
    expect(other.digest).not.toBe(base.digest);
    const calm = simulate(file, (text) => text.replace(/^method: .*$/m, "method: []"));
    expect(calm.traffic["shop"]?.requests).toBe(base.traffic["shop"]?.requests);
  });
});

describe("every fast scenario leaves the same bytes", () => {
  const files = fast.map((name) => `scenarios/fast/${name}`);
  const expected = fast.map((name) =>
    fingerprintOf(`scenarios/fast/${name}`, resultJson(resultOf(`fast/${name}`))),
  );

  const again = "on a second run in the process";
  test(`${again}, without the engine's clock, chance and transcendental functions`, {
    timeout: LONG,
  }, () => {
    const sources = files.map((file) => ({ file, source: readFileSync(file, "utf8") }));
    const seconds = withoutTheEngine(() =>
      sources.map(({ file, source }) => {
        const resolved = loadScenario(source, { file });
        return run(resolved, { source, sets: [], allowPlanted: false });
      }),
    );
    expect(
      seconds.map((result, at) => fingerprintOf(files[at] as string, resultJson(result))),
    ).toEqual(expected);
    expect(() => withoutTheEngine(() => Math.random())).toThrow("Math.random");
    expect(() => withoutTheEngine(() => new Date())).toThrow("Date");
  });

  test("in a fresh process", { timeout: LONG }, async () => {
    expect(await inProcess(process.execPath, files)).toEqual(expected);
  });

  test("in a worker thread", { timeout: LONG }, async () => {
    expect(await inWorker(files)).toEqual(expected);
  });

  for (const major of ["20", "22", "24"]) {
    if (process.versions.node.startsWith(`${major}.`)) continue; // that is where all the others are held to
    const node = findNode(major);
    test.skipIf(node === null)(
      `on Node.js ${major} (skipped without: npm run nodes:install)`,
      { timeout: LONG },
      async () => {
        expect(await inProcess(node as string, files)).toEqual(expected);
      },
    );
  }

  test.skipIf(findChromium() === null)(
    "in headless Chromium, on a page that forbids eval (skipped without)",
    { timeout: 2 * LONG },
    async () => {
      expect(await inBrowser(files)).toEqual(expected);
    },
  );
});

/** A Global Datastore that is cut in two, and a small cache whose memory, database and link to its replica are short. */
const STRAIN = `scenario: strain
seed: 5
duration: 60s
regions: { us-east-1: { zones: 3 }, eu-west-1: { zones: 3 } }
globalDatastores: { store: { primary: us, secondaries: [eu] } }
caches:
  us: &group { type: replication-group, region: us-east-1, engine: valkey, engineVersion: "8.0", cacheNodeType: cache.r7g.large, clusterMode: disabled, numCacheClusters: 2, automaticFailoverEnabled: true, multiAZEnabled: true }
  eu: { <<: *group, region: eu-west-1 }
  small: { type: self-managed, region: us-east-1, engine: valkey, engineVersion: "8.0", memory: 20MB, hostMemory: 30MB, replicas: 1, parameters: { maxmemory-policy: allkeys-lru } }
origins: { db: { region: us-east-1, concurrency: 1, serviceTime: 20ms } }
traffic:
  logins: { cache: store, from: { region: us-east-1 }, arrivals: { rate: RATE }, operations: { get: 50%, set: 50% }, keys: { count: 5k } }
  shop:
    cache: small
    from: { region: us-east-1 }
    arrivals: { rate: RATE }
    operations: { get: 60%, set: 40% }
    keys: { count: 4k, popularity: { zipf: 0.99 }, valueSize: 20KB, ttl: 8s }
    onMiss: db
method:
  - { at: 10s, fault: network-partition, isolate: region us-east-1, to: [region eu-west-1], for: 10s }
  - { at: 20s, fault: memory-pressure, target: primary of small, take: 15MB, for: 20s }
  - { at: 38s, fault: network-bandwidth, from: primary of small, to: replica of small, limit: 1MB, for: 20s }
  - { at: 40s, fault: node-restart, target: replica of small }
`;

/** A metric over all its subjects and times. */
const sum = (result: Result, metric: string): number =>
  (result.series[metric] ?? []).reduce(
    (all, { values }) => all + values.reduce<number>((part, value) => part + (value ?? 0), 0),
    0,
  );

describe("metrics", () => {
  it("follow the simulated work: twice the traffic doubles them", () => {
    const file = "scenarios/fast/test-failover-drill.yaml";
    const one = resultOf("fast/test-failover-drill.yaml");
    const two = simulate(file, (text) => text.replace("rate: 100/s", "rate: 200/s"));
    for (const metric of [
      "GetTypeCmds",
      "SetTypeCmds",
      "CacheHits",
      "NetworkBytesIn",
      "NetworkBytesOut",
      "ReplicationBytes",
      "EngineCPUUtilization",
    ]) {
      const ratio = sum(two, metric) / sum(one, metric);
      // Poisson counts of some 9,000 SETs and more: three standard errors are 5 %.
      expect(ratio, metric).toBeGreaterThan(1.9);
      expect(ratio, metric).toBeLessThan(2.1);
    }
  });

  it("move with the work where a small memory, a database and links are under strain, every one of them", () => {
    const [one, two] = ["100/s", "200/s"].map((rate) => {
      const source = STRAIN.replaceAll("RATE", rate);
      const resolved = loadScenario(source, { file: "strain.yaml" });
      return run(resolved, { source, sets: [], allowPlanted: false });
    });
    // Who leads does not go by traffic, and IsMaster not by work.
    for (const { metric } of metricNames) {
      if (metric === "IsMaster") continue;
      const [less, more] = metric === "FreeableMemory" ? [two, one] : [one, two];
      expect(sum(more!, metric), metric).toBeGreaterThan(sum(less!, metric));
    }
    expect(sum(one!, "SwapUsage")).toBe(0);
    const leads = resultOf("fast/test-failover-drill.yaml").series["IsMaster"] ?? [];
    expect(leads.filter(({ values }) => new Set(values).size > 1).length).toBeGreaterThan(1);
  });
});
