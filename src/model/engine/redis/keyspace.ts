/**
 * What one node holds: string items in columns, by the key's index within its shard.
 *
 * Models: which write a key holds, where that write stands in the replication history, expiry, size, last access with
 * the engine's resolution of one second, memory in use.
 * Leaves out: other data types, several databases.
 */
import type { Nanos } from "../../../base/nanos.ts";
import { SECOND } from "../../../base/nanos.ts";
import type { Stream } from "../../../kernel/streams.ts";
import type { LfuClock } from "./lfu.ts";
import { itemBytes, snapshotBytes } from "./memory.ts";

/** Indices that can be drawn at random, added and removed in constant time. */
class IndexSet {
  private readonly members: Int32Array;
  private readonly position: Int32Array;
  size = 0;

  constructor(capacity: number) {
    this.members = new Int32Array(capacity);
    this.position = new Int32Array(capacity).fill(-1);
  }

  add(index: number): void {
    if (this.position[index] !== -1) return;
    this.position[index] = this.size;
    this.members[this.size++] = index;
  }

  remove(index: number): void {
    const at = this.position[index] as number;
    if (at === -1) return;
    const last = this.members[--this.size] as number;
    this.members[at] = last;
    this.position[last] = at;
    this.position[index] = -1;
  }

  draw(stream: Stream): number {
    return this.members[Math.floor(stream.next() * this.size)] as number;
  }

  clear(): void {
    for (let i = 0; i < this.size; i++) this.position[this.members[i] as number] = -1;
    this.size = 0;
  }

  copyFrom(other: IndexSet): void {
    this.members.set(other.members);
    this.position.set(other.position);
    this.size = other.size;
  }
}

/** One item takes 32 bytes, half a cache line: two doubles, then four 32-bit words of the same buffer. */
const FLOATS = 4;
const OFFSET = 0;
const EXPIRE_AT = 1;
const WORDS = 8;
const WRITE_ID = 4;
const HISTORY = 5;
const VALUE_BYTES = 6;
const LAST_ACCESS = 7;

export class Keyspace {
  private readonly floats: Float64Array;
  private readonly words: Int32Array;
  readonly resident: IndexSet;
  /** Items with a TTL. */
  readonly volatile: IndexSet;
  usedBytes = 0;
  private valueBytesTotal = 0;

  constructor(
    readonly capacity: number,
    private readonly keyBytes: number,
    /** Counts uses instead of keeping the time of the last; null for all policies but LFU. */
    private readonly lfu: LfuClock | null = null,
  ) {
    this.words = new Int32Array(capacity * WORDS);
    this.floats = new Float64Array(this.words.buffer);
    this.resident = new IndexSet(capacity);
    this.volatile = new IndexSet(capacity);
  }

  /** Bytes of a snapshot of all items, as an RDB stream carries them. */
  get snapshotBytes(): number {
    return snapshotBytes(this.size, this.keyBytes, this.valueBytesTotal, this.volatile.size);
  }

  get size(): number {
    return this.resident.size;
  }

  /** Id of the write the key holds; 0: absent; negative: present since the start. */
  writeId(key: number): number {
    return this.words[key * WORDS + WRITE_ID] as number;
  }
  offset(key: number): number {
    return this.floats[key * FLOATS + OFFSET] as number;
  }
  history(key: number): number {
    return this.words[key * WORDS + HISTORY] as number;
  }
  /** Absolute ns; 0 for none. */
  expireAt(key: number): Nanos {
    return this.floats[key * FLOATS + EXPIRE_AT] as number;
  }
  valueBytes(key: number): number {
    return this.words[key * WORDS + VALUE_BYTES] as number;
  }
  /** Simulated second of the last access: the engine's LRU clock; with an LFU policy its word of minute and counter. */
  lastAccess(key: number): number {
    return this.words[key * WORDS + LAST_ACCESS] as number;
  }

  touch(key: number, now: Nanos): void {
    const at = key * WORDS + LAST_ACCESS;
    this.words[at] =
      this.lfu === null ? Math.floor(now / SECOND) : this.lfu.used(this.words[at] as number, now);
  }

  /** How often a key was used, 0 to 255, as an LFU policy counts. */
  frequency(key: number, now: Nanos): number {
    return this.lfu?.counter(this.lastAccess(key), now) ?? 0;
  }

  isExpired(key: number, now: Nanos): boolean {
    const expireAt = this.expireAt(key);
    return expireAt !== 0 && expireAt <= now;
  }

  set(
    key: number,
    writeId: number,
    offset: number,
    history: number,
    expireAt: Nanos,
    valueBytes: number,
    now: Nanos,
  ): void {
    const { words, floats } = this;
    const at = key * WORDS;
    const floatsAt = key * FLOATS;
    const present = words[at + WRITE_ID] !== 0;
    const hadTtl = present && floats[floatsAt + EXPIRE_AT] !== 0;
    const hasTtl = expireAt !== 0;
    if (!present || hadTtl !== hasTtl || words[at + VALUE_BYTES] !== valueBytes) {
      this.valueBytesTotal += valueBytes - (present ? (words[at + VALUE_BYTES] as number) : 0);
      if (present) this.usedBytes -= this.bytesOf(words[at + VALUE_BYTES] as number, hadTtl);
      else this.resident.add(key);
      this.usedBytes += this.bytesOf(valueBytes, hasTtl);
      if (hasTtl) this.volatile.add(key);
      else if (hadTtl) this.volatile.remove(key);
    }
    words[at + WRITE_ID] = writeId;
    words[at + HISTORY] = history;
    words[at + VALUE_BYTES] = valueBytes;
    if (this.lfu === null) words[at + LAST_ACCESS] = Math.floor(now / SECOND);
    else {
      const word = words[at + LAST_ACCESS] as number;
      words[at + LAST_ACCESS] = present ? this.lfu.used(word, now) : this.lfu.first(now);
    }
    floats[floatsAt + OFFSET] = offset;
    floats[floatsAt + EXPIRE_AT] = expireAt;
  }

  remove(key: number): void {
    if (this.writeId(key) === 0) return;
    const hasTtl = this.expireAt(key) !== 0;
    this.usedBytes -= this.bytesOf(this.valueBytes(key), hasTtl);
    this.valueBytesTotal -= this.valueBytes(key);
    this.words[key * WORDS + WRITE_ID] = 0;
    this.resident.remove(key);
    if (hasTtl) this.volatile.remove(key);
  }

  clear(): void {
    this.words.fill(0);
    this.resident.clear();
    this.volatile.clear();
    this.usedBytes = 0;
    this.valueBytesTotal = 0;
  }

  /** Becomes a copy of another keyspace of the same capacity. */
  copyFrom(other: Keyspace): void {
    this.words.set(other.words);
    this.resident.copyFrom(other.resident);
    this.volatile.copyFrom(other.volatile);
    this.usedBytes = other.usedBytes;
    this.valueBytesTotal = other.valueBytesTotal;
  }

  /** An empty one of another size. */
  emptied(capacity: number): Keyspace {
    return new Keyspace(capacity, this.keyBytes, this.lfu);
  }

  snapshot(): Keyspace {
    const copy = new Keyspace(this.capacity, this.keyBytes, this.lfu);
    copy.copyFrom(this);
    return copy;
  }

  private bytesOf(valueBytes: number, hasTtl: boolean): number {
    return itemBytes({ keyBytes: this.keyBytes, valueBytes, hasTtl });
  }
}
