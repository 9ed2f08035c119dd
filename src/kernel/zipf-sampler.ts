/**
 * Ranks by Zipf's law without a table of all of them: such a table misses the processor's cache with every draw once there
 * are many. The first ranks stand for themselves; those behind them in blocks, each as if all its ranks were as popular
 * as its first. A rank of a block is kept with the probability that takes it down to its own popularity, else all is
 * drawn again: exact, and some nineteen of twenty are kept.
 *
 * Source: L. Devroye, "Non-Uniform Random Variate Generation", Springer 1986, section II.3 (the rejection method) and
 * III.2 (the alias method).
 */
import { invariant } from "../base/invariant.ts";
import { pow } from "../base/portable-math.ts";
import { AliasTable } from "./alias-table.ts";
import type { Stream } from "./streams.ts";

/** Ranks that stand for themselves. */
const HEAD = 1024;
/** A block is as long as its first rank's number divided by this. */
const BLOCK_SHARE = 16;

/** Immutable after construction: runs may share one. */
export class ZipfSampler {
  private readonly outcomes: AliasTable;
  /** Of each block: its first rank, and how many it has. */
  private readonly starts: Float64Array;
  private readonly lengths: Float64Array;
  /** Of each block: what its last rank is kept with. */
  private readonly least: Float64Array;

  /**
   * @param exponent - above 0
   * @param count - more than HEAD
   */
  constructor(
    private readonly exponent: number,
    readonly count: number,
  ) {
    invariant(count > HEAD && exponent > 0, "there are ranks beyond the first", {
      count,
      exponent,
    });
    const weights: number[] = [];
    for (let rank = 0; rank < HEAD; rank++) weights.push(pow(rank + 1, -exponent));
    const starts: number[] = [];
    const lengths: number[] = [];
    const least: number[] = [];
    for (let start = HEAD; start < count; ) {
      const length = Math.min(count - start, Math.floor((start + 1) / BLOCK_SHARE));
      starts.push(start);
      lengths.push(length);
      least.push(this.kept(start, start + length - 1));
      weights.push(length * pow(start + 1, -exponent));
      start += length;
    }
    this.outcomes = new AliasTable(weights);
    this.starts = Float64Array.from(starts);
    this.lengths = Float64Array.from(lengths);
    this.least = Float64Array.from(least);
  }

  /** A rank, 0 to count - 1. One draw for the first ranks, two for most of the others. */
  sample(stream: Stream): number {
    for (;;) {
      const outcome = this.outcomes.sample(stream);
      if (outcome < HEAD) return outcome;
      const block = outcome - HEAD;
      const place = stream.next() * (this.lengths[block] as number);
      const within = Math.floor(place);
      const start = this.starts[block] as number;
      // What the draw has below the whole number decides: 32 bits less those of the longest block.
      const height = place - within;
      if (height < (this.least[block] as number) || height < this.kept(start, start + within))
        return start + within;
    }
  }

  /** How popular a rank is in proportion to the first of its block. */
  private kept(first: number, rank: number): number {
    return pow((first + 1) / (rank + 1), this.exponent);
  }
}
