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
import { itemBytes } from "./memory.ts";

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

/** One item as it is stored or travels in the stream. */
export interface Item {
  readonly key: number;
  /** 0: the key is deleted. */
  readonly writeId: number;
  readonly offset: number;
  readonly history: number;
  readonly expireAt: Nanos;
  readonly valueBytes: number;
}

export class Keyspace {
  readonly capacity: number;
  /** Id of the write the key holds; 0: absent; negative: present since the start. */
  readonly writeId: Int32Array;
  readonly offset: Float64Array;
  readonly history: Int32Array;
  /** Absolute ns; 0 for none. */
  readonly expireAt: Float64Array;
  readonly valueBytes: Int32Array;
  /** Simulated second of the last access: the engine's LRU clock. */
  readonly lastAccess: Int32Array;
  readonly resident: IndexSet;
  /** Items with a TTL. */
  readonly volatile: IndexSet;
  usedBytes = 0;

  constructor(
    capacity: number,
    private readonly keyBytes: number,
  ) {
    this.capacity = capacity;
    this.writeId = new Int32Array(capacity);
    this.offset = new Float64Array(capacity);
    this.history = new Int32Array(capacity);
    this.expireAt = new Float64Array(capacity);
    this.valueBytes = new Int32Array(capacity);
    this.lastAccess = new Int32Array(capacity);
    this.resident = new IndexSet(capacity);
    this.volatile = new IndexSet(capacity);
  }

  get size(): number {
    return this.resident.size;
  }

  isExpired(key: number, now: Nanos): boolean {
    const expireAt = this.expireAt[key] as number;
    return expireAt !== 0 && expireAt <= now;
  }

  /** Bytes of memory an item takes here. */
  bytesOf(valueBytes: number, hasTtl: boolean): number {
    return itemBytes({ keyBytes: this.keyBytes, valueBytes, hasTtl });
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
    const present = this.writeId[key] !== 0;
    const hadTtl = present && this.expireAt[key] !== 0;
    const hasTtl = expireAt !== 0;
    const sameShape = present && hadTtl === hasTtl && this.valueBytes[key] === valueBytes;
    if (!sameShape) {
      if (present) this.usedBytes -= this.bytesOf(this.valueBytes[key] as number, hadTtl);
      else this.resident.add(key);
      this.usedBytes += this.bytesOf(valueBytes, hasTtl);
      if (hasTtl) this.volatile.add(key);
      else if (hadTtl) this.volatile.remove(key);
      this.valueBytes[key] = valueBytes;
    }
    this.writeId[key] = writeId;
    this.offset[key] = offset;
    this.history[key] = history;
    this.expireAt[key] = expireAt;
    this.lastAccess[key] = Math.floor(now / SECOND);
  }

  remove(key: number): void {
    if (this.writeId[key] === 0) return;
    const hasTtl = this.expireAt[key] !== 0;
    this.usedBytes -= this.bytesOf(this.valueBytes[key] as number, hasTtl);
    this.writeId[key] = 0;
    this.resident.remove(key);
    if (hasTtl) this.volatile.remove(key);
  }

  clear(): void {
    this.writeId.fill(0);
    this.resident.clear();
    this.volatile.clear();
    this.usedBytes = 0;
  }

  /** Becomes a copy of another keyspace of the same capacity. */
  copyFrom(other: Keyspace): void {
    this.writeId.set(other.writeId);
    this.offset.set(other.offset);
    this.history.set(other.history);
    this.expireAt.set(other.expireAt);
    this.valueBytes.set(other.valueBytes);
    this.lastAccess.set(other.lastAccess);
    this.resident.copyFrom(other.resident);
    this.volatile.copyFrom(other.volatile);
    this.usedBytes = other.usedBytes;
  }

  snapshot(): Keyspace {
    const copy = new Keyspace(this.capacity, this.keyBytes);
    copy.copyFrom(this);
    return copy;
  }
}
