/** Memory per item and hit ratios under eviction against measured ones. */
import { SECOND } from "../../base/nanos.ts";
import { Streams } from "../../kernel/streams.ts";
import { Eviction } from "../../model/engine/redis/eviction.ts";
import { Keyspace } from "../../model/engine/redis/keyspace.ts";
import { LfuClock } from "../../model/engine/redis/lfu.ts";
import { itemBytes } from "../../model/engine/redis/memory.ts";
import type { VerifyRow } from "../row.ts";
import { hitRatios, memoryPerItem } from "./figures.ts";
import { judgeHitRatio, judgeRatio } from "./judge.ts";
import { mulberry32, zipfTrace } from "./trace.ts";

const KEYS = 1_000_000;
const KEY_BYTES = 11;
const VALUE_BYTES = 100;
const WARM_UP = 1_000_000;
const MEASURED = 500_000;
const BATCH = 32;

/** What a test may change to show that it is noticed. */
export interface MemoryDistortion {
  readonly overhead: number;
  readonly samples: number;
}

export const measuredMemory: MemoryDistortion = { overhead: 1, samples: 5 };

export function memoryRows(of: MemoryDistortion = measuredMemory): VerifyRow[] {
  const items = memoryPerItem.map(({ valueBytes, ttl, bytes }) =>
    judgeRatio(
      `memory of an item with ${valueBytes} B${ttl ? " and a TTL" : ""}`,
      "string, key of 11 B",
      itemBytes({ keyBytes: KEY_BYTES, valueBytes, hasTtl: ttl }) * of.overhead,
      bytes,
      "B",
    ),
  );
  return [...items, ...evictionRows(of)];
}

export function evictionRows(of: MemoryDistortion): VerifyRow[] {
  return hitRatios.map((run) =>
    judgeHitRatio(
      `hit ratio, ${run.policy}, ${run.maxmemoryBytes / 1_048_576} MiB at ${run.accessesPerSecond}/s`,
      "Zipf 0.9 over a million keys, get-or-set, the measured trace",
      simulate(run, of),
      run.hitRatio,
    ),
  );
}

/** Batches of reads, then a write for each distinct key that missed; a key read twice in a batch hits the second time. */
function simulate(run: (typeof hitRatios)[number], of: MemoryDistortion): number {
  const streams = new Streams("verify-eviction");
  const lfu =
    run.policy === "allkeys-lfu" ? new LfuClock(10, 1, streams.stream("node", "lfu")) : null;
  const keyspace = new Keyspace(KEYS, KEY_BYTES, lfu);
  const eviction = new Eviction(run.policy, streams.stream("node", "eviction"), of.samples);
  const next = zipfTrace(KEYS, 0.9, 42);
  const ttl = mulberry32(43);
  const limit = run.maxmemoryBytes - run.emptyBytes;
  const gap = SECOND / run.accessesPerSecond;
  let hits = 0;
  let writes = 0;
  const missed: number[] = [];
  for (let access = 0; access < WARM_UP + MEASURED; access++) {
    const now = access * gap;
    const key = next();
    if (keyspace.writeId(key) !== 0 || missed.includes(key)) {
      if (access >= WARM_UP) hits++;
      if (keyspace.writeId(key) !== 0) keyspace.touch(key, now);
    } else missed.push(key);
    if (access % BATCH !== BATCH - 1) continue;
    for (const absent of missed.splice(0)) {
      while (keyspace.usedBytes * of.overhead > limit) {
        const victim = eviction.choose(keyspace, now);
        keyspace.remove(victim);
      }
      const expireAt = run.policy === "volatile-ttl" ? now + (1000 + (ttl() % 9000)) * SECOND : 0;
      keyspace.set(absent, ++writes, 0, 0, expireAt, VALUE_BYTES, now);
    }
  }
  return hits / MEASURED;
}
