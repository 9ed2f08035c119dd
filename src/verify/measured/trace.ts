/**
 * The trace of the measured caches: mulberry32 and inversion of the cumulated Zipf weights, as the measuring driver drew it.
 * Weights come from portable arithmetic; they differ from the driver's in the last bits, which moves no more than a
 * handful of a million ranks.
 */
import { pow } from "../../base/portable-math.ts";

/** A generator of 32-bit words. */
export function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}

/** Draws ranks, 0 the hottest: the smallest whose cumulated share exceeds the draw. */
export function zipfTrace(keys: number, exponent: number, seed: number): () => number {
  const shares = new Float64Array(keys);
  let total = 0;
  for (let rank = 0; rank < keys; rank++) {
    total += pow(rank + 1, -exponent);
    shares[rank] = total;
  }
  for (let rank = 0; rank < keys; rank++) shares[rank] = (shares[rank] as number) / total;
  const next = mulberry32(seed);
  return () => {
    const u = next() / 4_294_967_296;
    let low = 0;
    let high = keys - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((shares[middle] as number) > u) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
