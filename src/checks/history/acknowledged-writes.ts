/** The writes of a register that were acknowledged, in order of return: what a read may not be older than. */
import { byReturn, type History, NIL, NONE, OK, READ } from "./history.ts";
import type { Writers } from "./zones.ts";

export class AcknowledgedWrites {
  /** Of the writes up to each, the row that began last: it returned no later, so that this stays the order of return. */
  private readonly newest: Int32Array;

  constructor(
    private readonly history: History,
    rows: Int32Array,
  ) {
    const { kind, outcome, invoked } = history;
    this.newest = byReturn(history, rows).filter(
      (row) => kind[row] !== READ && outcome[row] === OK,
    );
    for (let at = 1; at < this.newest.length; at++) {
      const before = this.newest[at - 1] as number;
      if ((invoked[before] as number) > (invoked[this.newest[at] as number] as number))
        this.newest[at] = before;
    }
  }

  /**
   * The row of a write that is newer than what `read` returned, and was acknowledged `slackNs` before it began; null for
   * none. Newer: it began after the write of what was read had returned.
   */
  newerThan(read: number, writers: Writers, slackNs: number): number | null {
    const { value, invoked, returned } = this.history;
    const count = this.countBefore(read, slackNs);
    if (count === 0) return null;
    const newest = this.newest[count - 1] as number;
    const seen = value[read] as number;
    if (seen === NIL) return newest;
    const writer = writers.of(seen);
    if (writer === NONE) return null;
    return (returned[writer] as number) < (invoked[newest] as number) ? newest : null;
  }

  private countBefore(read: number, slackNs: number): number {
    const { invoked, returned, invokedNs, returnedNs } = this.history;
    const times = slackNs > 0 ? returnedNs : returned;
    const moment = slackNs > 0 ? (invokedNs[read] as number) - slackNs : (invoked[read] as number);
    let low = 0;
    let high = this.newest.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((times[this.newest[middle] as number] as number) < moment) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
