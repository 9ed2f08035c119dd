/**
 * The last acknowledged, not lost write of every key: what must still be there in the end, and what a read may not be
 * older than. One fold for all groups that share keys (a cache, or a Global Datastore's members).
 */
import type { Nanos } from "../base/nanos.ts";
import { COMMAND_SET, type OperationColumns } from "../journal/operation-columns.ts";

/** A key's write takes 32 bytes, half a cache line: three doubles, then two 32-bit words of the same buffer. */
const FLOATS = 4;
const OFFSET = 0;
const EXPIRE_AT = 1;
const ACK_AT = 2;
const WORDS = 8;
const HISTORY = 6;
const WRITE_ID = 7;

export class DurabilityFold {
  private readonly floats: Float64Array;
  private readonly words: Int32Array;
  /** Some acknowledged write had an expiry. */
  private expires = false;
  /** What was looked at goes here, for else V8 leaves the look out. */
  looked = 0;
  /** Write ids that left memory by eviction. */
  readonly evicted = new Set<number>();
  /** When a key was last evicted, by `cache/shard/number within the shard`: perhaps with a write that nobody acknowledged. */
  readonly evictedAt = new Map<string, Nanos>();
  /** By key: the last write that a client reported as failed. */
  readonly failed = new Map<number, number>();
  staleReads = 0;
  stalenessNsMax: Nanos = 0;

  /** Keys that went to another shard: the history they left, as it goes on, and where they stand in the other. */
  private readonly moves = new Map<number, { from: number; to: number; offset: number }>();

  /** @param keys - keys have numbers below this */
  constructor(readonly keys: number) {
    this.floats = new Float64Array(keys * FLOATS);
    this.words = new Int32Array(this.floats.buffer);
  }

  /** Looks at the keys of a batch's writes before they are folded in: their misses of the processor's cache overlap. */
  bringNear({ count, key, command }: OperationColumns): void {
    const { words } = this;
    let looked = 0;
    for (let i = 0; i < count; i++)
      if (command[i] === COMMAND_SET)
        looked ^= words[(key[i] as number) * WORDS + WRITE_ID] as number;
    this.looked = looked;
  }

  /** Offset of the key's last acknowledged write; 0: none. */
  offset(key: number): number {
    return this.floats[key * FLOATS + OFFSET] as number;
  }

  writeId(key: number): number {
    return this.words[key * WORDS + WRITE_ID] as number;
  }

  /** When the last acknowledged write was acknowledged. */
  ackAt(key: number): Nanos {
    return this.floats[key * FLOATS + ACK_AT] as number;
  }

  /** Absolute ns; 0 for none. */
  expireAt(key: number): Nanos {
    return this.floats[key * FLOATS + EXPIRE_AT] as number;
  }

  /** Row `i` is an acknowledged write that lives on in `history`. */
  acknowledged(batch: OperationColumns, i: number, history: number): void {
    const key = batch.key[i] as number;
    const { floats, words } = this;
    const at = key * FLOATS;
    const wordsAt = key * WORDS;
    let offset = batch.offset[i] as number;
    if (this.moves.size > 0) {
      const moved = this.moves.get(key);
      // Executed before the key went: the acknowledgement was on its way.
      if (moved?.from === history) {
        if (words[wordsAt + HISTORY] === moved.to) return;
        offset = moved.offset;
        history = moved.to;
      } else if (moved !== undefined && words[wordsAt + HISTORY] === moved.from) {
        floats[at + OFFSET] = 0; // positions of two histories do not compare
      }
    }
    if (
      offset <= (floats[at + OFFSET] as number) &&
      history <= (words[wordsAt + HISTORY] as number)
    )
      return;
    const expireAt = batch.expireAt[i] as number;
    if (expireAt !== 0) this.expires = true;
    floats[at + OFFSET] = offset;
    floats[at + EXPIRE_AT] = expireAt;
    floats[at + ACK_AT] = batch.returnedAt[i] as number;
    words[wordsAt + HISTORY] = history;
    words[wordsAt + WRITE_ID] = batch.writeId[i] as number;
  }

  /** A key went to another shard with what it held. */
  moved(
    of: {
      readonly key: number;
      readonly writeId: number;
      readonly expireAt: Nanos;
      readonly offset: number;
    },
    fromHistory: number,
    toHistory: number,
  ): void {
    const { floats, words } = this;
    this.moves.set(of.key, { from: fromHistory, to: toHistory, offset: of.offset });
    if (floats[of.key * FLOATS + OFFSET] === 0) return;
    floats[of.key * FLOATS + OFFSET] = of.offset;
    floats[of.key * FLOATS + EXPIRE_AT] = of.expireAt;
    words[of.key * WORDS + HISTORY] = toHistory;
    words[of.key * WORDS + WRITE_ID] = of.writeId;
  }

  /** A read returned, without an expiry, the key's last acknowledged write, which has one. */
  forgotExpiry(batch: OperationColumns, i: number): boolean {
    if (!this.expires) return false;
    const key = batch.key[i] as number;
    return (
      this.expireAt(key) !== 0 && this.offset(key) !== 0 && this.writeId(key) === batch.writeId[i]
    );
  }

  /** A history ended: what it kept lives on in `successor`; keys whose last write it lost owe nothing any more. */
  ended(history: number, keptOffset: number, successor: number): void {
    const { floats, words, keys } = this;
    for (const moved of this.moves.values()) {
      if (moved.from === history) moved.from = successor;
      if (moved.to === history) moved.to = successor;
    }
    for (let key = 0; key < keys; key++) {
      const offset = floats[key * FLOATS + OFFSET] as number;
      if (words[key * WORDS + HISTORY] !== history || offset === 0) continue;
      if (offset > keptOffset) floats[key * FLOATS + OFFSET] = 0;
      words[key * WORDS + HISTORY] = successor;
    }
  }

  /**
   * A history that had ended goes on: what it had kept is its own again, and keys whose last write only the successor had
   * owe nothing.
   */
  resumed(history: number, keptOffset: number, successor: number): void {
    this.ended(successor, keptOffset, history);
  }

  /** Row `i` is a read that a replica answered: stale when a newer write was acknowledged before it began. */
  replicaRead(batch: OperationColumns, i: number): void {
    const key = batch.key[i] as number;
    const ackAt = this.floats[key * FLOATS + ACK_AT] as number;
    const newer =
      this.offset(key) > (batch.offset[i] as number) && ackAt <= (batch.invokedAt[i] as number);
    if (!newer) return;
    this.staleReads++;
    this.stalenessNsMax = Math.max(this.stalenessNsMax, (batch.returnedAt[i] as number) - ackAt);
  }
}
