/**
 * Keys of which some are hot: a share of requests goes to a part of the keys.
 *
 * Models: requests spread evenly within the hot part and within the rest; a hot part that moves on to the next keys, by
 * its own size, period after period; hot keys of one shard alone, as those that share a hash tag.
 * Leaves out: popularity that differs within the hot part, parts that cool down bit by bit.
 */
import type { Nanos } from "../../base/nanos.ts";
import { createKeySampler, type KeySampler } from "../../kernel/key-sampler.ts";
import type { Stream } from "../../kernel/streams.ts";
import type { HotSetPopularity, TrafficSettings } from "./traffic-settings.ts";

/** What a sampler of keys needs besides its settings. */
export interface KeysAround {
  readonly clock: { readonly now: Nanos };
  /** Shard of a key, from 0. */
  shardOf(key: number): number;
}

/** Which key a request asks for. */
export function createKeyChoice(
  { popularity, count }: Pick<TrafficSettings["keys"], "popularity" | "count">,
  around: KeysAround,
): KeySampler {
  return popularity.kind === "hot-set"
    ? new HotSet(popularity, count, around)
    : createKeySampler(popularity, count);
}

export class HotSet implements KeySampler {
  /** Keys, those that may be hot first; null where each key stands at its own place. */
  private readonly order: Int32Array | null;
  /** How many may be hot. */
  private readonly candidates: number;
  private readonly hot: number;
  private readonly share: number;
  private readonly shiftEveryNs: Nanos | null;
  private readonly clock: KeysAround["clock"];

  constructor(
    { share, of, shiftEveryNs, shard }: HotSetPopularity,
    readonly count: number,
    { clock, shardOf }: KeysAround,
  ) {
    if (shard === null) {
      this.order = null;
      this.candidates = count;
    } else {
      const keys = Array.from({ length: count }, (_, key) => key);
      const own = keys.filter((key) => shardOf(key) === shard - 1);
      const others = keys.filter((key) => shardOf(key) !== shard - 1);
      this.order = Int32Array.from([...own, ...others]);
      this.candidates = own.length;
    }
    this.hot = Math.min(this.candidates, Math.max(1, Math.round(of * count)));
    // Where no key can be hot, or none is left, all are alike.
    if (this.hot === 0) this.share = 0;
    else this.share = this.hot === count ? 1 : share;
    this.shiftEveryNs = shiftEveryNs;
    this.clock = clock;
  }

  sample(stream: Stream): number {
    const draw = stream.next();
    const { share, hot, candidates } = this;
    const start = this.windowStart();
    let place: number;
    if (draw < share) place = (start + Math.floor((draw / share) * hot)) % candidates;
    else {
      place = hot + Math.floor(((draw - share) / (1 - share)) * (this.count - hot));
      if (place < candidates) place = (start + place) % candidates;
    }
    return this.order === null ? place : (this.order[place] as number);
  }

  /** The first place of the hot part now. */
  private windowStart(): number {
    const { shiftEveryNs, candidates } = this;
    if (shiftEveryNs === null || candidates === 0) return 0;
    return (Math.floor(this.clock.now / shiftEveryNs) * this.hot) % candidates;
  }
}
