import { describe, expect, test } from "vitest";
import { findDifference, firstDifferentSecond } from "../../src/cli/result-difference.ts";

const result = {
  tool: { version: "1" },
  digest: "aa",
  events: 10,
  timeline: [
    { at: 1, text: "one" },
    { at: 2, text: "two" },
  ],
  series: { Lag: [{ values: [1, null, 3] }] },
};

describe("findDifference()", () => {
  test("is null for equal results, whatever tool wrote them and whatever a later one adds", () => {
    expect(findDifference(result, structuredClone(result))).toBeNull();
    expect(findDifference(result, { ...result, tool: { version: "2" }, extra: 1 })).toBeNull();
  });

  test("names the first differing entry of the timeline, whole, before anything else", () => {
    const other = { ...result, events: 11, timeline: [result.timeline[0], { at: 3, text: "two" }] };
    expect(findDifference(result, other)).toEqual({
      path: "timeline[1]",
      recorded: '{"at":2,"text":"two"}',
      replayed: '{"at":3,"text":"two"}',
    });
  });

  test("names what one of the two lacks", () => {
    expect(findDifference(result, { ...result, timeline: [result.timeline[0]] })).toEqual({
      path: "timeline[1]",
      recorded: '{"at":2,"text":"two"}',
      replayed: "(nothing)",
    });
    const { events: _, ...less } = result;
    expect(findDifference(result, less)).toMatchObject({ path: "events", replayed: "(nothing)" });
  });

  test("tells figures before points of a series, and digests last", () => {
    const series = { Lag: [{ values: [1, 2, 3] }] };
    expect(findDifference(result, { ...result, digest: "bb", series })).toMatchObject({
      path: "series.Lag[0].values[1]",
      recorded: "null",
      replayed: "2",
    });
    expect(findDifference(result, { ...result, digest: "bb", events: 9 })).toMatchObject({
      path: "events",
    });
  });

  test("shortens what is long", () => {
    const long = findDifference({ a: "x".repeat(1000) }, { a: 1 });
    expect(long?.recorded.length).toBeLessThan(210);
  });
});

describe("firstDifferentSecond()", () => {
  const of = (...checkpoints: string[]) => ({ checkpoints });

  test("counts from 0, and a missing checkpoint is a difference", () => {
    expect(firstDifferentSecond(of("a", "b"), of("a", "c"))).toBe(1);
    expect(firstDifferentSecond(of("a"), of("a", "b"))).toBe(1);
    expect(firstDifferentSecond(of("a", "b"), of("a", "b"))).toBeNull();
  });
});
