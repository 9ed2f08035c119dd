/**
 * Which of a shard's keys hold collections, and what work on them costs the thread that serves commands.
 *
 * Models: reading and writing whole values, an element at a time; freeing what is replaced, evicted or expired, by the
 * thread itself, or past a threshold by a background thread where the settings say so.
 * Leaves out: commands on single elements, which take as long as any simple command; what a replica's thread spends on
 * the stream; contention of the background thread for the allocator.
 */
import type { Nanos } from "../../../base/nanos.ts";
import {
  type Collection,
  collectionBytes,
  freeEffort,
  LAZYFREE_THRESHOLD,
  payloadBytes,
  replaceStreamBytes,
} from "./collections.ts";
import { keyBytesInTable } from "./memory.ts";
import { setStreamBytes } from "./resp.ts";

/** Main-thread time of an element that is read, written or freed, ns. */
export interface CollectionCosts {
  readonly readNs: Nanos;
  readonly writeNs: Nanos;
  readonly freeNs: Nanos;
}

/** lazyfree-lazy-eviction, lazyfree-lazy-expire, lazyfree-lazy-user-del and replica-lazy-flush. */
export interface LazyFree {
  readonly eviction: boolean;
  readonly expire: boolean;
  readonly userDel: boolean;
  readonly replicaFlush: boolean;
}

export class HeldCollections {
  /**
   * @param kinds - the collections there are
   * @param kindOf - by key's index within the shard: one more than its collection's place in `kinds`; 0 for a string
   */
  constructor(
    private readonly kinds: readonly Collection[],
    private readonly kindOf: Uint8Array,
    private readonly costs: CollectionCosts,
  ) {}

  private of(key: number): Collection | undefined {
    return this.kinds[(this.kindOf[key] as number) - 1];
  }

  private elements(of: Collection, valueBytes: number): number {
    return Math.max(1, Math.round(valueBytes / payloadBytes(of)));
  }

  /** Memory of an item, bytes; null for a string. */
  itemBytes(key: number, keyBytes: number, valueBytes: number, hasTtl: boolean): number | null {
    const of = this.of(key);
    if (of === undefined) return null;
    const value = collectionBytes(of, this.elements(of, valueBytes));
    return Math.round(keyBytesInTable(keyBytes, hasTtl) + value);
  }

  /** Elements that a load puts together one by one. */
  parts(key: number, valueBytes: number): number {
    const of = this.of(key);
    return of === undefined ? 0 : freeEffort(of, this.elements(of, valueBytes));
  }

  readNs(key: number, valueBytes: number): Nanos {
    const of = this.of(key);
    return of === undefined ? 0 : this.elements(of, valueBytes) * this.costs.readNs;
  }

  writeNs(key: number, valueBytes: number): Nanos {
    const of = this.of(key);
    return of === undefined ? 0 : this.elements(of, valueBytes) * this.costs.writeNs;
  }

  /** For how long the thread frees a value. @param lazy - the settings let the background thread do it */
  freeNs(key: number, valueBytes: number, lazy: boolean): Nanos {
    const of = this.of(key);
    if (of === undefined) return 0;
    const effort = freeEffort(of, this.elements(of, valueBytes));
    return lazy && effort > LAZYFREE_THRESHOLD ? 0 : effort * this.costs.freeNs;
  }

  /** Bytes that a write adds to the replication stream. */
  streamBytes(key: number, keyBytes: number, valueBytes: number, hasTtl: boolean): number {
    const of = this.of(key);
    if (of === undefined) return setStreamBytes(keyBytes, valueBytes, hasTtl);
    return replaceStreamBytes(of, keyBytes, this.elements(of, valueBytes), hasTtl);
  }
}
