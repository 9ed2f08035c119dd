/** Checkers against the reference: 10,500 small random histories of seven kinds, from a fixed seed (`HISTORIES`: of each kind). */
import { describe, expect, test } from "vitest";
import { checkHistory } from "../../../dist/checks/history/check-history.js";
import {
  PROMISE_NAMES,
  type PromiseName,
  promiseFits,
} from "../../../dist/checks/history/promises.js";
import { Stream } from "../../../dist/kernel/streams.js";
import { ADD, INFO, OK, READ } from "../../../src/checks/history/history.ts";
import { hasVersionOrder, isLinearizable, keeps, type Rule } from "./reference.ts";
import {
  historyOf,
  onCoarseClock,
  randomHistory,
  type Shape,
  type SmallOperation,
} from "./small-histories.ts";

const RUNS = Number(process.env["HISTORIES"] ?? 1_500);
const VERSION_RULES: readonly string[] = ["readYourWrites", "monotonicReads", "sessionOrder"];

const shapes: readonly (Shape & { readonly name: string })[] = [
  { name: "register, unique values", model: "register", unique: true, operations: 7, sessions: 3 },
  { name: "register, values again", model: "register", unique: false, operations: 6, sessions: 3 },
  {
    name: "compare-and-set, unique values",
    model: "cas-register",
    unique: true,
    operations: 5,
    sessions: 3,
  },
  {
    name: "compare-and-set, values again",
    model: "cas-register",
    unique: false,
    operations: 6,
    sessions: 3,
  },
  { name: "counter", model: "counter", unique: false, operations: 5, sessions: 3 },
  { name: "set, unique elements", model: "set", unique: true, operations: 6, sessions: 3 },
  { name: "set, elements again", model: "set", unique: false, operations: 6, sessions: 3 },
];

function reference(
  promise: PromiseName,
  operations: readonly SmallOperation[],
  of: Shape,
  slack: number,
): boolean {
  if (promise === "linearizable") return isLinearizable(operations, of.model);
  const isRegister = of.model === "register" || of.model === "cas-register";
  if (isRegister && VERSION_RULES.includes(promise))
    return hasVersionOrder(operations, promise as Rule);
  return keeps(promise, operations, of.model, slack);
}

describe("checkers agree with the reference", () => {
  test.each(shapes)("on $name", { timeout: 240_000 }, (shape) => {
    const stream = new Stream(`histories ${shape.name}`);
    const promises = PROMISE_NAMES.filter((promise) => promiseFits(promise, shape.model));
    const seen = new Map<string, number>();
    let open = 0;
    for (let run = 0; run < RUNS; run++) {
      const recorded = randomHistory(
        { ...shape, operations: 2 + stream.nextInt(shape.operations - 1) },
        stream,
      );
      const isCoarse = run % 3 === 2;
      const operations = isCoarse ? onCoarseClock(recorded) : recorded;
      const history = historyOf(operations, shape.model);
      const slack = run % 2 === 0 ? 0 : isCoarse ? 2 : 5;
      const options = { model: shape.model, configurations: 100_000, staleNs: slack * 1e9 };
      if (operations.some(({ outcome }) => outcome === INFO)) open++;
      for (const verdict of checkHistory(history, { ...options, promises })) {
        const promise = verdict.property as PromiseName;
        const key = `${promise} ${verdict.verdict}`;
        seen.set(key, (seen.get(key) ?? 0) + 1);
        // A search of seven operations is never out of budget.
        if (promise === "linearizable") expect(verdict.undecided, verdict.reason).toBe(0);
        if (verdict.verdict === "unknown") continue;
        // Said of values that are written again, which the reference cannot tell apart.
        if (verdict.reason === "follows from linearizability") continue;
        const holds = reference(promise, operations, shape, slack);
        const told = { promise, slack, reason: verdict.reason, operations };
        if ((verdict.verdict === "pass") !== holds)
          expect(told).toEqual(holds ? "no violation" : "a violation");
      }
    }
    // The histories put every checker to the test, in both ways.
    expect(open).toBeGreaterThan(RUNS / 10);
    for (const promise of promises) {
      const repeats = !shape.unique && promise !== "linearizable" && promise !== "knownValues";
      const isRegister = shape.model === "register" || shape.model === "cas-register";
      if (repeats && isRegister) continue;
      expect([promise, (seen.get(`${promise} pass`) ?? 0) > RUNS / 50], promise).toEqual([
        promise,
        true,
      ]);
      expect([promise, (seen.get(`${promise} fail`) ?? 0) > RUNS / 200], promise).toEqual([
        promise,
        true,
      ]);
    }
  });
});

test("the reference itself tells right from wrong", () => {
  const operation = (
    kind: number,
    value: number,
    invoked: number,
    returned: number,
  ): SmallOperation => ({
    kind,
    value,
    invoked,
    returned,
    session: 0,
    outcome: OK,
    expected: -1,
    amount: Number.NaN,
    elements: [],
  });
  const write = operation(1, 1, 1, 2);
  expect(isLinearizable([write, operation(READ, 1, 3, 4)], "register")).toBe(true);
  expect(isLinearizable([write, operation(READ, 0, 3, 4)], "register")).toBe(false);
  expect(isLinearizable([write, operation(READ, 0, 1, 4)], "register")).toBe(true);
  expect(
    isLinearizable(
      [
        { ...operation(ADD, 1, 1, 2), amount: 2 },
        { ...operation(READ, 0, 3, 4), amount: 1 },
      ],
      "counter",
    ),
  ).toBe(false);
});
