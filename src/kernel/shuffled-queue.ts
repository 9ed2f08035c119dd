/**
 * The queue of `tieBreak: shuffled`: simultaneous events of equal priority come out in an order that
 * a hash of their target gives, and those of one target in the order in which they were scheduled.
 * A plain heap of records, slower than the others: it serves tests for races, not long runs.
 */
import type { Nanos } from "../base/nanos.ts";
import type { EventQueue } from "./event-queue.ts";
import { type EventRecords, FLOATS, NONE, ORDER, SEQUENCE, WORDS } from "./event-records.ts";

export class ShuffledQueue implements EventQueue {
  private readonly heap: number[] = [];

  constructor(private readonly records: EventRecords) {}

  push(record: number): void {
    const { heap } = this;
    let at = heap.length;
    heap.push(record);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.isBefore(heap[parent] as number, record)) break;
      heap[at] = heap[parent] as number;
      at = parent;
    }
    heap[at] = record;
  }

  firstDue(): Nanos {
    const first = this.heap[0];
    return first === undefined
      ? Number.POSITIVE_INFINITY
      : (this.records.floats[first * FLOATS] as number);
  }

  first(): number {
    return this.heap[0] as number;
  }

  pop(limitNs: Nanos): number {
    if (this.heap.length === 0 || !(this.firstDue() <= limitNs)) return NONE;
    const { heap } = this;
    const first = heap[0] as number;
    const last = heap.pop() as number;
    if (heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      const right = child + 1;
      if (right < heap.length && this.isBefore(heap[right] as number, heap[child] as number)) {
        child = right;
      }
      if (this.isBefore(last, heap[child] as number)) break;
      heap[at] = heap[child] as number;
      at = child;
    }
    heap[at] = last;
    return first;
  }

  private isBefore(a: number, b: number): boolean {
    const { floats, words } = this.records;
    const due = (floats[a * FLOATS] as number) - (floats[b * FLOATS] as number);
    if (due !== 0) return due < 0;
    const orderA = (words[a * WORDS + ORDER] as number) >>> 0;
    const orderB = (words[b * WORDS + ORDER] as number) >>> 0;
    if (orderA !== orderB) return orderA < orderB;
    return (words[a * WORDS + SEQUENCE] as number) < (words[b * WORDS + SEQUENCE] as number);
  }
}
