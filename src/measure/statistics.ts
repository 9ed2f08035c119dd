/** Statistics of samples: moments, quantiles, intervals and the tests that `verify` judges by. Pure functions. */
import { invariant } from "../base/invariant.ts";
import { exp, ln } from "../base/portable-math.ts";

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export const ascending = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

export function mean(values: ArrayLike<number>): number {
  invariant(values.length > 0, "a mean needs values");
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum / values.length;
}

/** Unbiased; 0 for one value. */
export function variance(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  return (
    values.reduce((sum, value) => sum + (value - centre) * (value - centre), 0) /
    (values.length - 1)
  );
}

/**
 * The value at share `p` (0..1) of sorted values, linear between neighbours.
 * Source: Hyndman and Fan, "Sample Quantiles in Statistical Packages", 1996, type 7.
 */
export function quantile(sorted: ArrayLike<number>, p: number): number {
  invariant(sorted.length > 0, "a quantile needs values");
  const at = (sorted.length - 1) * p;
  const below = Math.floor(at);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return low + (high - low) * (at - below);
}

/** Quantile of the standard normal, by bisection of its distribution function. */
export function normalQuantile(p: number): number {
  invariant(p > 0 && p < 1, "a share between 0 and 1", { p });
  let low = -9;
  let high = 9;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Distribution function of the standard normal: Taylor series within 6, tails beyond as 0 and 1. */
export function normalCdf(x: number): number {
  if (x < -8) return 0;
  if (x > 8) return 1;
  let term = x;
  let sum = x;
  for (let i = 3; Math.abs(term) > 1e-17 * Math.abs(sum) && i < 400; i += 2) {
    term = (term * x * x) / i;
    sum += term;
  }
  return 0.5 + sum * exp((-x * x) / 2) * 0.3989422804014327;
}

/**
 * Two-sided critical value of Student's t with `freedom` degrees: error below 0.5 % from 5 degrees on.
 * Source: Cornish and Fisher's expansion, Abramowitz and Stegun 26.7.5.
 */
export function studentCritical(confidence: number, freedom: number): number {
  const z = normalQuantile(1 - (1 - confidence) / 2);
  const z3 = z * z * z;
  const z5 = z3 * z * z;
  const z7 = z5 * z * z;
  const z9 = z7 * z * z;
  const f = freedom;
  return (
    z +
    (z3 + z) / (4 * f) +
    (5 * z5 + 16 * z3 + 3 * z) / (96 * f * f) +
    (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * f * f * f) +
    (79 * z9 + 776 * z7 + 1482 * z5 - 1920 * z3 - 945 * z) / (92160 * f * f * f * f)
  );
}

/** Confidence interval of the mean of independent values. */
export function meanInterval(values: readonly number[], confidence: number): Interval {
  const centre = mean(values);
  if (values.length < 2) return { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  const half =
    studentCritical(confidence, values.length - 1) * Math.sqrt(variance(values) / values.length);
  return { low: centre - half, high: centre + half };
}

/** Largest distance of two samples' distribution functions. */
export function ksDistance(a: readonly number[], b: readonly number[]): number {
  const x = ascending(a);
  const y = ascending(b);
  let i = 0;
  let j = 0;
  let largest = 0;
  while (i < x.length && j < y.length) {
    const value = Math.min(x[i] as number, y[j] as number);
    while (i < x.length && (x[i] as number) <= value) i++;
    while (j < y.length && (y[j] as number) <= value) j++;
    largest = Math.max(largest, Math.abs(i / x.length - j / y.length));
  }
  return largest;
}

/**
 * P-value of the two-sample Kolmogorov-Smirnov test, two-sided.
 * Source: Kolmogorov's limit with Stephens' correction for small samples, 1970.
 */
export function ksPValue(a: readonly number[], b: readonly number[]): number {
  const n = (a.length * b.length) / (a.length + b.length);
  const root = Math.sqrt(n);
  const lambda = (root + 0.12 + 0.11 / root) * ksDistance(a, b);
  if (lambda < 0.2) return 1;
  let sum = 0;
  for (let k = 1; k <= 100; k++) {
    const term = exp(-2 * k * k * lambda * lambda);
    sum += k % 2 === 1 ? term : -term;
    if (term < 1e-12) break;
  }
  return Math.min(1, Math.max(0, 2 * sum));
}

/** P-values corrected for their number, in the given order. Source: Holm, 1979. */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, at) => at);
  order.sort((a, b) => (pValues[a] as number) - (pValues[b] as number));
  const corrected: number[] = [...pValues];
  let largest = 0;
  for (const [rank, at] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (pValues[at] as number) * (pValues.length - rank)));
    corrected[at] = largest;
  }
  return corrected;
}

/** Natural logarithm of n!. */
function lnFactorial(n: number): number {
  let sum = 0;
  for (let i = 2; i <= n; i++) sum += ln(i);
  return sum;
}

/** P-value of the exact binomial test, two-sided: outcomes at most as likely as the one seen. */
export function binomialPValue(successes: number, trials: number, chance: number): number {
  if (chance <= 0) return successes === 0 ? 1 : 0;
  if (chance >= 1) return successes === trials ? 1 : 0;
  const likelihood = (k: number): number =>
    exp(
      lnFactorial(trials) -
        lnFactorial(k) -
        lnFactorial(trials - k) +
        k * ln(chance) +
        (trials - k) * ln(1 - chance),
    );
  const seen = likelihood(successes) * (1 + 1e-9);
  let sum = 0;
  for (let k = 0; k <= trials; k++) {
    const p = likelihood(k);
    if (p <= seen) sum += p;
  }
  return Math.min(1, sum);
}

/** Bootstrap interval of a statistic: percentiles of `rounds` resamples. `chance` draws from [0, 1). */
export function bootstrapInterval(
  values: readonly number[],
  statistic: (sorted: readonly number[]) => number,
  options: { readonly confidence: number; readonly rounds: number; readonly chance: () => number },
): Interval {
  const { confidence, rounds, chance } = options;
  const found: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const resample = values.map(() => values[Math.floor(chance() * values.length)] as number);
    found.push(statistic(ascending(resample)));
  }
  found.sort((a, b) => a - b);
  const tail = (1 - confidence) / 2;
  return { low: quantile(found, tail), high: quantile(found, 1 - tail) };
}
