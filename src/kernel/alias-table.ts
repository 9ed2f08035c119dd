/**
 * Draws from weighted outcomes in constant time with one uniform number per sample.
 *
 * Source: M. D. Vose, "A Linear Algorithm for Generating Random Numbers with a Given Distribution",
 * IEEE Transactions on Software Engineering 17(9), 1991.
 */
import { invariant } from "../base/invariant.ts";
import type { Stream } from "./streams.ts";

/** A column's number takes at most this many bits: the 2^32 steps of a draw leave 8 for its threshold. */
const COLUMN_BITS_MAX = 24;

/** Immutable after construction: runs may share one. */
export class AliasTable {
  readonly count: number;
  /**
   * Per column one word: the threshold below which the column itself is the outcome, above the bits of its alias. A draw
   * has 32 bits, of which the column takes as many as the alias does: the rest is all that a threshold can be compared
   * with. Half the memory of two words, so that twice as many columns stay in the processor's cache.
   */
  private readonly columns: Uint32Array;
  private readonly columnBits: number;
  private readonly thresholds: number;

  /** @param weights - 1 to 2^24, each finite and >= 0, with a positive sum */
  constructor(weights: ArrayLike<number>) {
    const count = weights.length;
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const weight = weights[i] as number;
      invariant(weight >= 0 && weight < Infinity, "weights are finite and not negative", {
        weight,
      });
      sum += weight;
    }
    invariant(sum > 0 && sum < Infinity, "the sum of weights is positive and finite", { sum });
    this.count = count;
    this.columnBits = Math.max(1, 32 - Math.clz32(count - 1));
    invariant(this.columnBits <= COLUMN_BITS_MAX, "at most 2^24 outcomes", { count });
    this.thresholds = 2 ** (32 - this.columnBits);
    this.columns = new Uint32Array(count);
    this.fill(weights, count / sum);
  }

  /** Cuts every weight above the mean into pieces that fill the columns of those below. */
  private fill(weights: ArrayLike<number>, scale: number): void {
    const { count } = this;
    const share = new Float64Array(count);
    // Light columns stack up from the front, heavy ones from the back.
    const order = new Int32Array(count);
    let light = 0;
    let heavy = count;
    for (let i = 0; i < count; i++) {
      share[i] = (weights[i] as number) * scale;
      if ((share[i] as number) < 1) order[light++] = i;
      else order[--heavy] = i;
    }
    while (light > 0 && heavy < count) {
      const small = order[--light] as number;
      const large = order[heavy] as number;
      this.setColumn(small, share[small] as number, large);
      const rest = (share[large] as number) + (share[small] as number) - 1;
      share[large] = rest;
      if (rest < 1) {
        heavy++;
        order[light++] = large;
      }
    }
    // What is left is full but for rounding: its own alias.
    for (let i = 0; i < light; i++) this.setColumn(order[i] as number, 0, order[i] as number);
    for (let i = heavy; i < count; i++) this.setColumn(order[i] as number, 0, order[i] as number);
  }

  private setColumn(column: number, share: number, alias: number): void {
    const threshold = Math.min(this.thresholds - 1, Math.round(share * this.thresholds));
    this.columns[column] = threshold * 2 ** this.columnBits + alias;
  }

  /** An outcome, 0 to count - 1, with probability in proportion to its weight. */
  sample(stream: Stream): number {
    const place = stream.next() * this.count;
    const column = Math.floor(place);
    const word = this.columns[column] as number;
    if ((place - column) * this.thresholds < word >>> this.columnBits) return column;
    return word & ((1 << this.columnBits) - 1);
  }
}
