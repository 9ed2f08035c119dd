/** The plain packed binary heap: [due, sequence * 2^21 + slot] per entry in one Float64Array. */
import type { BareQueue } from "./bare-loop.ts";

const SLOTS = 2097152;

export class BinaryHeap implements BareQueue {
  due = 0;
  private readonly entries: Float64Array;
  private size = 0;
  private sequence = 0;

  constructor(pending: number) {
    this.entries = new Float64Array(2 * (pending + 1));
  }

  push(due: number, slot: number): void {
    const { entries } = this;
    const key = this.sequence++ * SLOTS + slot;
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = entries[2 * parent]!;
      if (above < due || (above === due && entries[2 * parent + 1]! < key)) break;
      entries[2 * at] = above;
      entries[2 * at + 1] = entries[2 * parent + 1]!;
      at = parent;
    }
    entries[2 * at] = due;
    entries[2 * at + 1] = key;
  }

  pop(): number {
    const { entries } = this;
    const first = entries[1]!;
    this.due = entries[0]!;
    const size = --this.size;
    const due = entries[2 * size]!;
    const key = entries[2 * size + 1]!;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      const left = entries[2 * child]!;
      const right = entries[2 * child + 2]!;
      if (
        child + 1 < size &&
        (right < left || (right === left && entries[2 * child + 3]! < entries[2 * child + 1]!))
      ) {
        child++;
      }
      const least = entries[2 * child]!;
      if (due < least || (due === least && key < entries[2 * child + 1]!)) break;
      entries[2 * at] = least;
      entries[2 * at + 1] = entries[2 * child + 1]!;
      at = child;
    }
    entries[2 * at] = due;
    entries[2 * at + 1] = key;
    return first - Math.floor(first * (1 / SLOTS)) * SLOTS;
  }
}
