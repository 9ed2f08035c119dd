/** Each rule of resynchronisation has a scenario, which breaks where the rule's ground is taken away. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { probe } from "../../../dist/run/simulation.js";
import { loadScenario } from "../../../dist/scenario/load.js";
import type { JournalRecord } from "../../../src/journal/records.ts";

function play(scenario: string, change: (text: string) => string = (text) => text) {
  const file = `scenarios/fast/${scenario}.yaml`;
  return probe(loadScenario(change(readFileSync(file, "utf8")), { file }));
}

/** Which expectation breaks, when what is changed. */
const ground: readonly (readonly [string, string, string, string])[] = [
  [
    "resync-partial-after-cut",
    "replicas: 1",
    "replicas: 1\n    parameters: { repl-backlog-size: 16384 }",
    "fullSyncs",
  ],
  [
    "resync-partial-after-promotion",
    "replicas: 2",
    "replicas: 2\n    restart: { after: 10s }",
    "fullSyncs",
  ],
  ["resync-full-other-history", "isolate: primary of", "isolate: replica of", "fullSyncs"],
  ["resync-diskless-delay", "sync-delay: 5", "sync-delay: 0", "fullSyncs"],
  [
    "resync-one-child-for-two",
    "replicas: 2",
    "replicas: 2\n    parameters: { repl-diskless-sync-delay: 0 }",
    "redundancyRestored",
  ],
  ["resync-output-buffer-loop", "limit: 4MB", "limit: 100MB", "outputBufferDrops"],
  ["backlog-overflow", "repl-backlog-size: 1048576", "repl-backlog-size: 104857600", "fullSyncs"],
  ["fork-needs-memory", "hostMemory: 120MB", "hostMemory: 60MB", "latency"],
];

describe("scenarios of resynchronisation", () => {
  it.each(ground)("%s holds, and breaks where %s becomes %s", (scenario, from, to, breaks) => {
    expect(readFileSync(`scenarios/fast/${scenario}.yaml`, "utf8")).toContain(from);
    expect(play(scenario).verdict).toBe("pass");
    const changed = play(scenario, (text) => text.replace(from, to));
    const failed = changed.expectations.filter(({ verdict }) => verdict === "fail");
    expect(failed.map(({ metric }) => metric)).toContain(breaks);
  });

  it("resync-interrupted breaks without the interruption", () => {
    const calm = play("resync-interrupted", (text) => text.replace(/^ {2}- \{ at: 17s.*\n/m, ""));
    const failed = calm.expectations.filter(({ verdict }) => verdict === "fail");
    expect(failed.map(({ metric }) => metric)).toEqual(["fullSyncs"]);
  });
});

describe("why a replica cannot go on", () => {
  const marksOf = (scenario: string): ReadonlySet<string> =>
    new Set(
      play(scenario).records.flatMap((record) => (record.kind === "mark" ? [record.mark] : [])),
    );
  it.each([
    ["backlog-overflow", "backlog-outrun", "resync-diverged"],
    ["resync-full-other-history", "resync-diverged", "backlog-outrun"],
  ])("%s reaches %s and not %s", (scenario, reached, other) => {
    const marks = marksOf(scenario);
    expect(marks).toContain(reached);
    expect(marks).not.toContain(other);
  });
  it("neither where it can", () => {
    const marks = marksOf("resync-partial-after-cut");
    expect(marks).toContain("partial-resync");
    expect(marks).not.toContain("backlog-outrun");
    expect(marks).not.toContain("resync-diverged");
  });
});

describe("the child of a full synchronisation", () => {
  const forks = (records: readonly JournalRecord[]): number[] =>
    records.flatMap((record) =>
      record.kind === "mark" && record.mark === "full-sync" ? [record.at / 1e9] : [],
    );

  it("feeds all that waited for the fork, who are done at once", () => {
    const { records } = play("resync-one-child-for-two");
    const [first, second, ...more] = forks(records);
    expect(more).toEqual([]);
    expect(second).toBe(first);
  });

  it("a replica that comes while it lives waits for the next", () => {
    const { records } = play("resync-one-child-for-two", (text) =>
      text.replace("at: 7s", "at: 13s"),
    );
    const [first = 0, second = 0] = forks(records);
    // 10 MB at 500 KB/s.
    expect(second - first).toBeGreaterThan(20);
    expect(second - first).toBeLessThan(23);
  });

  it("what is written meanwhile is measured against the limit with each block, not once a second", () => {
    const { records } = play("resync-output-buffer-loop");
    const drops = records.flatMap((record) =>
      record.kind === "mark" && record.mark === "output-buffer-overflow" ? [record.at / 1e9] : [],
    );
    const starts = forks(records);
    // 147.1 MB, a tenth of the node's memory, at 15 MB/s of writes.
    for (const [at, drop] of drops.entries()) {
      const took = drop - (starts[at] as number);
      expect(took).toBeGreaterThan(9.2);
      expect(took).toBeLessThan(10.4);
    }
    expect(drops.length).toBeGreaterThanOrEqual(2);
  });
});
