import { exp, ln, pow } from "../base/portable-math.ts";
import type { Distribution } from "./distribution.ts";
import type { Stream } from "./streams.ts";
export interface Sampler { readonly constant: number | null; sample(s: Stream): number }
export function createSampler(d: Distribution): Sampler {
  switch (d.kind) {
    case "constant": return { constant: d.value, sample: () => d.value };
    case "uniform": return { constant: null, sample: (s) => d.min + (d.max - d.min) * s.next() };
    case "exponential": return { constant: null, sample: (s) => d.mean * s.exponential() };
    case "normal": return { constant: null, sample: (s) => d.mean + d.stddev * s.normal() };
    case "lognormal": { const sigma = ln(d.p99 / d.median) / 2.3263478740408408; return { constant: null, sample: (s) => d.median * exp(sigma * s.normal()) }; }
    case "pareto": return { constant: null, sample: (s) => d.min / pow(1 - s.next(), 1 / d.shape) };
    case "empirical": { const total = d.points.reduce((a, p) => a + p.weight, 0); return { constant: null, sample: (s) => { let u = s.next() * total; for (const p of d.points) { u -= p.weight; if (u < 0) return p.value; } return d.points[d.points.length - 1]!.value; } }; }
  }
}
export function sampleNanos(sampler: Sampler, s: Stream): number { return Math.max(0, Math.round(sampler.sample(s))); }
