/** The steady-state hypothesis as windows on a grid of 100 ms of arrival time. */
import type { Nanos } from "../base/nanos.ts";
import { BUCKET_NS } from "./request-fold.ts";

/** Good and all, by bucket of arrival; a window holds when good / all >= atLeast, or nothing arrived. */
export interface SteadyWindows {
  readonly good: Float64Array;
  readonly all: Float64Array;
  readonly overNs: Nanos;
  readonly atLeast: number;
}

/** Prefix sums, so that each window is two subtractions. */
class Sums {
  private readonly sums: Float64Array;
  constructor(counts: Float64Array) {
    this.sums = new Float64Array(counts.length + 1);
    for (let i = 0; i < counts.length; i++)
      this.sums[i + 1] = (this.sums[i] as number) + (counts[i] as number);
  }
  between(from: number, to: number): number {
    const last = this.sums.length - 1;
    return (this.sums[Math.min(to, last)] as number) - (this.sums[Math.min(from, last)] as number);
  }
}

export class SteadyState {
  private readonly clauses: {
    readonly good: Sums;
    readonly all: Sums;
    readonly over: number;
    readonly atLeast: number;
  }[];

  constructor(windows: readonly SteadyWindows[]) {
    this.clauses = windows.map(({ good, all, overNs, atLeast }) => ({
      good: new Sums(good),
      all: new Sums(all),
      over: Math.max(1, Math.round(overNs / BUCKET_NS)),
      atLeast,
    }));
  }

  get isEmpty(): boolean {
    return this.clauses.length === 0;
  }

  /**
   * The earliest moment from `fromNs` on from which every window that lies before `untilNs` holds; null when the last
   * one does not, or when none fits.
   */
  regainedAt(fromNs: Nanos, untilNs: Nanos): Nanos | null {
    const from = Math.ceil(fromNs / BUCKET_NS);
    const until = Math.floor(untilNs / BUCKET_NS);
    let regained = from;
    for (const clause of this.clauses) {
      const last = until - clause.over;
      if (last < from) return null;
      for (let start = last; start >= from; start--) {
        if (this.holds(clause, start)) continue;
        if (start === last) return null;
        regained = Math.max(regained, start + 1);
        break;
      }
    }
    return regained === from ? fromNs : regained * BUCKET_NS;
  }

  /** Something arrived in the interval that a window counts: else windows hold for want of requests. */
  wasAsked(fromNs: Nanos, untilNs: Nanos): boolean {
    const from = Math.ceil(fromNs / BUCKET_NS);
    const until = Math.floor(untilNs / BUCKET_NS);
    return this.clauses.some((clause) => clause.all.between(from, until) > 0);
  }

  /** Every window that lies in the interval holds; null when none fits. */
  held(fromNs: Nanos, untilNs: Nanos): boolean | null {
    const from = Math.ceil(fromNs / BUCKET_NS);
    const until = Math.floor(untilNs / BUCKET_NS);
    let fits = false;
    for (const clause of this.clauses) {
      for (let start = from; start + clause.over <= until; start++) {
        fits = true;
        if (!this.holds(clause, start)) return false;
      }
    }
    return fits ? true : null;
  }

  /** Start of the first window in the interval that does not hold, ns. */
  firstBreach(fromNs: Nanos, untilNs: Nanos): Nanos | null {
    const from = Math.ceil(fromNs / BUCKET_NS);
    const until = Math.floor(untilNs / BUCKET_NS);
    let first: number | null = null;
    for (const clause of this.clauses) {
      for (let start = from; start + clause.over <= until; start++) {
        if (this.holds(clause, start)) continue;
        first = first === null ? start : Math.min(first, start);
        break;
      }
    }
    return first === null ? null : first * BUCKET_NS;
  }

  private holds(clause: (typeof this.clauses)[number], start: number): boolean {
    const all = clause.all.between(start, start + clause.over);
    return all === 0 || clause.good.between(start, start + clause.over) >= clause.atLeast * all;
  }
}
