/**
 * A history: operations of concurrent sessions on keys, each with the moments between which it took effect. Columns, one
 * row per operation in order of invocation, so that a million operations fit in 60 MB.
 *
 * Moments are numbers of one order (positions in a file, or simulated ns): an operation comes before another when it
 * returned before the other was invoked, strictly; else the two are concurrent.
 */

/** What an operation does. */
export const READ = 0;
export const WRITE = 1;
/** Replaces the value that it expects, or fails. */
export const CAS = 2;
/** Adds an element to a set, or an amount to a counter. */
export const ADD = 3;
/** Takes an id that nobody else may get. */
export const GENERATE = 4;

/** How an operation ended. */
export const OK = 0;
/** It did not happen. */
export const FAIL = 1;
/** It may have happened, or may yet happen, at any time after its invocation. */
export const INFO = 2;

/** Value of a register that nobody wrote to, or as it was before the history began. */
export const NIL = 0;
/** No value: not known, or the operation has none. */
export const NONE = -1;

export interface History {
  readonly count: number;
  readonly kind: Uint8Array;
  readonly outcome: Uint8Array;
  /** Index into `keys`. */
  readonly key: Int32Array;
  /** Index into `sessions`. Operations of a session come in order as far as they do not overlap. */
  readonly session: Int32Array;
  /** Index into `values`: what was written, added, put by a CAS, or returned by a read. NONE: nothing is known. */
  readonly value: Int32Array;
  /** CAS: what it expected; else NONE. */
  readonly expected: Int32Array;
  /** Counters: amount added, or count read; NaN where there is none. */
  readonly amount: Float64Array;
  readonly invoked: Float64Array;
  /** Infinity for INFO. */
  readonly returned: Float64Array;
  /** ns, NaN where the history has no times. */
  readonly invokedNs: Float64Array;
  readonly returnedNs: Float64Array;
  /** Lines of the file, 0 where there are none. */
  readonly invokedLine: Int32Array;
  readonly returnedLine: Int32Array;
  /** Reads of sets: the elements returned, by operation. */
  readonly elements: ReadonlyMap<number, Int32Array>;
  readonly keys: readonly string[];
  readonly values: readonly string[];
  readonly sessions: readonly string[];
}

export interface Invocation {
  readonly kind: number;
  readonly key: number;
  readonly session: number;
  readonly value: number;
  readonly expected: number;
  readonly amount: number;
  readonly at: number;
  readonly ns: number;
  readonly line: number;
}

export interface Completion {
  readonly outcome: number;
  readonly at: number;
  readonly ns: number;
  readonly line: number;
}

/** Texts to indices, in order of first use. Whole numbers that lie dense are found without making a text of them. */
export class Names {
  readonly texts: string[];
  private readonly byText = new Map<string, number>();
  /** Of whole numbers: one more than the index, 0 for those that have none here. */
  private byNumber = new Int32Array(FIRST_ROWS);

  constructor(first: readonly string[] = []) {
    this.texts = [];
    for (const text of first) this.of(text);
  }

  of(text: string): number {
    const known = this.byText.get(text);
    if (known !== undefined) return known;
    const number = Number(text);
    if (number >>> 0 === number && String(number) === text) return this.ofNumber(number);
    return this.enter(text);
  }

  ofNumber(number: number): number {
    const isWhole = number >>> 0 === number;
    if (isWhole && number < this.byNumber.length) {
      const known = this.byNumber[number] as number;
      if (known !== 0) return known - 1;
    }
    const text = String(number);
    const known = this.byText.get(text);
    if (known !== undefined) return known;
    if (!isWhole || !this.hasRoomFor(number)) return this.enter(text);
    this.byNumber[number] = this.texts.push(text);
    return this.texts.length - 1;
  }

  private enter(text: string): number {
    this.byText.set(text, this.texts.length);
    return this.texts.push(text) - 1;
  }

  /** Makes room for a whole number unless most of it would stay empty. */
  private hasRoomFor(number: number): boolean {
    let { length } = this.byNumber;
    if (number < length) return true;
    if (number >= SPARSE * (this.texts.length + FIRST_ROWS)) return false;
    while (number >= length) length *= 2;
    this.byNumber = copyInto(new Int32Array(length), this.byNumber);
    return true;
  }
}

/** Places a name for numbers that lie dense. */
const SPARSE = 8;

const FIRST_ROWS = 1024;

/** Collects operations as they are invoked, and their ends as they come. */
export class HistoryBuilder {
  readonly keys = new Names();
  readonly values: Names;
  readonly sessions = new Names();
  count = 0;
  private kind = new Uint8Array(FIRST_ROWS);
  private outcome = new Uint8Array(FIRST_ROWS);
  private key = new Int32Array(FIRST_ROWS);
  private session = new Int32Array(FIRST_ROWS);
  private value = new Int32Array(FIRST_ROWS);
  private expected = new Int32Array(FIRST_ROWS);
  private amount = new Float64Array(FIRST_ROWS);
  private invoked = new Float64Array(FIRST_ROWS);
  private returned = new Float64Array(FIRST_ROWS);
  private invokedNs = new Float64Array(FIRST_ROWS);
  private returnedNs = new Float64Array(FIRST_ROWS);
  private invokedLine = new Int32Array(FIRST_ROWS);
  private returnedLine = new Int32Array(FIRST_ROWS);
  private readonly elements = new Map<number, Int32Array>();

  /** @param initial - text of the value that registers have at first */
  constructor(initial = "nil") {
    this.values = new Names([initial]);
  }

  /** Begins an operation, of unknown outcome until it is completed. Invocations come in order. Returns its row. */
  invoke(of: Invocation): number {
    const row = this.count++;
    if (row === this.kind.length) this.grow();
    this.kind[row] = of.kind;
    this.outcome[row] = INFO;
    this.key[row] = of.key;
    this.session[row] = of.session;
    this.value[row] = of.value;
    this.expected[row] = of.expected;
    this.amount[row] = of.amount;
    this.invoked[row] = of.at;
    this.returned[row] = Number.POSITIVE_INFINITY;
    this.invokedNs[row] = of.ns;
    this.returnedNs[row] = Number.NaN;
    this.invokedLine[row] = of.line;
    return row;
  }

  /** Ends an operation. An INFO keeps its moment of return open. */
  complete(row: number, of: Completion): void {
    this.outcome[row] = of.outcome;
    if (of.outcome !== INFO) this.returned[row] = of.at;
    this.returnedNs[row] = of.ns;
    this.returnedLine[row] = of.line;
  }

  /** What a read returned, or an operation turned out to have done. */
  returnedValue(row: number, value: number, amount = Number.NaN): void {
    this.value[row] = value;
    this.amount[row] = amount;
  }

  returnedElements(row: number, elements: Int32Array): void {
    this.elements.set(row, elements);
  }

  kindOf(row: number): number {
    return this.kind[row] as number;
  }

  keyOf(row: number): number {
    return this.key[row] as number;
  }

  build(): History {
    const { count } = this;
    return {
      count,
      kind: this.kind.subarray(0, count),
      outcome: this.outcome.subarray(0, count),
      key: this.key.subarray(0, count),
      session: this.session.subarray(0, count),
      value: this.value.subarray(0, count),
      expected: this.expected.subarray(0, count),
      amount: this.amount.subarray(0, count),
      invoked: this.invoked.subarray(0, count),
      returned: this.returned.subarray(0, count),
      invokedNs: this.invokedNs.subarray(0, count),
      returnedNs: this.returnedNs.subarray(0, count),
      invokedLine: this.invokedLine.subarray(0, count),
      returnedLine: this.returnedLine.subarray(0, count),
      elements: this.elements,
      keys: this.keys.texts,
      values: this.values.texts,
      sessions: this.sessions.texts,
    };
  }

  private grow(): void {
    const bytes = (of: Uint8Array) => copyInto(new Uint8Array(2 * of.length), of);
    const words = (of: Int32Array) => copyInto(new Int32Array(2 * of.length), of);
    const doubles = (of: Float64Array) => copyInto(new Float64Array(2 * of.length), of);
    this.kind = bytes(this.kind);
    this.outcome = bytes(this.outcome);
    this.key = words(this.key);
    this.session = words(this.session);
    this.value = words(this.value);
    this.expected = words(this.expected);
    this.amount = doubles(this.amount);
    this.invoked = doubles(this.invoked);
    this.returned = doubles(this.returned);
    this.invokedNs = doubles(this.invokedNs);
    this.returnedNs = doubles(this.returnedNs);
    this.invokedLine = words(this.invokedLine);
    this.returnedLine = words(this.returnedLine);
  }
}

function copyInto<To extends { set(from: ArrayLike<number>): void }>(
  to: To,
  from: ArrayLike<number>,
): To {
  to.set(from);
  return to;
}

/** Rows of each key, in order of invocation: views of one array. */
export function rowsByKey({ count, key, keys }: History): Int32Array[] {
  const starts = new Int32Array(keys.length + 1);
  for (let row = 0; row < count; row++) {
    const at = (key[row] as number) + 1;
    starts[at] = (starts[at] as number) + 1;
  }
  for (let at = 0; at < keys.length; at++)
    starts[at + 1] = (starts[at + 1] as number) + (starts[at] as number);
  const sorted = new Int32Array(count);
  const next = starts.slice();
  for (let row = 0; row < count; row++) {
    const of = key[row] as number;
    sorted[next[of] as number] = row;
    next[of] = (next[of] as number) + 1;
  }
  return keys.map((_, at) => sorted.subarray(starts[at] as number, starts[at + 1] as number));
}

/**
 * The same operations with the rows of each key side by side, in order of invocation, and these rows: who judges a key
 * reads memory that lies together.
 */
export function groupedByKey(history: History): {
  readonly grouped: History;
  readonly byKey: readonly Int32Array[];
} {
  const rows = rowsByKey(history);
  const order = new Int32Array(history.count);
  let filled = 0;
  const byKey = rows.map((of) => {
    const start = filled;
    order.set(of, start);
    filled += of.length;
    return Int32Array.from(of, (_, at) => start + at);
  });
  const elements = new Map<number, Int32Array>();
  if (history.elements.size > 0)
    for (const [at, row] of order.entries()) {
      const of = history.elements.get(row);
      if (of !== undefined) elements.set(at, of);
    }
  const grouped: History = {
    ...history,
    kind: gather(history.kind, order),
    outcome: gather(history.outcome, order),
    key: gather(history.key, order),
    session: gather(history.session, order),
    value: gather(history.value, order),
    expected: gather(history.expected, order),
    amount: gather(history.amount, order),
    invoked: gather(history.invoked, order),
    returned: gather(history.returned, order),
    invokedNs: gather(history.invokedNs, order),
    returnedNs: gather(history.returnedNs, order),
    invokedLine: gather(history.invokedLine, order),
    returnedLine: gather(history.returnedLine, order),
    elements,
  };
  return { grouped, byKey };
}

function gather<Column extends Uint8Array | Int32Array | Float64Array>(
  from: Column,
  order: Int32Array,
): Column {
  const to = from.slice() as Column;
  for (let at = 0; at < order.length; at++) to[at] = from[order[at] as number] as number;
  return to;
}

/** By a key's rows: several promises ask for the same order. */
const returnsOf = new WeakMap<Int32Array, Int32Array>();

/** Rows that returned, in order of return. @param rows - never changed after the first call */
export function byReturn({ returned }: History, rows: Int32Array): Int32Array {
  let returns = returnsOf.get(rows);
  if (returns === undefined) {
    returns = sortedBy(
      rows.filter((row) => returned[row] !== Number.POSITIVE_INFINITY),
      returned,
    );
    returnsOf.set(rows, returns);
  }
  return returns;
}

/** Rows in order of a moment, those of one moment in their own order. Rows that stand so already are handed back. */
export function sortedBy(rows: Int32Array, at: Float64Array): Int32Array {
  let isSorted = true;
  for (let i = 1; i < rows.length && isSorted; i++) {
    const step = (at[rows[i] as number] as number) - (at[rows[i - 1] as number] as number);
    isSorted = step > 0 || (step === 0 && (rows[i] as number) > (rows[i - 1] as number));
  }
  if (isSorted) return rows;
  return rows.slice().sort((a, b) => (at[a] as number) - (at[b] as number) || a - b);
}
