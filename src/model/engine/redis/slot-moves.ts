/**
 * Slots that change their shard during a run: which keys they hold, and where a key stands on either side.
 *
 * Models: a range of one shard's slots that goes to another shard, slot by slot in order; a key has an index within each.
 * Leaves out: slots that move twice.
 */

import type { Nanos } from "../../../base/nanos.ts";

/** The part of a slot range that one step moves. Shards count from 0 within the group. */
export interface MoveSettings {
  readonly from: number;
  readonly to: number;
  readonly firstSlot: number;
  readonly slots: number;
  /** From a step that failed to the next try, ns. */
  readonly retryAfterNs: Nanos;
}

/** What is known of a cache's keys. */
export interface MovedKeys {
  readonly count: number;
  readonly counts: readonly number[];
  shardOf(key: number): number;
  localOf(key: number): number;
  slotOf(key: number): number;
}

export class SlotMove {
  /** By position: the key, its index within the shard it leaves, and its slot from 0 within the range. Ordered by slot. */
  readonly keys: Int32Array;
  readonly locals: Int32Array;
  readonly slotOf: Int32Array;
  /** By slot within the range: position of its first key; one more entry for the end. */
  readonly firstOf: Int32Array;
  private readonly positions: Int32Array;

  constructor(
    /** Among the moves of its group. */
    readonly number: number,
    readonly settings: MoveSettings,
    /** Index within the shard it goes to of the first key. */
    readonly base: number,
    map: MovedKeys,
  ) {
    const { from, firstSlot, slots } = settings;
    const bySlot: number[][] = Array.from({ length: slots }, () => []);
    for (let key = 0; key < map.count; key++) {
      if (map.shardOf(key) === from) bySlot[map.slotOf(key) - firstSlot]?.push(key);
    }
    const keys = bySlot.flat();
    this.keys = Int32Array.from(keys);
    this.locals = Int32Array.from(keys, (key) => map.localOf(key));
    this.slotOf = Int32Array.from(bySlot.flatMap((own, slot) => own.map(() => slot)));
    this.firstOf = new Int32Array(slots + 1);
    for (const [slot, own] of bySlot.entries())
      this.firstOf[slot + 1] = (this.firstOf[slot] as number) + own.length;
    this.positions = new Int32Array(map.counts[from] as number).fill(-1);
    for (const [position, local] of this.locals.entries()) this.positions[local] = position;
  }

  /** Position of a key by its index within the shard it leaves; -1: it stays. */
  positionOf(local: number): number {
    return this.positions[local] as number;
  }
}

/** Where a key is on its way. */
export interface MovedKey {
  readonly move: SlotMove;
  readonly position: number;
  /** From 0 within the move's range. */
  readonly slot: number;
}

export class SlotMoves {
  readonly moves: readonly SlotMove[];
  /** By client host: keys that one GET reads, all of one hash tag. Set when clients are built. */
  keysPerGet: readonly number[] = [];

  constructor(settings: readonly MoveSettings[], map: MovedKeys) {
    const size = [...map.counts];
    const moves: SlotMove[] = [];
    for (const of of settings) {
      const move = new SlotMove(moves.length, of, size[of.to] as number, map);
      size[of.to] = (size[of.to] as number) + move.keys.length;
      moves.push(move);
    }
    this.moves = moves;
    this.sizes = size;
  }

  /** By shard: keys that it may hold, with those that come. */
  readonly sizes: readonly number[];

  /** @param shard - where the key is at the start; @param local - its index there */
  find(shard: number, local: number): MovedKey | null {
    for (const move of this.moves) {
      if (move.settings.from !== shard) continue;
      const position = move.positionOf(local);
      if (position >= 0) return { move, position, slot: move.slotOf[position] as number };
    }
    return null;
  }
}

/** CLUSTER SETSLOT MIGRATING or IMPORTING: a slot that a node is handing over, or taking. */
export interface OpenSlot {
  readonly move: SlotMove;
  readonly slot: number;
  /** Index of the node on the other side. */
  readonly peer: number;
}
