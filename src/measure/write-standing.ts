/** How each client host's writes to each shard stand: when one last succeeded, and what has failed since. */
import type { Nanos } from "../base/nanos.ts";

/** So many writes must fail in a row before a standing says anything. */
export const FAILURES_KEPT = 3;

export class WriteStanding {
  /** By session and shard: when the last write began that succeeded; -1 for none. */
  private readonly okAt: Float64Array;
  /** When the last `FAILURES_KEPT` failed writes began, oldest first. */
  private readonly failedAt: Float64Array;

  constructor(
    sessions: number,
    readonly shards: number,
  ) {
    this.okAt = new Float64Array(sessions * shards).fill(-1);
    this.failedAt = new Float64Array(sessions * shards * FAILURES_KEPT).fill(-1);
  }

  succeeded(session: number, shard: number, invokedAt: Nanos): void {
    const at = session * this.shards + shard;
    if (invokedAt > (this.okAt[at] as number)) this.okAt[at] = invokedAt;
  }

  failed(session: number, shard: number, invokedAt: Nanos): void {
    if (shard < 0) return;
    const at = (session * this.shards + shard) * FAILURES_KEPT;
    this.failedAt.copyWithin(at, at + 1, at + FAILURES_KEPT);
    this.failedAt[at + FAILURES_KEPT - 1] = invokedAt;
  }

  /** Several writes failed that began after `since`, and none that did succeeded, though one had before. */
  isStuck(session: number, shard: number, since: Nanos): boolean {
    const at = session * this.shards + shard;
    const okAt = this.okAt[at] as number;
    const oldestFailure = this.failedAt[at * FAILURES_KEPT] as number;
    return okAt >= 0 && okAt <= since && oldestFailure > since;
  }
}
