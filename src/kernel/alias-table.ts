/**
 * Draws from weighted outcomes in constant time with one uniform number per sample.
 *
 * Source: M. D. Vose, "A Linear Algorithm for Generating Random Numbers with a Given Distribution",
 * IEEE Transactions on Software Engineering 17(9), 1991.
 */
import { invariant } from "../base/invariant.ts";
import type { Stream } from "./streams.ts";

const TWO_32 = 4294967296;

/** Immutable after construction: runs may share one. */
export class AliasTable {
  readonly count: number;
  /** Per column: threshold (of 2^32) below which the column itself is the outcome; else its alias. */
  private readonly columns: Uint32Array;

  /** @param weights - at least one, each finite and >= 0, with a positive sum */
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
    this.columns = new Uint32Array(2 * count);
    this.fill(weights, count / sum);
  }

  /** Cuts every weight above the mean into pieces that fill the columns of those below. */
  private fill(weights: ArrayLike<number>, scale: number): void {
    const { count, columns } = this;
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
      columns[2 * small] = Math.min(TWO_32 - 1, Math.round((share[small] as number) * TWO_32));
      columns[2 * small + 1] = large;
      const rest = (share[large] as number) + (share[small] as number) - 1;
      share[large] = rest;
      if (rest < 1) {
        heavy++;
        order[light++] = large;
      }
    }
    // What is left is full but for rounding: its own alias.
    for (let i = 0; i < light; i++) this.fillWhole(order[i] as number);
    for (let i = heavy; i < count; i++) this.fillWhole(order[i] as number);
  }

  private fillWhole(column: number): void {
    this.columns[2 * column] = TWO_32 - 1;
    this.columns[2 * column + 1] = column;
  }

  /** An outcome, 0 to count - 1, with probability in proportion to its weight. */
  sample(stream: Stream): number {
    const { columns } = this;
    const place = stream.next() * this.count;
    const column = Math.floor(place);
    if ((place - column) * TWO_32 < (columns[2 * column] as number)) return column;
    return columns[2 * column + 1] as number;
  }
}
