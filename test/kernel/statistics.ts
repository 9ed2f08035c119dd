/** Tests of samples against the distribution they should come from. Seeds are fixed. */
import { expect } from "vitest";

export const take = <T>(count: number, next: () => T): T[] => Array.from({ length: count }, next);

/** A fingerprint of numbers, to the last bit: 8 hexadecimal digits. */
export function fingerprint(values: readonly number[]): string {
  let hash = 0x811c9dc5;
  for (const byte of new Uint8Array(Float64Array.from(values).buffer))
    hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

/**
 * Mean and variance lie within five standard errors of what they should be.
 *
 * @param moments - kurtosis (3 for the normal) gives the standard error of the variance
 */
export function expectMoments(
  values: readonly number[],
  moments: { readonly mean: number; readonly variance: number; readonly kurtosis: number },
): void {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n;
  const meanError = Math.sqrt(moments.variance / n);
  const varianceError = moments.variance * Math.sqrt((moments.kurtosis - 1) / n);
  expect(Math.abs(mean - moments.mean), `mean ${mean}`).toBeLessThan(5 * meanError);
  expect(Math.abs(variance - moments.variance), `variance ${variance}`).toBeLessThan(
    5 * varianceError,
  );
}

/** The share of values below each quantile lies within five standard errors of its p. */
export function expectQuantiles(
  values: readonly number[],
  ps: readonly number[],
  quantile: (p: number) => number,
): void {
  for (const p of ps) {
    const share = values.filter((value) => value < quantile(p)).length / values.length;
    const error = Math.sqrt((p * (1 - p)) / values.length);
    expect(Math.abs(share - p), `share ${share} below quantile ${p}`).toBeLessThan(5 * error);
  }
}
