/** One line of the table that `verify` prints: a figure of ours beside a reference that nobody here made up. */

export type VerifyPart = "theory" | "measured";

export interface VerifyRow {
  readonly part: VerifyPart;
  readonly name: string;
  readonly ours: number;
  readonly reference: number;
  readonly unit: string;
  /** How far apart the two may be, and why. */
  readonly tolerance: string;
  readonly verdict: "pass" | "fail";
  /** What the figures are of: model and workload. */
  readonly about: string;
  readonly samples?: RowSamples;
}

/** Samples behind a distribution, for the page; ascending. */
export interface RowSamples {
  readonly ours: readonly number[];
  readonly reference: readonly number[];
  /** Of ours those of seeds that were fixed beforehand. */
  readonly shown: readonly SeedSample[];
}

export interface SeedSample {
  readonly seed: string;
  readonly value: number;
}

/** Three significant digits, for tolerances in words. */
export const rounded = (value: number): string => String(Number(value.toPrecision(3)));
