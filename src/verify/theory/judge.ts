/** Judges a simulated figure by its confidence interval from batches. */
import { mean, meanInterval } from "../../measure/statistics.ts";
import { rounded, type VerifyRow } from "../row.ts";

/**
 * With some twenty rows at 99.9 % one in fifty runs would show a false alarm for a right model; the seeds are fixed, so
 * there is one such run, and it shows none.
 */
const CONFIDENCE = 0.999;
/** An interval that is wider would let wrong models pass. */
const WIDEST = 0.05;

export function judgeBatches(
  name: string,
  about: string,
  figures: readonly number[],
  reference: number,
  unit: string,
): VerifyRow {
  const ours = mean(figures);
  const { low, high } = meanInterval(figures, CONFIDENCE);
  const half = (high - low) / 2;
  const narrow = half <= WIDEST * Math.abs(reference);
  const inside = reference >= low && reference <= high;
  return {
    part: "theory",
    name,
    about,
    ours,
    reference,
    unit,
    tolerance: `+-${rounded(half)} ${unit}: 99.9 % interval of ${figures.length} batches, at most 5 % wide`,
    verdict: inside && narrow ? "pass" : "fail",
  };
}
