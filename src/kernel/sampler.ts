/** Distributions as data become samplers: what the model draws service times, sizes and gaps from. */
import { invariant } from "../base/invariant.ts";
import { ENDLESS, type Nanos } from "../base/nanos.ts";
import { exp, ln, pow } from "../base/portable-math.ts";
import { AliasTable } from "./alias-table.ts";
import type { Distribution } from "./distribution.ts";
import type { Stream } from "./streams.ts";

export interface Sampler {
  /** A value, never negative. */
  sample(stream: Stream): number;
  /** The value, when it is always the same; such a sampler draws nothing from the stream. */
  readonly constant: number | null;
}

/** The 99th percentile of the standard normal. Source: Wichura, algorithm AS 241, 1988. */
const Z_99 = 2.3263478740408408;

type Draw = (stream: Stream) => number;

const always = (value: number): Sampler => ({ sample: () => value, constant: value });
const varying = (sample: Draw): Sampler => ({ sample, constant: null });

function uniform(min: number, max: number): Sampler {
  invariant(min <= max, "a uniform distribution has min <= max", { min, max });
  return varying((stream) => min + stream.next() * (max - min));
}

/** Values below 0 are drawn again: what is drawn are times and sizes. */
function normal(mean: number, stddev: number): Sampler {
  invariant(stddev >= 0, "a standard deviation is not negative", { stddev });
  // With the mean at or above 0 at least half of the draws are kept.
  invariant(mean >= 0, "a normal distribution of times or sizes has a mean >= 0", { mean });
  return varying((stream) => {
    for (;;) {
      const value = mean + stddev * stream.normal();
      if (value >= 0) return value;
    }
  });
}

/** ln X is normal: the median is e^mu, and the 99th percentile e^(mu + 2.326 sigma). */
function lognormal(median: number, p99: number): Sampler {
  invariant(median > 0 && p99 >= median, "a lognormal has 0 < median <= p99", { median, p99 });
  const sigma = ln(p99 / median) / Z_99;
  if (sigma === 0) return always(median);
  return varying((stream) => median * exp(sigma * stream.normal()));
}

function pareto(min: number, shape: number): Sampler {
  invariant(min > 0 && shape > 0, "a Pareto distribution has min > 0 and shape > 0", {
    min,
    shape,
  });
  const power = -1 / shape;
  return varying((stream) => min * pow(1 - stream.next(), power));
}

function empirical(
  points: readonly { readonly value: number; readonly weight: number }[],
): Sampler {
  invariant(points.length > 0, "an empirical distribution has points");
  const values = Float64Array.from(points, (point) => point.value);
  if (values.length === 1) return always(values[0] as number);
  const table = new AliasTable(points.map((point) => point.weight));
  return varying((stream) => values[table.sample(stream)] as number);
}

/**
 * Builds the sampler of a distribution. Its values have the distribution's unit.
 *
 * @throws InvariantError for parameters out of range (the scenario's reader refuses them before)
 */
export function createSampler(distribution: Distribution): Sampler {
  switch (distribution.kind) {
    case "constant":
      return always(distribution.value);
    case "uniform":
      return uniform(distribution.min, distribution.max);
    case "exponential": {
      const { mean } = distribution;
      invariant(mean >= 0, "an exponential distribution has a mean >= 0", { mean });
      return varying((stream) => mean * stream.exponential());
    }
    case "normal":
      return distribution.stddev === 0
        ? always(distribution.mean)
        : normal(distribution.mean, distribution.stddev);
    case "lognormal":
      return lognormal(distribution.median, distribution.p99);
    case "pareto":
      return pareto(distribution.min, distribution.shape);
    case "empirical":
      return empirical(distribution.points);
  }
}

/** A drawn duration: a sample rounded to whole nanoseconds, at least 0, endless at most: tails reach far. */
export function sampleNanos(sampler: Sampler, stream: Stream): Nanos {
  return Math.min(ENDLESS, Math.max(0, Math.round(sampler.sample(stream))));
}
