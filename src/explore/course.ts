/** Courses of trials. */
import type { Course as Of } from "../campaign/course.ts";
import type { Outcome, Trial } from "./schedule.ts";

export type Course<End> = Of<Trial, Outcome, End>;

/** All outcomes of a list of trials. */
export function* all(jobs: readonly Trial[]): Course<readonly Outcome[]> {
  return jobs.length === 0 ? [] : yield { jobs, until: null };
}

/** The first of `jobs` whose outcome satisfies `wanted`; null if none does. */
export function* first(
  jobs: readonly Trial[],
  wanted: (outcome: Outcome) => boolean,
): Course<{ readonly trial: Trial; readonly outcome: Outcome; readonly at: number } | null> {
  if (jobs.length === 0) return null;
  const outcomes = yield { jobs, until: wanted };
  const at = outcomes.findIndex(wanted);
  if (at < 0) return null;
  return { trial: jobs[at] as Trial, outcome: outcomes[at] as Outcome, at };
}
