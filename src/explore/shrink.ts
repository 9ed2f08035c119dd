/**
 * Shrinks a failing trial to the least that still breaks the same promise, by steps that mean something to people: fewer
 * faults, roles instead of names, shorter, weaker, round times or those of phases, fewer nodes, less traffic, fewer keys. Each step runs under the same
 * seed, and streams have names, so that nothing else moves.
 */
import { type Course, first } from "./course.ts";
import type { Outcome, Trial } from "./schedule.ts";
import { SIMPLER, smaller } from "./simpler.ts";
import type { Space } from "./space.ts";

export interface ShrinkLimits {
  /** Trials in all. */
  readonly trials: number;
  /** Asked between batches: time is up. */
  readonly expired: () => boolean;
}

export interface Shrunk {
  readonly trial: Trial;
  readonly outcome: Outcome;
  /** The simplest that was found before the world itself was made smaller. */
  readonly inOwnWorld: { readonly trial: Trial; readonly outcome: Outcome };
  /** Trials that ran. */
  readonly tried: number;
  /** Candidates that were taken, as places in the order in which they were proposed. */
  readonly path: readonly number[];
  /** No simpler candidate is left; false where the limits ended it. */
  readonly complete: boolean;
}

/** Candidates that run together; the first that still fails is taken. */
const BATCH = 8;

/** @param failing - breaks `check`, and was run with `detail` */
export function* shrink(
  space: Space,
  failing: { readonly trial: Trial; readonly outcome: Outcome },
  check: string,
  limits: ShrinkLimits,
): Course<Shrunk> {
  let best = failing;
  let own: Shrunk["inOwnWorld"] | null = null;
  let tried = 0;
  const path: number[] = [];
  const stillFails = (outcome: Outcome): boolean =>
    outcome.breaches.some((breach) => breach.check === check && breach.avoidable === avoidable);
  const avoidable = failing.outcome.breaches.find((of) => of.check === check)?.avoidable ?? true;
  const over = (): boolean => tried >= limits.trials || limits.expired();
  for (let changed = true; changed; ) {
    changed = false;
    for (const simpler of SIMPLER) {
      for (let taken = true; taken; ) {
        taken = false;
        const candidates = simpler(best.trial, best.outcome, space);
        for (let at = 0; at < candidates.length && !taken; at += BATCH) {
          if (over()) return { ...best, inOwnWorld: own ?? best, tried, path, complete: false };
          const some = candidates.slice(at, at + BATCH);
          const better = yield* first(some, stillFails);
          tried += better === null ? some.length : better.at + 1;
          if (better === null) continue;
          if (simpler === smaller) own ??= best;
          best = better;
          path.push(at + better.at);
          taken = true;
          changed = true;
        }
      }
    }
  }
  return { ...best, inOwnWorld: own ?? best, tried, path, complete: true };
}
