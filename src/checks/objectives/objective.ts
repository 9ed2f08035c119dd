/** What an objective answers besides the words of its expectation. */
import type { VerdictStatus } from "../verdict.ts";

export interface Answer {
  readonly limit: number | null;
  readonly observed: number | null;
  readonly unit: string;
  readonly verdict: VerdictStatus;
  readonly avoidable: boolean | null;
  readonly reason: string;
}

/** An answer whose verdict follows from figure and limit. */
export function judged(
  met: boolean,
  figures: { readonly limit: number; readonly observed: number; readonly unit: string },
  reason: string,
  avoidable: boolean | null = true,
): Answer {
  return { ...figures, verdict: met ? "pass" : "fail", avoidable: met ? null : avoidable, reason };
}

export function untested(limit: number | null, unit: string, reason: string): Answer {
  return { limit, observed: null, unit, verdict: "unknown", avoidable: null, reason };
}

/** Rounds a figure for people: nine decimals keep nanoseconds of a second. */
export const round = (value: number): number => Math.round(value * 1e9) / 1e9;
