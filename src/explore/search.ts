/** Searches a space for schedules that break a promise, guided by what runs reach. */
import fc from "fast-check";
import { hash32 } from "../base/hash.ts";
import { Stream } from "../kernel/streams.ts";
import { drawn, fault, type Swarm } from "./arbitraries.ts";
import type { Course } from "./course.ts";
import { mutate } from "./mutate.ts";
import type { Breach, Outcome, Schedule, Trial } from "./schedule.ts";
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
  /** Told of each run, in order. */
  readonly ran?: (run: Ran) => void;
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

/** A run as it is told of. */
export interface Ran extends Planned {
  /** Number of the trial, from 0. */
  readonly run: number;
  readonly breach: Breach | null;
}

export interface Failure {
  /** Number of the trial, from 0. */
  readonly run: number;
  readonly trial: Trial;
  readonly from: Planned["from"];
  readonly swarm: Swarm | null;
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

/** A schedule that reached something new, and how rare what it reached is: the rarer, the oftener it is changed. */
export interface Kept extends Schedule {
  readonly rarity: number;
}

/** A trial, and where its schedule comes from. */
export interface Planned {
  readonly trial: Trial;
  /** Drawn anew, a change of a schedule that was kept, or one of the corpus. */
  readonly from: "drawn" | "changed" | "corpus";
  /** What it was drawn with; null where it was not drawn. */
  readonly swarm: Swarm | null;
}

/** The trial of a number: generated, or a change of one that was kept. */
export function planned(space: Space, seed: string, run: number, kept: readonly Kept[]): Planned {
  const chance = new Stream(`${seed}/${run}/search`);
  const sample = <T>(of: fc.Arbitrary<T>, salt: string): T =>
    fc.sample(of, { seed: hash32(`${seed}/${run}/${salt}`) | 0, numRuns: 1 })[0] as T;
  const plain = { seed: `${seed}-${run}`, rekey: null, detail: false };
  if (kept.length > 0 && chance.next() < MUTANTS) {
    const { faults, sets } = mutate(drawKept(kept, chance), drawKept(kept, chance), space, chance, {
      entry: (kind, salt) => sample(fault(space, kind), salt),
    });
    return { trial: { faults, sets, ...plain }, from: "changed", swarm: null };
  }
  const { schedule, swarm } = sample(drawn(space), "fresh");
  return { trial: { ...schedule, ...plain }, from: "drawn", swarm };
}

/** The trial of a number that is generated. */
export const trialOf = (space: Space, seed: string, run: number): Trial =>
  planned(space, seed, run, []).trial;

/** One of them, each in proportion to its rarity. */
function drawKept(kept: readonly Kept[], chance: Stream): Kept {
  let left = chance.next() * kept.reduce((sum, { rarity }) => sum + rarity, 0);
  for (const one of kept) {
    left -= one.rarity;
    if (left < 0) return one;
  }
  return kept[kept.length - 1] as Kept;
}

/** Yields batches until the runs are used up, time is, or a failure is found. */
export function* search(space: Space, options: SearchOptions): Course<Found> {
  const { seed, runs, corpus, goOn, unavoidable, expired } = options;
  const tally = new Tally();
  const failures: Failure[] = [];
  let beyond = 0;
  let done = 0;
  const breachOf = (outcome: Outcome): Breach | undefined =>
    outcome.breaches.find(({ avoidable }) => avoidable || unavoidable);
  while (done < runs && !expired()) {
    const kept = tally.kept();
    const batch: Planned[] = [];
    for (let run = done; run < Math.min(runs, done + BATCH); run++) {
      const given = corpus[run];
      batch.push(
        given === undefined
          ? planned(space, seed, run, kept)
          : {
              trial: { ...given, seed: `${seed}-${run}`, rekey: null, detail: false },
              from: "corpus",
              swarm: null,
            },
      );
    }
    const outcomes = yield {
      jobs: batch.map(({ trial }) => trial),
      until: goOn ? null : (outcome) => breachOf(outcome) !== undefined,
    };
    for (const [at, outcome] of outcomes.entries()) {
      const plan = batch[at] as Planned;
      tally.add(plan.trial, outcome);
      const breach = breachOf(outcome);
      if (breach !== undefined) failures.push({ run: done + at, ...plan, outcome, breach });
      else if (outcome.breaches.length > 0) beyond++;
      options.ran?.({ run: done + at, ...plan, breach: breach ?? null });
    }
    done += outcomes.length;
    options.progress?.({
      runs: done,
      failures: failures.length,
      unavoidable: beyond,
      marks: tally.marks.size,
      states: tally.states.size,
    });
    if (!goOn && failures.length > 0) break;
  }
  return {
    runs: done,
    failures,
    unavoidable: beyond,
    marks: inOrder(tally.marks),
    states: tally.states.size,
    kinds: inOrder(tally.kinds),
    problems: tally.problems,
  };
}

/** What runs have reached, and the schedules that reached something first. */
class Tally {
  problems = 0;
  /** In how many runs. */
  readonly marks = new Map<string, number>();
  readonly states = new Map<number, number>();
  readonly kinds = new Map<string, number>();
  private readonly first: {
    readonly schedule: Schedule;
    readonly marks: readonly string[];
    readonly states: readonly number[];
  }[] = [];

  add({ faults, sets }: Trial, outcome: Outcome): void {
    if (outcome.problem !== null) this.problems++;
    const names = Object.keys(outcome.marks);
    const isNew =
      names.some((mark) => !this.marks.has(mark)) ||
      outcome.states.some((state) => !this.states.has(state));
    for (const mark of names) count(this.marks, mark);
    for (const state of outcome.states) count(this.states, state);
    for (const kind of new Set(outcome.faults.map((of) => of.kind))) count(this.kinds, kind);
    if (isNew && this.first.length < KEPT_MAX)
      this.first.push({ schedule: { faults, sets }, marks: names, states: outcome.states });
  }

  /** Rarity: how seldom runs reach what it reached, each mark and state by its share. */
  kept(): Kept[] {
    const rare = <T>(of: readonly T[], counts: ReadonlyMap<T, number>): number =>
      of.reduce((sum, one) => sum + 1 / (counts.get(one) ?? 1), 0);
    return this.first.map(({ schedule, marks, states }) => ({
      ...schedule,
      rarity: rare(marks, this.marks) + rare(states, this.states),
    }));
  }
}

function count<T>(counts: Map<T, number>, of: T): void {
  counts.set(of, (counts.get(of) ?? 0) + 1);
}

const inOrder = (counts: ReadonlyMap<string, number>): Record<string, number> =>
  Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
