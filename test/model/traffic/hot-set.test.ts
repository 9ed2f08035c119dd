/** A hot set has the share of requests it was given, on the keys it was given, and moves on in time. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SECOND } from "../../../src/base/nanos.ts";
import { Stream } from "../../../src/kernel/streams.ts";
import { KeyMap } from "../../../src/model/client/key-map.ts";
import { createKeyChoice, HotSet } from "../../../src/model/traffic/hot-set.ts";
import type { HotSetPopularity } from "../../../src/model/traffic/traffic-settings.ts";
import { requestsOf } from "../../fixtures/requests.ts";
import { resolved, traffic } from "../../fixtures/resolved.ts";

const SAMPLES = 60_000;

const hotSet = (over: Partial<HotSetPopularity> = {}): HotSetPopularity => ({
  kind: "hot-set",
  share: 0.9,
  of: 0.1,
  shiftEveryNs: null,
  shard: null,
  ...over,
});

function countsOf(popularity: HotSetPopularity, count: number, shards = 1, now = 0): Float64Array {
  const keys = new KeyMap(count, shards);
  const shardOf = (key: number): number => keys.shardOf(key);
  const choice = createKeyChoice({ popularity, count }, { clock: { now }, shardOf });
  const stream = new Stream("hot-set");
  const counts = new Float64Array(count);
  for (let i = 0; i < SAMPLES; i++) {
    const key = choice.sample(stream);
    counts[key] = (counts[key] as number) + 1;
  }
  return counts;
}

const sum = (counts: Float64Array, keep: (key: number) => boolean): number =>
  counts.reduce((all, count, key) => (keep(key) ? all + count : all), 0);

/** Binomial counts lie within five standard deviations. */
function expectShare(count: number, share: number): void {
  const error = Math.sqrt(SAMPLES * share * (1 - share));
  expect(Math.abs(count - share * SAMPLES)).toBeLessThanOrEqual(5 * error);
}

describe("HotSet", () => {
  it.each([
    [0.9, 0.1],
    [0.5, 0.02],
    [0.99, 0.5],
    [1, 0.25],
  ])("gives %d of requests to %d of the keys, evenly within both parts", (share, of) => {
    const counts = countsOf(hotSet({ share, of }), 200);
    const hot = Math.round(of * 200);
    expectShare(
      sum(counts, (key) => key < hot),
      share,
    );
    for (const [key, count] of counts.entries())
      expectShare(count, key < hot ? share / hot : (1 - share) / (200 - hot));
  });

  it("moves on by its own size each period, and around", () => {
    const popularity = hotSet({ of: 0.25, shiftEveryNs: 10 * SECOND });
    for (const [seconds, first] of [
      [0, 0],
      [9.999, 0],
      [10, 25],
      [20, 50],
      [35, 75],
      [40, 0],
    ] as const) {
      const counts = countsOf(popularity, 100, 1, seconds * SECOND);
      expectShare(
        sum(counts, (key) => key >= first && key < first + 25),
        0.9,
      );
    }
  });

  it("of one shard is that shard's alone, in each period, while the rest is spread over all", () => {
    const keys = new KeyMap(900, 3);
    for (const seconds of [0, 10, 20, 70]) {
      const popularity = hotSet({ shard: 2, share: 0.7, shiftEveryNs: 10 * SECOND });
      const counts = countsOf(popularity, 900, 3, seconds * SECOND);
      const warm = [...counts.keys()].filter((key) => (counts[key] as number) > SAMPLES / 900);
      // 90 hot keys have 467 each, 810 others 22 each.
      expect(warm.length).toBe(90);
      expect(warm.every((key) => keys.shardOf(key) === 1)).toBe(true);
      expectShare(
        sum(counts, (key) => warm.includes(key)),
        0.7,
      );
    }
  });

  it("stays within its keys, whatever the settings", () => {
    const settings = fc.record({
      count: fc.integer({ min: 1, max: 40 }),
      share: fc.double({ min: 0.001, max: 1, noNaN: true }),
      of: fc.double({ min: 0.001, max: 0.999, noNaN: true }),
      shard: fc.constantFrom(null, 1, 2, 3),
      now: fc.integer({ min: 0, max: 1e12 }),
      seed: fc.string({ minLength: 1, maxLength: 5 }),
    });
    fc.assert(
      fc.property(settings, ({ count, now, seed, ...rest }) => {
        const keys = new KeyMap(count, 3);
        const around = { clock: { now }, shardOf: (key: number) => keys.shardOf(key) };
        const choice = new HotSet(hotSet({ ...rest, shiftEveryNs: 7 }), count, around);
        const stream = new Stream(seed);
        for (let i = 0; i < 50; i++) {
          const key = choice.sample(stream);
          expect(Number.isInteger(key) && key >= 0 && key < count).toBe(true);
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it("moves within a run when its period is over", () => {
    const popularity = hotSet({ share: 1, of: 0.5, shiftEveryNs: 30 * SECOND });
    const { ended } = requestsOf(
      resolved({ traffic: [traffic({ keys: { ...traffic().keys, count: 10, popularity } })] }),
    );
    for (const { key, arrivedAt } of ended) expect(key < 5).toBe(arrivedAt < 30 * SECOND);
  });
});
