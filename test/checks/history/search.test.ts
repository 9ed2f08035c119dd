/** Histories of hundreds of operations, and the search for an order in them. */
import { describe, expect, test } from "vitest";
import { checkHistory } from "../../../dist/checks/history/check-history.js";
import { rowsByKey } from "../../../dist/checks/history/history.js";
import type { HistoryModel } from "../../../dist/checks/history/models.js";
import { PROMISE_NAMES, promiseFits } from "../../../dist/checks/history/promises.js";
import { searchOrder } from "../../../dist/checks/history/search.js";
import { Stream } from "../../../dist/kernel/streams.js";
import { ADD, INFO, NIL, NONE, OK, READ, WRITE } from "../../../src/checks/history/history.ts";
import { historyOf, record, type SmallOperation } from "./small-histories.ts";

const RUNS = 20;
const NOTHING = {
  session: 9,
  expected: NONE,
  amount: Number.NaN,
  elements: [],
  value: NONE,
  outcome: OK,
};

function judge(
  operations: readonly SmallOperation[],
  model: HistoryModel,
  configurations = 100_000,
) {
  const options = { model, promises: ["linearizable"], configurations, staleNs: 0 } as const;
  return checkHistory(historyOf(operations, model), options)[0];
}

const operationAt = (invoked: number, over: Partial<SmallOperation>): SmallOperation => ({
  ...NOTHING,
  kind: WRITE,
  invoked,
  returned: invoked + 0.1,
  ...over,
});

const long = (model: HistoryModel, operations: number, unique = false) => ({
  model,
  unique,
  operations,
  sessions: 4,
  turns: 5 * operations,
});

describe("of long histories", () => {
  test.each(["register", "cas-register", "counter"] as const)(
    "of a %s, a search finds the order that was recorded",
    (model) => {
      const stream = new Stream(`long ${model}`);
      for (let run = 0; run < RUNS; run++)
        expect(judge(record(long(model, 300), stream), model)).toMatchObject({ verdict: "pass" });
    },
  );

  test("a search finds no order where an old value comes back", () => {
    const stream = new Stream("long and old");
    const [start, end] = [
      [operationAt(0, { value: 4 }), operationAt(0.5, { value: NIL })],
      [operationAt(900, { value: 1 }), operationAt(901, { kind: READ, value: 4 })],
    ];
    for (let run = 0; run < RUNS; run++) {
      const operations = [...start, ...record(long("register", 150), stream), ...end];
      expect(judge(operations, "register")).toMatchObject({ verdict: "fail" });
    }
  });

  test.each(["register", "cas-register", "set"] as const)(
    "what was recorded of a %s keeps every promise, until an old value comes back",
    (model) => {
      const promises = PROMISE_NAMES.filter((promise) => promiseFits(promise, model));
      const stream = new Stream(`long and kept ${model}`);
      for (let run = 0; run < 5; run++) {
        const operations = record(long(model, 400, true), stream);
        const verdictsOf = (of: readonly SmallOperation[]) =>
          checkHistory(historyOf(of, model), {
            model,
            promises,
            configurations: 100_000,
            staleNs: 0,
          });
        for (const of of verdictsOf(operations)) expect(of).toMatchObject({ verdict: "pass" });
        const added = operations.filter(({ kind, outcome }) => kind === ADD && outcome === OK);
        const elements = [...added.map(({ value }) => value), 900];
        const end = [
          operationAt(5_000, { kind: model === "set" ? ADD : WRITE, value: 900 }),
          operationAt(5_001, { kind: READ, value: 900, elements }),
          operationAt(5_002, { kind: READ, value: NIL }),
        ];
        for (const of of verdictsOf([...operations, ...end])) {
          const isKept = ["knownValues", "noLostUpdates"].includes(of.property);
          expect(of).toMatchObject({ verdict: isKept ? "pass" : "fail" });
        }
      }
    },
  );
});

describe("the budget of a search", () => {
  /** Additions of powers of two at once, and a read of a sum that is within bounds and odd. */
  const counter = (powers: number, key = "k"): readonly SmallOperation[] => [
    ...Array.from({ length: powers }, (_, i) =>
      operationAt(i, { key, session: i, kind: ADD, amount: 2 ** (i + 1), returned: 90 }),
    ),
    operationAt(70, { key, session: 30, kind: READ, amount: 2 ** (powers - 1) + 1, returned: 80 }),
  ];

  /** What one search needed that found no answer, and what it left. */
  function searched(operations: readonly SmallOperation[], model: HistoryModel, left: number) {
    const history = historyOf(operations, model);
    const budget = { left };
    const [rows] = rowsByKey(history) as [Int32Array];
    const finding = searchOrder(history, rows, model === "counter", budget);
    if (finding.status !== "unknown") return finding.status;
    return `${/\((.*)\)$/.exec(finding.reason)?.[1]}; ${budget.left} left`;
  }

  test("pays for a hundred looks at what is pending with each configuration", () => {
    const inTurn = [
      ...Array.from({ length: 150 }, (_, at) => operationAt(at, { value: 1 + (at % 3) })),
      operationAt(200, { kind: READ, value: 1 }),
    ];
    expect(searched(inTurn, "register", 1)).toBe("151 operations, 0 configurations; 1 left");
    expect(searched(inTurn, "register", 2)).toBe("fail");
    const atOnce = [
      ...Array.from({ length: 200 }, (_, at) =>
        operationAt(0, { session: at, kind: ADD, amount: at + 1, returned: 2 }),
      ),
      operationAt(0, { session: 200, kind: READ, amount: 0.5, returned: 2 }),
    ];
    expect(searched(atOnce, "counter", 3)).toBe("201 operations, 2 configurations; 1 left");
  });

  test("is used up by one look more than it pays for", () => {
    const writes = (count: number) =>
      Array.from({ length: count }, (_, at) => operationAt(at, { value: 1 + (at % 3) }));
    expect(searched(writes(100), "register", 1)).toBe("pass");
    expect(searched(writes(101), "register", 1)).toBe("101 operations, 0 configurations; 1 left");
    const orOpen = (count: number) => [
      ...Array.from({ length: count + 1 }, (_, at) => operationAt(at, { kind: ADD, amount: 1 })),
      operationAt(count, { kind: ADD, amount: 2, returned: Infinity, outcome: INFO }),
    ];
    expect(searched(orOpen(98), "counter", 1)).toBe("pass");
    expect(searched(orOpen(99), "counter", 1)).toBe("101 operations, 1 configurations; 0 left");
  });

  test("is charged what a key has used of it, not what it was given", () => {
    const key = (name: string) => [
      operationAt(1, { key: name, session: 0, kind: ADD, amount: 2, returned: 5 }),
      operationAt(1, { key: name, session: 1, kind: ADD, amount: 1, returned: 5 }),
      operationAt(2, { key: name, session: 2, kind: READ, amount: 1, returned: 3 }),
    ];
    const all = ["a", "b", "c"].flatMap(key).toSorted((a, b) => a.invoked - b.invoked);
    expect(judge(all, "counter", 10)).toMatchObject({ verdict: "pass", keys: 3 });
  });

  test("is shared: what is left after a first try goes to the keys that need more, in equal parts", () => {
    const both = [...counter(30, "endless"), ...counter(13, "hard")].toSorted(
      (a, b) => a.invoked - b.invoked,
    );
    const told = (configurations: number) => judge(both, "counter", configurations);
    expect(told(20_000)).toMatchObject({ verdict: "unknown", undecided: 2 });
    expect(told(30_000)).toMatchObject({ verdict: "fail", failed: 1, undecided: 1, key: "hard" });
  });
});
