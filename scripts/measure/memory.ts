/** One server: which keys survive evictions, hit ratios of a trace, and memory of an item. */
import type { Redis } from "ioredis";
import { HASH_SLOTS } from "../../src/model/engine/redis/slots.ts";
import { mulberry32, zipfTrace } from "../../src/verify/measured/trace.ts";
import { MeasuredServer, until } from "./servers.ts";

const BATCH = 500;

async function inBatches(redis: Redis, count: number, words: (i: number) => string[]) {
  for (let from = 0; from < count; from += BATCH) {
    const commands = Array.from({ length: Math.min(BATCH, count - from) }, (_, i) =>
      words(from + i),
    );
    await redis.pipeline(commands).exec();
  }
}

async function usedMemory(redis: Redis): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await redis.info("memory"))?.[1]);
}

/** Evictions at which the keys are looked at, as shares of them. */
const LOOKS = [0.02, 0.05, 0.1, 0.2, 0.5];

/**
 * So many keys of distinct TTLs, evicted one by one. At some numbers of evictions, how many of as many that expire first
 * are still there: 0 if the server knew the order.
 */
export async function wronglyKept(keys: number, samples: number): Promise<[number, number][]> {
  const server = await MeasuredServer.start({
    "maxmemory-policy": "volatile-ttl",
    "maxmemory-samples": samples,
  });
  const { redis } = server;
  const value = "v".repeat(100);
  const order = Array.from({ length: keys }, (_, i) => i);
  for (let i = keys - 1; i > 0; i--) {
    const other = Math.floor(Math.random() * (i + 1));
    [order[i], order[other]] = [order[other] as number, order[i] as number];
  }
  const name = (rank: number): string => `key:${String(rank).padStart(7, "0")}`;
  await inBatches(redis, keys, (i) => {
    const rank = order[i] as number;
    return ["set", name(rank), value, "EX", String(100_000 + 10 * rank)];
  });
  const evictions = async (): Promise<number> =>
    Number(/evicted_keys:(\d+)/.exec(await redis.info("stats"))?.[1]);
  // Each new key without a TTL pushes out about one with a TTL.
  await redis.config("SET", "maxmemory", await usedMemory(redis));
  const seen: [number, number][] = [];
  let extra = 0;
  for (const share of LOOKS) {
    let evicted = await evictions();
    for (; evicted < share * keys; evicted = await evictions())
      await inBatches(redis, Math.min(BATCH, Math.ceil((share * keys - evicted) / 2)), () => [
        "set",
        `new:${String(extra++).padStart(7, "0")}`,
        value,
      ]);
    const first = Array.from({ length: evicted }, (_, rank) => name(rank));
    seen.push([evicted / keys, (await redis.exists(...first)) / evicted]);
  }
  server.remove();
  return seen;
}

export interface Trace {
  readonly keys: number;
  readonly exponent: number;
  readonly policy: string;
  readonly maxmemoryBytes: number;
  readonly samples: number;
  readonly warmUp: number;
  readonly measured: number;
}

/** Get-or-set in batches of 32: reads, then a write for each distinct key that missed. */
export async function hitRatio(of: Trace) {
  const server = await MeasuredServer.start({
    "maxmemory-policy": of.policy,
    "maxmemory-samples": of.samples,
  });
  const { redis } = server;
  const emptyBytes = await usedMemory(redis);
  await redis.config("SET", "maxmemory", of.maxmemoryBytes);
  const next = zipfTrace(of.keys, of.exponent, 42);
  const ttl = mulberry32(43);
  const value = "v".repeat(100);
  let hits = 0;
  const begin = performance.now();
  for (let access = 0; access < of.warmUp + of.measured; access += 32) {
    const ranks = Array.from({ length: 32 }, next);
    const names = ranks.map((rank) => `key:${String(rank).padStart(7, "0")}`);
    const replies = (await redis.pipeline(names.map((name) => ["get", name])).exec()) ?? [];
    const missed = new Set<string>();
    for (const [i, name] of names.entries()) {
      if (replies[i]?.[1] === null && !missed.has(name)) missed.add(name);
      else if (access >= of.warmUp) hits++;
    }
    const sets = [...missed].map((name) =>
      of.policy === "volatile-ttl"
        ? ["set", name, value, "EX", String(1000 + (ttl() % 9000))]
        : ["set", name, value],
    );
    if (sets.length > 0) await redis.pipeline(sets).exec();
  }
  const seconds = (performance.now() - begin) / 1000;
  server.remove();
  const accesses = of.warmUp + of.measured;
  const accessesPerSecond = Math.round(accesses / seconds);
  return { ...of, emptyBytes, accessesPerSecond, hitRatio: hits / of.measured };
}

/** used_memory per item, beyond the table of buckets that 100,000 items need anyway. */
export async function bytesPerItem(
  valueBytes: number,
  hasTtl: boolean,
  clusterEnabled: boolean,
): Promise<number> {
  const server = await MeasuredServer.start(clusterEnabled ? { "cluster-enabled": "yes" } : {});
  const { redis } = server;
  if (clusterEnabled) {
    await redis.call("CLUSTER", "ADDSLOTSRANGE", 0, HASH_SLOTS - 1);
    await until("the cluster is whole", async () =>
      String(await redis.call("CLUSTER", "INFO")).includes("cluster_state:ok"),
    );
  }
  const value = "v".repeat(valueBytes);
  const items = 100_000;
  const before = await usedMemory(redis);
  await inBatches(redis, items, (i) => {
    const words = ["set", `key:${String(i).padStart(7, "0")}`, value];
    return hasTtl ? [...words, "EX", "100000"] : words;
  });
  const bytes = (await usedMemory(redis)) - before;
  server.remove();
  return bytes / items;
}
