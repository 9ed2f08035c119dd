/**
 * Linearizability of one key by search: orders are built operation by operation, and configurations (what has been done,
 * and the state) that led nowhere are remembered.
 *
 * What keeps the search small, beside the memory:
 * - A read that is legal now is done now. It changes nothing, so whatever can follow without it can follow it.
 * - Of operations that do the same, the one that must return first is done first: it can take the other's place.
 * - A write of unknown outcome whose value nobody returns or expects need not have happened.
 *
 * Source: J. M. Wing, C. Gong, Testing and verifying concurrent objects, JPDC 17 (1993); G. Lowe, Testing for
 * linearizability, Concurrency and Computation 29 (2017): the memory of configurations.
 */
import { ConfigurationMemo } from "./configuration-memo.ts";
import { ADD, CAS, FAIL, type History, INFO, NIL, NONE, OK, READ } from "./history.ts";
import { type Failure, type Finding, failure, operationText, PASS, valueName } from "./verdicts.ts";

/** What a search has used: configurations remembered. Shared by the keys of a history. */
export interface Budget {
  left: number;
}

/** Scans of pending operations that a configuration of the budget pays for. */
const SCANS_PER_CONFIGURATION = 100;

/** Judges a key's rows, in order of invocation. `isCounter`: reads return sums of what was added. */
export function searchOrder(
  history: History,
  rows: Int32Array,
  isCounter: boolean,
  budget: Budget,
): Finding {
  return new Search(history, relevant(history, rows, isCounter), isCounter, budget).run();
}

/** Rows that bear on the answer: those that returned, then those of unknown outcome that somebody may have seen. */
function relevant(
  { kind, outcome, value, expected, amount }: History,
  rows: Int32Array,
  isCounter: boolean,
): { readonly rows: Int32Array; readonly sure: number } {
  const asked = new Set<number>();
  for (const row of rows) {
    if (outcome[row] === FAIL) continue;
    if (kind[row] === READ && outcome[row] === OK) asked.add(value[row] as number);
    if (kind[row] === CAS) asked.add(expected[row] as number);
  }
  const answered = (row: number): boolean =>
    kind[row] !== READ || (isCounter ? !Number.isNaN(amount[row]) : value[row] !== NONE);
  const sure = rows.filter((row) => outcome[row] === OK && answered(row));
  const open = rows.filter(
    (row) =>
      outcome[row] === INFO && kind[row] !== READ && (isCounter || asked.has(value[row] as number)),
  );
  const all = new Int32Array(sure.length + open.length);
  all.set(sure);
  all.set(open, sure.length);
  return { rows: all, sure: sure.length };
}

class Search {
  private readonly rows: Int32Array;
  /** Operations below this index returned; the others are of unknown outcome. */
  private readonly sure: number;
  private readonly count: number;
  // Two rings of what is not yet in the order, by invocation: heads are `count` and `count + 1`.
  private readonly next: Int32Array;
  private readonly previous: Int32Array;
  private readonly done: Int32Array;
  private readonly like: Int32Array;
  private readonly likeStamp: Int32Array;
  private readonly memo: ConfigurationMemo;
  private stamp = 0;
  private base = 0;
  private high = -1;
  private sureLeft: number;
  private state = NIL;
  private sum = 0;
  // Choices of all open frames, one after the other.
  private choices: Int32Array = new Int32Array(64);
  private choiceCount = 0;
  private scans = 0;
  private readonly scansMax: number;
  // The furthest dead end: no order gets beyond the return of `stuckAt`.
  private stuckAt = NONE;
  private stuckState = NIL;
  private stuckSum = 0;
  private stuckDone = 0;
  private stuckWriter = NONE;
  private stuckPending: number[] = [];
  /** Operations in the order found so far. */
  private readonly order: number[] = [];

  constructor(
    private readonly history: History,
    of: { readonly rows: Int32Array; readonly sure: number },
    private readonly isCounter: boolean,
    private readonly budget: Budget,
  ) {
    this.rows = of.rows;
    this.sure = of.sure;
    this.sureLeft = of.sure;
    this.count = of.rows.length;
    this.next = new Int32Array(this.count + 2);
    this.previous = new Int32Array(this.count + 2);
    this.link(0, this.sure, this.count);
    this.link(this.sure, this.count, this.count + 1);
    this.done = new Int32Array(1 + (this.count >>> 5));
    // The word where those of unknown outcome begin may be told twice.
    this.memo = new ConfigurationMemo(this.done.length + 4);
    this.scansMax = Math.min(Number.MAX_SAFE_INTEGER, budget.left * SCANS_PER_CONFIGURATION);
    this.like = this.alike();
    this.likeStamp = new Int32Array(this.count);
  }

  run(): Finding {
    const starts = [0];
    const cursors = [0];
    this.choose();
    while (starts.length > 0) {
      if (this.sureLeft === 0) return PASS;
      const top = starts.length - 1;
      const at = cursors[top] as number;
      if (at === this.choiceCount) {
        this.choiceCount = starts.pop() as number;
        cursors.pop();
        if (starts.length > 0) this.undo();
        continue;
      }
      cursors[top] = at + 1;
      const isForced = this.choiceCount - (starts[top] as number) === 1;
      this.perform(this.choices[at] as number);
      if (!isForced) {
        const isNew = this.remember();
        if (isNew === null || this.scans > this.scansMax) return this.spent();
        if (!isNew) {
          this.undo();
          continue;
        }
      } else if (this.scans > this.scansMax) return this.spent();
      starts.push(this.choiceCount);
      cursors.push(this.choiceCount);
      this.choose();
    }
    return this.fail();
  }

  private spent(): Finding {
    const reason = `the budget of configurations is used up (${this.count} operations, ${this.memo.size} configurations)`;
    return { status: "unknown", reason };
  }

  private link(from: number, to: number, head: number): void {
    let last = head;
    for (let at = from; at < to; at++) {
      this.next[last] = at;
      this.previous[at] = last;
      last = at;
    }
    this.next[last] = head;
    this.previous[head] = last;
  }

  /** Operations that do the same have the same number. */
  private alike(): Int32Array {
    const { kind, value, expected, amount } = this.history;
    const numbers = new Map<string, number>();
    return this.rows.map((row) => {
      const what = this.isCounter ? amount[row] : `${value[row]} ${expected[row]}`;
      const key = `${kind[row]} ${what}`;
      const known = numbers.get(key);
      if (known !== undefined) return known;
      numbers.set(key, numbers.size);
      return numbers.size - 1;
    });
  }

  /** Appends what may come next in the order to `choices`. */
  private choose(): void {
    const { invoked, returned } = this.history;
    const { next, rows } = this;
    const from = this.choiceCount;
    let limit = Number.POSITIVE_INFINITY;
    let limiting = NONE;
    this.stamp++;
    for (let ring = 0; ring < 2; ring++) {
      const head = this.count + ring;
      for (let at = next[head] as number; at !== head; at = next[at] as number) {
        const row = rows[at] as number;
        if ((invoked[row] as number) > limit) break;
        this.scans++;
        if ((returned[row] as number) < limit) {
          limit = returned[row] as number;
          limiting = at;
        }
        if (!this.isLegal(row)) continue;
        if (this.history.kind[row] === READ) {
          // What comes later in the ring returns later than this began: it cannot forbid it.
          this.choiceCount = from;
          this.push(at);
          return;
        }
        this.offer(at, from);
      }
    }
    if (this.choiceCount === from) this.deadEnd(limiting);
  }

  private isLegal(row: number): boolean {
    const { kind, value, expected, amount } = this.history;
    switch (kind[row]) {
      case READ:
        return this.isCounter ? amount[row] === this.sum : value[row] === this.state;
      case CAS:
        return expected[row] === this.state;
      default:
        return true;
    }
  }

  /** Of operations that do the same, the one that returns first stands for all. */
  private offer(at: number, from: number): void {
    const { returned } = this.history;
    const like = this.like[at] as number;
    if (this.likeStamp[like] !== this.stamp) {
      this.likeStamp[like] = this.stamp;
      this.push(at);
      return;
    }
    for (let i = from; i < this.choiceCount; i++) {
      const other = this.choices[i] as number;
      if (this.like[other] !== like) continue;
      const own = returned[this.rows[at] as number] as number;
      if (own < (returned[this.rows[other] as number] as number)) this.choices[i] = at;
      return;
    }
  }

  private push(at: number): void {
    if (this.choiceCount === this.choices.length) {
      const wider = new Int32Array(2 * this.choices.length);
      wider.set(this.choices);
      this.choices = wider;
    }
    this.choices[this.choiceCount++] = at;
  }

  private readonly states: number[] = [];
  private readonly sums: number[] = [];
  private readonly highs: number[] = [];

  private perform(at: number): void {
    const row = this.rows[at] as number;
    const { kind, value, amount } = this.history;
    this.states.push(this.state);
    this.sums.push(this.sum);
    this.highs.push(this.high);
    this.order.push(at);
    if (kind[row] === ADD) this.sum += amount[row] as number;
    else if (kind[row] !== READ) this.state = value[row] as number;
    const { next, previous } = this;
    next[previous[at] as number] = next[at] as number;
    previous[next[at] as number] = previous[at] as number;
    this.flip(at);
    if (at >= this.sure) return;
    this.sureLeft--;
    this.high = Math.max(this.high, at);
    while (this.base < this.sure && this.isDone(this.base)) this.base++;
  }

  private undo(): void {
    const at = this.order.pop() as number;
    this.state = this.states.pop() as number;
    this.sum = this.sums.pop() as number;
    this.high = this.highs.pop() as number;
    this.next[this.previous[at] as number] = at;
    this.previous[this.next[at] as number] = at;
    this.flip(at);
    if (at >= this.sure) return;
    this.sureLeft++;
    this.base = Math.min(this.base, at);
  }

  private flip(at: number): void {
    this.done[at >>> 5] = (this.done[at >>> 5] as number) ^ (1 << (at & 31));
  }

  private isDone(at: number): boolean {
    return (((this.done[at >>> 5] as number) >>> (at & 31)) & 1) === 1;
  }

  /** False where this configuration was seen before; null where there is no room for it. */
  private remember(): boolean | null {
    const { draft } = this.memo;
    let length = 0;
    draft[length++] = this.isCounter ? 0 : this.state;
    draft[length++] = this.base;
    draft[length++] = this.high;
    // `high` is -1 as long as only operations of unknown outcome are done: none of these words then.
    for (let word = this.base >>> 5; word <= this.high >> 5; word++)
      draft[length++] = this.done[word] as number;
    for (let word = this.sure >>> 5; word < this.done.length; word++)
      draft[length++] = this.done[word] as number;
    if (this.budget.left <= 0 || this.memo.isFull(length)) return null;
    if (!this.memo.add(length)) return false;
    this.budget.left--;
    return true;
  }

  private deadEnd(limiting: number): void {
    if (limiting === NONE) return;
    const { returned } = this.history;
    const limit = returned[this.rows[limiting] as number] as number;
    if (this.stuckAt !== NONE && limit <= (returned[this.rows[this.stuckAt] as number] as number))
      return;
    this.stuckAt = limiting;
    this.stuckState = this.state;
    this.stuckSum = this.sum;
    this.stuckDone = this.order.length;
    this.stuckWriter =
      this.order.findLast((at) => this.history.kind[this.rows[at] as number] !== READ) ?? NONE;
    this.stuckPending = [];
    const { next, count } = this;
    for (let at = next[count] as number; at !== count; at = next[at] as number) {
      if ((this.history.invoked[this.rows[at] as number] as number) > limit) break;
      this.stuckPending.push(at);
    }
  }

  private fail(): Failure {
    const { history } = this;
    const rowAt = (at: number): number => (at === NONE ? NONE : (this.rows[at] as number));
    const stuck = rowAt(this.stuckAt);
    const holds = this.isCounter ? String(this.stuckSum) : valueName(history, this.stuckState);
    const reason = `no order of the operations lets ${operationText(history, stuck)} return when it did`;
    const pending = this.stuckPending.map(rowAt);
    const others = pending.filter((row) => row !== stuck);
    const after =
      this.stuckWriter === NONE
        ? "before anything was written"
        : `after ${operationText(history, rowAt(this.stuckWriter))}`;
    const because = [
      `the longest legal orders have ${this.stuckDone} operations; one of them holds ${holds} then, ${after}`,
      `none of what was open then can come next: ${[stuck, ...others]
        .slice(0, PENDING_SHOWN)
        .map((row) => operationText(history, row))
        .join("; ")}`,
    ];
    const rows = [stuck, rowAt(this.stuckWriter), ...others.slice(0, PENDING_SHOWN - 1)];
    return failure(reason, rows, because);
  }
}

/** Open operations that evidence names. */
const PENDING_SHOWN = 6;
