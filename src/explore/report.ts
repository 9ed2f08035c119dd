/** What a campaign says, as JSON: `explore --json`. */
import { VERSION } from "../base/version.ts";
import { allMarks } from "../measure/coverage.ts";
import type { Counterfactual, Necessity, PointOfNoReturn, Tolerance } from "./explain.ts";
import type { Explained, HuntReport } from "./hunt.ts";
import type { Schedule } from "./schedule.ts";

export interface ExploreFailure {
  readonly seed: string;
  readonly path: string;
  readonly check: string;
  readonly reason: string;
  readonly avoidable: boolean;
  /** Where the schedule came from: drawn, a change of another one, or the corpus. */
  readonly from: Explained["from"];
  /** What it was drawn with: enabled kinds and their weights, shape, where it aimed; null where it was not drawn. */
  readonly swarm: Explained["swarm"];
  /** Faults of the schedule as it was found. */
  readonly foundWith: number;
  readonly minimal: Schedule;
  /** What the minimal schedule did: times in seconds; not healed: to the end. */
  readonly injected: readonly {
    readonly kind: string;
    readonly targets: readonly string[];
    readonly injectedAt: number;
    readonly healedAt: number | null;
  }[];
  /**
   * What the broken expectation observed under the minimal faults in the scenario's own world, where `wouldHaveSaved` was
   * tried too, and its limit; null where it is no expectation, or observed nothing.
   */
  readonly observed: {
    readonly value: number;
    readonly limit: number | null;
    readonly unit: string;
  } | null;
  readonly shrink: { readonly trials: number; readonly complete: boolean };
  /** Further failures of the same cause. */
  readonly others: number;
  readonly necessity: readonly Necessity[];
  readonly pointOfNoReturn: PointOfNoReturn | null;
  readonly wouldHaveSaved: readonly Counterfactual[];
  readonly tolerance: Tolerance | null;
  /** The scenario file that was written, and the command that runs it; null where none was. */
  readonly file: string | null;
  readonly reproduce: string | null;
  /** The minimal schedule for other tools. */
  readonly exports: readonly ExploreExport[];
}

/** A minimal schedule in another tool's form. */
export interface ExploreExport {
  readonly tool: string;
  /** Null where the tool can express nothing of it. */
  readonly file: string | null;
  /** Faults and steps of the schedule, and how many of them are expressed. */
  readonly faults: number;
  readonly expressed: number;
  readonly missing: readonly ExportRemark[];
  readonly different: readonly ExportRemark[];
}

/** What a tool cannot do, or does another way, and with which fault. */
export interface ExportRemark {
  readonly fault: string;
  readonly word: string;
}

export interface ExploreReport {
  readonly schemaVersion: 1;
  readonly tool: { readonly name: "cachequake"; readonly version: string };
  readonly scenario: string;
  readonly seed: string;
  readonly planted: string | null;
  /** `fail`: a promise broke that could have been kept, or a mark of `mustReach` was missed. */
  readonly verdict: "pass" | "fail" | "unknown";
  readonly runs: number;
  readonly failures: readonly ExploreFailure[];
  /** Runs that broke only what no one could have kept. */
  readonly unavoidable: number;
  /** Upper end of the 95 % interval of P(breach) for a run of this campaign. */
  readonly breachAtMost: number;
  /** In how many runs each mark was reached, those never reached too. */
  readonly marks: Readonly<Record<string, number>>;
  readonly neverReached: readonly string[];
  /** Marks of `mustReach` among them. */
  readonly unreached: readonly string[];
  readonly states: number;
  readonly kinds: Readonly<Record<string, number>>;
  /** Runs without a verdict: out of events. */
  readonly problems: number;
}

export interface ExploreFacts {
  readonly scenario: string;
  readonly seed: string;
  readonly planted: string | null;
  readonly breachAtMost: number;
  /** By place in `explained`. */
  readonly files: readonly (string | null)[];
  /** By place in `explained`. */
  readonly exports: readonly (readonly ExploreExport[])[];
}

export function exploreReport(hunted: HuntReport, facts: ExploreFacts): ExploreReport {
  const marks = Object.fromEntries(allMarks.map(({ mark }) => [mark, hunted.marks[mark] ?? 0]));
  const { scenario, seed, planted, breachAtMost, files, exports } = facts;
  const judged = hunted.runs - hunted.problems;
  const failed = hunted.failures.length > 0 || hunted.unreached.length > 0;
  return {
    schemaVersion: 1,
    tool: { name: "cachequake", version: VERSION },
    scenario,
    seed,
    planted,
    verdict: failed ? "fail" : judged === 0 ? "unknown" : "pass",
    runs: hunted.runs,
    failures: hunted.explained.map((one, at) =>
      failureOf(one, files[at] ?? null, exports[at] ?? []),
    ),
    unavoidable: hunted.unavoidable,
    breachAtMost,
    marks,
    neverReached: allMarks.flatMap(({ mark }) => (marks[mark] === 0 ? [mark] : [])),
    unreached: hunted.unreached,
    states: hunted.states,
    kinds: hunted.kinds,
    problems: hunted.problems,
  };
}

function failureOf(
  one: Explained,
  file: string | null,
  exports: readonly ExploreExport[],
): ExploreFailure {
  const { seed, path, breach, foundWith, minimal, others } = one;
  return {
    seed,
    path,
    check: breach.check,
    reason: breach.reason,
    avoidable: breach.avoidable,
    from: one.from,
    swarm: one.swarm,
    foundWith,
    minimal,
    injected: one.outcome.faults.map(({ kind, targets, injectedAt, healedAt }) => ({
      kind,
      targets,
      injectedAt,
      healedAt,
    })),
    observed: observedOf(one),
    shrink: { trials: one.shrinkTrials, complete: one.shrinkComplete },
    others,
    necessity: one.necessity,
    pointOfNoReturn: one.pointOfNoReturn,
    wouldHaveSaved: one.wouldHaveSaved,
    tolerance: one.tolerance,
    file,
    reproduce: file === null ? null : `cachequake replay ${file}`,
    exports,
  };
}

function observedOf({ observed: figure }: Explained): ExploreFailure["observed"] {
  if (figure === null || figure.observed === null) return null;
  return { value: figure.observed, limit: figure.limit, unit: figure.unit };
}

/**
 * Upper end of the one-sided 95 % interval (Clopper and Pearson) of a share, by bisection of the binomial distribution.
 *
 * @param hits - 0 to `runs`
 */
export function shareAtMost(hits: number, runs: number, confidence = 0.95): number {
  if (runs === 0 || hits >= runs) return 1;
  let low = hits / runs;
  let high = 1;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (atMost(hits, runs, middle) > 1 - confidence) low = middle;
    else high = middle;
  }
  return high;
}

/** P(X <= hits) for X binomial. */
function atMost(hits: number, runs: number, chance: number): number {
  // Terms by ratio; the first one underflows to 0 only where all of them are far below what matters.
  let term = power(1 - chance, runs);
  let sum = term;
  for (let k = 1; k <= hits; k++) {
    term *= ((runs - k + 1) / k) * (chance / (1 - chance));
    sum += term;
  }
  return sum;
}

function power(base: number, exponent: number): number {
  let result = 1;
  for (let of = base, left = exponent; left > 0; left = Math.floor(left / 2), of *= of)
    if (left % 2 === 1) result *= of;
  return result;
}
