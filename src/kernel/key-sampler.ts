import { pow } from "../base/portable-math.ts";
import type { KeyPopularity } from "./distribution.ts";
import type { Stream } from "./streams.ts";
export function createKeySampler(p: KeyPopularity, count: number): { sample(s: Stream): number } {
  if (p.kind === "uniform") return { sample: (s) => s.nextInt(count) };
  const w = new Float64Array(count); let total = 0;
  for (let i = 0; i < count; i++) { w[i] = pow(i + 1, -p.exponent); total += w[i]!; }
  const prob = new Float64Array(count); const alias = new Int32Array(count);
  const small: number[] = []; const large: number[] = [];
  for (let i = 0; i < count; i++) { prob[i] = (w[i]! * count) / total; (prob[i]! < 1 ? small : large).push(i); }
  while (small.length && large.length) { const l = small.pop()!; const g = large.pop()!; alias[l] = g; prob[g] = prob[g]! + prob[l]! - 1; (prob[g]! < 1 ? small : large).push(g); }
  for (const i of [...small, ...large]) prob[i] = 1;
  return { sample: (s) => { const u = s.next() * count; const i = Math.floor(u); return u - i < prob[i]! ? i : alias[i]!; } };
}
