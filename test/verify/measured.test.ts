/** The measured part of `verify`: it agrees, and a constant that is a fifth off is noticed. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { renderVerifyPage } from "../../dist/report/verify-page.js";
import { type Distortion, undistorted } from "../../dist/verify/lab.js";
import { delayRows, elections, pingRows } from "../../dist/verify/measured/bus.js";
import { evictionRows } from "../../dist/verify/measured/eviction.js";
import { failoverRows, killedPrimaries, killPairs } from "../../dist/verify/measured/failovers.js";
import { judgeDistributions } from "../../dist/verify/measured/judge.js";
import { itemRows } from "../../dist/verify/measured/memory.js";
import { loadRow, lossRows, replicationRows } from "../../dist/verify/measured/replication.js";
import { mulberry32, zipfTrace } from "../../dist/verify/measured/trace.js";
import type { VerifyRow } from "../../dist/verify/row.js";
import { verifySteps } from "../../dist/verify/verify.js";
import { agreementLine, MODEL_DOC } from "../../scripts/model-doc.ts";
import type { ReplicationGroupSettings } from "../../src/model/kinds/replication-group-settings.ts";

/** Rows that do not agree, and rows that docs/MODEL.md does not show as they are (npm run model-doc). */
function wrong(rows: readonly VerifyRow[]): string[] {
  const document = readFileSync(MODEL_DOC, "utf8");
  const stale = rows.filter((row) => !document.includes(agreementLine(row)));
  return [...failing(rows), ...stale.map(({ name }) => `docs/MODEL.md: ${name}`)];
}

const failing = (rows: readonly { readonly name: string; readonly verdict: string }[]): string[] =>
  rows.filter(({ verdict }) => verdict !== "pass").map(({ name }) => name);

/** Changes every cache of a scenario. */
const caches =
  (change: (cache: ReplicationGroupSettings) => ReplicationGroupSettings): Distortion =>
  (resolved) => ({ ...resolved, caches: resolved.caches.map(change) });

describe("the model agrees with measured servers", () => {
  it("failovers", () => expect(wrong(failoverRows(undistorted))).toEqual([]), 180_000);
  it("replication", () => expect(wrong(replicationRows(undistorted))).toEqual([]), 180_000);
  it("memory", () => expect(wrong(itemRows(1))).toEqual([]));
  it("eviction", () => expect(wrong(evictionRows(undistorted))).toEqual([]), 180_000);
});

// Only rows whose verdict hangs on no other row stand for the whole table here: none that Holm corrects.
describe("a fifth off, either way, is noticed:", () => {
  const bus =
    (change: (bus: ReplicationGroupSettings["bus"]) => Partial<ReplicationGroupSettings["bus"]>) =>
    (cache: ReplicationGroupSettings): ReplicationGroupSettings => ({
      ...cache,
      bus: { ...cache.bus, ...change(cache.bus) },
    });
  type Protocol = ReplicationGroupSettings["bus"]["protocol"];
  const protocol = (word: keyof Protocol, factor: number): Distortion =>
    caches(bus(({ protocol: of }) => ({ protocol: { ...of, [word]: of[word] * factor } })));

  describe.each([0.8, 1.2])("times %d", (factor) => {
    it("node timeout", () => {
      const off = caches(bus(({ nodeTimeoutNs }) => ({ nodeTimeoutNs: nodeTimeoutNs * factor })));
      const rows = failing(judgeDistributions(killPairs(killedPrimaries(off))));
      expect(rows).toContain("kill, FAIL agreed: median");
      expect(rows).toContain("kill, election won: median");
    }, 180_000);

    it("ping period", () => {
      expect(failing(pingRows(protocol("pingShare", factor)))).toContain(
        "time between two answers of a peer, node timeout 1 s, median",
      );
    });

    it.each([
      ["electionDelayNs", "fixed part of an election's delay"],
      ["electionRandomNs", "random part of an election's delay"],
      ["rankDelayNs", "penalty of a rank"],
    ] as const)(
      "%s",
      (word, row) => {
        expect(failing(delayRows(elections(protocol(word, factor))))).toEqual([row]);
      },
      180_000,
    );

    it("one-way delay", () => {
      const off: Distortion = (resolved) => ({
        ...resolved,
        network: {
          ...resolved.network,
          interZoneRttNs: resolved.network.interZoneRttNs * factor,
        },
      });
      expect(failing(lossRows(off))).toContain("writes lost with the host at 1000/s");
    }, 180_000);

    // These go the whole way that the command goes.
    const failingStep = (name: string, distort: Distortion, itemOverhead?: number): string[] =>
      failing(
        verifySteps(distort, itemOverhead)
          .filter((step) => step.name === name)
          .flatMap(({ rows }) => rows()),
      );
    const engine = (word: "replBacklogBytes" | "maxmemorySamples"): Distortion =>
      caches((cache) => {
        const value = Math.round(cache.engine[word] * factor);
        return { ...cache, engine: { ...cache.engine, [word]: value } };
      });

    it("size of the backlog", () => {
      const rows = failingStep("replication", engine("replBacklogBytes"));
      expect(rows.some((row) => row.startsWith("partial resynchronisation after"))).toBe(true);
    }, 180_000);

    it("overhead of an item, in a cluster too", () => {
      expect(failingStep("memory", undistorted, factor)).toEqual(
        expect.arrayContaining([
          "memory of an item with 3 B",
          "memory of an item of a cluster with 3 B",
        ]),
      );
    });

    it("sample size of an eviction", () => {
      expect(failingStep("eviction", engine("maxmemorySamples"))).toContain(
        "keys wrongly kept by 5 samples",
      );
    }, 180_000);

    it("rate of a load", () => {
      const off = caches((cache) => ({
        ...cache,
        engine: { ...cache.engine, loadKeysPerSecond: cache.engine.loadKeysPerSecond * factor },
      }));
      expect(failing([loadRow(off)])).toEqual(["load of a full synchronisation"]);
    });
  });
});

describe("judgeDistributions()", () => {
  it("shows runs of twenty seeds that are fixed by their numbers, not by what came of them", () => {
    // The largest come first: places in order of size would be others.
    const ours = Array.from({ length: 200 }, (_, i) => 1000 - i);
    const [row] = judgeDistributions([{ name: "pair", about: "", ours, reference: ours }]);
    const shown = row?.samples?.shown ?? [];
    expect(shown.map(({ seed }) => seed)).toEqual(
      Array.from({ length: 20 }, (_, i) => `verify-${10 * (i + 1)}`),
    );
    expect(shown[0]).toEqual({ seed: "verify-10", value: 991 });
    expect(shown[19]).toEqual({ seed: "verify-200", value: 801 });
    const page = renderVerifyPage([row as VerifyRow], "1");
    expect(page).toContain("<title>verify-10: 991 ms</title>");
    expect(page).toContain("dots: verify-10, verify-20, ");
    expect(page.match(/<circle/g)).toHaveLength(20);
  });

  it("tells on its page of the parts that ran, and of no other", () => {
    const figures = { ours: 1, reference: 1, unit: "s", tolerance: "0.1 s" };
    const theory = { part: "theory", name: "M/M/1", about: "mean wait", ...figures };
    const page = renderVerifyPage([{ ...theory, verdict: "pass" } as VerifyRow], "1");
    expect(page).toContain("Cachequake 1 against queueing theory.</p>");
    expect(page).not.toMatch(/redis-server|Valkey|Distributions|Measured servers/);
    const measured = { ...theory, part: "measured", name: "full-sync time", verdict: "pass" };
    expect(renderVerifyPage([measured as VerifyRow], "1")).not.toMatch(/queueing theory|Theory/);
  });

  it("holds the time from an election's scheduling to its victory among the others", () => {
    const names = failoverRows(undistorted).map(({ name }) => name);
    expect(names).toContain("kill, from scheduling to victory: distribution");
  }, 180_000);
});

describe("the measured trace", () => {
  it("is the driver's: its first ranks are those it published", () => {
    const next = zipfTrace(1_000_000, 0.7, 42);
    const ranks = Array.from({ length: 10 }, next);
    expect(ranks).toEqual([
      188711, 72757, 591873, 268580, 3653, 122651, 14850, 214017, 622038, 86162,
    ]);
  });

  it("mulberry32() gives words of 32 bits", () => {
    const next = mulberry32(1);
    for (let i = 0; i < 100; i++) expect(next() >>> 0).toBeLessThan(2 ** 32);
  });
});
