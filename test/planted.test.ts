/** Planted bugs: each is seen by the invariant that it names, under a schedule of faults that the model itself survives. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { plantedBugs } from "../src/faults/planted/registry.ts";
import type { Result } from "../src/run/result.ts";
import { run } from "../src/run/simulation.ts";
import { loadScenario } from "../src/scenario/load.ts";

const FILE = "scenarios/explore/planted.yaml";
const SOURCE = readFileSync(FILE, "utf8");
/** The scenario's own method: a slow link to a replica, and a planned move of the primary Region. */
const OWN = SOURCE.slice(SOURCE.indexOf("method:"), SOURCE.indexOf("explore:"));

function simulate(plant: string | null, method: string): Result {
  const planted = plant === null ? "" : `plant: ${plant}\n`;
  const source = SOURCE.replace(OWN, method).replace(/^seed:/m, `${planted}seed:`);
  const resolved = loadScenario(source, { file: FILE, allowPlanted: true });
  return run(resolved, { source, sets: [], allowPlanted: true });
}

const open = ({ expectations, invariants }: Result) =>
  [...expectations, ...invariants].filter(({ verdict }) => verdict !== "pass");

const NOTHING = "method: []\n";
const CRASH = "method: [{ at: 12s, fault: node-crash, target: primary of cart/shard 1 }]\n";
const CRASH_BEHIND_ENDPOINT =
  "method: [{ at: 12s, fault: node-crash, target: primary of profile }]\n";
const ZONE_CUT = `method:
  - { at: 12s, fault: network-partition, isolate: zone us-east-1a, withClients: true, for: 15s }
`;
const ISOLATED_PRIMARY = `method:
  - { at: 12s, fault: network-partition, isolate: node cart-0001-001, withClients: true, for: 15s }
`;

/** Per bug: what must happen, what the check must say of it, and whether it shows without any fault. */
const cases: Readonly<
  Record<string, { readonly method: string; readonly says: RegExp; readonly quiet: boolean }>
> = {
  "election-without-majority": {
    method: CRASH,
    says: /cart-0001-00[23] took the lead of cart shard 1 in epoch 4 at .* with 1 of 3 votes/,
    quiet: true,
  },
  "failure-without-quorum": {
    method:
      "method: [{ at: 12s, fault: network-partition, isolate: node cart-0001-001, to: [node cart-0002-001, node cart-0003-002], for: 5s }]\n",
    says: /declared cart-000[12]-001 failed at .* 1 of 3 primaries of cart/,
    quiet: true,
  },
  "epoch-not-raised": {
    method: CRASH,
    says: /cart-0001-00[23] claimed cart shard 1 at .* under epoch 3, which is cart-0003-001's/,
    quiet: true,
  },
  "rank-ignored": {
    method: CRASH,
    says: /cart-0001-003 asked for votes at .* though cart-0001-002 stood before it/,
    quiet: true,
  },
  "minority-keeps-writing": {
    method: ISOLATED_PRIMARY,
    says: /cart-0001-001 acknowledged a write that began at .*won the election/,
    quiet: true,
  },
  "promote-most-lagged": {
    method: `${OWN}  - { at: 12s, fault: host-power-loss, target: primary of profile }\n`,
    says: /promoted profile-003 at offset \d+ while profile-002 was ahead/,
    quiet: true,
  },
  "dns-never-flips": {
    method: CRASH_BEHIND_ENDPOINT,
    says: /the primary endpoint of profile still named profile-001/,
    quiet: true,
  },
  "dns-before-promotion": {
    method: CRASH_BEHIND_ENDPOINT,
    says: /the primary endpoint of profile named profile-00[23] from .* whose role was replica/,
    quiet: true,
  },
  "returned-primary-not-demoted": {
    method: ZONE_CUT,
    says: /profile-001 acknowledged a write that began at .*promoted by the service/,
    quiet: true,
  },
  "old-region-keeps-writing": {
    method: OWN,
    says: /sessions-us-001 acknowledged a write that began at .*promoted by the operator/,
    quiet: true,
  },
  "acknowledge-before-append": {
    method: NOTHING,
    says: /stood at offset \d+ at 1 s, behind offset \d+ that it had acknowledged/,
    quiet: false,
  },
  "replica-accepts-writes": {
    method: ZONE_CUT,
    says: /-001 answered an operation .* although it did not lead/,
    quiet: true,
  },
  "diverged-copy-continues": {
    method: ZONE_CUT,
    says: /(profile|sessions-us)-001 follows .* keeps what history \d+ wrote from \d+ to \d+, beyond the fork/,
    quiet: true,
  },
  "backlog-off-by-one": {
    method:
      "method: [{ at: 12s, fault: replication-link-cut, target: node cart-0001-002, for: 1s }]\n",
    says: /by a partial resynchronisation that goes on at offset \d+, not at \d+/,
    quiet: true,
  },
  "backlog-gap-ignored": {
    method:
      "method: [{ at: 12s, fault: replication-link-cut, target: node cart-0001-002, for: 10s }]\n",
    says: /cart-0001-002 follows cart-0001-001 .* starts at offset \d+, though the backlog reaches back to \d+ only/,
    quiet: true,
  },
  "full-sync-skips-writes": {
    method: "method: [{ at: 12s, fault: node-crash, target: node profile-002 }]\n",
    says: /profile-002 follows profile-001 .* by a full resynchronisation that goes on at offset/,
    quiet: true,
  },
  "deletion-not-replicated": {
    method: NOTHING,
    says: /both stand at offset \d+ of history \d+, but under key \d+ of their shard one holds nothing/,
    quiet: false,
  },
  "promotion-forgets-expiry": {
    method: CRASH,
    says: /cart-0001-00[23] answered .* acknowledged with an expiry, which is gone/,
    quiet: true,
  },
  "doubt-reported-as-failure": {
    method: "method: [{ at: 12s, fault: node-pause, target: primary of profile, for: 1800ms }]\n",
    says: /profile-001 answered .* although its client had reported that write as failed/,
    quiet: true,
  },
  "retry-executes-twice": {
    method: ZONE_CUT,
    says: /answered an operation .* again, although no answer to it was missing/,
    quiet: true,
  },
  "dns-cached-for-ever": {
    method: CRASH_BEHIND_ENDPOINT,
    says: /account@us-east-1[abc] still cannot write to profile shard 1/,
    quiet: true,
  },
};

describe("planted bugs", () => {
  it("are listed with who sees them, at least twelve, each with a schedule here", () => {
    expect(plantedBugs.length).toBeGreaterThanOrEqual(12);
    expect(plantedBugs.map(({ name }) => name)).toEqual(Object.keys(cases));
    const ids = simulate(null, NOTHING).invariants.map(({ id }) => id);
    for (const { summary, seenBy } of plantedBugs) {
      expect(summary.length).toBeGreaterThan(20);
      expect(seenBy.length).toBeGreaterThan(0);
      for (const id of seenBy) expect(ids).toContain(id);
    }
  });

  for (const { name, seenBy } of plantedBugs) {
    const { method, says, quiet } = cases[name] as (typeof cases)[string];

    it(`${name}: ${seenBy.join(" and ")} names the act`, () => {
      const invariants = simulate(name, method).invariants;
      for (const id of seenBy) {
        const check = invariants.find((candidate) => candidate.id === id);
        expect([check?.verdict, check?.reason]).toEqual(["fail", expect.stringMatching(says)]);
      }
    });

    it(`${name}: the same schedule passes without it; without faults it is ${quiet ? "quiet" : "seen"}`, () => {
      expect(open(simulate(null, method))).toEqual([]);
      expect(simulate(name, NOTHING).verdict).toBe(quiet ? "pass" : "fail");
    });
  }
});
