import seedrandom from "seedrandom";
import { ln } from "../base/portable-math.ts";
export class Stream {
  private s0: number; private s1: number; private s2: number; private c: number;
  constructor(seed: string) {
    const state = (seedrandom.alea(seed, { state: true }) as unknown as { state(): { s0: number; s1: number; s2: number; c: number } }).state();
    this.s0 = state.s0; this.s1 = state.s1; this.s2 = state.s2; this.c = state.c;
  }
  next(): number {
    const t = 2091639 * this.s0 + this.c * 2.3283064365386963e-10;
    this.s0 = this.s1; this.s1 = this.s2; this.c = t | 0;
    this.s2 = t - this.c;
    return this.s2;
  }
  nextInt(n: number): number { return Math.floor(this.next() * n); }
  exponential(): number { return -ln(1 - this.next()); }
  normal(): number {
    for (;;) {
      const u = 2 * this.next() - 1; const v = 2 * this.next() - 1; const s = u * u + v * v;
      if (s > 0 && s < 1) return u * Math.sqrt((-2 * ln(s)) / s);
    }
  }
}
export class Streams {
  private readonly streams = new Map<string, Stream>();
  constructor(private readonly seed: string) {}
  stream(entity: string, purpose: string): Stream {
    const name = `${this.seed}\u0000${entity}\u0000${purpose}`;
    let s = this.streams.get(name);
    if (s === undefined) { s = new Stream(name); this.streams.set(name, s); }
    return s;
  }
}
