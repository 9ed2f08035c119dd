/**
 * A lane holds events of one kind whose due times never decrease: timeouts of a fixed length, messages over a path of
 * one delay. A ring instead of a heap: scheduling and cancelling are O(1). The order in which events fire is the same
 * as with `Kernel.schedule`, since each keeps the sequence it was scheduled with. With shuffled ties, events of one due
 * time do not stand in line: those after the first go to the queue.
 */
import { invariant } from "../base/invariant.ts";
import type { Nanos } from "../base/nanos.ts";
import { HEAD_FIELDS, type LaneHeads } from "./lane-heads.ts";

/** Events of one kind in order of time; see `Kernel.lane`. */
export interface Lane {
  /**
   * Schedules an event; the answer cancels it. Handles of a lane are its own.
   *
   * @param dueNs - not before now, nor before the lane's last one
   */
  schedule(dueNs: Nanos, target: number, slot?: number, word?: number): number;
  /** As `schedule`, so long from now: a delay below 2 s goes through the call without an allocation. */
  scheduleAfter(delayNs: Nanos, target: number, slot: number, word: number): number;
  /** Schedules an event that nobody will cancel, so long from now; one due before the lane's last goes to the queue. */
  postAfter(delayNs: Nanos, target: number, slot: number, word: number): void;
  /** Cancels; false when the event has fired or was cancelled. */
  cancel(handle: number): boolean;
}

/** What a lane needs of its kernel. */
export interface LaneHost {
  readonly now: Nanos;
  /** Checks the facts of an event that is due at `times[at]`, and answers its order word. */
  nextOrder(times: Float64Array, at: number, kind: number, target: number): number;
  /** The sequence of the order word answered last. */
  readonly lastSequence: number;
  /** Puts an event that does not fit on a lane into the queue; the answer cancels it. */
  schedule(dueNs: Nanos, kind: number, target: number, slot: number, word: number): number;
  cancel(handle: number): boolean;
  /** Counts events that are scheduled and not cancelled. */
  pending: number;
}

/** An entry takes 32 bytes of one buffer: its due time, then the words from `ORDER` on. */
const FLOATS = 4;
const WORDS = 8;
const ORDER = 2;
const SEQUENCE = 3;
const TARGET = 4;
const SLOT = 5;
const WORD = 6;

/** Above the handles of the queue (2^31 generations of 2^21 records) and of a ring: marks one of the queue's. */
const QUEUED = 2 ** 52;

/** In place of a target: a cancelled event. */
const GONE = -1;

/**
 * A lane as a ring of entries. Its first entry stands in `heads`, also when it was cancelled, until it is due or
 * the ring is full: most timeouts are cancelled, and those in line are dropped together. An empty lane stands at Infinity.
 */
export class RingLane implements Lane {
  /** Entries have numbers from 1; those from `head` to before `tail` are in the ring. */
  private head = 1;
  private tail = 1;
  private mask = 63;
  private words = new Int32Array(WORDS * 64);
  private floats = new Float64Array(this.words.buffer);

  constructor(
    private readonly host: LaneHost,
    private readonly heads: LaneHeads,
    readonly kind: number,
    private readonly index: number,
    private readonly shuffled: boolean,
  ) {}

  schedule(dueNs: Nanos, target: number, slot = 0, word = 0): number {
    const lastDue = this.lastDue;
    if (!(dueNs >= lastDue)) {
      invariant(false, "due times on a lane never decrease", { dueNs, lastDue });
    }
    if (this.shuffled && dueNs === lastDue)
      return QUEUED + this.host.schedule(dueNs, this.kind, target, slot, word);
    this.setDue(dueNs);
    return this.append(target, slot, word);
  }

  scheduleAfter(delayNs: Nanos, target: number, slot: number, word: number): number {
    const dueNs = this.host.now + delayNs;
    if (!(dueNs > this.lastDue)) return this.schedule(dueNs, target, slot, word);
    this.setDue(dueNs);
    return this.append(target, slot, word);
  }

  postAfter(delayNs: Nanos, target: number, slot: number, word: number): void {
    const dueNs = this.host.now + delayNs;
    const lastDue = this.lastDue;
    if (dueNs > lastDue || (dueNs === lastDue && !this.shuffled)) {
      this.setDue(dueNs);
      this.append(target, slot, word);
    } else this.host.schedule(dueNs, this.kind, target, slot, word);
  }

  cancel(handle: number): boolean {
    if (handle > QUEUED) return this.host.cancel(handle - QUEUED);
    if (!(handle >= this.head && handle < this.tail)) return false;
    const at = WORDS * (handle & this.mask) + TARGET;
    if (this.words[at] === GONE) return false;
    this.words[at] = GONE;
    this.host.pending--;
    return true;
  }

  /** Whether the head is still to fire; one that was cancelled is dropped, for which its time had to come. */
  hasLivingHead(): boolean {
    if (this.words[WORDS * (this.head & this.mask) + TARGET] !== GONE) return true;
    this.advance();
    return false;
  }

  headTarget(): number {
    return this.words[WORDS * (this.head & this.mask) + TARGET] as number;
  }

  headSlot(): number {
    return this.words[WORDS * (this.head & this.mask) + SLOT] as number;
  }

  headWord(): number {
    return this.words[WORDS * (this.head & this.mask) + WORD] as number;
  }

  /** Takes the head off, because it fires. */
  removeHead(): void {
    this.words[WORDS * (this.head & this.mask) + TARGET] = GONE;
    this.advance();
  }

  /** Adds the sequences of all entries in the ring. */
  collectSequences(sequences: number[]): void {
    for (let entry = this.head; entry < this.tail; entry++)
      sequences.push(this.words[WORDS * (entry & this.mask) + SEQUENCE] as number);
  }

  /** Replaces every sequence, and the order word where that is told by it. */
  renumber(ranks: ReadonlyMap<number, number>, orderOf: ((rank: number) => number) | null): void {
    for (let entry = this.head; entry < this.tail; entry++) {
      const at = WORDS * (entry & this.mask);
      const rank = ranks.get(this.words[at + SEQUENCE] as number) as number;
      this.words[at + SEQUENCE] = rank;
      if (orderOf !== null) this.words[at + ORDER] = orderOf(rank);
    }
    this.showHead();
  }

  /** Due time of the entry appended last, also when it has left the ring; 0 before the first. */
  private get lastDue(): Nanos {
    return this.floats[FLOATS * ((this.tail - 1) & this.mask)] as number;
  }

  /** Due time of the entry that `append` adds next: it stands in the ring because a call would allocate for it. */
  private setDue(dueNs: Nanos): void {
    if (this.tail - this.head > this.mask) this.makeRoom();
    this.floats[FLOATS * (this.tail & this.mask)] = dueNs;
  }

  private append(target: number, slot: number, word: number): number {
    const place = this.tail & this.mask;
    const order = this.host.nextOrder(this.floats, FLOATS * place, this.kind, target);
    const entry = this.tail++;
    const at = WORDS * place;
    const { words } = this;
    words[at + ORDER] = order;
    words[at + SEQUENCE] = this.host.lastSequence;
    words[at + TARGET] = target;
    words[at + SLOT] = slot;
    words[at + WORD] = word;
    this.host.pending++;
    if (entry === this.head) this.showHead();
    return entry;
  }

  /** Drops what is gone from the front and shows the new head. */
  private advance(): void {
    const { words, mask, tail } = this;
    let { head } = this;
    while (head < tail && words[WORDS * (head & mask) + TARGET] === GONE) head++;
    this.head = head;
    this.showHead();
  }

  private showHead(): void {
    const { head, words, heads, index } = this;
    if (head === this.tail) heads.keys[HEAD_FIELDS * index] = Number.POSITIVE_INFINITY;
    else {
      const place = head & this.mask;
      const at = HEAD_FIELDS * index;
      heads.keys[at] = this.floats[FLOATS * place] as number;
      heads.keys[at + 1] = (words[WORDS * place + ORDER] as number) >>> 0;
      heads.keys[at + 2] = words[WORDS * place + SEQUENCE] as number;
    }
    heads.changed(index);
  }

  /** The ring is full: cancelled entries leave its front, and it grows if it is still more than half full. */
  private makeRoom(): void {
    this.advance();
    if (2 * (this.tail - this.head) > this.mask) this.grow();
  }

  private grow(): void {
    const { words, mask } = this;
    this.words = new Int32Array(2 * words.length);
    this.floats = new Float64Array(this.words.buffer);
    this.mask = 2 * mask + 1;
    for (let entry = this.head; entry < this.tail; entry++) {
      const from = WORDS * (entry & mask);
      const to = WORDS * (entry & this.mask);
      for (let i = 0; i < WORDS; i++) this.words[to + i] = words[from + i] as number;
    }
  }
}
