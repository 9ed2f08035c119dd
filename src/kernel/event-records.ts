/**
 * All pending events as records of 40 bytes in one buffer: no object per event, and an event's
 * fields share a cache line or two. Free records form a list through `NEXT`.
 */
import { invariant } from "../base/invariant.ts";

/** Doubles per record; the due time is the first. */
export const FLOATS = 5;
/** 32-bit words per record, counted from its start. Words 0 and 1 are the due time. */
export const WORDS = 10;
export const KIND = 2;
export const TARGET = 3;
export const SLOT = 4;
export const WORD = 5;
/** Counts the events that used the record: the part of a handle that tells them apart. */
export const GENERATION = 6;
/** The next record of the list that this one is in. */
export const NEXT = 7;
/** Priority (2 bits) and sequence (30 bits); unsigned, it orders events of equal due time. */
export const ORDER = 8;
/** The sequence alone where `ORDER` holds something else (shuffled ties). */
export const SEQUENCE = 9;

/** In place of a kind: a cancelled event whose record is still in the queue. */
export const CANCELLED = -1;
/** A record's number takes 21 bits of a queue's key and of a handle. */
export const RECORDS_MAX = 2097152;
/** End of a list. */
export const NONE = -1;

export class EventRecords {
  /** Due times, at `record * FLOATS`. */
  floats!: Float64Array;
  /** The other fields, at `record * WORDS + field`. */
  words!: Int32Array;
  capacity = 0;
  private free = NONE;

  constructor(capacity = 256) {
    this.resize(capacity);
  }

  /** True when the next `take` has to grow. */
  get isFull(): boolean {
    return this.free === NONE;
  }

  /** How many of all records, none of which is free, are of cancelled events. Costs O(capacity). */
  countCancelled(): number {
    let count = 0;
    for (let record = 0; record < this.capacity; record++) {
      if (this.words[record * WORDS + KIND] === CANCELLED) count++;
    }
    return count;
  }

  /** Takes a free record; grows when there is none. */
  take(): number {
    if (this.free === NONE) this.grow();
    const record = this.free;
    this.free = this.words[record * WORDS + NEXT] as number;
    return record;
  }

  /** Gives a record back. Handles of its event are void from here on. */
  release(record: number): void {
    const at = record * WORDS;
    this.words[at + GENERATION] = (this.words[at + GENERATION] as number) + 1;
    this.words[at + NEXT] = this.free;
    this.free = record;
  }

  /** By half, so that at most a third of the buffer is spare. */
  private grow(): void {
    const claim = "at most 2^21 events are pending at once";
    invariant(this.capacity < RECORDS_MAX, claim, { pending: this.capacity });
    this.resize(Math.min(RECORDS_MAX, this.capacity + (this.capacity >> 1)));
  }

  private resize(capacity: number): void {
    const words = new Int32Array(capacity * WORDS);
    if (this.capacity > 0) words.set(this.words);
    this.words = words;
    this.floats = new Float64Array(words.buffer);
    for (let record = capacity - 1; record >= this.capacity; record--) {
      // Generations start at 1: no handle is 0.
      words[record * WORDS + GENERATION] = 1;
      words[record * WORDS + NEXT] = this.free;
      this.free = record;
    }
    this.capacity = capacity;
  }
}
