/** What is said of many runs: replications and the influence of assumptions. */
import { describe, expect, it } from "vitest";
import { runOthers } from "../../dist/cli/many-runs.js";
import {
  replicationLines,
  replicationSection,
  sensitivityLines,
} from "../../dist/report/extras.js";
import {
  isNarrow,
  replicationSeed,
  summariseReplications,
  whyNeverNarrow,
} from "../../dist/run/replications.js";
import { type AssumptionVariant, assumptionVariants } from "../../dist/run/sensitivity.js";
import { run } from "../../dist/run/simulation.js";
import { loadScenario } from "../../dist/scenario/load.js";
import { mean, variance } from "../../src/measure/statistics.ts";
import type { Result } from "../../src/run/result.ts";

/** A primary dies after two of eight seconds; cold until the application has filled the cache. */
const source = `scenario: small-crash
seed: 7
duration: 8s
regions: { us-east-1: { zones: 2 } }
caches:
  cart:
    type: replication-group
    region: us-east-1
    engine: redis
    engineVersion: "7.1"
    cacheNodeType: cache.t4g.small
    clusterMode: disabled
    numCacheClusters: 2
    automaticFailoverEnabled: true
    multiAZEnabled: true
    assume: { monitorDetection: 2s, promotionTime: 500ms, dnsUpdate: 1s, dnsTtl: 1s }
origins: { db: { region: us-east-1, concurrency: 50, serviceTime: 20ms } }
traffic:
  shop:
    cache: cart
    from: { region: us-east-1, zones: all }
    arrivals: { rate: 150/s }
    operations: { get: 80%, set: 20% }
    keys: { count: 100, popularity: { zipf: 0.9 }, valueSize: 100B }
    client: { connections: 10, commandTimeout: 250ms }
    onMiss: db
method: [{ at: 2s, fault: node-crash, target: primary of cart }]
expect:
  - availability: { of: shop, atLeast: 45% }
  - rto: { of: cart, atMost: 3s }
`;

const runs = new Map<string, Result>();

/** Each run once, whoever asks for it. */
function simulate(seed: string, sets: readonly string[] = []): Result {
  const key = [seed, ...sets].join(" ");
  const known = runs.get(key);
  if (known !== undefined) return known;
  const resolved = loadScenario(source, { seed, sets });
  const result = run(resolved, { source, sets, allowPlanted: false });
  runs.set(key, result);
  return result;
}

const availabilityOf = (result: Result): number => result.traffic["shop"]?.availability as number;
const resolved = loadScenario(source);
const five = [0, 1, 2, 3, 4].map((i) => replicationSeed("7", i));

describe("replications", () => {
  const results = five.map((seed) => simulate(seed));
  const sum = summariseReplications(results);

  it("begin with the scenario's own seed and go on with others", () => {
    expect(sum.seeds).toEqual(["7", "7-r2", "7-r3", "7-r4", "7-r5"]);
    expect(new Set(results.map(({ digest }) => digest)).size).toBe(5);
    expect(replicationSeed("a".repeat(64), 9)).toHaveLength(60);
  });

  it("give the mean, interval and percentiles of every figure that a result has", () => {
    const values = results.map(availabilityOf);
    const figure = sum.figures.find(({ figure: name }) => name === "availability(shop)");
    expect(figure?.mean).toBeCloseTo(mean(values), 12);
    // Student's t with 4 degrees of freedom: 2.776.
    const half = 2.776 * Math.sqrt(variance(values) / 5);
    expect((figure?.mean as number) - (figure?.low as number)).toBeCloseTo(half, 4);
    expect(figure?.p5).toBeGreaterThanOrEqual(Math.min(...values));
    expect(figure?.p95).toBeLessThanOrEqual(Math.max(...values));
    expect(sum.verdicts[1]).toEqual({ expectation: "rto(cart)", pass: 5, fail: 0, unknown: 0 });
    expect(sum.figures.map(({ figure: name }) => name)).toEqual(
      expect.arrayContaining(["writesLost(cart)", "hitRatio(shop)", "queuedMax(db)"]),
    );
    expect(
      sum.figures.every(({ low, mean: centre, high }) => low <= centre && centre <= high),
    ).toBe(true);
  });

  it("keep an interval within what its figure can be, however few and different the seeds", () => {
    const outcomes = [0.001, 1, 1, 0.999, 1];
    const spread = summariseReplications(
      results.map((result, i) => {
        const shop = result.traffic["shop"] as Result["traffic"][string];
        const latencyMs = { ...shop.latencyMs, p99: i === 0 ? 1000 : 1 };
        const hitRatio = outcomes[i] as number;
        return { ...result, traffic: { shop: { ...shop, latencyMs, hitRatio } } };
      }),
    );
    const of = (name: string) => spread.figures.find(({ figure }) => figure === name);
    expect([of("latencyMs.p99(shop)")?.low, of("latencyMs.p99(shop)")?.mean]).toEqual([0, 200.8]);
    expect(of("hitRatio(shop)")?.high).toBe(1);
    expect(of("hitRatio(shop)")?.low).toBeLessThan(0.5);
  });

  it("are enough when every expectation's interval is narrow, five at least", () => {
    expect(isNarrow(sum, 1)).toBe(true);
    expect(isNarrow(sum, 1e-9)).toBe(false);
    expect(isNarrow(summariseReplications(results.slice(0, 4)), 1)).toBe(false);
  });

  it("end as soon as they are enough, or are as many as asked, and say which", async () => {
    const until = async (share: number, replications = 1) => {
      const told: string[] = [];
      const many = await runOthers(
        simulate("7"),
        resolved,
        { replications, untilShare: share },
        async ({ seed }) => simulate(seed),
        ({ seed }) => told.push(seed),
      );
      expect(many.replications?.seeds).toEqual(["7", ...told]);
      return many.replications;
    };
    const wide = await until(1);
    expect([wide?.count, wide?.until]).toEqual([5, { share: 1, reached: true }]);
    const figure = wide?.figures.find(({ figure: name }) => name === "availability(shop)");
    const width = ((figure?.high as number) - (figure?.low as number)) / 2;
    // A little below the width of five: more seeds are needed, and fewer than the width of one in four.
    const share = (0.95 * width) / (figure?.mean as number);
    const narrow = await until(share);
    expect(narrow?.count).toBeGreaterThan(5);
    expect(narrow?.count).toBeLessThan(20);
    expect(isNarrow(narrow as NonNullable<typeof narrow>, share)).toBe(true);
    const few = await until(1e-9, 6);
    expect([few?.count, few?.until]).toEqual([6, { share: 1e-9, reached: false }]);
  });

  describe("of which some have no figure", () => {
    // Six seconds are left after the fault; a detection of seven leaves the shard without a primary.
    const late = (recovered: boolean, seed: string): Result => {
      const result = simulate(seed, recovered ? [] : ["caches.cart.assume.monitorDetection=7s"]);
      return { ...result, seed };
    };
    const mixed = five.map((seed, at) => late(at < 3, seed));
    const sumOfMixed = summariseReplications(mixed);

    it("take means over the others, and tell how many have none and why", () => {
      const figure = sumOfMixed.figures.find(({ figure: name }) => name === "rto(cart)");
      expect([figure?.count, figure?.mean]).toEqual([3, 2.5]);
      expect(sumOfMixed.missing).toContainEqual({
        figure: "rto(cart)",
        runs: 2,
        reason: "never recovered",
      });
      const told = "rto(cart): none under 2 of 5 seeds: never recovered";
      expect(replicationLines(sumOfMixed)).toContain(`  ${told}`);
      expect(replicationSection(sumOfMixed)).toContain(
        '<td class="n">3; none under 2 of 5 seeds: never recovered</td>',
      );
      expect(replicationLines(sum).join("\n")).not.toContain("rto(cart): none");
    });

    it("tell of a figure that none has, where an expectation asks for it", () => {
      const none = summariseReplications(five.map((seed) => late(false, seed)));
      expect(none.figures.map(({ figure }) => figure)).not.toContain("rto(cart)");
      const told = "none under 5 of 5 seeds: never recovered";
      expect(replicationLines(none)).toContain(`  rto(cart): ${told}`);
      expect(replicationSection(none)).toContain(`<td class="n">0; ${told}</td>`);
      expect(whyNeverNarrow(none)).toBe(
        "rto(cart) has no figure under 5 of 5 seeds: never recovered",
      );
    });

    it("are never enough, and where only their width ends them they end, and say why", async () => {
      expect(isNarrow(sumOfMixed, 1)).toBe(false);
      const inVain = async (replications: number) => {
        const { replications: many } = await runOthers(
          late(true, "7"),
          resolved,
          { replications, untilShare: 1 },
          async ({ seed }) => late(seed !== "7-r2", seed),
          () => undefined,
        );
        return many as NonNullable<typeof many>;
      };
      const ended = await inVain(1);
      expect([ended.count, ended.until?.reached]).toEqual([5, false]);
      expect(replicationLines(ended)[1]).toBe(
        "  not enough: rto(cart) has no figure under 1 of 5 seeds: never recovered",
      );
      expect((await inVain(7)).count).toBe(7);
    });

    it("are never enough when nothing is measured", () => {
      const held = (result: Result): Result => {
        const [first] = result.expectations as [Result["expectations"][number]];
        const steady = { ...first, id: "steady", metric: "steady", observed: null };
        return { ...result, expectations: [{ ...steady, verdict: "pass" as const }] };
      };
      const steady = summariseReplications(results.map(held));
      expect(steady.missing.filter(({ figure }) => figure === "steady")).toEqual([]);
      expect(whyNeverNarrow(steady)).toBe("no expectation has a figure");
      expect(isNarrow(steady, 1)).toBe(false);
      const unasked = summariseReplications(
        results.map((result) => ({ ...result, expectations: [] })),
      );
      expect(isNarrow(unasked, 1)).toBe(false);
    });
  });

  it("leave the warm-up out of ratios and percentiles, and of no count", () => {
    const cold = simulate("7");
    const warm = simulate("7", ["warmUp=1500ms"]);
    expect(warm.digest).toBe(cold.digest);
    const [all, settled] = [cold.traffic["shop"], warm.traffic["shop"]];
    expect(settled?.requests).toBe(all?.requests);
    expect(settled?.fail).toBe(all?.fail);
    // The cache fills in the first second and a half, where nothing fails.
    expect(settled?.hitRatio).toBeGreaterThan((all?.hitRatio as number) + 0.03);
    expect(settled?.availability).toBeLessThan((all?.availability as number) - 0.03);
    expect(settled?.latencyOutsideFaultMs.p90).toBeLessThan(
      all?.latencyOutsideFaultMs.p90 as number,
    );
    expect(warm.origins["db"]?.peakConcurrency).toBeLessThan(
      cold.origins["db"]?.peakConcurrency as number,
    );
    expect(() => loadScenario(source, { sets: ["warmUp=8s"] })).toThrow(/warmUp is "8s"/);
  });
});

describe("variants under one seed", () => {
  it("meet the same chance, so that their difference varies less than that of others", () => {
    const slower = ["caches.cart.assume.monitorDetection=3s"];
    const pairs = five.map((seed) => [simulate(seed), simulate(seed, slower)] as const);
    for (const [a, b] of pairs) {
      expect(b.traffic["shop"]?.requests).toBe(a.traffic["shop"]?.requests);
      expect(b.digest).not.toBe(a.digest);
    }
    const as = pairs.map(([a]) => availabilityOf(a));
    const bs = pairs.map(([, b]) => availabilityOf(b));
    const paired = variance(as.map((a, at) => a - (bs[at] as number)));
    // Of independent runs variances add up. The arrivals of the outage's third second are all that differs.
    expect(paired).toBeLessThan(0.6 * (variance(as) + variance(bs)));
    expect(paired).toBeGreaterThan(0);
  });
});

describe("sensitivity", () => {
  const variants = assumptionVariants(resolved);
  const moved: AssumptionVariant[] = variants.filter(({ path }) =>
    /\.(rebootTime|promotionTime|monitorDetection|dnsTtl)$/.test(path),
  );

  it("names each assumption by the path that --set takes", () => {
    const paths = variants.map(({ path }) => path);
    expect(paths).toContain("assume.interZoneRtt");
    expect(paths).toContain("caches.cart.assume.monitorDetection");
    for (const { path, low, high } of variants) {
      for (const value of [low, high])
        expect(() => loadScenario(source, { sets: [`${path}=${value}`] })).not.toThrow();
    }
  });

  it("ranks assumptions for each expectation, with what flips its verdict first", async () => {
    const few = {
      ...resolved,
      assumptions: resolved.assumptions.filter(({ name }) => known(name)),
    };
    const { sensitivity, tornadoes } = await runOthers(
      simulate("7"),
      few,
      { sensitivity: true },
      async ({ seed, set }) => simulate(seed, set === null ? [] : [set]),
      () => expect.fail("no replications were asked for"),
    );
    const names = (at: number) => tornadoes?.[at]?.bars.map(({ assumption }) => assumption);
    // Detection and promotion: 2 + 0.5 s, and of 20 s nothing comes of within the run; a limit of 3.
    expect(names(1)).toEqual(["cart: monitorDetection", "cart: promotionTime"]);
    const [detection, promotion] = tornadoes?.[1]?.bars ?? [];
    expect([detection?.atLow, tornadoes?.[1]?.observed, detection?.atHigh]).toEqual([2.5, 2.5, 6]);
    expect([detection?.flips, detection?.verdictHigh, detection?.swing]).toEqual([
      true,
      "fail",
      3.5,
    ]);
    expect([promotion?.atLow, promotion?.atHigh, promotion?.flips]).toEqual([2.5, 6, true]);
    expect(tornadoes?.[1]?.unmoved).toEqual(["cart: dnsTtl", "cart: rebootTime"]);
    // The other expectation has an order of its own: names matter to it.
    expect(names(0)).toContain("cart: dnsTtl");
    expect(tornadoes?.[0]?.unmoved).toEqual(["cart: rebootTime"]);
    expect(sensitivity?.at(-1)).toMatchObject({ assumption: "cart: rebootTime", influence: 0 });
    const lines = sensitivityLines(tornadoes ?? []);
    expect(lines.find((line) => line.includes("cart: monitorDetection"))).toMatch(/FLIPS: pass/);
    expect(lines).toContain("    2 more do nothing to it");
  });

  const known = (name: string): boolean => moved.some((variant) => variant.name === name);
});
