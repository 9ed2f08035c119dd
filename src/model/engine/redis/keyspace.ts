/**
 * What one node holds: items in columns, by the key's index within its shard.
 *
 * Models: which write a key holds, where that write stands in the replication history, expiry, size, last access with
 * the engine's resolution of one second, memory in use.
 * Leaves out: several databases.
 */
import type { Nanos } from "../../../base/nanos.ts";
import { SECOND } from "../../../base/nanos.ts";
import type { Stream } from "../../../kernel/streams.ts";
import type { HeldCollections } from "./held-collections.ts";
import type { LfuClock } from "./lfu.ts";
import { itemBytes, snapshotBytes } from "./memory.ts";

const NONE = new Int32Array(0);

/**
 * Indices that can be drawn at random, added and removed in constant time. While the members are 0 to size - 1 in order,
 * as after a prefill, they take no memory.
 */
class IndexSet {
  size = 0;
  private inOrder = true;
  private members = NONE;
  /** One more than each member's place; 0 for who is none. */
  private places = NONE;

  constructor(private readonly capacity: number) {}

  add(index: number): void {
    if (this.inOrder) {
      if (index < this.size) return;
      if (index === this.size) {
        this.size++;
        return;
      }
      this.writeOut();
    }
    if (this.places[index] !== 0) return;
    this.members[this.size++] = index;
    this.places[index] = this.size;
  }

  remove(index: number): void {
    if (this.inOrder) {
      if (index >= this.size) return;
      if (index === this.size - 1) {
        this.size--;
        return;
      }
      this.writeOut();
    }
    const place = this.places[index] as number;
    if (place === 0) return;
    const last = this.members[--this.size] as number;
    this.members[place - 1] = last;
    this.places[last] = place;
    this.places[index] = 0;
  }

  draw(stream: Stream): number {
    const place = Math.floor(stream.next() * this.size);
    return this.inOrder ? place : (this.members[place] as number);
  }

  clear(): void {
    this.size = 0;
    this.inOrder = true;
    this.members = NONE;
    this.places = NONE;
  }

  copyFrom(other: IndexSet): void {
    this.clear();
    this.size = other.size;
    this.inOrder = other.inOrder;
    if (other.inOrder) return;
    this.members = other.members.slice();
    this.places = other.places.slice();
  }

  private writeOut(): void {
    this.inOrder = false;
    this.members = new Int32Array(this.capacity);
    this.places = new Int32Array(this.capacity);
    for (let index = 0; index < this.size; index++) {
      this.members[index] = index;
      this.places[index] = index + 1;
    }
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
  private floats: Float64Array;
  private words: Int32Array;
  resident: IndexSet;
  /** Items with a TTL. */
  volatile: IndexSet;
  usedBytes = 0;
  private valueBytesTotal = 0;

  constructor(
    readonly capacity: number,
    private readonly keyBytes: number,
    /** Counts uses instead of keeping the time of the last; null for all policies but LFU. */
    private readonly lfu: LfuClock | null = null,
    /** Which keys hold collections; null while all are strings. */
    readonly collections: HeldCollections | null = null,
    /** What the engine's cluster mode adds to each key. */
    private readonly slotChainBytes = 0,
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
      if (present) this.usedBytes -= this.bytesOf(key, words[at + VALUE_BYTES] as number, hadTtl);
      else this.resident.add(key);
      this.usedBytes += this.bytesOf(key, valueBytes, hasTtl);
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
    this.usedBytes -= this.bytesOf(key, this.valueBytes(key), hasTtl);
    this.valueBytesTotal -= this.valueBytes(key);
    this.words[key * WORDS + WRITE_ID] = 0;
    this.resident.remove(key);
    if (hasTtl) this.volatile.remove(key);
  }

  clear(): void {
    if (this.size === 0) return;
    this.words.fill(0);
    this.resident.clear();
    this.volatile.clear();
    this.usedBytes = 0;
    this.valueBytesTotal = 0;
  }

  /** Becomes a copy of another keyspace of the same capacity. */
  copyFrom(other: Keyspace): void {
    if (other.size === 0) {
      this.clear(); // memory that nobody has touched costs nothing
      return;
    }
    this.words.set(other.words);
    this.resident.copyFrom(other.resident);
    this.volatile.copyFrom(other.volatile);
    this.usedBytes = other.usedBytes;
    this.valueBytesTotal = other.valueBytesTotal;
  }

  /** An empty one for the keys that another has. */
  emptiedFor(other: Keyspace): Keyspace {
    const { keyBytes, lfu, slotChainBytes } = this;
    return new Keyspace(other.capacity, keyBytes, lfu, other.collections, slotChainBytes);
  }

  /** For how long the thread frees all that the keyspace holds beyond what strings take, ns. */
  get flushNs(): Nanos {
    const { collections } = this;
    if (collections === null) return 0;
    let ns = 0;
    for (let key = 0; key < this.capacity; key++)
      if (this.writeId(key) !== 0) ns += collections.freeNs(key, this.valueBytes(key), false);
    return ns;
  }

  /** Keys, and elements of collections: what is put together when a snapshot is loaded. */
  get parts(): number {
    const { collections } = this;
    if (collections === null) return this.size;
    let parts = this.size;
    for (let key = 0; key < this.capacity; key++)
      if (this.writeId(key) !== 0) parts += collections.parts(key, this.valueBytes(key));
    return parts;
  }

  /** Becomes a snapshot, and the snapshot what this was: nothing is copied. */
  load(snapshot: Keyspace): void {
    const { words, floats, resident, volatile, usedBytes, valueBytesTotal } = this;
    this.words = snapshot.words;
    this.floats = snapshot.floats;
    this.resident = snapshot.resident;
    this.volatile = snapshot.volatile;
    this.usedBytes = snapshot.usedBytes;
    this.valueBytesTotal = snapshot.valueBytesTotal;
    snapshot.words = words;
    snapshot.floats = floats;
    snapshot.resident = resident;
    snapshot.volatile = volatile;
    snapshot.usedBytes = usedBytes;
    snapshot.valueBytesTotal = valueBytesTotal;
  }

  /** The first key that two keyspaces of one capacity hold different writes of, or with different expiries; -1 for none. */
  firstDifference(other: Keyspace): number {
    const { words, floats, capacity } = this;
    const { words: otherWords, floats: otherFloats } = other;
    for (let key = 0; key < capacity; key++) {
      const writeId = words[key * WORDS + WRITE_ID] as number;
      if (writeId !== otherWords[key * WORDS + WRITE_ID]) return key;
      if (writeId === 0) continue;
      if (floats[key * FLOATS + EXPIRE_AT] !== otherFloats[key * FLOATS + EXPIRE_AT]) return key;
    }
    return -1;
  }

  /** A copy. @param spare - one of the same capacity that may be overwritten: memory that was touched before is cheaper */
  snapshot(spare?: Keyspace): Keyspace {
    const { capacity, keyBytes, lfu, collections, slotChainBytes } = this;
    const copy = spare ?? new Keyspace(capacity, keyBytes, lfu, collections, slotChainBytes);
    copy.copyFrom(this);
    return copy;
  }

  private bytesOf(key: number, valueBytes: number, hasTtl: boolean): number {
    const { collections, keyBytes, slotChainBytes } = this;
    const collection = collections?.itemBytes(key, keyBytes, valueBytes, hasTtl);
    return slotChainBytes + (collection ?? itemBytes({ keyBytes, valueBytes, hasTtl }));
  }
}
