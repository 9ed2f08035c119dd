/**
 * The first event of every lane, and which of them is due first: due time, then order word, then
 * sequence. Lanes are few, so that a
 * scan of their heads costs less than a heap of all their events.
 */
import type { Nanos } from "../base/nanos.ts";

/** Numbers per lane. */
export const HEAD_FIELDS = 3;

export class LaneHeads {
  /** Index of the lane whose head comes first; any lane when all are empty. */
  first = 0;
  private count = 0;
  /** [due, order, sequence] per lane; Infinity for an empty one. Lanes write here, then call `changed`. */
  keys = Float64Array.of(Number.POSITIVE_INFINITY, 0, 0);

  /** Makes room for one more lane, empty; answers its index. */
  add(): number {
    const keys = new Float64Array(HEAD_FIELDS * (this.count + 1)).fill(Number.POSITIVE_INFINITY);
    if (this.count > 0) keys.set(this.keys);
    this.keys = keys;
    return this.count++;
  }

  /** Infinity when all lanes are empty. */
  get firstDue(): Nanos {
    return this.keys[HEAD_FIELDS * this.first] as number;
  }

  get firstOrder(): number {
    return this.keys[HEAD_FIELDS * this.first + 1] as number;
  }

  get firstSequence(): number {
    return this.keys[HEAD_FIELDS * this.first + 2] as number;
  }

  /** The head of a lane is another event now, or there is none. */
  changed(lane: number): void {
    if (lane === this.first) this.scan();
    else if (this.isBefore(HEAD_FIELDS * lane, HEAD_FIELDS * this.first)) this.first = lane;
  }

  private scan(): void {
    const { keys, count } = this;
    let best = 0;
    let bestDue = keys[0] as number;
    for (let lane = 1; lane < count; lane++) {
      const due = keys[HEAD_FIELDS * lane] as number;
      if (due > bestDue) continue;
      if (due === bestDue && !this.isBefore(HEAD_FIELDS * lane, HEAD_FIELDS * best)) continue;
      best = lane;
      bestDue = due;
    }
    this.first = best;
  }

  private isBefore(a: number, b: number): boolean {
    const { keys } = this;
    const due = keys[a] as number;
    const other = keys[b] as number;
    if (due !== other) return due < other;
    const order = (keys[a + 1] as number) - (keys[b + 1] as number);
    return order !== 0 ? order < 0 : (keys[a + 2] as number) < (keys[b + 2] as number);
  }
}
