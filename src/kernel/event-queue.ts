import type { Nanos } from "../base/nanos.ts";

/**
 * A priority queue of event records: due time first, then the record's order word, unsigned. What
 * the order word means is the kernel's business. The laws are in test/kernel/event-queue.laws.ts.
 */
export interface EventQueue {
  /** Adds a record whose due time and order word are set; not earlier than the last one popped. */
  push(record: number): void;
  /** Due time of the first record; Infinity when empty. */
  firstDue(): Nanos;
  /** The first record, left where it is. The queue is not empty. */
  first(): number;
  /** Removes and answers the first record if it is due at `limitNs` or before; else NONE. */
  pop(limitNs: Nanos): number;
}
