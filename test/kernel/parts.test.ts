/** Parts of the kernel by themselves: records, heads of lanes, alias tables. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AliasTable } from "../../src/kernel/alias-table.ts";
import {
  CANCELLED,
  EventRecords,
  GENERATION,
  KIND,
  RECORDS_MAX,
  WORDS,
} from "../../src/kernel/event-records.ts";
import { createKeySampler } from "../../src/kernel/key-sampler.ts";
import { HEAD_FIELDS, LaneHeads } from "../../src/kernel/lane-heads.ts";
import type { Stream } from "../../src/kernel/streams.ts";
import { effort } from "./effort.ts";

/** A stream of the numbers that a test wants, again and again. */
const drawing = (...numbers: readonly number[]): Stream => {
  let at = 0;
  const next = (): number => numbers[at++ % numbers.length] as number;
  return { next, nextInt: (n: number) => Math.floor(next() * n) } as unknown as Stream;
};

describe("EventRecords", () => {
  test("gives each record once until it is given back, and keeps what they hold when it grows", () => {
    const records = new EventRecords(4);
    expect(records.isFull).toBe(false);
    const taken = Array.from({ length: 100 }, (_, i) => {
      const record = records.take();
      records.words[record * WORDS + KIND] = i;
      records.floats[record * 5] = i / 2;
      return record;
    });
    expect(new Set(taken).size).toBe(100);
    taken.forEach((record, i) => {
      expect(records.words[record * WORDS + KIND]).toBe(i);
      expect(records.floats[record * 5]).toBe(i / 2);
    });
    records.release(taken[7]!);
    expect(records.take()).toBe(taken[7]);
  });

  test("grows by half, when the last is taken", () => {
    const records = new EventRecords(4);
    for (let i = 0; i < 4; i++) records.take();
    expect([records.capacity, records.isFull]).toEqual([4, true]);
    records.take();
    expect([records.capacity, records.isFull]).toEqual([6, false]);
    expect(new EventRecords().capacity).toBe(256);
  });

  test("a record given back has another generation, never 0", () => {
    const records = new EventRecords(2);
    const record = records.take();
    const at = record * WORDS + GENERATION;
    expect(records.words[at]).toBe(1);
    records.release(record);
    expect(records.words[at]).toBe(2);
  });

  test("counts those of cancelled events, among all", () => {
    const records = new EventRecords(3);
    for (let i = 0; i < 3; i++) records.words[records.take() * WORDS + KIND] = 1;
    expect(records.countCancelled()).toBe(0);
    records.words[0 * WORDS + KIND] = CANCELLED;
    records.words[2 * WORDS + KIND] = CANCELLED;
    expect(records.countCancelled()).toBe(2);
  });

  test("holds 2^21 records, and refuses one more", () => {
    const records = new EventRecords(RECORDS_MAX - 1);
    for (let i = 0; i < RECORDS_MAX; i++) records.take();
    expect(records.capacity).toBe(RECORDS_MAX);
    expect(() => records.take()).toThrow("at most 2^21 events are pending at once");
  });
});

describe("LaneHeads", () => {
  test("know the first of all heads: due time, then order, then sequence", () => {
    const moves = fc.array(
      fc.record({
        lane: fc.nat(4),
        key: fc.option(fc.tuple(fc.nat(2), fc.nat(2), fc.nat(1000)), { freq: 4 }),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(moves, (steps) => {
        const heads = new LaneHeads();
        const model: (readonly [number, number, number] | null)[] = [];
        expect(heads.firstDue).toBe(Number.POSITIVE_INFINITY);
        for (const [at, { lane, key }] of steps.entries()) {
          // Lanes come when some are in use already.
          while (model.length <= lane) {
            expect(heads.add()).toBe(model.length);
            model.push(null);
          }
          // No two events have one sequence.
          const next = key === null ? null : ([key[0], key[1], key[2] * 100 + at] as const);
          model[lane] = next;
          heads.keys.set(next ?? [Number.POSITIVE_INFINITY, 0, 0], HEAD_FIELDS * lane);
          heads.changed(lane);
          const first = model
            .filter((entry) => entry !== null)
            .sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2])[0];
          if (first === undefined) expect(heads.firstDue).toBe(Number.POSITIVE_INFINITY);
          else {
            const { firstDue, firstOrder, firstSequence } = heads;
            expect([firstDue, firstOrder, firstSequence]).toEqual(first);
            expect(model[heads.first]).toBe(first);
          }
        }
      }),
      { seed: 3, numRuns: effort(400) },
    );
  });
});

describe("AliasTable", () => {
  /** The share of each outcome, by a walk over evenly spaced draws. */
  const shares = (weights: readonly number[], steps = 1 << 14): number[] => {
    const table = new AliasTable(weights);
    const counts = weights.map(() => 0);
    for (let i = 0; i < steps; i++) counts[table.sample(drawing((i + 0.5) / steps))]!++;
    return counts.map((count) => count / steps);
  };

  test.each([
    [[1]],
    [[1, 1]],
    [[1 - 2 ** -40, 1 + 2 ** -40]],
    [[3, 1]],
    [[1, 3]],
    [[0, 1, 0]],
    [[5, 0, 3, 2]],
    [[1, 1, 1, 1, 1]],
    [[1e-9, 1, 1e-9, 2]],
    [[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]],
  ])("outcomes of %j have shares in proportion to their weights", (weights) => {
    const sum = weights.reduce((total, weight) => total + weight, 0);
    for (const [at, share] of shares(weights).entries())
      expect(Math.abs(share - weights[at]! / sum), `${at}`).toBeLessThan(0.001);
  });

  test("of two outcomes each has its share to the 2^32nd part", () => {
    const table = new AliasTable([2 ** 31 - 1, 2 ** 31 + 1]);
    const [lastOfFirst, firstOfSecond] = [1.5, 0.5].map((steps) => (1 - steps * 2 ** -31) / 2);
    expect(table.sample(drawing(lastOfFirst!))).toBe(0);
    expect(table.sample(drawing(firstOfSecond!))).toBe(1);
  });

  test("an outcome of no weight never comes, at the edges of the draw neither", () => {
    const table = new AliasTable([0, 2, 0, 3, 0]);
    for (const draw of [0, 2 ** -32, 0.2, 0.4, 0.6, 0.8, 1 - 2 ** -32])
      expect([1, 3]).toContain(table.sample(drawing(draw)));
  });

  test.each([
    [[]],
    [[0]],
    [[0, 0]],
    [[-1, 3]],
    [[Number.NaN, 1]],
    [[Number.POSITIVE_INFINITY, 1]],
    [[1e308, 1e308]],
  ])("refuses the weights %j", (weights) => {
    expect(() => new AliasTable(weights)).toThrow();
  });

  test("refuses more than 2^24 outcomes", () => {
    const many = new Uint8Array(2 ** 24 + 1).fill(1, 0, 1);
    expect(() => new AliasTable(many)).toThrow("at most 2^24 outcomes");
    expect(new AliasTable(new Float64Array(2 ** 10).fill(1)).count).toBe(2 ** 10);
  });
});

describe("createKeySampler()", () => {
  test("knows how many keys there are, one at least and a whole number of them", () => {
    expect(createKeySampler({ kind: "uniform" }, 7).count).toBe(7);
    expect(createKeySampler({ kind: "zipf", exponent: 1 }, 7).count).toBe(7);
    expect(createKeySampler({ kind: "zipf", exponent: 0 }, 1).sample(drawing(0.99))).toBe(0);
    for (const exponent of [-0.1, Number.POSITIVE_INFINITY, Number.NaN])
      expect(() => createKeySampler({ kind: "zipf", exponent }, 7)).toThrow("a Zipf exponent");
  });

  test("Zipf gives each rank its share", () => {
    const sampler = createKeySampler({ kind: "zipf", exponent: 1 }, 4);
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 25_000; i++) counts[sampler.sample(drawing((i + 0.5) / 25_000))]!++;
    expect(counts.map((count) => Math.round(count / 10))).toEqual([1200, 600, 400, 300]);
  });
});
