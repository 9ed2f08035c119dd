/**
 * Eviction at maxmemory.
 *
 * Models: approximated LRU, LFU and TTL with some samples and a pool of 16 candidates kept between calls, random
 * policies, noeviction; volatile policies without a candidate refuse writes.
 * Leaves out: the dictionary's neighbouring buckets (samples are independent); the time limit of one eviction loop.
 * Source: valkey 8.0.1 evict.c:144-240, 570-640; maxmemory-samples 5.
 */
import { type Nanos, SECOND } from "../../../base/nanos.ts";
import type { Stream } from "../../../kernel/streams.ts";
import type { MaxmemoryPolicy } from "./engine-settings.ts";
import type { Keyspace } from "./keyspace.ts";

const POOL_SIZE = 16;

export class Eviction {
  /** Candidates, ascending score: the last one goes first. */
  private readonly poolKeys: number[] = [];
  private readonly poolScores: number[] = [];

  constructor(
    private readonly policy: MaxmemoryPolicy,
    private readonly stream: Stream,
    /** maxmemory-samples: keys looked at for one eviction. */
    private readonly samples = 5,
  ) {}

  /** The key to evict next, or -1 when the policy allows none. */
  choose(keyspace: Keyspace, now: Nanos): number {
    const { policy } = this;
    if (policy === "noeviction") return -1;
    const from = policy.startsWith("volatile") ? keyspace.volatile : keyspace.resident;
    if (from.size === 0) return -1;
    if (policy === "allkeys-random" || policy === "volatile-random") return from.draw(this.stream);
    for (;;) {
      for (let i = 0; i < Math.min(this.samples, from.size); i++)
        this.offer(keyspace, from.draw(this.stream), now);
      while (this.poolKeys.length > 0) {
        this.poolScores.pop();
        const key = this.poolKeys.pop() as number;
        const eligible = keyspace.writeId(key) !== 0;
        if (eligible && (policy.startsWith("allkeys") || keyspace.expireAt(key) !== 0)) return key;
      }
    }
  }

  /** The higher, the sooner a key goes: as it was when it was sampled, for the pool never looks again (evict.c:144-240). */
  private score(keyspace: Keyspace, key: number, now: Nanos): number {
    if (this.policy === "volatile-ttl") return -keyspace.expireAt(key);
    if (this.policy.endsWith("lfu")) return -keyspace.frequency(key, now);
    return Math.floor(now / SECOND) - keyspace.lastAccess(key);
  }

  /** Puts a sampled key into the pool unless it is there, or all of a full pool score higher. */
  private offer(keyspace: Keyspace, key: number, now: Nanos): void {
    if (this.poolKeys.includes(key)) return;
    const score = this.score(keyspace, key, now);
    let at = 0;
    while (at < this.poolScores.length && (this.poolScores[at] as number) < score) at++;
    if (this.poolKeys.length === POOL_SIZE) {
      if (at === 0) return;
      this.poolKeys.shift();
      this.poolScores.shift();
      at--;
    }
    this.poolKeys.splice(at, 0, key);
    this.poolScores.splice(at, 0, score);
  }
}
