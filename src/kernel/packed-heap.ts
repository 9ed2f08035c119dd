/**
 * A binary heap packed into one array: [due, order * 2^21 + record] per entry, so that a comparison
 * touches one place in memory and never the record.
 */
import { invariant } from "../base/invariant.ts";
import type { Nanos } from "../base/nanos.ts";
import type { EventQueue } from "./event-queue.ts";
import { type EventRecords, FLOATS, NONE, ORDER, RECORDS_MAX, WORDS } from "./event-records.ts";

/** The record in a key: its low 21 bits. Bit operators take the low 32 bits of any whole number. */
const recordOf = (key: number): number => key & (RECORDS_MAX - 1);

export class PackedHeap implements EventQueue {
  size = 0;
  private entries = new Float64Array(2 * 64);

  constructor(private readonly records: EventRecords) {}

  push(record: number): void {
    this.append(record);
    this.rise((this.size - 1) << 1);
  }

  /** Adds an entry at the end: no heap until `heapify`. */
  append(record: number): void {
    const { floats, words } = this.records;
    const end = this.size << 1;
    if (end === this.entries.length) this.grow();
    const order = (words[record * WORDS + ORDER] as number) >>> 0;
    this.entries[end] = floats[record * FLOATS] as number;
    this.entries[end + 1] = order * RECORDS_MAX + record;
    this.size++;
  }

  /** Makes a heap of appended entries, in O(size). */
  heapify(): void {
    for (let entry = (this.size >> 1) - 1; entry >= 0; entry--) this.sink(entry << 1);
  }

  /** The record of an entry, in no order. */
  recordAt(entry: number): number {
    return recordOf(this.entries[(entry << 1) + 1] as number);
  }

  /** The earliest and the latest due time, also of no heap. Costs O(size). */
  dueRange(): readonly [min: Nanos, max: Nanos] {
    let min = Number.POSITIVE_INFINITY;
    let max = Number.NEGATIVE_INFINITY;
    for (let at = 0; at < this.size << 1; at += 2) {
      const due = this.entries[at] as number;
      if (due < min) min = due;
      if (due > max) max = due;
    }
    return [min, max];
  }

  firstDue(): Nanos {
    return this.size === 0 ? Number.POSITIVE_INFINITY : (this.entries[0] as number);
  }

  first(): number {
    return recordOf(this.entries[1] as number);
  }

  /**
   * The hole at the root sinks to a leaf along the earlier children, one comparison a level; the
   * last entry fills it and rises, mostly not at all (Wegener's bottom-up heap).
   */
  pop(limitNs: Nanos): number {
    const { entries } = this;
    if (this.size === 0 || !((entries[0] as number) <= limitNs)) return NONE;
    const key = entries[1] as number;
    const end = --this.size << 1;
    const due = entries[end] as number;
    const order = entries[end + 1] as number;
    let hole = 0;
    let child = 2;
    while (child + 2 < end) {
      const left = entries[child] as number;
      const right = entries[child + 2] as number;
      // A comparison made a number, not a branch: the predictor would be wrong every second time.
      let next = (child + (+(right < left) << 1)) | 0;
      if (right === left && (entries[child + 3] as number) < (entries[child + 1] as number)) {
        next = (child + 2) | 0;
      }
      entries[hole] = entries[next] as number;
      entries[hole + 1] = entries[next + 1] as number;
      hole = next;
      child = ((next << 1) + 2) | 0;
    }
    if (child < end) {
      entries[hole] = entries[child] as number;
      entries[hole + 1] = entries[child + 1] as number;
      hole = child;
    }
    entries[hole] = due;
    entries[hole + 1] = order;
    this.rise(hole);
    return recordOf(key);
  }

  /** Lets an entry sink to its place. */
  private sink(from: number): void {
    const { entries } = this;
    const end = this.size << 1;
    const due = entries[from] as number;
    const key = entries[from + 1] as number;
    let at = from;
    for (let child = (at << 1) + 2; child < end; child = (at << 1) + 2) {
      if (child + 2 < end && this.isBefore(child + 2, child)) child += 2;
      const below = entries[child] as number;
      if (due < below || (due === below && key < (entries[child + 1] as number))) break;
      entries[at] = below;
      entries[at + 1] = entries[child + 1] as number;
      at = child;
    }
    entries[at] = due;
    entries[at + 1] = key;
  }

  private isBefore(a: number, b: number): boolean {
    const { entries } = this;
    const difference = (entries[a] as number) - (entries[b] as number);
    return (
      difference < 0 ||
      (difference === 0 && (entries[a + 1] as number) < (entries[b + 1] as number))
    );
  }

  private rise(from: number): void {
    const { entries } = this;
    const due = entries[from] as number;
    const key = entries[from + 1] as number;
    let at = from;
    while (at > 0) {
      const parent = ((at - 2) >> 2) << 1;
      const above = entries[parent] as number;
      if (above < due || (above === due && (entries[parent + 1] as number) < key)) break;
      entries[at] = above;
      entries[at + 1] = entries[parent + 1] as number;
      at = parent;
    }
    entries[at] = due;
    entries[at + 1] = key;
  }

  private grow(): void {
    invariant(this.size <= RECORDS_MAX, "a heap holds a record once", { size: this.size });
    const wider = new Float64Array(this.entries.length * 2);
    wider.set(this.entries);
    this.entries = wider;
  }
}
