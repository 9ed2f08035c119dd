import type { Nanos } from "../base/nanos.ts";

/** What is stepped. `digest`, where there is one, tells more than the time alone. */
export interface SteppedRun {
  readonly now: Nanos;
  peek(): Nanos;
  step(): boolean;
  digest?(): string;
}

export interface EventDifference {
  /** Number of the event in the run, from 1. */
  readonly number: number;
  readonly firstNs: Nanos;
  readonly secondNs: Nanos;
}

/** Steps two runs side by side up to `until`: the first event in which they differ, or null. */
export function findEventDifference(make: () => SteppedRun, until: Nanos): EventDifference | null {
  const first = make();
  const second = make();
  for (let number = 1; ; number++) {
    const ended = first.peek() > until && second.peek() > until;
    if (ended) return null;
    const same = first.step() === second.step() && first.now === second.now;
    if (!same || first.digest?.() !== second.digest?.()) {
      return { number, firstNs: first.now, secondNs: second.now };
    }
  }
}
