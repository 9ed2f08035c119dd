/**
 * The active expiry cycle of primaries.
 *
 * Models: ten times a second, samples of 20 keys with a TTL, repeated while more than a tenth of a sample had expired;
 * what has expired is deleted and the replicas are told; commands wait while large values are freed.
 * Leaves out: the rest of the cycle's time on the main thread (its limit is a number of samples here), the
 * fast cycle between commands, the choice of keys by hash bucket (samples are independent).
 * Source: valkey 8.0.1 expire.c:114-330; hz 10, ACTIVE_EXPIRE_CYCLE_KEYS_PER_LOOP 20, ACCEPTABLE_STALE 10.
 */
import type { Nanos } from "../../../base/nanos.ts";
import type { Kernel } from "../../../kernel/kernel.ts";
import type { Stream } from "../../../kernel/streams.ts";
import type { RedisNode } from "./redis-node.ts";
import { SERVER_CRON_PERIOD as PERIOD } from "./server-cron.ts";

const SAMPLE = 20;
/** A tenth of a sample: more than so many expired keys ask for another. */
const ACCEPTABLE = SAMPLE / 10;
/** A quarter of the period. */
const CYCLE_NS_MAX: Nanos = PERIOD / 4;
/** 25 ms at about 10 us a sample. */
const SAMPLES_MAX = 2500;

export class ActiveExpiry {
  private readonly kind: number;
  private readonly members: { readonly node: RedisNode; readonly stream: Stream }[] = [];

  constructor(private readonly kernel: Kernel) {
    this.kind = kernel.kind("active-expiry", (target, member) => this.cycle(target, member));
  }

  add(node: RedisNode, target: number): void {
    const stream = this.kernel.streams.stream(`node/${node.id}`, "active-expiry");
    const phase = Math.floor(stream.next() * PERIOD);
    const member = this.members.push({ node, stream }) - 1;
    this.kernel.schedule(phase, this.kind, target, member, 0);
  }

  private cycle(target: number, member: number): void {
    const { now } = this.kernel;
    this.kernel.schedule(now + PERIOD, this.kind, target, member, 0);
    const { node, stream } = this.members[member] as (typeof this.members)[number];
    if (!node.writable || !node.responds || node.loading) return;
    const { volatile, collections } = node.keyspace;
    let freedNs = 0;
    for (let i = 0; i < SAMPLES_MAX && volatile.size > 0; i++) {
      const size = Math.min(SAMPLE, volatile.size);
      let expired = 0;
      for (let k = 0; k < size; k++) {
        if (volatile.size > 0 && node.expireIfDue(volatile.draw(stream), now)) expired++;
      }
      if (collections !== null) freedNs += node.freeBetweenCommands(now);
      if (expired <= ACCEPTABLE || freedNs >= CYCLE_NS_MAX) return;
    }
  }
}
