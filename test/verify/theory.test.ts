/** The theory part of `verify`, and its closed forms against cases known from textbooks. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { agreementLine, MODEL_DOC, readHeads, renderHeads } from "../../scripts/model-doc.ts";
import { type Distortion, undistorted } from "../../src/verify/lab.ts";
import type { VerifyRow } from "../../src/verify/row.ts";
import { cachingRows, cheHitRatio, zipfProbabilities } from "../../src/verify/theory/caching.ts";
import { faultRows, kOfN, poissonAtMost } from "../../src/verify/theory/faults.ts";
import {
  blocking,
  erlangC,
  exceedsMG1,
  exceedsMMc,
  exceedsMMcK,
  exceedsSharing,
  quantileOf,
  waitsAtMostMD1,
} from "../../src/verify/theory/queue-laws.ts";
import { queueRows } from "../../src/verify/theory/queues.ts";
import { replicaRows, slowRows } from "../../src/verify/theory/replicas.ts";

/** Rows that do not agree, and rows that docs/MODEL.md does not show as they are (npm run model-doc). */
function wrong(rows: readonly VerifyRow[]): string[] {
  const document = readFileSync(MODEL_DOC, "utf8");
  const stale = rows.filter((row) => !document.includes(agreementLine(row)));
  return [...failing(rows), ...stale.map(({ name }) => `docs/MODEL.md: ${name}`)];
}

const failing = (rows: readonly { readonly name: string; readonly verdict: string }[]): string[] =>
  rows.filter(({ verdict }) => verdict !== "pass").map(({ name }) => name);

describe("closed forms", () => {
  it("erlangC() is the load with one server", () => {
    expect(erlangC(1, 0.7)).toBeCloseTo(0.7, 12);
    // Two servers: 2 rho^2 / (1 + rho).
    expect(erlangC(2, 1)).toBeCloseTo(1 / 3, 12);
  });

  it("blocking() is Erlang's B without places to wait", () => {
    expect(blocking(1, 1, 1)).toBeCloseTo(0.5, 12);
    expect(blocking(3, 3, 2)).toBeCloseTo(4 / 19, 12);
  });

  it("waitsAtMostMD1() begins at the share that does not wait and grows to 1", () => {
    expect(waitsAtMostMD1(0.7, 0)).toBeCloseTo(0.3, 12);
    expect(waitsAtMostMD1(0.7, 20)).toBeCloseTo(1, 4);
  });

  it("exceedsMMcK() is that of an M/M/c when there is room for all", () => {
    for (const t of [0.5, 2, 5])
      expect(exceedsMMcK(3, 200, 2.4, t)).toBeCloseTo(exceedsMMc(3, 2.4, t), 9);
    // One server without a place to wait: the service alone.
    expect(exceedsMMcK(1, 1, 5, 2)).toBeCloseTo(Math.exp(-2), 12);
  });

  it("exceedsSharing() has the mean and the variance that Coffman, Muntz and Trotter give", () => {
    const load = 0.6;
    const step = 0.2;
    let mean = 0;
    let square = 0;
    for (let t = step / 2; t < 90; t += step) {
      const beyond = exceedsSharing(load, t) * step;
      mean += beyond;
      square += 2 * t * beyond;
    }
    // The midpoint rule with steps of 0.2 errs by a thousandth.
    expect(mean).toBeCloseTo(1 / (1 - load), 2);
    const rate = 1 - load;
    expect(square - mean * mean).toBeCloseTo((2 + load) / ((2 - load) * rate * rate), 1.5);
  });

  it("exceedsMG1() has the mean that Pollaczek and Khinchin give", () => {
    const exceeds = exceedsMG1(0.6, 2);
    let mean = 0;
    for (let t = 0.005; t < 60; t += 0.01) mean += exceeds(t) * 0.01;
    expect(mean).toBeCloseTo(1 + (0.6 * (4 / 3)) / (2 * 0.4), 3);
    expect(exceeds(0)).toBe(1);
  });

  it("quantileOf() turns a distribution around", () => {
    expect(quantileOf((t) => Math.exp(-t / 7), 0.99)).toBeCloseTo(7 * Math.log(100), 9);
  });

  it("poissonAtMost() sums the distribution", () => {
    expect(poissonAtMost(2, 1)).toBeCloseTo(3 * Math.exp(-2), 12);
    expect(poissonAtMost(75, 300)).toBeCloseTo(1, 9);
  });

  it("cheHitRatio() is the share of the cache for keys that are all alike", () => {
    expect(cheHitRatio(zipfProbabilities(1000, 0), 250)).toBeCloseTo(0.25, 6);
  });

  it("kOfN() of one node is its availability, and sums over all cases", () => {
    expect(kOfN(1, 1, 0.9)).toBeCloseTo(0.9, 12);
    expect(kOfN(2, 3, 0.9)).toBeCloseTo(0.972, 12);
    expect(kOfN(0, 4, 0.3)).toBeCloseTo(1, 12);
  });
});

describe("the model agrees with theory", () => {
  it("queues", () => expect(wrong(queueRows())).toEqual([]), 60_000);
  it("caching", () => expect(wrong(cachingRows())).toEqual([]), 60_000);
  it("loss and availability", () => expect(wrong(faultRows(undistorted))).toEqual([]), 60_000);
  it("replicas behind", () => expect(wrong(replicaRows(undistorted))).toEqual([]), 60_000);

  it("and a replica that applies a fifth more, or less, is noticed", () => {
    for (const factor of [0.8, 1.2]) {
      const off: Distortion = (resolved) => ({
        ...resolved,
        caches: resolved.caches.map((cache) => ({
          ...cache,
          engine: { ...cache.engine, applyNs: cache.engine.applyNs * factor },
        })),
      });
      expect(failing(slowRows(off))).toHaveLength(2);
    }
  });
});

describe("docs/MODEL.md", () => {
  it("says of each file of the model what its head says (npm run model-doc)", () => {
    const heads = readHeads();
    expect(heads.length).toBeGreaterThan(20);
    expect(readFileSync(MODEL_DOC, "utf8")).toContain(renderHeads(heads));
  });
});
