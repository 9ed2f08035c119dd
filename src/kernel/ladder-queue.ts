/**
 * A ladder queue: far events wait unsorted, near ones in buckets of time, and only the few of the
 * next bucket stand in a heap. Cost per event does not grow with their number.
 *
 * From far to near:
 * - the **top**, a list of all events due at or after `topStart`;
 * - the **rungs**, each an array of buckets of equal width over a span of time. The first rung was
 *   cut from the top; each further one from a bucket of the rung above that held too many;
 * - the **bottom**, a heap of all events due before the first bucket that is still to be emptied.
 *
 * Where an event goes depends on its due time only, never falls as that grows, and is the same for
 * equal times: whatever is nearer fires first, so the heap alone decides the order.
 *
 * Source: W. T. Tang, R. S. M. Goh, I. L. Thng, "Ladder Queue: An O(1) Priority Queue Structure for
 * Large-Scale Discrete Event Simulation", ACM TOMACS 15(3), 2005; there the bottom is a sorted list.
 */
import type { Nanos } from "../base/nanos.ts";
import type { EventQueue } from "./event-queue.ts";
import { CANCELLED, type EventRecords, FLOATS, KIND, NEXT, NONE, WORDS } from "./event-records.ts";
import { PackedHeap } from "./packed-heap.ts";

/** A bucket of more events than this becomes a rung; so many may just as well stand in the heap. */
const BUCKET_EVENTS_MAX = 24;
const RUNGS_MAX = 8;

/** Places in `spans`. Those of a rung follow, two each. */
const TOP_START = 0;
const TOP_MIN = 1;
const TOP_MAX = 2;
const RUNG_START = 3;
const RUNG_SCALE = 4;

const NEVER = Number.POSITIVE_INFINITY;

export class LadderQueue implements EventQueue {
  private readonly bottom: PackedHeap;
  private topHead = NONE;
  private topCount = 0;
  /** Rungs in use. */
  private rungs = 0;
  /** Times, ns, and per rung its start and buckets per ns. */
  private readonly spans = new Float64Array(RUNG_START + 2 * RUNGS_MAX);
  /** Per rung: the first bucket that is still to be emptied. */
  private readonly currents = new Int32Array(RUNGS_MAX);
  /** Per rung: its last bucket, which takes all that is due later too. */
  private readonly lasts = new Int32Array(RUNGS_MAX);
  /** Per rung and bucket: the first record of its list. */
  private readonly heads: Int32Array[] = [];

  constructor(private readonly records: EventRecords) {
    this.bottom = new PackedHeap(records);
    for (let rung = 0; rung < RUNGS_MAX; rung++) this.heads.push(new Int32Array(64));
    this.spans[TOP_MIN] = NEVER;
  }

  push(record: number): void {
    const { spans, records } = this;
    const due = records.floats[record * FLOATS] as number;
    if (due >= (spans[TOP_START] as number)) {
      records.words[record * WORDS + NEXT] = this.topHead;
      this.topHead = record;
      this.topCount++;
      if (due < (spans[TOP_MIN] as number)) spans[TOP_MIN] = due;
      if (due > (spans[TOP_MAX] as number)) spans[TOP_MAX] = due;
      return;
    }
    for (let rung = 0; rung < this.rungs; rung++) {
      const start = spans[RUNG_START + 2 * rung] as number;
      const place = (due - start) * (spans[RUNG_SCALE + 2 * rung] as number);
      if (place >= (this.currents[rung] as number)) {
        const last = this.lasts[rung] as number;
        const bucket = place < last ? place | 0 : last;
        const heads = this.heads[rung] as Int32Array;
        records.words[record * WORDS + NEXT] = heads[bucket] as number;
        heads[bucket] = record;
        return;
      }
    }
    this.bottom.push(record);
  }

  firstDue(): Nanos {
    if (this.bottom.size === 0) this.refill();
    return this.bottom.firstDue();
  }

  first(): number {
    if (this.bottom.size === 0) this.refill();
    return this.bottom.first();
  }

  pop(limitNs: Nanos): number {
    if (this.bottom.size === 0) this.refill();
    return this.bottom.pop(limitNs);
  }

  /** The bottom is empty: brings the next events down to it, if there are any. */
  private refill(): void {
    const { bottom } = this;
    while (bottom.size === 0) {
      if (this.rungs === 0) {
        if (this.topCount === 0) return;
        this.emptyTop();
      } else this.emptyBucket();
    }
  }

  /** Makes the first rung of the top, or the bottom if it is small. */
  private emptyTop(): void {
    const { spans, topHead, topCount } = this;
    const min = spans[TOP_MIN] as number;
    const max = spans[TOP_MAX] as number;
    spans[TOP_START] = max + 1;
    spans[TOP_MIN] = NEVER;
    spans[TOP_MAX] = 0;
    this.topHead = NONE;
    this.topCount = 0;
    if (topCount <= BUCKET_EVENTS_MAX || min === max) {
      this.gather(topHead);
      this.bottom.heapify();
      return;
    }
    this.addRung(topCount, min, max);
    const { words } = this.records;
    for (let record = topHead; record !== NONE; ) {
      const next = words[record * WORDS + NEXT] as number;
      if (words[record * WORDS + KIND] === CANCELLED) this.records.release(record);
      else this.putIntoLastRung(record);
      record = next;
    }
  }

  /** Empties the next bucket of the last rung into the bottom, or cuts it into a new rung. */
  private emptyBucket(): void {
    const { bottom, rungs } = this;
    const heads = this.heads[rungs - 1] as Int32Array;
    const last = this.lasts[rungs - 1] as number;
    let bucket = this.currents[rungs - 1] as number;
    while (bucket < last && heads[bucket] === NONE) bucket++;
    this.currents[rungs - 1] = bucket + 1;
    if (bucket === last) this.rungs--;
    this.gather(heads[bucket] as number);
    const small = bottom.size <= BUCKET_EVENTS_MAX || this.rungs === RUNGS_MAX;
    const [min, max] = small ? [0, 0] : bottom.dueRange();
    if (min === max) {
      bottom.heapify();
      return;
    }
    const count = bottom.size;
    this.addRung(count, min, max);
    for (let i = 0; i < count; i++) this.putIntoLastRung(bottom.recordAt(i));
    bottom.size = 0;
  }

  /** Adds an empty rung of about a bucket per event, from `min` to `max`. */
  private addRung(count: number, min: Nanos, max: Nanos): void {
    const rung = this.rungs++;
    const buckets = count + 1;
    if ((this.heads[rung] as Int32Array).length < buckets) {
      this.heads[rung] = new Int32Array(buckets + (buckets >> 3));
    }
    (this.heads[rung] as Int32Array).fill(NONE, 0, buckets);
    this.currents[rung] = 0;
    this.lasts[rung] = buckets - 1;
    this.spans[RUNG_START + 2 * rung] = min;
    this.spans[RUNG_SCALE + 2 * rung] = count / (max - min);
  }

  private putIntoLastRung(record: number): void {
    const { floats, words } = this.records;
    const rung = this.rungs - 1;
    const start = this.spans[RUNG_START + 2 * rung] as number;
    const place =
      ((floats[record * FLOATS] as number) - start) * (this.spans[RUNG_SCALE + 2 * rung] as number);
    const last = this.lasts[rung] as number;
    const bucket = place < last ? place | 0 : last;
    const heads = this.heads[rung] as Int32Array;
    words[record * WORDS + NEXT] = heads[bucket] as number;
    heads[bucket] = record;
  }

  /** Appends a list to the bottom, in no order; cancelled events leave here. */
  private gather(head: number): void {
    const { records, bottom } = this;
    for (let record = head; record !== NONE; ) {
      const at = record * WORDS;
      const next = records.words[at + NEXT] as number;
      if (records.words[at + KIND] === CANCELLED) records.release(record);
      else bottom.append(record);
      record = next;
    }
  }
}
