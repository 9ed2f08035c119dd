/**
 * The last acknowledged, not lost write of every key: what must still be there in the end, and what a read may not be
 * older than. One fold for all groups that share keys (a cache, or a Global Datastore's members).
 */
import type { Nanos } from "../base/nanos.ts";
import type { OperationColumns } from "../journal/operation-columns.ts";

const INITIAL_KEYS = 1024;

export class DurabilityFold {
  /** Offset of the last acknowledged write, 0: none; with its history, id, expiry and time of acknowledgement. */
  offset = new Float64Array(INITIAL_KEYS);
  history = new Int32Array(INITIAL_KEYS);
  writeId = new Float64Array(INITIAL_KEYS);
  expireAt = new Float64Array(INITIAL_KEYS);
  ackAt = new Float64Array(INITIAL_KEYS);
  /** Write ids that left memory by eviction. */
  readonly evicted = new Set<number>();
  /** When a key was last evicted, by `cache/shard/number within the shard`: perhaps with a write that nobody acknowledged. */
  readonly evictedAt = new Map<string, Nanos>();
  /** By key: the last write that a client reported as failed. */
  readonly failed = new Map<number, number>();
  staleReads = 0;
  stalenessNsMax: Nanos = 0;

  acknowledged(
    key: number,
    history: number,
    offset: number,
    writeId: number,
    expireAt: Nanos,
    ackAt: Nanos,
  ): void {
    if (key >= this.offset.length) this.grow(key);
    if (offset <= (this.offset[key] as number) && history <= (this.history[key] as number)) return;
    this.offset[key] = offset;
    this.history[key] = history;
    this.writeId[key] = writeId;
    this.expireAt[key] = expireAt;
    this.ackAt[key] = ackAt;
  }

  /** A read returned, without an expiry, the key's last acknowledged write, which has one. */
  forgotExpiry(batch: OperationColumns, i: number): boolean {
    const key = batch.key[i] as number;
    return (
      key < this.expireAt.length &&
      this.expireAt[key] !== 0 &&
      this.offset[key] !== 0 &&
      this.writeId[key] === batch.writeId[i]
    );
  }

  /** A history ended: what it kept lives on in `successor`; keys whose last write it lost owe nothing any more. */
  ended(history: number, keptOffset: number, successor: number): void {
    for (let key = 0; key < this.offset.length; key++) {
      if (this.history[key] !== history || this.offset[key] === 0) continue;
      if ((this.offset[key] as number) > keptOffset) this.offset[key] = 0;
      this.history[key] = successor;
    }
  }

  /** A read that a replica answered from position `offset`: stale when a newer write was acknowledged before it began. */
  replicaRead(key: number, offset: number, invokedAt: Nanos, returnedAt: Nanos): void {
    if (key >= this.offset.length) return;
    const ackAt = this.ackAt[key] as number;
    const newer = (this.offset[key] as number) > offset && ackAt <= invokedAt;
    if (!newer) return;
    this.staleReads++;
    this.stalenessNsMax = Math.max(this.stalenessNsMax, returnedAt - ackAt);
  }

  private grow(key: number): void {
    const capacity = Math.max(this.offset.length * 2, key + 1);
    const wider = (column: Float64Array): Float64Array<ArrayBuffer> => {
      const grown = new Float64Array(capacity);
      grown.set(column);
      return grown;
    };
    this.offset = wider(this.offset);
    this.writeId = wider(this.writeId);
    this.expireAt = wider(this.expireAt);
    this.ackAt = wider(this.ackAt);
    const history = new Int32Array(capacity);
    history.set(this.history);
    this.history = history;
  }
}
