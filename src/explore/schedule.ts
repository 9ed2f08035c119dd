/** Fault schedules as plain data: the words of a scenario's method, and words that are set besides. */
import type { Nanos } from "../base/nanos.ts";

/** One entry of a method, as a scenario writes it. */
export type FaultWords = Readonly<Record<string, unknown>>;

export interface Schedule {
  readonly faults: readonly FaultWords[];
  /** `path=value`, as `--set` takes them. */
  readonly sets: readonly string[];
}

/** A scenario under a schedule, once. Serialisable: it may run in another thread or process. */
export interface Trial extends Schedule {
  readonly seed: string;
  /** Keys all chance anew from that time on. */
  readonly rekey: { readonly atNs: number; readonly salt: string } | null;
  /** Whether moments and roles are wanted. */
  readonly detail: boolean;
}

/** A promise that did not hold. */
export interface Breach {
  /** `rpo(cart)`, or an invariant's name. */
  readonly check: string;
  /** False: the faults exceeded the redundancy, and no one could have kept the promise. */
  readonly avoidable: boolean;
  readonly reason: string;
}

/** Something that the journal names. */
export interface Moment {
  readonly atNs: number;
  readonly text: string;
}

/** When something came first that an entry can wait for. */
export interface Phase {
  readonly atNs: Nanos;
  /** Words of `after:` without a delay. */
  readonly after: Readonly<Record<string, string>>;
}

/** A fault as it was injected. */
export interface InjectedFault {
  readonly kind: string;
  readonly targets: readonly string[];
  /** With `detail`: what each node was when it was injected, by name: `primary of cart/shard 1`. */
  readonly roles: Readonly<Record<string, string>>;
  /** Seconds. */
  readonly injectedAt: number;
  readonly healedAt: number | null;
}

/** What came of a trial. Serialisable. */
export interface Outcome {
  /** Why it could not run, or not to its end; null if it did. */
  readonly problem: string | null;
  readonly breaches: readonly Breach[];
  readonly marks: Readonly<Record<string, number>>;
  readonly states: readonly number[];
  /** What expectations observed. */
  readonly figures: readonly {
    readonly id: string;
    readonly observed: number | null;
    readonly limit: number | null;
    readonly unit: string;
  }[];
  readonly costPerMonth: number | null;
  readonly faults: readonly InjectedFault[];
  /** With `detail`: what happened, in order. */
  readonly moments: readonly Moment[];
  /** With `detail`: what entries can wait for, in order. */
  readonly phases: readonly Phase[];
  readonly behaviourDigest: string;
  readonly events: number;
}
