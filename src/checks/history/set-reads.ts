/** Reads of a set that lack what had been added for sure. O(n log n) for n operations and elements read. */
import { ADD, byReturn, type History, OK, READ } from "./history.ts";
import { type Finding, failure, operationText, PASS, valueName } from "./verdicts.ts";

export interface MissingRule {
  /** A read must show additions of its own session alone. */
  readonly onlyOwn?: boolean;
  /** Additions that returned less than this before a read began need not show; 0 for none. */
  readonly slackNs?: number;
  /** Ends the sentence: why the element should be there. */
  readonly what: string;
}

/** The first read, in order of invocation, that lacks an acknowledged element. */
export function missingElement(history: History, rows: Int32Array, rule: MissingRule): Finding {
  const { slackNs = 0, onlyOwn = false, what } = rule;
  const { kind, outcome, session, elements } = history;
  const acknowledged = new Acknowledged(history, rows, { slackNs, onlyOwn });
  for (const row of rows) {
    if (kind[row] !== READ || outcome[row] !== OK || !elements.has(row)) continue;
    const add = acknowledged.missingFrom(row, onlyOwn ? (session[row] as number) : 0);
    if (add === null) continue;
    const name = valueName(history, history.value[add] as number);
    return failure(`${operationText(history, row)} lacks ${name}, ${what}`, [add, row]);
  }
  return PASS;
}

/** The first addition of each element to be acknowledged, in order of return; by session where only its own count. */
class Acknowledged {
  private readonly lists = new Map<
    number,
    { readonly adds: number[]; readonly rank: Map<number, number> }
  >();

  constructor(
    private readonly history: History,
    rows: Int32Array,
    private readonly rule: { readonly slackNs: number; readonly onlyOwn: boolean },
  ) {
    const { kind, outcome, value, session } = history;
    for (const row of byReturn(history, rows)) {
      if (kind[row] !== ADD || outcome[row] !== OK) continue;
      const of = rule.onlyOwn ? (session[row] as number) : 0;
      const list = this.lists.get(of) ?? { adds: [] as number[], rank: new Map<number, number>() };
      this.lists.set(of, list);
      if (list.rank.has(value[row] as number)) continue;
      list.rank.set(value[row] as number, list.adds.push(row) - 1);
    }
  }

  /** An addition that a read lacks, null for none. */
  missingFrom(read: number, session: number): number | null {
    const list = this.lists.get(session);
    if (list === undefined) return null;
    const due = this.countBefore(list.adds, read);
    const elements = this.history.elements.get(read) as Int32Array;
    let found = 0;
    for (const element of elements)
      if ((list.rank.get(element) ?? Number.POSITIVE_INFINITY) < due) found++;
    if (found === due) return null;
    const shown = new Set(elements);
    const { value } = this.history;
    return list.adds.find((add) => !shown.has(value[add] as number)) ?? null;
  }

  private countBefore(adds: readonly number[], read: number): number {
    const { returned, returnedNs, invoked, invokedNs } = this.history;
    const { slackNs } = this.rule;
    const times = slackNs > 0 ? returnedNs : returned;
    const moment = slackNs > 0 ? (invokedNs[read] as number) - slackNs : (invoked[read] as number);
    let low = 0;
    let high = adds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((times[adds[middle] as number] as number) < moment) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
