/** The mean of a distribution, for estimates. */
import { exp, ln } from "../base/portable-math.ts";
import type { Distribution } from "./distribution.ts";

/** The 99th percentile of the standard normal, as in `sampler.ts`. */
const Z_99 = 2.3263478740408408;

/** In the distribution's unit. Of a normal distribution cut at 0: its mean before the cut, which is not above it. */
export function meanOf(distribution: Distribution): number {
  switch (distribution.kind) {
    case "constant":
      return distribution.value;
    case "uniform":
      return (distribution.min + distribution.max) / 2;
    case "exponential":
    case "normal":
      return distribution.mean;
    case "lognormal": {
      const sigma = ln(distribution.p99 / distribution.median) / Z_99;
      return distribution.median * exp((sigma * sigma) / 2);
    }
    case "pareto": {
      const { min, shape } = distribution;
      return shape > 1 ? (shape * min) / (shape - 1) : Number.POSITIVE_INFINITY;
    }
    case "empirical": {
      const weights = distribution.points.reduce((sum, { weight }) => sum + weight, 0);
      return (
        distribution.points.reduce((sum, { value, weight }) => sum + value * weight, 0) / weights
      );
    }
  }
}
