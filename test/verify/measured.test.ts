/** The measured part of `verify`: it agrees, and a constant that is a fifth off is noticed. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { agreementLine, MODEL_DOC } from "../../scripts/model-doc.ts";
import type { ReplicationGroupSettings } from "../../src/model/kinds/replication-group-settings.ts";
import { type Distortion, undistorted } from "../../src/verify/lab.ts";
import { failoverRows } from "../../src/verify/measured/failovers.ts";
import { memoryRows } from "../../src/verify/measured/memory.ts";
import { backlogRows, replicationRows } from "../../src/verify/measured/replication.ts";
import { mulberry32, zipfTrace } from "../../src/verify/measured/trace.ts";
import type { VerifyRow } from "../../src/verify/row.ts";

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
  it("failovers", () => expect(wrong(failoverRows(undistorted))).toEqual([]), 60_000);
  it("replication", () => expect(wrong(replicationRows(undistorted))).toEqual([]), 60_000);
  it("memory and eviction", () => expect(wrong(memoryRows())).toEqual([]), 60_000);
});

describe("a fifth off is noticed:", () => {
  const bus = (change: Partial<ReplicationGroupSettings["bus"]["protocol"]>): Distortion =>
    caches((cache) => ({
      ...cache,
      bus: { ...cache.bus, protocol: { ...cache.bus.protocol, ...change } },
    }));

  it("node timeout", () => {
    const late = caches((cache) => ({
      ...cache,
      bus: { ...cache.bus, nodeTimeoutNs: cache.bus.nodeTimeoutNs * 1.2 },
    }));
    expect(failing(failoverRows(late))).toContain("kill, FAIL agreed: distribution");
  }, 60_000);

  it("fixed delay of an election", () => {
    for (const electionDelayNs of [400e6, 600e6]) {
      const rows = failing(failoverRows(bus({ electionDelayNs })));
      expect(rows).toContain("kill, from scheduling to victory: possible values");
    }
  }, 60_000);

  it("random delay of an election", () => {
    const rows = failing(failoverRows(bus({ electionRandomNs: 400e6 })));
    expect(rows).toContain("kill, from scheduling to victory: possible values");
  }, 60_000);

  it("one-way delay", () => {
    const longer: Distortion = (resolved) => ({
      ...resolved,
      network: { ...resolved.network, interZoneRttNs: resolved.network.interZoneRttNs * 1.2 },
    });
    expect(failing(replicationRows(longer))).toContain("writes lost with the host at 1000/s");
  }, 60_000);

  it("size of the backlog", () => {
    expect(failing(backlogRows(Math.round(65_536 * 1.2))).length).toBeGreaterThan(0);
    expect(failing(backlogRows(Math.round(65_536 * 0.8))).length).toBeGreaterThan(0);
  }, 60_000);

  it("overhead of an item", () => {
    const rows = failing(memoryRows({ overhead: 1.2, samples: 5 }));
    expect(rows).toContain("memory of an item with 100 B");
  }, 60_000);

  it("rate of a load", () => {
    const slow = caches((cache) => ({
      ...cache,
      engine: { ...cache.engine, loadKeysPerSecond: cache.engine.loadKeysPerSecond * 0.8 },
    }));
    expect(failing(replicationRows(slow))).toContain("full synchronisation, 100 MB/s");
  }, 60_000);
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
