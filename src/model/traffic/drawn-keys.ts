/**
 * The keys of a source's next requests, drawn a block at a time.
 *
 * Models: the keys that the requests would draw one by one from the same stream, also when the stream is keyed anew.
 * Leaves out: blocks for choices that follow the clock: these are drawn when the request arrives.
 *
 * Of many keys, where each lives and what it holds lie scattered over more memory than a processor keeps close: a request
 * that looks there first waits. Looking for a whole block at once, the processor waits for all of it together.
 */
import type { KeySampler } from "../../kernel/key-sampler.ts";
import type { Stream } from "../../kernel/streams.ts";

const BLOCK = 64;
/** What fewer keys hold stays near by itself. */
const MANY_KEYS = 65_536;

export class DrawnKeys {
  private readonly keys: Int32Array;
  /** Place in the block of the next request's key. */
  private next: number;
  /** How often the stream had been keyed anew when the block was drawn. */
  private epoch = 0;

  /**
   * @param first - the number of the key of rank 0
   * @param followsClock - the choice may change between two requests
   * @param soon - told of the keys of a block
   */
  constructor(
    private readonly sampler: KeySampler,
    private readonly stream: Stream,
    private readonly first: number,
    followsClock: boolean,
    private readonly soon: (keys: Int32Array) => void,
  ) {
    this.keys = new Int32Array(followsClock || sampler.count < MANY_KEYS ? 1 : BLOCK);
    this.next = this.keys.length;
  }

  /** The next request's key. */
  take(): number {
    if (this.next === this.keys.length || this.epoch !== this.stream.epoch) this.draw();
    return this.keys[this.next++] as number;
  }

  private draw(): void {
    const { keys, sampler, stream, first } = this;
    for (let i = 0; i < keys.length; i++) keys[i] = first + sampler.sample(stream);
    this.next = 0;
    this.epoch = stream.epoch;
    if (keys.length === BLOCK) this.soon(keys);
  }
}
