/** Judges simulated figures by measured ones. */
import { Streams } from "../../kernel/streams.ts";
import {
  ascending,
  binomialPValue,
  bootstrapInterval,
  holm,
  ksPValue,
  quantile,
} from "../../measure/statistics.ts";
import { seeds, shownSeeds } from "../lab.ts";
import { rounded, type SeedSample, type VerifyRow } from "../row.ts";

/** Samples of the model and of the real thing, ms. */
export interface Pair {
  readonly name: string;
  readonly about: string;
  readonly ours: readonly number[];
  readonly reference: readonly number[];
  /** Those of ours that the page shows; absent: ours are of one seed after the other. */
  readonly shown?: readonly SeedSample[];
}

/** Of samples of one seed after the other those of the seeds that are shown. */
function shownOf(ours: readonly number[]): SeedSample[] {
  const shown = shownSeeds(ours.length);
  return seeds(ours.length).flatMap((seed, at) =>
    shown.includes(seed) ? [{ seed, value: ours[at] as number }] : [],
  );
}

const SIGNIFICANCE = 0.05;
/** Medians and 90th percentiles may be apart by this share, or by 100 ms where that is more. */
const SHARE = 0.05;
const LEAST_MS = 100;

/**
 * Three rows for each pair: the Kolmogorov-Smirnov test (all of them corrected together, by Holm), median and 90th
 * percentile. Small samples hide large shifts from the test, so the quantiles are held too.
 */
export function judgeDistributions(pairs: readonly Pair[]): VerifyRow[] {
  const corrected = holm(pairs.map(({ ours, reference }) => ksPValue(ours, reference)));
  return pairs.flatMap((pair, at) => {
    const samples = { ours: ascending(pair.ours), reference: ascending(pair.reference) };
    const p = corrected[at] as number;
    const ks: VerifyRow = {
      part: "measured",
      name: `${pair.name}: distribution`,
      about: pair.about,
      ours: p,
      reference: SIGNIFICANCE,
      unit: "p-value",
      tolerance: `two-sample Kolmogorov-Smirnov, Holm's correction over ${pairs.length}: p at least ${SIGNIFICANCE}`,
      verdict: p >= SIGNIFICANCE ? "pass" : "fail",
      samples: { ...samples, shown: pair.shown ?? shownOf(pair.ours) },
    };
    return [ks, quantileRow(pair, samples, 0.5, "median"), quantileRow(pair, samples, 0.9, "p90")];
  });
}

function quantileRow(
  pair: Pair,
  samples: { readonly ours: readonly number[]; readonly reference: readonly number[] },
  p: number,
  word: string,
): VerifyRow {
  const ours = quantile(samples.ours, p);
  const reference = quantile(samples.reference, p);
  const limit = Math.max(SHARE * reference, LEAST_MS);
  const stream = new Streams("verify-bootstrap").stream(pair.name, word);
  const { low, high } = bootstrapInterval(samples.reference, (values) => quantile(values, p), {
    confidence: 0.95,
    rounds: 1000,
    chance: () => stream.next(),
  });
  return {
    part: "measured",
    name: `${pair.name}: ${word}`,
    about: pair.about,
    ours,
    reference,
    unit: "ms",
    tolerance: `+-${rounded(limit)} ms (5 % or 100 ms); 95 % bootstrap interval of the measured: ${rounded(low)} to ${rounded(high)} ms`,
    verdict: Math.abs(ours - reference) <= limit ? "pass" : "fail",
  };
}

/** A ratio that must be right within a tenth. */
export function judgeRatio(
  name: string,
  about: string,
  ours: number,
  reference: number,
  unit: string,
): VerifyRow {
  const limit = Math.abs(reference) * 0.1;
  return {
    part: "measured",
    name,
    about,
    ours,
    reference,
    unit,
    tolerance: `+-${rounded(limit)} ${unit}: 10 %`,
    verdict: Math.abs(ours - reference) <= limit ? "pass" : "fail",
  };
}

/** A hit ratio that must be right within 1.5 percentage points. */
export function judgeHitRatio(
  name: string,
  about: string,
  ours: number,
  reference: number,
): VerifyRow {
  const limit = 0.015;
  return {
    part: "measured",
    name,
    about,
    ours,
    reference,
    unit: "",
    tolerance: "+-0.015: 1.5 percentage points, sampling of buckets against independent samples",
    verdict: Math.abs(ours - reference) <= limit ? "pass" : "fail",
  };
}

/** A chance of the model against how often it happened. */
export function judgeChance(
  name: string,
  about: string,
  chance: number,
  seen: { readonly successes: number; readonly trials: number },
): VerifyRow {
  const p = binomialPValue(seen.successes, seen.trials, chance);
  return {
    part: "measured",
    name,
    about,
    ours: chance,
    reference: seen.successes / seen.trials,
    unit: "",
    tolerance: `exact binomial test of ${seen.successes} in ${seen.trials}, p ${rounded(p)} at least ${SIGNIFICANCE}`,
    verdict: p >= SIGNIFICANCE ? "pass" : "fail",
  };
}

/** Every measured value must be possible in the model: within its extremes, give or take `slackMs`. */
export function judgeSupport(pair: Pair, slackMs: number): VerifyRow {
  const low = Math.min(...pair.ours) - slackMs;
  const high = Math.max(...pair.ours) + slackMs;
  const inside = pair.reference.filter((value) => value >= low && value <= high).length;
  return {
    part: "measured",
    name: `${pair.name}: possible values`,
    about: pair.about,
    ours: inside / pair.reference.length,
    reference: 1,
    unit: "",
    tolerance: `all measured values between ${rounded(low)} and ${rounded(high)} ms, the model's extremes over ${pair.ours.length} seeds`,
    verdict: inside === pair.reference.length ? "pass" : "fail",
  };
}
