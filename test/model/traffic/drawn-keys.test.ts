import { describe, expect, test } from "vitest";
import { createKeySampler, type KeySampler } from "../../../src/kernel/key-sampler.ts";
import { Streams } from "../../../src/kernel/streams.ts";
import { DrawnKeys } from "../../../src/model/traffic/drawn-keys.ts";

const MANY = 100_000;

/** Numbers that tell which of the draws each is: 0, 1, 2, ... */
function counting(count: number): KeySampler {
  let drawn = 0;
  return { count, sample: () => drawn++ };
}

describe("DrawnKeys", () => {
  test.each([100, MANY])("of %d keys gives those that requests would draw one by one", (count) => {
    const sampler = createKeySampler({ kind: "zipf", exponent: 0.99 }, count);
    const one = new Streams("drawn").stream("traffic/shop", "keys");
    const ahead = new Streams("drawn").stream("traffic/shop", "keys");
    const keys = new DrawnKeys(sampler, ahead, 7, false, () => undefined);
    for (let i = 0; i < 1_000; i++) expect(keys.take()).toBe(7 + sampler.sample(one));
  });

  test("goes on with the stream that was keyed anew, as one by one", () => {
    const sampler = createKeySampler({ kind: "uniform" }, MANY);
    const streams = [new Streams("drawn"), new Streams("drawn")] as const;
    const [one, ahead] = streams.map((of) => of.stream("traffic/shop", "keys"));
    const keys = new DrawnKeys(sampler, ahead!, 0, false, () => undefined);
    for (let i = 0; i < 100; i++) {
      if (i === 37) for (const of of streams) of.rekey("other");
      expect(keys.take()).toBe(sampler.sample(one!));
    }
  });

  test("draws no key before its request where the choice follows the clock, or keys are few", () => {
    const stream = new Streams("drawn").stream("traffic/shop", "keys");
    for (const [count, followsClock] of [
      [MANY, true],
      [1_000, false],
    ] as const) {
      const sampler = counting(count);
      const told: Int32Array[] = [];
      const keys = new DrawnKeys(sampler, stream, 0, followsClock, (block) => told.push(block));
      for (let i = 0; i < 3; i++) keys.take();
      expect(sampler.sample(stream)).toBe(3);
      expect(told).toEqual([]);
    }
  });

  test("tells of each key of a block once, before its request", () => {
    const stream = new Streams("drawn").stream("traffic/shop", "keys");
    const told: number[] = [];
    const keys = new DrawnKeys(counting(MANY), stream, 0, false, (block) => told.push(...block));
    for (let i = 0; i < 500; i++) expect(told[keys.take()]).toBe(i);
    expect(told.length).toBe(512);
  });
});
