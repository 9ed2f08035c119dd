/** Marks that only several records together show. */
import { describe, expect, it } from "vitest";
import { readHeads } from "../../scripts/model-doc.ts";
import type { JournalRecord } from "../../src/journal/records.ts";
import { allMarks, coverageOf } from "../../src/measure/coverage.ts";

const of = (kind: string, more: Readonly<Record<string, unknown>>): JournalRecord =>
  ({ kind, at: 1, cache: "cart", shard: 1, ...more }) as unknown as JournalRecord;

const marksOf = (...records: JournalRecord[]): Readonly<Record<string, number>> =>
  coverageOf(records).marks;

const asked = (node: string, offset = 10, siblings: readonly number[] = []) =>
  of("election-asked", {
    node,
    offset,
    siblings: siblings.map((at, i) => ({ node: `s${i}`, offset: at })),
  });
const won = of("election-won", { node: "a" });

describe("coverageOf()", () => {
  it("counts who asks for votes again, beside another, or with less than a sibling has", () => {
    expect(marksOf(asked("a"), won, asked("a"))).toEqual({});
    expect(marksOf(asked("a"), asked("a"))).toEqual({ "election-repeated": 1 });
    expect(marksOf(asked("a"), asked("b"))).toEqual({ "candidates-met": 1 });
    expect(marksOf(asked("a"), of("election-asked", { ...asked("b"), shard: 2 }))).toEqual({});
    expect(marksOf(asked("a", 10, [10, 9]))).toEqual({});
    expect(marksOf(asked("a", 10, [9, 11]))).toEqual({ "candidate-behind": 1 });
  });

  it("counts partial resynchronisations with a history that was forked", () => {
    const resync = (mode: string, history: number) =>
      of("resync", { mode, history, sourceHistory: 2 });
    expect(marksOf(resync("partial", 2), resync("full", 1))).toEqual({});
    expect(marksOf(resync("partial", 1))).toEqual({ "resync-across-promotion": 1 });
  });

  it("counts what the service and clients did about a new primary", () => {
    const learned = (cause: string) => of("client-learned", { cause });
    expect(
      marksOf(
        of("dns-updated", { endpoint: "primary", nodes: ["a"] }),
        of("dns-updated", { endpoint: "reader", nodes: ["a"] }),
        of("service-event", { source: "cart-001", text: "Finished recovery for cache nodes 0001" }),
        of("service-event", { source: "cart-001", text: "Recovering cache nodes 0001" }),
        learned("MOVED from cart-0001-001"),
        learned("topology refresh"),
      ),
    ).toEqual({ "dns-moved": 1, "moved-followed": 1, "node-replaced": 1 });
  });

  it("every mark is a branch of a part that docs/MODEL.md names, but for what faults do", () => {
    const files = new Set(readHeads().map(({ file }) => file));
    const nowhere = allMarks.filter(({ part }) => part === null || !files.has(part));
    expect(nowhere.map(({ mark }) => mark)).toEqual(["faults-overlapped"]);
  });

  it("has a summary for every mark, each once", () => {
    const names = allMarks.map(({ mark }) => mark);
    expect(new Set(names).size).toBe(names.length);
    for (const { summary } of allMarks) expect(summary.length).toBeGreaterThan(10);
  });
});
