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
