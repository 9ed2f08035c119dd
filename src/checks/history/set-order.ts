/**
 * Linearizability of a set that only grows, whose reads return all of it, in O(n log n) for n operations and elements read.
 *
 * Reads that an order can hold form a chain: each returns what the one before returned, and more. This gives every read
 * its step (those that return the same, in order of invocation), and every element the step just before the first read
 * that returns it: one of its additions must stand there, the others there or later. An addition that no read returned
 * stands after all reads. An order exists exactly when nothing returned before something of a lower step began.
 */
import { ADD, FAIL, type History, NONE, OK, READ } from "./history.ts";
import { type Finding, failure, operationText, PASS, valueName } from "./verdicts.ts";

interface Placed {
  readonly row: number;
  readonly step: number;
  /** It may stand at a later step too. */
  readonly isFree: boolean;
}

export function judgeSetOrder(history: History, rows: Int32Array): Finding {
  const { kind, outcome, elements } = history;
  const size = (row: number): number => (elements.get(row) as Int32Array).length;
  const reads = rows
    .filter((row) => kind[row] === READ && outcome[row] === OK && elements.has(row))
    .sort((a, b) => size(a) - size(b) || a - b);
  const placed: Placed[] = [];
  const firstSeen = new Map<number, number>(); // element -> step before the first read with it
  let step = 0;
  for (const [at, row] of reads.entries()) {
    const known = firstSeen.size;
    step += 2;
    let found = 0;
    for (const element of elements.get(row) as Int32Array) {
      if (firstSeen.has(element)) found++;
      else firstSeen.set(element, step - 1);
    }
    if (found < known) return forked(history, reads[at - 1] as number, row);
    placed.push({ row, step, isFree: false });
  }
  const unadded = placeAdditions(history, rows, { firstSeen, last: step + 1 }, placed);
  if (unadded !== null) {
    const read = reads.find((row) => (elements.get(row) as Int32Array).includes(unadded)) as number;
    return neverAdded(history, rows, read, unadded);
  }
  return judgeSteps(history, placed);
}

/** Gives each addition that happened its step; answers an element that a read returned and nobody had added. */
function placeAdditions(
  { kind, outcome, value }: History,
  rows: Int32Array,
  steps: { readonly firstSeen: ReadonlyMap<number, number>; readonly last: number },
  placed: Placed[],
): number | null {
  const unadded = new Set(steps.firstSeen.keys());
  for (const row of rows) {
    if (kind[row] !== ADD || outcome[row] === FAIL) continue;
    const element = value[row] as number;
    const step = steps.firstSeen.get(element);
    // The addition that began first can best be early enough; one that no read returned can stand last.
    placed.push({ row, step: step ?? steps.last, isFree: !unadded.delete(element) });
  }
  return unadded.values().next().value ?? null;
}

/** Looks for something that returned before something of a lower step began. */
function judgeSteps(history: History, placed: Placed[]): Finding {
  const { invoked, returned } = history;
  placed.sort((a, b) => a.step - b.step || a.row - b.row);
  let latest = NONE; // of the lower steps, what began last
  for (let from = 0; from < placed.length; ) {
    const { step } = placed[from] as Placed;
    let to = from;
    for (; to < placed.length && (placed[to] as Placed).step === step; to++) {
      const { row } = placed[to] as Placed;
      if (latest !== NONE && (returned[row] as number) < (invoked[latest] as number))
        return outOfStep(history, row, latest);
    }
    for (; from < to; from++) {
      const { row, isFree } = placed[from] as Placed;
      if (isFree) continue;
      if (latest === NONE || (invoked[row] as number) > (invoked[latest] as number)) latest = row;
    }
  }
  return PASS;
}

function outOfStep(history: History, later: number, earlier: number): Finding {
  const reason = `${operationText(history, later)} returned before ${operationText(history, earlier)} began, but must come after it`;
  const { kind } = history;
  const why =
    kind[later] === READ && kind[earlier] === READ
      ? "the earlier read returned what the later one lacks"
      : kind[later] === READ
        ? "the read returned what was added later"
        : kind[earlier] === READ
          ? "the read lacks what had been added"
          : "a read between them returned the one and lacks the other";
  return failure(reason, [later, earlier], [why]);
}

function neverAdded(history: History, rows: Int32Array, read: number, element: number): Finding {
  const { kind, outcome, value } = history;
  const failed = rows.find(
    (row) => kind[row] === ADD && outcome[row] === FAIL && value[row] === element,
  );
  const why =
    failed === undefined ? "nobody added it" : `${operationText(history, failed)} had failed`;
  const name = valueName(history, element);
  const reason = `${operationText(history, read)} returned ${name}, which was never there: ${why}`;
  return failure(reason, [read, failed ?? NONE]);
}

function forked(history: History, a: number, b: number): Finding {
  const reason = `neither of ${operationText(history, a)} and ${operationText(history, b)} returned all that the other did`;
  return failure(reason, [a, b], ["a set that only grows has no order of reads like these"]);
}
