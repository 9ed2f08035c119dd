/** Which key a request asks for: ranks by popularity. */
import { invariant } from "../base/invariant.ts";
import { pow } from "../base/portable-math.ts";
import { AliasTable } from "./alias-table.ts";
import type { KeyPopularity } from "./distribution.ts";
import type { Stream } from "./streams.ts";
import { ZipfSampler } from "./zipf-sampler.ts";

/** Keys whose table of 4 bytes each stays in a processor's own cache. */
const TABLE_MAX = 32_768;

export interface KeySampler {
  /** A rank, 0 to count - 1; rank 0 is the hottest. One draw, of many keys by Zipf's law mostly one or two. */
  sample(stream: Stream): number;
  readonly count: number;
}

/**
 * Builds a sampler of `count` keys: all alike, or Zipf (the key of rank r, from 0, is asked for in
 * proportion to (r + 1)^-exponent). Immutable, so that runs may share one.
 */
export function createKeySampler(popularity: KeyPopularity, count: number): KeySampler {
  invariant(Number.isInteger(count) && count > 0, "a key space has at least one key", { count });
  if (popularity.kind === "uniform" || popularity.exponent === 0) {
    return { count, sample: (stream) => stream.nextInt(count) };
  }
  const { exponent } = popularity;
  invariant(exponent > 0 && exponent < Infinity, "a Zipf exponent is not negative", { exponent });
  if (count > TABLE_MAX) return new ZipfSampler(exponent, count);
  const weights = new Float64Array(count);
  for (let rank = 0; rank < count; rank++) weights[rank] = pow(rank + 1, -exponent);
  return new AliasTable(weights);
}
