/** Times that say something: whole seconds, else phases, else the grid on which schedules are drawn. */
import { describe, expect, it } from "vitest";
import { withoutOutcome } from "../../src/explore/laboratory.ts";
import type { FaultWords, Outcome, Trial } from "../../src/explore/schedule.ts";
import { onPhases, plainTimes, SIMPLER, smaller } from "../../src/explore/simpler.ts";
import { spaceOf } from "../../src/explore/space.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { SMALL } from "./fixture.ts";

const space = spaceOf(loadScenario(SMALL));
const outcome: Outcome = {
  ...withoutOutcome(null),
  faults: [
    { kind: "node-crash", targets: ["a"], roles: {}, injectedAt: 10.34, healedAt: null },
    { kind: "node-pause", targets: ["b"], roles: {}, injectedAt: 4, healedAt: 9.3 },
  ],
  phases: [
    { atNs: 4e9, after: { fault: "node-pause" } },
    { atNs: 9.3e9, after: { heal: "node-pause" } },
    { atNs: 10.2e9, after: { event: "failover-started", of: "cart" } },
    { atNs: 10.3e9, after: { fault: "node-crash" } },
    { atNs: 11.1e9, after: { event: "failover-completed", of: "cart" } },
  ],
};
const trialOf = (...faults: FaultWords[]): Trial => ({
  faults,
  sets: [],
  seed: "1",
  rekey: null,
  detail: true,
});
const whenOf = (trials: readonly Trial[]) =>
  trials.map(({ faults: [{ at, after } = {}] }) => at ?? after);
const crash = { fault: "node-crash", target: "primary of cart/shard 1" };

describe("a time that is not a whole second", () => {
  it("gives way to the phases that are near it, the nearest first, but not to the fault itself", () => {
    const found = onPhases(trialOf({ at: "10.3s", ...crash }), outcome, space);
    expect(whenOf(found)).toEqual([
      { event: "failover-started", of: "cart" },
      { event: "failover-completed", of: "cart" },
      { heal: "node-pause" },
    ]);
    expect(found[0]?.faults[0]).toEqual({
      after: { event: "failover-started", of: "cart" },
      ...crash,
    });
  });

  it("is left where it is a whole one, or where nothing is near", () => {
    expect(onPhases(trialOf({ at: "10s", ...crash }), outcome, space)).toEqual([]);
    expect(onPhases(trialOf({ at: "30.1s", ...crash }), outcome, space)).toEqual([]);
    expect(onPhases(trialOf({ after: { heal: "node-pause" }, ...crash }), outcome, space)).toEqual(
      [],
    );
  });
});

describe("a phase", () => {
  it("gives way to whole seconds alone, one with a delay to the grid: no step undoes another", () => {
    const at = (after: Record<string, string>) =>
      whenOf(plainTimes(trialOf({ after, ...crash }), outcome, space));
    expect(at({ heal: "node-pause" })).toEqual(["10s"]);
    expect(at({ heal: "node-pause", delay: "0s" })).toEqual(["10s"]);
    expect(at({ heal: "node-pause", delay: "1s" })).toEqual(["10.3s"]);
  });
});

describe("steps", () => {
  it("make nodes, traffic and keys fewer too", () => {
    const paths = new Set(
      smaller(trialOf(), outcome, space).flatMap(({ sets }) =>
        sets.map((set) => set.split("=")[0]),
      ),
    );
    expect([...paths].sort()).toEqual([
      "caches.cart.numNodeGroups",
      "caches.cart.replicasPerNodeGroup",
      "duration",
      "traffic.shop.arrivals.rate",
      "traffic.shop.keys.count",
    ]);
    expect(SIMPLER).toContain(onPhases);
  });
});
