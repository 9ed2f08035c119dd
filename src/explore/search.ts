/** Searches a space for schedules that break a promise, guided by what runs reach. */
import fc from "fast-check";
import { hash32 } from "../base/hash.ts";
import { Stream } from "../kernel/streams.ts";
import { fault, schedules } from "./arbitraries.ts";
import type { Course } from "./course.ts";
import { mutate } from "./mutate.ts";
import type { Breach, FaultWords, Outcome, Schedule, Trial } from "./schedule.ts";
import type { Space } from "./space.ts";

export interface SearchOptions {
  /** 1 to 50 letters, digits, `_` or `-`: trials run under seeds that begin with it. */
  readonly seed: string;
  /** Trials in all. */
  readonly runs: number;
  /** Schedules to run first. */
  readonly corpus: readonly Schedule[];
  /** Goes on after a failure. */
  readonly goOn: boolean;
  /** Failures that the faults made unavoidable count too. */
  readonly unavoidable: boolean;
  /** Asked between batches: time is up. */
  readonly expired: () => boolean;
  /** Told after each batch. */
  readonly progress?: (so: Progress) => void;
}

export interface Progress {
  readonly runs: number;
  readonly failures: number;
  readonly unavoidable: number;
  readonly marks: number;
  readonly states: number;
}

export interface Failure {
  /** Number of the trial, from 0. */
  readonly run: number;
  readonly trial: Trial;
  readonly outcome: Outcome;
  readonly breach: Breach;
}

export interface Found {
  readonly runs: number;
  readonly failures: readonly Failure[];
  /** Runs whose only breaches were unavoidable. */
  readonly unavoidable: number;
  /** In how many runs each mark was reached. */
  readonly marks: Readonly<Record<string, number>>;
  /** Abstract states of shards that were reached. */
  readonly states: number;
  /** In how many runs each kind of fault was injected. */
  readonly kinds: Readonly<Record<string, number>>;
  /** Runs that could not be judged: out of events. */
  readonly problems: number;
}

/** Trials of one batch are generated from what was known before it: a number that no count of threads changes. */
const BATCH = 16;
/** Share of trials that change a schedule which reached something new. */
const MUTANTS = 0.4;
/** Schedules that are kept to be changed. */
const KEPT_MAX = 256;

/** The trial of a number: generated, or a change of one that was kept. */
export function trialOf(space: Space, seed: string, run: number, kept: readonly Schedule[]): Trial {
  const chance = new Stream(`${seed}/${run}/search`);
  const shape = schedules(space);
  const draw = (salt: string): Schedule =>
    fc.sample(shape, { seed: hash32(`${seed}/${run}/${salt}`) | 0, numRuns: 1 })[0] as Schedule;
  let schedule: Schedule;
  if (kept.length > 0 && chance.next() < MUTANTS) {
    const parent = kept[chance.nextInt(kept.length)] as Schedule;
    const other = kept[chance.nextInt(kept.length)] as Schedule;
    schedule = mutate(parent, other, space, chance, (kind, salt) => {
      const one = fc.sample(fault(space, kind), {
        seed: hash32(`${seed}/${run}/${salt}`) | 0,
        numRuns: 1,
      });
      return one[0] as FaultWords;
    });
  } else schedule = draw("fresh");
  return { ...schedule, seed: `${seed}-${run}`, rekey: null, detail: false };
}

/** Yields batches until the runs are used up, time is, or a failure is found. */
export function* search(space: Space, options: SearchOptions): Course<Found> {
  const { seed, runs, corpus, goOn, unavoidable, expired } = options;
  const kept: Schedule[] = [];
  const known = new Set<string | number>();
  const marks = new Map<string, number>();
  const kinds = new Map<string, number>();
  const failures: Failure[] = [];
  let beyond = 0;
  let problems = 0;
  let done = 0;
  const breachOf = (outcome: Outcome): Breach | undefined =>
    outcome.breaches.find(({ avoidable }) => avoidable || unavoidable);
  while (done < runs && !expired()) {
    const trials: Trial[] = [];
    for (let run = done; run < Math.min(runs, done + BATCH); run++) {
      const given = corpus[run];
      trials.push(
        given === undefined
          ? trialOf(space, seed, run, kept)
          : { ...given, seed: `${seed}-${run}`, rekey: null, detail: false },
      );
    }
    const outcomes = yield {
      jobs: trials,
      until: goOn ? null : (outcome) => breachOf(outcome) !== undefined,
    };
    for (const [at, outcome] of outcomes.entries()) {
      const trial = trials[at] as Trial;
      if (outcome.problem !== null) problems++;
      for (const mark of Object.keys(outcome.marks)) marks.set(mark, (marks.get(mark) ?? 0) + 1);
      for (const kind of new Set(outcome.faults.map((of) => of.kind)))
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      const fresh = [...Object.keys(outcome.marks), ...outcome.states].filter(
        (of) => !known.has(of),
      );
      for (const of of fresh) known.add(of);
      if (fresh.length > 0 && kept.length < KEPT_MAX)
        kept.push({ faults: trial.faults, sets: trial.sets });
      const breach = breachOf(outcome);
      if (breach !== undefined) failures.push({ run: done + at, trial, outcome, breach });
      else if (outcome.breaches.length > 0) beyond++;
    }
    done += outcomes.length;
    options.progress?.({
      runs: done,
      failures: failures.length,
      unavoidable: beyond,
      marks: marks.size,
      states: known.size - marks.size,
    });
    if (!goOn && failures.length > 0) break;
  }
  return {
    runs: done,
    failures,
    unavoidable: beyond,
    marks: inOrder(marks),
    states: known.size - marks.size,
    kinds: inOrder(kinds),
    problems,
  };
}

const inOrder = (counts: ReadonlyMap<string, number>): Record<string, number> =>
  Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
