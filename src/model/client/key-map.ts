/**
 * Where each key of a cache lives: its shard, and its index among the shard's keys.
 *
 * Models: keys by the hash slots of their names.
 * Leaves out: names of one's own, so that which keys share a shard is the model's choice; keys of different length.
 */
import { shardOfSlot, slotOfKey } from "../engine/redis/slots.ts";

export class KeyMap {
  /** Shard from 0 within the cache and index within the shard, side by side: [2 * key], [2 * key + 1]. */
  readonly places: Int32Array;
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
    this.places = new Int32Array(2 * count);
    const counts: number[] = new Array<number>(shards).fill(0);
    for (let key = 0; key < count; key++) {
      const shard = shards === 1 ? 0 : shardOfSlot(this.slotOf(key), shards);
      this.places[2 * key] = shard;
      this.places[2 * key + 1] = counts[shard] as number;
      counts[shard] = (counts[shard] as number) + 1;
    }
    this.counts = counts;
  }

  slotOf(key: number): number {
    return slotOfKey(`key:${String(this.tagOf(key)).padStart(this.width, "0")}`);
  }

  shardOf(key: number): number {
    return this.places[2 * key] as number;
  }

  localOf(key: number): number {
    return this.places[2 * key + 1] as number;
  }
}
