import { type Nanos, toSeconds } from "../base/nanos.ts";

export interface BudgetFacts {
  readonly seed: string;
  /** When the first event over budget was due. */
  readonly now: Nanos;
  readonly maxEvents: number;
  /** The most frequent kinds of event, most frequent first. */
  readonly kinds: readonly { readonly name: string; readonly events: number }[];
}

/** A run fired all the events it may and was not done: most likely it runs away. */
export class BudgetError extends Error {
  override readonly name = "BudgetError";
  constructor(readonly facts: BudgetFacts) {
    const { seed, now, maxEvents, kinds } = facts;
    const often = kinds.map(({ name, events }) => `${name} ${events}`).join(", ");
    super(
      `Cannot run on: the budget of ${maxEvents} events is spent at ${toSeconds(now)} s of ` +
        `simulated time (seed ${seed}); most frequent: ${often}`,
    );
  }
}
