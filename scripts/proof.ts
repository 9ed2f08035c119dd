/**
 * The proof that `explore` finds what is there and nothing else, in pieces that the tests and `npm run soak` share. On the
 * build, which is faster than sources that are compiled on their way in.
 */
import { readFileSync } from "node:fs";
import { driveCourse } from "../dist/campaign/course.js";
import { Laboratory } from "../dist/explore/laboratory.js";
import type { FaultWords, Outcome, Trial } from "../dist/explore/schedule.js";
import { type Failure, type Found, search } from "../dist/explore/search.js";
import { shrink } from "../dist/explore/shrink.js";
import { spaceOf } from "../dist/explore/space.js";

/** Where planted bugs are looked for, with these settings and this budget for all. */
export const PLANTED_SCENARIO = "scenarios/explore/planted.yaml";
export const RUNS_PER_BUG = 250;

/** Where the correct model must survive, and its share of the runs. */
export const SURVIVED: readonly { readonly file: string; readonly share: number }[] = [
  { file: PLANTED_SCENARIO, share: 0.6 },
  { file: "scenarios/explore/memory.yaml", share: 0.25 },
  { file: "scenarios/explore/self-managed.yaml", share: 0.15 },
];

/** How often each mark must be reached by the correct model. */
export const REACHED_AT_LEAST = 20;

function laboratoryOf(file: string, planted: string | null): Laboratory {
  return new Laboratory({ source: readFileSync(file, "utf8"), file, sets: [], planted });
}

function searched(
  laboratory: Laboratory,
  seed: string,
  more: { readonly runs: number; readonly goOn: boolean },
): Found {
  const course = search(spaceOf(laboratory.resolved), {
    ...more,
    seed,
    corpus: [],
    unavoidable: false,
    expired: () => false,
  });
  return driveCourse(course, (trial: Trial) => laboratory.run(trial));
}

export interface Hunted {
  /** Runs until it was found; null: it was not. */
  readonly runs: number | null;
  readonly check: string | null;
  readonly failure: Failure | null;
}

/** Looks for a planted bug as `explore --planted NAME --seed SEED --runs RUNS_PER_BUG` does. */
export function huntPlanted(name: string, seed: string): Hunted {
  const laboratory = laboratoryOf(PLANTED_SCENARIO, name);
  const { runs, failures } = searched(laboratory, seed, { runs: RUNS_PER_BUG, goOn: false });
  const [failure] = failures;
  if (failure === undefined) return { runs: null, check: null, failure: null };
  return { runs, check: failure.breach.check, failure };
}

/** The faults that are left of a failure, and the trials that it took. */
export function shrunkFaults(
  name: string,
  { trial: found, breach }: Failure,
  trials: number,
): { readonly faults: readonly FaultWords[]; readonly tried: number; readonly complete: boolean } {
  const laboratory = laboratoryOf(PLANTED_SCENARIO, name);
  const run = (of: Trial): Outcome => laboratory.run(of);
  const trial = { ...found, detail: true };
  const failing = { trial, outcome: run(trial) };
  const limits = { trials, expired: () => false };
  const course = shrink(spaceOf(laboratory.resolved), failing, breach.check, limits);
  const { trial: minimal, tried, complete } = driveCourse(course, run);
  return { faults: minimal.faults, tried, complete };
}

/** Runs of the correct model: what broke, though nothing may, and in how many runs each mark was reached. */
export function survive(file: string, seed: string, runs: number): Found {
  return searched(laboratoryOf(file, null), seed, { runs, goOn: true });
}
