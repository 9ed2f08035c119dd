/**
 * A set of configurations, each a few 32-bit words, in two arrays that grow up to a bound: a search that remembers where
 * it has been runs out of budget, never out of memory.
 */
const FIRST_SLOTS = 256;
const FIRST_WORDS = 1024;
/** 128 MB of words and, at 12 words a configuration, 32 MB of slots. */
const WORDS_MAX = 1 << 25;

export class ConfigurationMemo {
  size = 0;
  /** The words of the configuration that is looked for: written by the caller from 0 on. */
  readonly draft: Int32Array;
  private slots = new Int32Array(FIRST_SLOTS);
  private words = new Int32Array(FIRST_WORDS);
  private used = 1; // 0 marks an empty slot

  /**
   * @param draftWords - words that the longest configuration has
   * @param wordsMax - words that all of them may have
   */
  constructor(
    draftWords: number,
    private readonly wordsMax = WORDS_MAX,
  ) {
    this.draft = new Int32Array(draftWords);
  }

  /** No room is left for a configuration of `length` words. */
  isFull(length: number): boolean {
    return this.used + length + 1 > this.wordsMax;
  }

  /** Adds the first `length` words of the draft; false where they were there already. Not to be called when full. */
  add(length: number): boolean {
    if (2 * (this.size + 1) > this.slots.length) this.widen();
    let slot = this.hash(this.draft, 0, length) & (this.slots.length - 1);
    for (;;) {
      const at = this.slots[slot] as number;
      if (at === 0) break;
      if (this.isSame(at, length)) return false;
      slot = (slot + 1) & (this.slots.length - 1);
    }
    this.slots[slot] = this.store(length);
    this.size++;
    return true;
  }

  private isSame(at: number, length: number): boolean {
    const { words, draft } = this;
    if (words[at] !== length) return false;
    for (let i = 0; i < length; i++) if (words[at + 1 + i] !== draft[i]) return false;
    return true;
  }

  private store(length: number): number {
    const at = this.used;
    if (at + length + 1 > this.words.length) {
      const wider = new Int32Array(Math.min(this.wordsMax, 2 * (at + length + 1)));
      wider.set(this.words);
      this.words = wider;
    }
    this.words[at] = length;
    for (let i = 0; i < length; i++) this.words[at + 1 + i] = this.draft[i] as number;
    this.used = at + length + 1;
    return at;
  }

  private hash(words: Int32Array, from: number, length: number): number {
    let hash = 0x811c9dc5;
    for (let i = from; i < from + length; i++) {
      hash = Math.imul(hash ^ (words[i] as number), 0x01000193);
      hash ^= hash >>> 15;
    }
    hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
    return (hash ^ (hash >>> 16)) >>> 0;
  }

  private widen(): void {
    const old = this.slots;
    this.slots = new Int32Array(2 * old.length);
    for (const at of old) {
      if (at === 0) continue;
      let slot = this.hash(this.words, at + 1, this.words[at] as number) & (this.slots.length - 1);
      while (this.slots[slot] !== 0) slot = (slot + 1) & (this.slots.length - 1);
      this.slots[slot] = at;
    }
  }
}
