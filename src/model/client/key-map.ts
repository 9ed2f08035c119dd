/**
 * Where each key of a cache lives: its shard, and its index among the shard's keys.
 *
 * Models: keys by the hash slots of their names.
 * Leaves out: names of one's own, so that which keys share a shard is the model's choice; keys of different length.
 */
import { invariant } from "../../base/invariant.ts";
import { shardOfSlot, slotOfKey } from "../engine/redis/slots.ts";

export class KeyMap {
  /**
   * By key: shard from 0 within the cache, above `localBits` bits of its index within the shard. One word, so that twice as
   * many keys stay in the processor's cache; null for one shard, where each key's index is its own number.
   */
  private readonly places: Uint32Array | null;
  private readonly localBits: number;
  private readonly localMask: number;
  /** Keys of each shard. */
  readonly counts: readonly number[];
  readonly keyBytes: number;
  private readonly width: number;

  /**
   * @param count - keys, named `key:` and their number padded with zeros to equal length
   * @param shards - of the cache; with cluster mode disabled, 1
   * @param tagOf - the key whose name stands in a key's hash tag: its own where it has none
   */
  constructor(
    readonly count: number,
    shards: number,
    private readonly tagOf: (key: number) => number = (key) => key,
  ) {
    const width = Math.max(1, String(Math.max(0, count - 1)).length);
    this.keyBytes = 4 + width;
    this.width = width;
    this.localBits = Math.clz32(shards - 1);
    this.localMask = 2 ** this.localBits - 1;
    invariant(count <= 2 ** this.localBits, "a key's place fits in a word", { count, shards });
    if (shards === 1) {
      this.places = null;
      this.counts = [count];
      return;
    }
    this.places = new Uint32Array(count);
    const counts: number[] = new Array<number>(shards).fill(0);
    for (let key = 0; key < count; key++) {
      const shard = shardOfSlot(this.slotOf(key), shards);
      this.places[key] = shard * 2 ** this.localBits + (counts[shard] as number);
      counts[shard] = (counts[shard] as number) + 1;
    }
    this.counts = counts;
  }

  slotOf(key: number): number {
    return slotOfKey(`key:${String(this.tagOf(key)).padStart(this.width, "0")}`);
  }

  shardOf(key: number): number {
    return this.places === null ? 0 : (this.places[key] as number) >>> this.localBits;
  }

  localOf(key: number): number {
    return this.places === null ? key : (this.places[key] as number) & this.localMask;
  }
}
