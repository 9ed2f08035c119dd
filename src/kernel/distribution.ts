import type { Nanos } from "../base/nanos.ts";

/** Positive random quantities, as plain data. Times in ns, sizes in bytes, by context. */
export type Distribution =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "uniform"; readonly min: number; readonly max: number }
  | { readonly kind: "exponential"; readonly mean: number }
  | { readonly kind: "normal"; readonly mean: number; readonly stddev: number }
  | { readonly kind: "lognormal"; readonly median: number; readonly p99: number }
  | { readonly kind: "pareto"; readonly min: number; readonly shape: number }
  | {
      readonly kind: "empirical";
      readonly points: readonly { readonly value: number; readonly weight: number }[];
    };

export type KeyPopularity =
  | { readonly kind: "uniform" }
  | { readonly kind: "zipf"; readonly exponent: number };

export type { Nanos };
