/** What each promise means, decided by trying every order. For histories of a few operations. */
import {
  ADD,
  CAS,
  FAIL,
  INFO,
  NIL,
  OK,
  READ,
  WRITE,
} from "../../../dist/checks/history/history.js";
import type { HistoryModel } from "../../../src/checks/history/models.ts";
import type { SmallOperation } from "./small-histories.ts";

const precedes = (a: SmallOperation, b: SmallOperation): boolean => a.returned < b.invoked;

/** Tries every order of everything that returned and of every choice of what may have happened. */
export function isLinearizable(
  operations: readonly SmallOperation[],
  model: HistoryModel,
): boolean {
  const all = operations.filter(
    ({ outcome, kind }) => outcome === OK || (outcome === INFO && kind !== READ),
  );
  const bits = (values: readonly number[]): number =>
    values.reduce((set, of) => set | (1 << of), 0);
  const shown = all.map(({ elements }) => bits(elements));
  const before = all.map((own) => bits(all.flatMap((of, at) => (precedes(of, own) ? [at] : []))));
  const due = bits(all.flatMap(({ outcome }, at) => (outcome === OK ? [at] : [])));
  const go = (done: number, register: number, sum: number, set: number): boolean => {
    if ((done & due) === due) return true;
    for (let at = 0; at < all.length; at++) {
      const { kind, value, expected, amount } = all[at] as SmallOperation;
      if ((done >> at) & 1 || ((before[at] as number) & ~done) !== 0) continue;
      const then = done | (1 << at);
      if (kind === READ) {
        const answer =
          model === "counter"
            ? amount === sum
            : model === "set"
              ? shown[at] === set
              : value === register;
        if (answer && go(then, register, sum, set)) return true;
      } else if (kind === ADD) {
        const more = model === "set" ? set | (1 << value) : set;
        if (go(then, register, sum + amount, more)) return true;
      } else if (kind === WRITE || expected === register) {
        if (go(then, value, sum, set)) return true;
      }
    }
    return false;
  };
  return go(0, NIL, 0, 0);
}

export type Rule = "readYourWrites" | "monotonicReads" | "sessionOrder";

/** Tries every choice of what may have happened. */
export function hasVersionOrder(operations: readonly SmallOperation[], rule: Rule): boolean {
  const open = operations.filter(({ outcome, kind }) => outcome === INFO && kind !== READ);
  const sure = operations.filter(({ outcome }) => outcome === OK);
  for (let choice = 0; choice < 1 << open.length; choice++) {
    const happened = operations.filter(
      (of) => sure.includes(of) || (open.includes(of) && (choice >> open.indexOf(of)) & 1),
    );
    if (ordersVersions(happened, rule)) return true;
  }
  return false;
}

/** Tries every order of the values. */
function ordersVersions(happened: readonly SmallOperation[], rule: Rule): boolean {
  const writes = happened.filter(({ kind }) => kind !== READ);
  const seen = (of: SmallOperation): number => (of.kind === CAS ? of.expected : of.value);
  const made = (of: SmallOperation): number => of.value;
  const isRight = (order: readonly number[]): boolean => {
    const place = (value: number): number => order.indexOf(value);
    for (const a of writes) {
      if (a.kind === CAS && place(a.expected) > place(a.value)) return false;
      for (const b of writes) if (precedes(a, b) && place(a.value) > place(b.value)) return false;
    }
    for (const a of happened) {
      for (const b of happened) {
        if (a.outcome !== OK || a.session !== b.session || !precedes(a, b)) continue;
        const [wroteA, readsB] = [a.kind !== READ, b.kind !== WRITE];
        const readsA = a.kind !== WRITE;
        if (rule !== "monotonicReads" && wroteA && readsB && place(made(a)) > place(seen(b)))
          return false;
        if (rule !== "readYourWrites" && readsA && readsB && place(seen(a)) > place(seen(b)))
          return false;
        if (rule !== "sessionOrder") continue;
        if (b.kind === READ) continue;
        if (place(wroteA ? made(a) : seen(a)) > place(made(b))) return false;
      }
    }
    return true;
  };
  const values = writes.map(made);
  const reads = happened.filter(({ kind, outcome }) => kind === READ && outcome === OK);
  const isThere = (of: number): boolean => of === NIL || values.includes(of);
  if (reads.some(({ value }) => !isThere(value))) return false;
  if (writes.some(({ kind, expected }) => kind === CAS && !isThere(expected))) return false;
  return permutations(values).some((order) => isRight([NIL, ...order]));
}

function permutations(values: readonly number[]): number[][] {
  if (values.length === 0) return [[]];
  return values.flatMap((value, at) =>
    permutations([...values.slice(0, at), ...values.slice(at + 1)]).map((rest) => [value, ...rest]),
  );
}

/** Is `read` older than a write acknowledged more than `slack` before it began? */
function isStale(
  operations: readonly SmallOperation[],
  read: SmallOperation,
  slack: number,
): boolean {
  const writer = operations.find(
    ({ kind, value, outcome }) => kind !== READ && outcome !== FAIL && value === read.value,
  );
  return operations.some(
    (write) =>
      write.kind !== READ &&
      write.outcome === OK &&
      write.returned + slack < read.invoked &&
      (read.value === NIL || (writer !== undefined && precedes(writer, write))),
  );
}

const readsOf = (operations: readonly SmallOperation[]): SmallOperation[] =>
  operations.filter(({ kind, outcome }) => kind === READ && outcome === OK);

/** Additions that must show in a read. */
const owed = (
  operations: readonly SmallOperation[],
  read: SmallOperation,
  slack: number,
): SmallOperation[] =>
  operations.filter(
    ({ kind, outcome, returned }) =>
      kind === ADD && outcome === OK && returned + slack < read.invoked,
  );

const lacks = (read: SmallOperation, adds: readonly SmallOperation[]): boolean =>
  adds.some(({ value }) => !read.elements.includes(value));

/** The least that a counter can come to. */
function least(
  operations: readonly SmallOperation[],
  read: SmallOperation,
  adds: readonly SmallOperation[],
): number {
  const ups = adds.filter(({ amount }) => amount > 0);
  const downs = operations.filter(
    ({ kind, outcome, amount, invoked }) =>
      kind === ADD && outcome !== FAIL && amount < 0 && invoked <= read.returned,
  );
  return [...ups, ...downs].reduce((sum, { amount }) => sum + amount, 0);
}

/** Every promise but linearizability and those of `hasVersionOrder` for registers. */
export function keeps(
  promise: string,
  operations: readonly SmallOperation[],
  model: HistoryModel,
  slack: number,
): boolean {
  const reads = readsOf(operations);
  const last = reads.at(-1);
  const isOld = (
    read: SmallOperation,
    within = 0,
    adds = owed(operations, read, within),
  ): boolean =>
    model === "counter"
      ? read.amount < least(operations, read, adds)
      : model === "set"
        ? lacks(read, adds)
        : isStale(operations, read, within);
  switch (promise) {
    case "boundedStaleness":
      return !reads.some((read) => isOld(read, slack));
    case "durableWrites":
      return last === undefined || !isOld(last);
    case "readYourWrites":
      return !reads.some((read) =>
        isOld(
          read,
          0,
          owed(operations, read, 0).filter(({ session }) => session === read.session),
        ),
      );
    case "monotonicReads":
      return !reads.some((a) =>
        reads.some(
          (b) =>
            a.session === b.session &&
            precedes(a, b) &&
            (model === "counter"
              ? b.amount < a.amount
              : a.elements.some((of) => !b.elements.includes(of))),
        ),
      );
    case "noLostUpdates":
      return noLostUpdates(operations, model, (read) => isOld(read));
    case "knownValues":
      return reads.every((read) =>
        (model === "set" ? read.elements : [read.value]).every(
          (of) =>
            (of === NIL && model !== "set") ||
            operations.some(
              ({ kind, outcome, value, invoked }) =>
                kind !== READ && outcome !== FAIL && value === of && invoked <= read.returned,
            ),
        ),
      );
    default:
      throw new Error(promise);
  }
}

function noLostUpdates(
  operations: readonly SmallOperation[],
  model: HistoryModel,
  isOld: (read: SmallOperation) => boolean,
): boolean {
  const reads = readsOf(operations);
  if (model === "counter") return !reads.some(isOld);
  const done = operations.filter(({ outcome }) => outcome === OK);
  if (model === "cas-register") {
    const taken = done.filter(({ kind }) => kind === CAS).map(({ expected }) => expected);
    return new Set(taken).size === taken.length;
  }
  return !done.some((add) => {
    if (add.kind !== ADD) return false;
    const later = reads.filter((read) => precedes(add, read));
    return later.length > 0 && later.every(({ elements }) => !elements.includes(add.value));
  });
}
