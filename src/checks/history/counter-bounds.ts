/**
 * What a counter can read: at least what was added for sure before the read began and was not taken away by anything that
 * may have happened before it returned; at most the other way round. O(n log n). Necessary for linearizability.
 *
 * Source: the counter checker of Jepsen (jepsen.checker/counter), with negative amounts treated alike.
 */
import { ADD, byReturn, FAIL, type History, OK, READ, sortedBy } from "./history.ts";

export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/**
 * Bounds of each read that returned, by row.
 *
 * @param slackNs - additions that returned less than this before a read began need not show in it; 0 for none
 * @param onlyOwn - a read must show additions of its own session alone
 */
export function counterBounds(
  history: History,
  rows: Int32Array,
  { slackNs = 0, onlyOwn = false }: { readonly slackNs?: number; readonly onlyOwn?: boolean } = {},
): Map<number, Bounds> {
  const { kind, outcome, amount, session, invoked, returned } = history;
  const bounds = new Map<number, Bounds>();
  // Sums over additions by when they were invoked (may have happened) and when they returned (surely happened).
  const begun = new Sums(
    history,
    rows.filter((row) => kind[row] === ADD && outcome[row] !== FAIL),
    invoked,
  );
  const adds = byReturn(history, rows).filter((row) => kind[row] === ADD && outcome[row] === OK);
  const times = slackNs > 0 ? history.returnedNs : returned;
  const bySession = new Map<number, Sums>();
  const sureFor = (row: number): Sums => {
    const of = onlyOwn ? (session[row] as number) : 0;
    const known = bySession.get(of);
    if (known !== undefined) return known;
    const own = onlyOwn ? adds.filter((add) => session[add] === of) : adds;
    const sums = new Sums(history, own, times);
    bySession.set(of, sums);
    return sums;
  };
  for (const row of rows) {
    if (kind[row] !== READ || outcome[row] !== OK || Number.isNaN(amount[row])) continue;
    const began =
      slackNs > 0 ? (history.invokedNs[row] as number) - slackNs : (invoked[row] as number);
    const sure = sureFor(row).before(began);
    const maybe = begun.before(returned[row] as number, true);
    bounds.set(row, {
      // Of what may have happened, negative amounts lower the least count; those that surely did are in both sums.
      low: sure.up + maybe.down,
      high: maybe.up + sure.down,
    });
  }
  return bounds;
}

/** Sums of positive and of negative amounts, by a moment of each addition. */
class Sums {
  private readonly moments: Float64Array;
  private readonly ups: Float64Array;
  private readonly downs: Float64Array;

  constructor({ amount }: History, rows: Int32Array, at: Float64Array) {
    const sorted = sortedBy(rows, at);
    this.moments = Float64Array.from(sorted, (row) => at[row] as number);
    this.ups = new Float64Array(sorted.length + 1);
    this.downs = new Float64Array(sorted.length + 1);
    for (let i = 0; i < sorted.length; i++) {
      const of = amount[sorted[i] as number] as number;
      this.ups[i + 1] = (this.ups[i] as number) + Math.max(0, of);
      this.downs[i + 1] = (this.downs[i] as number) + Math.min(0, of);
    }
  }

  /** Of the additions whose moment is before `moment`, or at it where `inclusive`. */
  before(moment: number, inclusive = false): { readonly up: number; readonly down: number } {
    let low = 0;
    let high = this.moments.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = this.moments[middle] as number;
      if (at < moment || (inclusive && at === moment)) low = middle + 1;
      else high = middle;
    }
    return { up: this.ups[low] as number, down: this.downs[low] as number };
  }
}
