/**
 * The first event of every lane, and which of them is due first: due time, then order word. Lanes are few, so that a
 * scan of their heads costs less than a heap of all their events.
 */
import type { Nanos } from "../base/nanos.ts";

export class LaneHeads {
  /** Index of the lane whose head comes first; any lane when all are empty. */
  first = 0;
  private count = 0;
  /** [due, order] per lane; Infinity for an empty one. */
  private keys = Float64Array.of(Number.POSITIVE_INFINITY, 0);

  /** Makes room for one more lane, empty; answers its index. */
  add(): number {
    const keys = new Float64Array(2 * (this.count + 1)).fill(Number.POSITIVE_INFINITY);
    if (this.count > 0) keys.set(this.keys);
    this.keys = keys;
    return this.count++;
  }

  /** Infinity when all lanes are empty. */
  get firstDue(): Nanos {
    return this.keys[2 * this.first] as number;
  }

  get firstOrder(): number {
    return this.keys[2 * this.first + 1] as number;
  }

  /** The head of a lane is another event now. */
  change(lane: number, due: Nanos, order: number): void {
    const { keys } = this;
    const at = 2 * lane;
    keys[at] = due;
    keys[at + 1] = order;
    if (lane === this.first) this.scan();
    else if (this.isBefore(at, 2 * this.first)) this.first = lane;
  }

  /** A lane has no events. */
  empty(lane: number): void {
    this.keys[2 * lane] = Number.POSITIVE_INFINITY;
    if (lane === this.first) this.scan();
  }

  private scan(): void {
    const end = 2 * this.count;
    let best = 0;
    for (let at = 2; at < end; at += 2) if (this.isBefore(at, best)) best = at;
    this.first = best >> 1;
  }

  private isBefore(a: number, b: number): boolean {
    const { keys } = this;
    const due = keys[a] as number;
    const other = keys[b] as number;
    return due < other || (due === other && (keys[a + 1] as number) < (keys[b + 1] as number));
  }
}
