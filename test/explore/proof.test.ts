/**
 * Exploring finds each planted bug, and nothing in the correct model: two seeds a bug and 2,000 runs here; `npm run soak`
 * takes twenty seeds and 20,000 runs. On one quiet core the bugs take half a minute, the runs a minute and a half.
 */
import { expect, test } from "vitest";
import { plantedBugs } from "../../dist/faults/planted/registry.js";
import { huntPlanted, RUNS_PER_BUG, SURVIVED, survive } from "../../scripts/proof.ts";

const SEEDS = ["1", "2"];
const RUNS = 2000;
const LONG = 900_000;

/** The rare states that must be among what the correct model survives. */
const NAMED = [
  "clusterdown",
  "evicted-written-key",
  "failover-during-full-sync",
  "candidate-behind",
  "election-repeated",
  "manual-failover-timed-out",
  "replica-migrated",
  "lagging-replica-promoted",
  "output-buffer-overflow",
  "split-brain",
];

for (const { name } of plantedBugs)
  test(
    `${name} is found from the seeds ${SEEDS.join(" and ")} within ${RUNS_PER_BUG} runs`,
    () => {
      for (const seed of SEEDS) {
        const { check, failure } = huntPlanted(name, seed);
        expect(check, `seed ${seed}`).not.toBeNull();
        expect(failure?.trial.seed).toBe(`${seed}-${failure?.run}`);
      }
    },
    LONG,
  );

test(
  `the correct model survives ${RUNS} runs, in which it reaches what is rare`,
  () => {
    const reached = new Set<string>();
    let runs = 0;
    for (const { file, share } of SURVIVED) {
      const found = survive(file, "ci", Math.round(share * RUNS));
      runs += found.runs;
      for (const mark of Object.keys(found.marks)) reached.add(mark);
      const broken = found.failures.map(({ trial, breach }) => [file, trial, breach]);
      expect(broken).toEqual([]);
      expect(found.problems).toBe(0);
    }
    expect(runs).toBe(RUNS);
    expect(NAMED.filter((mark) => !reached.has(mark))).toEqual([]);
  },
  LONG,
);
