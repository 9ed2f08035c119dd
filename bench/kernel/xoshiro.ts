/** xoshiro128** seeded by SplitMix64: the cheap generator of the JavaScript baselines. */
export class Xoshiro {
  private readonly s: Int32Array;

  constructor(seed: bigint) {
    const words: number[] = [];
    let state = seed;
    for (let i = 0; i < 2; i++) {
      state = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n);
      let z = state;
      z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
      z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
      z ^= z >> 31n;
      words.push(Number(z & 0xffffffffn), Number(z >> 32n));
    }
    this.s = Int32Array.from(words, (word) => word | 0);
  }

  /** Uniform in (0, 1). */
  uniform(): number {
    const { s } = this;
    const s1 = s[1]!;
    const five = Math.imul(s1, 5);
    const result = Math.imul((five << 7) | (five >>> 25), 9);
    s[2]! ^= s[0]!;
    s[3]! ^= s1;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= s1 << 9;
    s[3] = (s[3]! << 11) | (s[3]! >>> 21);
    return ((result >>> 0) + 0.5) * 2.3283064365386963e-10;
  }

  exponential(): number {
    return -Math.log(this.uniform());
  }
}
