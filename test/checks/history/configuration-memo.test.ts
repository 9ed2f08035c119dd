import { describe, expect, test } from "vitest";
import { ConfigurationMemo } from "../../../dist/checks/history/configuration-memo.js";
import { Stream } from "../../../dist/kernel/streams.js";

function add(memo: ConfigurationMemo, words: readonly number[]): boolean {
  memo.draft.set(words);
  return memo.add(words.length);
}

describe("a memory of configurations", () => {
  test("knows each that was added, and no other", () => {
    const stream = new Stream("memo");
    const memo = new ConfigurationMemo(6);
    const known = new Set<string>();
    for (let i = 0; i < 4_000; i++) {
      const words = Array.from({ length: 1 + stream.nextInt(6) }, () => stream.nextInt(4) - 1);
      expect(add(memo, words), words.join()).toBe(!known.has(words.join()));
      known.add(words.join());
      expect(memo.size).toBe(known.size);
    }
    expect(known.size).toBeGreaterThan(1_000);
  });

  test("tells apart what has the same beginning, or ends in words of an older draft", () => {
    const memo = new ConfigurationMemo(4);
    expect([[1, 2, 3, 4], [1, 2], [1, 2, 3], [1], [1, 2], []].map((of) => add(memo, of))).toEqual([
      true,
      true,
      true,
      true,
      false,
      true,
    ]);
  });

  test("takes nothing for the beginning of what it holds", () => {
    const stream = new Stream("beginnings");
    for (let run = 0; run < 50; run++) {
      const memo = new ConfigurationMemo(1);
      // Half of the slots are taken then, one of them sooner or later where nothing at all belongs.
      for (let at = 0; at < 120; at++) add(memo, [stream.nextInt(1_000_000)]);
      expect([add(memo, []), add(memo, [])]).toEqual([true, false]);
    }
  });

  test("keeps the last word of a configuration that just does not fit in what it has", () => {
    for (let length = 1_015; length < 1_030; length++) {
      const memo = new ConfigurationMemo(length);
      const words = Array.from({ length }, () => 5);
      expect([add(memo, words), add(memo, words)], String(length)).toEqual([true, false]);
    }
  });

  test("is full where its words are used up, and keeps what it has", () => {
    const memo = new ConfigurationMemo(1_000, 4_000);
    const all = Array.from({ length: 3 }, (_, at) => Array.from({ length: 999 }, () => at));
    for (const words of all) {
      expect(memo.isFull(words.length)).toBe(false);
      expect(add(memo, words)).toBe(true);
    }
    // Each takes one word more, and one is never used.
    const last = Array.from({ length: 998 }, () => 3);
    expect([999, 998].map((length) => memo.isFull(length))).toEqual([true, false]);
    expect(add(memo, last)).toBe(true);
    expect(memo.isFull(0)).toBe(true);
    expect([...all, last].map((words) => add(memo, words))).toEqual([false, false, false, false]);
  });
});
