/**
 * A cache that evicts the least recently used of many keys, against Che's approximation.
 * Source: Che, Tung and Wang, "Hierarchical Web Caching Systems", 2002; Fricker, Robert and Roberts, 2012, on its error.
 */
import { SECOND } from "../../base/nanos.ts";
import { exp, pow } from "../../base/portable-math.ts";
import { createKeySampler } from "../../kernel/key-sampler.ts";
import { Streams } from "../../kernel/streams.ts";
import { Eviction } from "../../model/engine/redis/eviction.ts";
import { Keyspace } from "../../model/engine/redis/keyspace.ts";
import { rounded, type VerifyRow } from "../row.ts";

/** Hit ratio of an LRU cache of `places` keys under independent requests of these probabilities. */
export function cheHitRatio(probabilities: readonly number[], places: number): number {
  let low = 0;
  let high = 1e9;
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    const present = probabilities.reduce((sum, p) => sum + 1 - exp(-p * middle), 0);
    if (present < places) low = middle;
    else high = middle;
  }
  const time = (low + high) / 2;
  return probabilities.reduce((sum, p) => sum + p * (1 - exp(-p * time)), 0);
}

export function zipfProbabilities(count: number, exponent: number): number[] {
  const weights = Array.from({ length: count }, (_, rank) => pow(rank + 1, -exponent));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

const KEYS = 10_000;
const REQUESTS = 300_000;
const WARM_UP = 100_000;

/** Get-or-set under Zipf, one request a second so that the clock of a second tells all of them apart. */
function simulate(exponent: number, places: number): number {
  const streams = new Streams(`verify-lru-${places}`);
  const requests = streams.stream("keys", "requests");
  const sampler = createKeySampler({ kind: "zipf", exponent }, KEYS);
  const keyspace = new Keyspace(KEYS, 11);
  // So many samples make the engine's approximation all but exact, as the theory supposes.
  const eviction = new Eviction("allkeys-lru", streams.stream("node", "eviction"), 64);
  let hits = 0;
  for (let i = 0; i < REQUESTS; i++) {
    const now = i * SECOND;
    const key = sampler.sample(requests);
    if (keyspace.writeId(key) !== 0) {
      if (i >= WARM_UP) hits++;
      keyspace.touch(key, now);
      continue;
    }
    if (keyspace.size === places) keyspace.remove(eviction.choose(keyspace, now));
    keyspace.set(key, i + 1, 0, 0, 0, 100, now);
  }
  return hits / (REQUESTS - WARM_UP);
}

export function cachingRows(): VerifyRow[] {
  return [
    [0.7, 500],
    [0.9, 1000],
    [1.1, 2000],
  ].map(([exponent = 0, places = 0]) => {
    const ours = simulate(exponent, places);
    const reference = cheHitRatio(zipfProbabilities(KEYS, exponent), places);
    const limit = 0.01;
    return {
      part: "theory",
      name: `Zipf ${exponent} with LRU of ${places} keys, hit ratio`,
      about: `${KEYS} keys, 64 samples for one eviction, ${REQUESTS - WARM_UP} requests after warm-up`,
      ours,
      reference,
      unit: "",
      tolerance: `+-${rounded(limit)}: Che's approximation, and sampling in place of an exact order`,
      verdict: Math.abs(ours - reference) <= limit ? "pass" : "fail",
    };
  });
}
