/**
 * A fingerprint of a sequence of words in 64 bits, as two lanes of 32. Order matters. Each step is a
 * bijection of the lane's state and of the word folded in, so that one changed word always changes
 * the digest. Not cryptographic.
 */
import { hash32, mix32 } from "../base/hash.ts";
import type { Nanos } from "../base/nanos.ts";

const TWO_32 = 4294967296;

const hex32 = (word: number): string => (word >>> 0).toString(16).padStart(8, "0");

/** 16 hexadecimal digits of two lanes. */
export function lanesToHex(first: number, second: number): string {
  return hex32(mix32(first)) + hex32(mix32(second));
}

export class Digest {
  private first = 0x243f6a88;
  private second = 0x85a308d3 | 0;

  /** Folds a 32-bit word; only the low 32 bits of a larger integer count. */
  fold(word: number): void {
    const a = Math.imul(this.first ^ word, 0x9e3779b1);
    this.first = (((a << 13) | (a >>> 19)) + 0x52dce729) | 0;
    const b = Math.imul(this.second + word, 0x85ebca77);
    this.second = (((b << 17) | (b >>> 15)) + 0x38495ab5) | 0;
  }

  /**
   * Folds an event: each lane in two steps instead of five. A change of one of the five words alone
   * always changes both lanes.
   */
  foldEvent(low: number, high: number, kindHash: number, targetHash: number, word: number): void {
    const when = low ^ Math.imul(high + kindHash, 0xcc9e2d51);
    const what = word ^ Math.imul(targetHash, 0x1b873593);
    const a = Math.imul(this.first ^ when, 0x9e3779b1);
    this.first = (Math.imul((a << 15) | (a >>> 17), 0x85ebca6b) + what) | 0;
    const b = Math.imul(this.second ^ what, 0x85ebca77);
    this.second = (Math.imul((b << 13) | (b >>> 19), 0xc2b2ae3d) + when) | 0;
  }

  /** Folds the first `count` words, as `fold` would one after the other. */
  foldWords(words: Int32Array, count: number): void {
    let { first, second } = this;
    for (let i = 0; i < count; i++) {
      const word = words[i] as number;
      const a = Math.imul(first ^ word, 0x9e3779b1);
      first = (((a << 13) | (a >>> 19)) + 0x52dce729) | 0;
      const b = Math.imul(second + word, 0x85ebca77);
      second = (((b << 17) | (b >>> 15)) + 0x38495ab5) | 0;
    }
    this.first = first;
    this.second = second;
  }

  /** The two lanes as they stand, for `lanesToHex`. */
  get lanes(): readonly [number, number] {
    return [this.first, this.second];
  }

  /** Folds a time: two words. */
  foldNanos(time: Nanos): void {
    this.fold(time | 0);
    this.fold(Math.floor(time / TWO_32) | 0);
  }

  /** Folds a text by its hash and length. */
  foldText(text: string): void {
    this.fold(hash32(text));
    this.fold(text.length);
  }

  /** 16 hexadecimal digits of all that was folded so far. */
  hex(): string {
    return lanesToHex(this.first, this.second);
  }
}
