/** What is generated: words that a scenario accepts, within the budget, the same for the same seed. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SECOND } from "../../src/base/nanos.ts";
import { parseDuration } from "../../src/base/units.ts";
import { fault, schedules } from "../../src/explore/arbitraries.ts";
import { demandOf, withinBudget } from "../../src/explore/budget.ts";
import { Laboratory } from "../../src/explore/laboratory.ts";
import type { Schedule } from "../../src/explore/schedule.ts";
import { type Kept, planned } from "../../src/explore/search.ts";
import { spaceOf } from "../../src/explore/space.ts";
import { faultWords } from "../../src/faults/words.ts";
import { scenarioForm } from "../../src/scenario/form.ts";
import { SMALL } from "./fixture.ts";

const laboratory = new Laboratory({ source: SMALL, file: "small.yaml", sets: [], planted: null });
const space = spaceOf(laboratory.resolved);
const everyKind = {
  ...space,
  kinds: Object.keys(faultWords).filter((kind) => !["origin-slow", "region-outage"].includes(kind)),
};
const form = scenarioForm(SMALL, { file: "small.yaml" });

/** Most that `of` sums to at any start of an entry. */
function worstSum(schedule: Schedule, of: "zones" | "nodes" | "entries"): number {
  const demands = schedule.faults.map((entry) => demandOf(entry, space));
  return Math.max(
    0,
    ...demands.map(({ fromNs: at }) =>
      demands
        .filter(({ fromNs, untilNs }) => fromNs <= at && at < untilNs)
        .reduce((sum, demand) => sum + (of === "entries" ? 1 : demand[of]), 0),
    ),
  );
}

describe("schedules", () => {
  it("are words that the scenario accepts, of every kind", () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(schedules(everyKind), (schedule) => {
        for (const entry of schedule.faults) seen.add(String(entry["fault"]));
        expect(form({ seed: "1", method: schedule.faults, sets: schedule.sets })).toHaveProperty(
          "resolved",
        );
      }),
      { seed: 11, numRuns: 400 },
    );
    expect([...seen].sort()).toEqual([...everyKind.kinds].sort());
  });

  it("keep the budget of entries, zones and nodes at every moment, and the window", () => {
    fc.assert(
      fc.property(schedules(space), (schedule) => {
        const { atMost, atOnce, zones, nodes, fromNs, untilNs } = space.settings;
        expect(schedule.faults.length).toBeLessThanOrEqual(atMost);
        expect(worstSum(schedule, "entries")).toBeLessThanOrEqual(atOnce);
        expect(worstSum(schedule, "zones")).toBeLessThanOrEqual(zones);
        expect(worstSum(schedule, "nodes")).toBeLessThanOrEqual(nodes);
        for (const { at, for: holds } of schedule.faults as { at?: string; for?: string }[]) {
          if (at === undefined) continue;
          const start = parseDuration(at) as number;
          expect(start).toBeGreaterThanOrEqual(fromNs);
          expect(start + (parseDuration(holds ?? "0") as number)).toBeLessThanOrEqual(untilNs);
        }
      }),
      { seed: 12, numRuns: 1000 },
    );
  });

  it("a budget of nothing leaves no fault that hits a zone or a node", () => {
    const none = { ...space, settings: { ...space.settings, zones: 0, nodes: 0 } };
    for (const { faults } of fc.sample(schedules(none), { seed: 13, numRuns: 200 }))
      for (const entry of faults)
        expect(demandOf(entry, space)).toMatchObject({ zones: 0, nodes: 0 });
  });

  it("enable subsets: some schedules are of one kind, and durations are mostly short", () => {
    const sample = fc.sample(schedules(space), { seed: 14, numRuns: 500 });
    const kinds = sample.map(({ faults }) => new Set(faults.map((entry) => entry["fault"])).size);
    expect(kinds.filter((count) => count === 1).length).toBeGreaterThan(50);
    expect(kinds.filter((count) => count >= 3).length).toBeGreaterThan(50);
    const lengths = sample.flatMap(({ faults }) =>
      faults.flatMap((entry) => parseDuration(String(entry["for"] ?? "")) ?? []),
    );
    const short = lengths.filter((ns) => ns <= 5 * SECOND).length / lengths.length;
    expect(short).toBeGreaterThan(0.5);
    expect(short).toBeLessThan(0.95);
    expect(Math.max(...lengths)).toBeGreaterThan(10 * SECOND);
  });

  it("shrink to fewer and plainer faults by fast-check's own means", () => {
    const property = fc.property(
      schedules(space),
      ({ faults }) => !faults.some((entry) => entry["fault"] === "node-pause"),
    );
    const details = fc.check(property, { seed: 15, numRuns: 500 });
    expect(details.failed).toBe(true);
    const [found] = details.counterexample as [Schedule];
    expect(found.faults).toHaveLength(1);
  });
});

describe("the trial of a number", () => {
  const keep = (list: readonly Schedule[]): Kept[] =>
    list.map((schedule) => ({ ...schedule, rarity: 1 }));

  it("is the same for the same seed, number and kept schedules, and another for another", () => {
    const kept = keep(fc.sample(schedules(space), { seed: 1, numRuns: 1 }));
    const draw = (seed: string, run: number) => planned(space, seed, run, kept).trial;
    const trials = Array.from({ length: 40 }, (_, run) => draw("7", run));
    expect(Array.from({ length: 40 }, (_, run) => draw("7", run))).toEqual(trials);
    expect(new Set(trials.map((trial) => JSON.stringify(trial.faults))).size).toBeGreaterThan(30);
    expect(draw("8", 3)).not.toEqual(trials[3]);
  });

  it("stays within the budget when it is a change of a kept schedule", () => {
    const kept = keep(fc.sample(schedules(space), { seed: 16, numRuns: 20 }));
    for (let run = 0; run < 200; run++) {
      const { trial } = planned(space, "9", run, kept);
      expect(withinBudget(trial.faults, space)).toEqual(trial.faults);
      expect(form({ seed: "1", method: trial.faults, sets: [] })).toHaveProperty("resolved");
    }
  });

  it("changes what reached something rare more often", () => {
    const [common, rare] = fc.sample(schedules(space), { seed: 18, numRuns: 2 }) as [
      Schedule,
      Schedule,
    ];
    const kept = [
      { ...common, rarity: 0 },
      { faults: [...rare.faults], sets: ["duration=39s"], rarity: 1 },
    ];
    const changed = Array.from({ length: 100 }, (_, run) => planned(space, "10", run, kept)).filter(
      ({ swarm }) => swarm === null,
    );
    expect(changed.length).toBeGreaterThan(20);
    for (const { trial } of changed) expect(trial.sets).toEqual(["duration=39s"]);
  });

  it("says with which kinds, weights, shape and aim it was drawn", () => {
    const swarms = Array.from({ length: 60 }, (_, run) => planned(space, "11", run, []).swarm);
    const shapes = new Set(swarms.map((swarm) => swarm?.shape));
    expect([...shapes].sort()).toEqual(["aimed", "apart", "flapping", "swizzle"]);
    for (const swarm of swarms) {
      expect(swarm?.focus.length).toBeGreaterThan(0);
      expect(Object.keys(swarm?.weights ?? {}).every((kind) => space.kinds.includes(kind))).toBe(
        true,
      );
    }
    expect(new Set(swarms.map((swarm) => JSON.stringify(swarm?.weights))).size).toBeGreaterThan(50);
  });
});

describe("one fault", () => {
  it("of each kind names what the scenario has", () => {
    for (const kind of everyKind.kinds)
      for (const entry of fc.sample(fault(everyKind, kind), { seed: 17, numRuns: 30 }))
        expect(entry["fault"]).toBe(kind);
  });
});
