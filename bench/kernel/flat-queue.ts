/**
 * npm flatqueue with a sequence number. Its ties come out in no order: those that follow the first
 * are taken too and put in order of their sequence.
 */
import FlatQueue from "flatqueue";
import type { BareQueue } from "./bare-loop.ts";

const SLOTS = 2097152;

export class SequencedFlatQueue implements BareQueue {
  due = 0;
  private readonly queue: FlatQueue<number>;
  private sequence = 0;
  /** Simultaneous keys, last first. */
  private readonly batch: number[] = [];

  constructor(pending: number) {
    // The faster of its two forms: fixed capacity, typed arrays.
    this.queue = new FlatQueue<number>(pending + 1, Float64Array, Float64Array as never);
  }

  push(due: number, slot: number): void {
    this.queue.push(this.sequence++ * SLOTS + slot, due);
  }

  pop(): number {
    const { queue, batch } = this;
    if (batch.length === 0) {
      this.due = queue.peekValue()!;
      batch.push(queue.pop()!);
      while (queue.peekValue() === this.due) batch.push(queue.pop()!);
      if (batch.length > 1) batch.sort((a, b) => b - a);
    }
    const key = batch.pop()!;
    return key - Math.floor(key * (1 / SLOTS)) * SLOTS;
  }
}
