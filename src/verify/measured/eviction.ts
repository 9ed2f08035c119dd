/** Hit ratios and choices of evicted keys against measured ones. */
import { SECOND } from "../../base/nanos.ts";
import { Streams } from "../../kernel/streams.ts";
import { mean } from "../../measure/statistics.ts";
import type { EngineSettings } from "../../model/engine/redis/engine-settings.ts";
import { Eviction } from "../../model/engine/redis/eviction.ts";
import { Keyspace } from "../../model/engine/redis/keyspace.ts";
import { LfuClock } from "../../model/engine/redis/lfu.ts";
import { type Distortion, engineOf, seeds } from "../lab.ts";
import type { VerifyRow } from "../row.ts";
import { type EvictionRun, hitRatios } from "./figures.ts";
import { hitRatiosElsewhere, wronglyKept } from "./figures-of-settings.ts";
import { judgeHitRatio, judgeRatio } from "./judge.ts";
import { mulberry32, zipfTrace } from "./trace.ts";

const KEY_BYTES = 11;
const VALUE_BYTES = 100;
const BATCH = 32;
/** Of the measured servers: the engine's defaults. */
const SETTINGS = { lfuLogFactor: 10, lfuDecayMinutes: 1 } as const;

interface Trace {
  readonly exponent: number;
  readonly keys: number;
  readonly warmUp: number;
  readonly measured: number;
}

const FIRST: Trace = { exponent: 0.9, keys: 1_000_000, warmUp: 1_000_000, measured: 500_000 };
const ELSEWHERE = { keys: 200_000, warmUp: 320_000, measured: 160_000 };

export function evictionRows(distort: Distortion): VerifyRow[] {
  const first = ranksOf(FIRST);
  const elsewhere = new Map<number, Int32Array>();
  return [
    ...hitRatios.map((run) =>
      judgeHitRatio(
        `hit ratio, ${run.policy}, ${run.maxmemoryBytes / 1_048_576} MiB at ${run.accessesPerSecond}/s`,
        "Zipf 0.9 over a million keys, get-or-set, the measured trace",
        hitRatio(run, FIRST, first, engineOf(distort, { ...SETTINGS, maxmemorySamples: 5 })),
        run.hitRatio,
      ),
    ),
    ...hitRatiosElsewhere.map(({ exponent, samples, ...run }) => {
      const trace = { ...ELSEWHERE, exponent };
      const ranks = elsewhere.get(exponent) ?? ranksOf(trace);
      elsewhere.set(exponent, ranks);
      return judgeHitRatio(
        `hit ratio, ${run.policy}, Zipf ${exponent}, ${run.maxmemoryBytes / 1_048_576} MiB, ${samples} samples`,
        `200,000 keys, get-or-set at ${run.accessesPerSecond}/s, the measured trace`,
        hitRatio(run, trace, ranks, engineOf(distort, { ...SETTINGS, maxmemorySamples: samples })),
        run.hitRatio,
      );
    }),
    ...choiceRows(distort),
  ];
}

function ranksOf({ keys, exponent, warmUp, measured }: Trace): Int32Array {
  const next = zipfTrace(keys, exponent, 42);
  return Int32Array.from({ length: warmUp + measured }, next);
}

/** Batches of reads, then a write for each distinct key that missed; a key read twice in a batch hits the second time. */
function hitRatio(
  run: EvictionRun,
  trace: Trace,
  ranks: Int32Array,
  { maxmemorySamples, lfuLogFactor, lfuDecayMinutes }: EngineSettings,
): number {
  const streams = new Streams("verify-eviction");
  const lfu =
    run.policy === "allkeys-lfu"
      ? new LfuClock(lfuLogFactor, lfuDecayMinutes, streams.stream("node", "lfu"))
      : null;
  const keyspace = new Keyspace(trace.keys, KEY_BYTES, lfu);
  const eviction = new Eviction(run.policy, streams.stream("node", "eviction"), maxmemorySamples);
  const ttl = mulberry32(43);
  const limit = run.maxmemoryBytes - run.emptyBytes;
  const gap = SECOND / run.accessesPerSecond;
  let hits = 0;
  let writes = 0;
  const missed: number[] = [];
  for (let access = 0; access < ranks.length; access++) {
    const key = ranks[access] as number;
    const now = access * gap;
    if (keyspace.writeId(key) !== 0 || missed.includes(key)) {
      if (access >= trace.warmUp) hits++;
      if (keyspace.writeId(key) !== 0) keyspace.touch(key, now);
    } else missed.push(key);
    if (access % BATCH !== BATCH - 1) continue;
    for (const absent of missed.splice(0)) {
      while (keyspace.usedBytes > limit) keyspace.remove(eviction.choose(keyspace, now));
      const expireAt = run.policy === "volatile-ttl" ? now + (1000 + (ttl() % 9000)) * SECOND : 0;
      keyspace.set(absent, ++writes, 0, 0, expireAt, VALUE_BYTES, now);
    }
  }
  return hits / trace.measured;
}

const KEPT_KEYS = 20_000;
const KEPT_EVICTED = 4000;
const KEPT_RUNS = 6;

export function choiceRows(distort: Distortion): VerifyRow[] {
  return wronglyKept.map(({ samples, shares }) => {
    const { maxmemorySamples } = engineOf(distort, { maxmemorySamples: samples });
    return judgeRatio(
      `keys wrongly kept by ${samples} samples`,
      `volatile-ttl, ${KEPT_KEYS} keys: share of the ${KEPT_EVICTED} that expire first that is left after ${KEPT_EVICTED} evictions; ${KEPT_RUNS} seeds against ${shares.length} runs`,
      mean(seeds(KEPT_RUNS).map((seed) => shareKept(maxmemorySamples, seed))),
      mean(shares),
      "",
    );
  });
}

/** Keys of distinct TTLs, some of which are evicted one by one. */
function shareKept(samples: number, seed: string): number {
  const stream = new Streams(seed).stream("verify", "kept");
  const keyspace = new Keyspace(KEPT_KEYS, KEY_BYTES, null);
  const eviction = new Eviction("volatile-ttl", stream, samples);
  for (let rank = 0; rank < KEPT_KEYS; rank++)
    keyspace.set(rank, rank + 1, 0, 0, (100_000 + 10 * rank) * SECOND, VALUE_BYTES, 0);
  for (let i = 0; i < KEPT_EVICTED; i++) keyspace.remove(eviction.choose(keyspace, 0));
  let left = 0;
  for (let rank = 0; rank < KEPT_EVICTED; rank++) if (keyspace.writeId(rank) !== 0) left++;
  return left / KEPT_EVICTED;
}
