import { type Nanos, toSeconds } from "../base/nanos.ts";

/** What is stepped. `digest`, where there is one, tells more than the time alone. */
export interface SteppedRun {
  readonly now: Nanos;
  peek(): Nanos;
  step(): boolean;
  digest?(): string;
  /** The event just fired, in words. */
  lastEvent?(): string;
}

export interface EventDifference {
  /** Number of the event in the run, from 1. */
  readonly number: number;
  readonly firstNs: Nanos;
  readonly secondNs: Nanos;
  /** The events in words, where the runs tell. */
  readonly first?: string;
  readonly second?: string;
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
      const words = {
        ...(first.lastEvent && { first: first.lastEvent() }),
        ...(second.lastEvent && { second: second.lastEvent() }),
      };
      return { number, firstNs: first.now, secondNs: second.now, ...words };
    }
  }
}

/** `event 7: frame-at-server of node/cart-001 at 2 s in one, client-retry of client/shop at 2.5 s in the other` */
export function describeEventDifference(difference: EventDifference): string {
  const { number, firstNs, secondNs, first = "an event", second = "an event" } = difference;
  const one = `${first} at ${toSeconds(firstNs)} s in one`;
  return `event ${number}: ${one}, ${second} at ${toSeconds(secondNs)} s in the other`;
}
