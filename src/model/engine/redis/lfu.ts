/**
 * The engine's counter of how often a key is used: eight bits that grow by chance, the slower the larger they are, and
 * fall by one for each `lfu-decay-time` minutes without use. Minute of the last use and counter share one word.
 *
 * Models: first value, growth by chance, decay by whole minutes.
 * Leaves out: nothing of the counter.
 * Source: valkey 8.0.1 evict.c:296-323; new keys start at 5 (LFU_INIT_VAL).
 */
import { MINUTE, type Nanos } from "../../../base/nanos.ts";
import type { Stream } from "../../../kernel/streams.ts";

const INITIAL = 5;
const COUNTER_MAX = 255;
const MINUTES = 65_536;

export class LfuClock {
  constructor(
    private readonly logFactor: number,
    private readonly decayMinutes: number,
    private readonly stream: Stream,
  ) {}

  /** Word of a key that is new. */
  first(now: Nanos): number {
    return this.minuteOf(now) * 256 + INITIAL;
  }

  /** Word of a key after one more use. */
  used(word: number, now: Nanos): number {
    let counter = this.counter(word, now);
    if (counter < COUNTER_MAX) {
      const beyond = Math.max(0, counter - INITIAL);
      if (this.stream.next() < 1 / (beyond * this.logFactor + 1)) counter++;
    }
    return this.minuteOf(now) * 256 + counter;
  }

  /** Counter of a word as of now, 0 to 255. */
  counter(word: number, now: Nanos): number {
    const counter = word % 256;
    if (this.decayMinutes === 0) return counter;
    const then = (word - counter) / 256;
    const minutes = (this.minuteOf(now) - then + MINUTES) % MINUTES;
    return Math.max(0, counter - Math.floor(minutes / this.decayMinutes));
  }

  private minuteOf(now: Nanos): number {
    const minute = Math.floor(now / MINUTE) % MINUTES;
    return minute < 0 ? minute + MINUTES : minute;
  }
}
