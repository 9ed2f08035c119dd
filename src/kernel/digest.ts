import { hash32 } from "../base/hash.ts";
/** Two 32-bit lanes that every folded word changes. */
export class Digest {
  private a = 0x243f6a88 | 0;
  private b = 0x85a308d3 | 0;
  fold(word: number): void {
    const a = Math.imul(this.a ^ word, 0x9e3779b1);
    this.a = (a << 13) | (a >>> 19);
    const b = Math.imul(this.b + word, 0x85ebca77);
    this.b = b ^ (b >>> 15) ^ this.a;
  }
  foldNanos(t: number): void {
    this.fold(t | 0);
    this.fold((t / 4294967296) | 0);
  }
  foldText(text: string): void {
    this.fold(hash32(text));
  }
  hex(): string {
    return [this.a, this.b].map((lane) => (lane >>> 0).toString(16).padStart(8, "0")).join("");
  }
}
