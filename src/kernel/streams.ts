/**
 * Random streams by name: one per (entity, purpose), so that a new draw in one place moves no other.
 */
import alea from "seedrandom/lib/alea.js";
import { invariant } from "../base/invariant.ts";
import { exp, ln } from "../base/portable-math.ts";
import { EXPONENTIAL, HALF_NORMAL } from "./ziggurat.ts";

const TWO_32 = 4294967296;
const TWO_MINUS_32 = 2.3283064365386963e-10;
const SEED_SHAPE = /^[A-Za-z0-9_-]{1,64}$/;

const { scale: expScale, inside: expInside, height: expHeight } = EXPONENTIAL;
const { scale: halfScale, inside: halfInside, height: halfHeight } = HALF_NORMAL;

/** True for a text that may seed a run: 1 to 64 letters, digits, `_` or `-`. */
export const isSeed = (text: string): boolean => SEED_SHAPE.test(text);

/** Places in a stream's state. */
const S0 = 0;
const S1 = 1;
const S2 = 2;
const CARRY = 3;

/**
 * A sequence of random numbers: Johannes Baagøe's alea, step for step as in seedrandom 3.0.5. The
 * state is an array because V8 stores doubles into it three times faster than into fields.
 */
export class Stream {
  private readonly state: Float64Array;
  /** How often it was keyed anew. */
  epoch = 0;

  /** @param seed - any text but the empty one */
  constructor(seed: string) {
    invariant(seed !== "", "a random stream has a seed");
    const { s0, s1, s2, c } = alea(seed, { state: true }).state();
    this.state = Float64Array.of(s0, s1, s2, c);
  }

  /** Starts over from another seed: any text but the empty one. */
  reseed(seed: string): void {
    invariant(seed !== "", "a random stream has a seed");
    const { s0, s1, s2, c } = alea(seed, { state: true }).state();
    this.state.set([s0, s1, s2, c]);
    this.epoch++;
  }

  /** Uniform in [0, 1), a multiple of 2^-32. */
  next(): number {
    const { state } = this;
    const t = 2091639 * (state[S0] as number) + (state[CARRY] as number) * TWO_MINUS_32;
    const carry = Math.floor(t);
    const value = t - carry;
    state[S0] = state[S1] as number;
    state[S1] = state[S2] as number;
    state[S2] = value;
    state[CARRY] = carry;
    return value;
  }

  /** Uniform integer in [0, n), n at most 2^32; bias below n / 2^32. */
  nextInt(n: number): number {
    return Math.floor(this.next() * n);
  }

  /** Exponential of mean 1, at least 0: ziggurat, one uniform draw in 98.9 % of calls. */
  exponential(): number {
    for (;;) {
      const bits = this.next() * TWO_32;
      const layer = bits & 255;
      const step = (bits >>> 8) | 0;
      const x = step * (expScale[layer] as number);
      if (step < (expInside[layer] as number)) return x;
      if (layer === 0) return EXPONENTIAL.tail - ln(this.nextPositive());
      if (this.underCurve(expHeight, layer, exp(-x))) return x;
    }
  }

  /** Normal of mean 0 and standard deviation 1: ziggurat, one uniform draw in 98.8 % of calls. */
  normal(): number {
    for (;;) {
      const bits = this.next() * TWO_32;
      const layer = bits & 255;
      // The sign is the lowest bit of the 24 and is taken off the step.
      const step = bits >>> 8;
      const sign = (step & 1) === 0 ? 1 : -1;
      const x = step * (halfScale[layer] as number);
      if (step < (halfInside[layer] as number)) return sign * x;
      if (layer === 0) return sign * this.normalTail();
      if (this.underCurve(halfHeight, layer, exp(-0.5 * x * x))) return sign * x;
    }
  }

  /** True when a random height within the layer lies under the density. */
  private underCurve(height: Float64Array, layer: number, density: number): boolean {
    const low = height[layer] as number;
    const high = height[layer + 1] as number;
    return low + this.next() * (high - low) < density;
  }

  /** Marsaglia's method for the normal beyond the last layer. */
  private normalTail(): number {
    const { tail } = HALF_NORMAL;
    for (;;) {
      const x = -ln(this.nextPositive()) / tail;
      const y = -ln(this.nextPositive());
      if (y + y > x * x) return tail + x;
    }
  }

  /** Uniform in (0, 1]. */
  private nextPositive(): number {
    return 1 - this.next();
  }
}

/** All streams of a run. */
export class Streams {
  private readonly byName = new Map<string, Stream>();
  /** What names carry since the streams were keyed anew. */
  private salt = "";

  /** @param seed - the run's seed as the user wrote it: 1 to 64 letters, digits, `_` or `-` */
  constructor(readonly seed: string) {
    invariant(isSeed(seed), "a seed is 1 to 64 letters, digits, _ or -", { seed });
  }

  /**
   * The stream of `entity` for `purpose`; the same object for the same names. Its numbers depend on
   * the seed and the two names only, never on what else was asked for or when.
   */
  stream(entity: string, purpose: string): Stream {
    // The length keeps ("a/b", "c") and ("a", "b/c") apart.
    const name = `${this.seed}/${entity.length}/${entity}/${purpose}`;
    let stream = this.byName.get(name);
    if (stream === undefined) {
      stream = new Stream(name + this.salt);
      this.byName.set(name, stream);
    }
    return stream;
  }

  /**
   * Keys all streams anew, those too that are not there yet: from now on chance goes another way, while what was drawn
   * stays. By the same salt, the same way.
   *
   * @param salt - 1 to 64 letters, digits, `_` or `-`
   */
  rekey(salt: string): void {
    invariant(isSeed(salt), "a salt is 1 to 64 letters, digits, _ or -", { salt });
    this.salt = `#${salt}`;
    for (const [name, stream] of this.byName) stream.reseed(name + this.salt);
  }
}
