/** A campaign: search, and of each failure found the minimal schedule and its explanation. */
import { all, type Course } from "./course.ts";
import {
  type Counterfactual,
  counterfactuals,
  type Necessity,
  necessity,
  type PointOfNoReturn,
  pointOfNoReturn,
  type Tolerance,
  tolerance,
} from "./explain.ts";
import type { Laboratory } from "./laboratory.ts";
import type { Breach, Outcome, Schedule, Trial } from "./schedule.ts";
import { type Failure, type Found, type SearchOptions, search } from "./search.ts";
import { type Shrunk, shrink } from "./shrink.ts";
import type { Space } from "./space.ts";

export interface HuntOptions extends SearchOptions {
  /** Trials that the shrinking of one failure may take. */
  readonly shrinkTrials: number;
  /** Asked between batches of shrinking: its time is up. */
  readonly shrinkExpired: () => boolean;
  /** Explanations are wanted. */
  readonly explain: boolean;
  /** Failures of one cause that are shrunk; others of the same are counted. */
  readonly mostGroups: number;
}

/** A failure as it is reported. */
export interface Explained {
  /** Seed of the failing run: `run --seed` takes it. */
  readonly seed: string;
  /** `7:0:3`: the number of the trial, then the candidates that shrinking took. */
  readonly path: string;
  readonly breach: Breach;
  /** Where the schedule came from, and what it was drawn with. */
  readonly from: Failure["from"];
  readonly swarm: Failure["swarm"];
  /** Faults of the schedule as it was found. */
  readonly foundWith: number;
  readonly minimal: Schedule;
  readonly outcome: Outcome;
  readonly shrinkTrials: number;
  readonly shrinkComplete: boolean;
  /** Failures with the same cause: same check, same minimal skeleton. */
  readonly others: number;
  readonly necessity: readonly Necessity[];
  readonly pointOfNoReturn: PointOfNoReturn | null;
  /** What the expectation observed under these faults in the world as the scenario has it; null where it is none. */
  readonly observed: Outcome["figures"][number] | null;
  readonly wouldHaveSaved: readonly Counterfactual[];
  readonly tolerance: Tolerance | null;
}

export interface HuntReport extends Found {
  readonly explained: readonly Explained[];
  /** Marks of `mustReach` that no run reached. */
  readonly unreached: readonly string[];
}

/** Searches, shrinks and explains. The same answer however many trials run at a time. */
export function* hunt(
  laboratory: Laboratory,
  space: Space,
  options: HuntOptions,
): Course<HuntReport> {
  const found = yield* search(space, options);
  const explained: Explained[] = [];
  const groups = new Map<string, number>();
  const perCheck = new Map<string, number>();
  for (const failure of found.failures) {
    const { check } = failure.breach;
    const sooner = perCheck.get(check) ?? 0;
    // Of one check two are shrunk: they may have two causes. More of it are counted with the first.
    if (explained.length >= options.mostGroups || sooner >= 2) {
      const at = explained.findIndex((of) => of.breach.check === check);
      if (at >= 0) countOther(explained, at);
      continue;
    }
    perCheck.set(check, sooner + 1);
    const one = yield* explainOne(laboratory, space, failure, options);
    const skeleton = skeletonOf(one);
    const known = groups.get(skeleton);
    if (known !== undefined) countOther(explained, known);
    else groups.set(skeleton, explained.push(one) - 1);
  }
  const unreached = space.settings.mustReach.filter((mark) => (found.marks[mark] ?? 0) === 0);
  return { ...found, explained, unreached };
}

/** Settings that would have saved it, tried in the world as the scenario has it. */
function* whatSaves(
  laboratory: Laboratory,
  { trial, outcome }: Shrunk["inOwnWorld"],
  check: string,
): Course<readonly Counterfactual[]> {
  return yield* counterfactuals(trial, outcome, check, laboratory.resolvedOf(trial));
}

function countOther(explained: Explained[], at: number): void {
  const group = explained[at] as Explained;
  explained[at] = { ...group, others: group.others + 1 };
}

/** What failures of one cause have in common. */
const skeletonOf = ({ breach, minimal }: Explained): string => {
  const kinds = minimal.faults.map((fault) => String(fault["fault"]));
  return [breach.check, ...kinds.sort((a, b) => (a < b ? -1 : 1))].join("/");
};

function* explainOne(
  laboratory: Laboratory,
  space: Space,
  failure: Failure,
  options: HuntOptions,
): Course<Explained> {
  const { check } = failure.breach;
  const trial: Trial = { ...failure.trial, detail: true };
  const [outcome] = (yield* all([trial])) as [Outcome];
  const shrunk = yield* shrink(space, { trial, outcome }, check, {
    trials: options.shrinkTrials,
    expired: options.shrinkExpired,
  });
  const { faults, sets } = shrunk.trial;
  const breach = shrunk.outcome.breaches.find((of) => of.check === check) ?? failure.breach;
  const wanted = options.explain;
  return {
    seed: trial.seed,
    path: [failure.run, ...shrunk.path].join(":"),
    breach,
    from: failure.from,
    swarm: failure.swarm,
    foundWith: trial.faults.length,
    minimal: { faults, sets },
    outcome: shrunk.outcome,
    observed: shrunk.inOwnWorld.outcome.figures.find(({ id }) => id === check) ?? null,
    shrinkTrials: shrunk.tried,
    shrinkComplete: shrunk.complete,
    others: 0,
    necessity: wanted ? yield* necessity(shrunk.trial) : [],
    pointOfNoReturn: wanted
      ? yield* pointOfNoReturn(shrunk.trial, check, shrunk.outcome.moments)
      : null,
    wouldHaveSaved: wanted ? yield* whatSaves(laboratory, shrunk.inOwnWorld, check) : [],
    tolerance: wanted
      ? yield* tolerance(space, shrunk.trial, shrunk.outcome, check, options.seed)
      : null,
  };
}
