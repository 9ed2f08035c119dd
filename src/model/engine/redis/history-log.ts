/**
 * One replication history: the stream of writes under one replication id, as replicas read it.
 *
 * Models: offsets in bytes, the backlog in blocks of which whole ones are dropped (so that it reaches back by its size,
 * and up to a block further; further still while a follower has not read a block), the parent history a promotion
 * forked from (replid2 and its offset).
 * Leaves out: blocks of commands larger than a block.
 * Source: valkey 8.0.1 replication.c:339-460, 830-905, 1836-1850.
 */
import { invariant } from "../../../base/invariant.ts";
import type { Nanos } from "../../../base/nanos.ts";

const INITIAL_CAPACITY = 1024;
/** Source: valkey 8.0.1 replication.c:414-460, PROTO_REPLY_CHUNK_BYTES. */
export const BLOCK_BYTES = 16_384;

/** A position from which readers still need entries. */
export interface LogReader {
  readonly next: number;
}

export class HistoryLog {
  /** Offset after each entry, and when it was sent; by entry number modulo capacity. */
  private capacity = INITIAL_CAPACITY;
  private mask = INITIAL_CAPACITY - 1;
  private endOffsets = new Float64Array(INITIAL_CAPACITY);
  private sentAts = new Float64Array(INITIAL_CAPACITY);
  private keys = new Int32Array(INITIAL_CAPACITY);
  private writeIds = new Int32Array(INITIAL_CAPACITY);
  private expireAts = new Float64Array(INITIAL_CAPACITY);
  private valueSizes = new Int32Array(INITIAL_CAPACITY);
  readonly readers: LogReader[] = [];
  /** Number of the first entry kept, and of the one to come. */
  first = 0;
  next = 0;
  headOffset: number;
  /** Offset before entry 0. */
  private baseOffset: number;
  /** Offset up to which the backlog was given up. */
  private freedAt = -1;

  /**
   * @param history - replication id, as a number unique in the run
   * @param parent - history this one forked from, -1 for none; its writes up to `forkOffset` are part of this one
   */
  constructor(
    readonly history: number,
    readonly parent: number,
    readonly forkOffset: number,
    private readonly backlogBytes: number,
    /** Where the first block begins. */
    private readonly blockBase = forkOffset,
  ) {
    this.headOffset = forkOffset;
    this.baseOffset = forkOffset;
  }

  attach(reader: LogReader): void {
    this.readers.push(reader);
  }

  detach(reader: LogReader): void {
    const at = this.readers.indexOf(reader);
    if (at >= 0) this.readers.splice(at, 1);
  }

  /** Appends a write (or, with writeId 0, a deletion; with key -1, a PING) of `bytes`; returns its offset. */
  append(
    bytes: number,
    sentAt: Nanos,
    key: number,
    writeId: number,
    expireAt: Nanos,
    valueBytes: number,
  ): number {
    if (this.next - this.first === this.capacity) this.makeRoom();
    const at = this.next & this.mask;
    this.headOffset += bytes;
    this.endOffsets[at] = this.headOffset;
    this.sentAts[at] = sentAt;
    this.keys[at] = key;
    this.writeIds[at] = writeId;
    this.expireAts[at] = expireAt;
    this.valueSizes[at] = valueBytes;
    this.next++;
    return this.headOffset;
  }

  endOffset(entry: number): number {
    return this.endOffsets[entry & this.mask] as number;
  }
  sentAt(entry: number): Nanos {
    return this.sentAts[entry & this.mask] as number;
  }
  key(entry: number): number {
    return this.keys[entry & this.mask] as number;
  }
  writeId(entry: number): number {
    return this.writeIds[entry & this.mask] as number;
  }
  expireAt(entry: number): Nanos {
    return this.expireAts[entry & this.mask] as number;
  }
  valueBytes(entry: number): number {
    return this.valueSizes[entry & this.mask] as number;
  }

  /** Number of the first entry beyond `offset`. */
  entryAfter(offset: number): number {
    let low = this.first;
    let high = this.next;
    while (low < high) {
      const middle = low + ((high - low) >> 1);
      if (this.endOffset(middle) > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Whether a reader that stands at (history, offset) can go on from the backlog of a node that holds up to `heldOffset`. */
  canContinue(history: number, offset: number, heldOffset: number): boolean {
    return this.whyNot(history, offset, heldOffset) === null;
  }

  /**
   * Why such a reader cannot go on: its history is none that this one came from, it holds what this one never had, or the
   * backlog no longer reaches back to it; null where it can.
   */
  whyNot(
    history: number,
    offset: number,
    heldOffset: number,
  ): "unrelated" | "diverged" | "outrun" | null {
    if (history !== this.history && history !== this.parent) return "unrelated";
    if (offset > (history === this.history ? heldOffset : Math.min(this.forkOffset, heldOffset)))
      return "diverged";
    const isGone = offset <= this.freedAt || offset < this.backlogStart(heldOffset);
    return isGone || !this.holds(offset) ? "outrun" : null;
  }

  /** Gives the backlog up with all that was written by now. */
  freeBacklog(): void {
    this.freedAt = this.headOffset;
  }

  /** The oldest offset in the backlog of a node that holds up to `heldOffset`: the start of a block. */
  backlogStart(heldOffset: number): number {
    const beyond = heldOffset - this.backlogBytes - BLOCK_BYTES;
    let start = Math.max(
      this.blockBase,
      this.blockBase + Math.ceil((beyond - this.blockBase) / BLOCK_BYTES) * BLOCK_BYTES,
    );
    for (const reader of this.readers) {
      if (reader.next < this.next && reader.next > this.first)
        start = Math.min(start, this.endOffset(reader.next - 1));
    }
    return start;
  }

  /** A new history that a node forks from this one when it is promoted at `offset`. */
  fork(history: number, offset: number): HistoryLog {
    const fork = new HistoryLog(history, this.history, offset, this.backlogBytes, this.blockBase);
    const end = this.entryAfter(offset);
    const oldest = this.first === 0 ? 0 : this.first + 1;
    const start = Math.min(
      end,
      Math.max(oldest, this.entryAfter(offset - this.backlogBytes - BLOCK_BYTES)),
    );
    fork.headOffset = start === end ? offset : this.startOffset(start);
    fork.baseOffset = fork.headOffset;
    for (let entry = start; entry < end; entry++) {
      fork.append(
        this.endOffset(entry) - fork.headOffset,
        this.sentAt(entry),
        this.key(entry),
        this.writeId(entry),
        this.expireAt(entry),
        this.valueBytes(entry),
      );
    }
    invariant(fork.headOffset === offset, "a fork begins where its parent was left", {
      head: fork.headOffset,
      offset,
    });
    return fork;
  }

  /** Offset before an entry: where a reader stands that reads it next. */
  startOffset(entry: number): number {
    return entry === 0 ? this.baseOffset : this.endOffset(entry - 1);
  }

  /** The backlog reaches back to `offset`. */
  private holds(offset: number): boolean {
    return offset >= (this.first === 0 ? this.baseOffset : this.endOffset(this.first));
  }

  /** Drops what neither the backlog nor a reader needs; doubles when that is not enough. */
  private makeRoom(): void {
    let keep = this.entryAfter(this.headOffset - this.backlogBytes - BLOCK_BYTES);
    for (const reader of this.readers) keep = Math.min(keep, reader.next);
    this.first = Math.max(this.first, Math.min(keep - 1, this.next - 1));
    if (this.next - this.first > this.capacity / 2) this.grow();
  }

  private grow(): void {
    const capacity = this.capacity * 2;
    const mask = capacity - 1;
    const move = <T extends Float64Array | Int32Array>(from: T, to: T): T => {
      for (let entry = this.first; entry < this.next; entry++)
        to[entry & mask] = from[entry & this.mask] as number;
      return to;
    };
    this.endOffsets = move(this.endOffsets, new Float64Array(capacity));
    this.sentAts = move(this.sentAts, new Float64Array(capacity));
    this.keys = move(this.keys, new Int32Array(capacity));
    this.writeIds = move(this.writeIds, new Int32Array(capacity));
    this.expireAts = move(this.expireAts, new Float64Array(capacity));
    this.valueSizes = move(this.valueSizes, new Int32Array(capacity));
    this.capacity = capacity;
    this.mask = mask;
  }
}
