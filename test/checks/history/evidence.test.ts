/**
 * What checks of histories tell, word for word: the first violation of each promise among seeded histories, and a hash of
 * all their verdicts. `UPDATE_GOLDEN=1` writes it anew; read what changed.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checkHistory } from "../../../dist/checks/history/check-history.js";
import { HistoryBuilder } from "../../../dist/checks/history/history.js";
import { PROMISE_NAMES, type PromiseName } from "../../../dist/checks/history/promises.js";
import { Stream } from "../../../dist/kernel/streams.js";
import { hash32 } from "../../../src/base/hash.ts";
import { ADD, GENERATE, NONE, OK, READ } from "../../../src/checks/history/history.ts";
import type { HistoryModel } from "../../../src/checks/history/models.ts";
import { historyOf, randomHistory, type SmallOperation } from "./small-histories.ts";

const GOLDEN = "test/golden/history-evidence.json";
const golden = JSON.parse(readFileSync(GOLDEN, "utf8")) as Record<string, unknown>;
const HISTORIES = 60;

const SHAPES: readonly { readonly model: HistoryModel; readonly unique: boolean }[] = [
  { model: "register", unique: true },
  { model: "register", unique: false },
  { model: "cas-register", unique: true },
  { model: "cas-register", unique: false },
  { model: "counter", unique: false },
  { model: "set", unique: true },
  { model: "set", unique: false },
];

function toldOf(shape: (typeof SHAPES)[number]): unknown {
  const { model, unique } = shape;
  const stream = new Stream(`evidence ${model} ${unique}`);
  const first: Record<string, unknown> = {};
  let all = 0;
  for (let run = 0; run < HISTORIES; run++) {
    const operations = randomHistory({ model, unique, operations: 9, sessions: 3 }, stream);
    const options = { model, promises: PROMISE_NAMES, configurations: 10_000, staleNs: 0 };
    for (const verdict of checkHistory(historyOf(operations, model), options)) {
      all = hash32(`${all} ${JSON.stringify(verdict)}`);
      const { property, reason, because } = verdict;
      if (verdict.verdict !== "fail" || property in first) continue;
      const rows = verdict.operations.map(
        (of) => `${of.session}: ${of.kind} ${of.value} ${of.outcome} ${of.seconds.join("..")}`,
      );
      first[property] = { reason, because: because.join("; "), operations: rows.join("; ") };
    }
  }
  return { ...first, all };
}

describe("evidence", () => {
  test.each(SHAPES)("of $model, unique: $unique, is as it was", (shape) => {
    const name = `${shape.model}, ${shape.unique ? "unique values" : "values again"}`;
    const told = toldOf(shape);
    if (process.env["UPDATE_GOLDEN"] === "1") {
      golden[name] = told;
      writeFileSync(GOLDEN, `${JSON.stringify(golden, null, 2)}\n`);
    }
    expect(told).toEqual(golden[name]);
  });
});

describe("ids", () => {
  const verdictOf = (...ids: readonly (number | null)[]) => {
    const builder = new HistoryBuilder();
    for (const [at, id] of ids.entries()) {
      const row = builder.invoke({
        kind: GENERATE,
        key: builder.keys.of("k"),
        session: builder.sessions.of(String(at)),
        value: id === null ? NONE : builder.values.of(String(id)),
        expected: NONE,
        amount: Number.NaN,
        at,
        ns: Number.NaN,
        line: at + 1,
      });
      if (id !== null)
        builder.complete(row, { outcome: OK, at: at + 0.5, ns: Number.NaN, line: 100 + at });
    }
    const promises: readonly PromiseName[] = ["uniqueIds"];
    const options = { model: "unique-ids", promises, configurations: 1, staleNs: 0 } as const;
    return checkHistory(builder.build(), options)[0];
  };

  test("are unique, or the two that are alike are told", () => {
    expect(verdictOf(1, 2, 3, null)).toMatchObject({ verdict: "pass", keys: 1, failed: 0 });
    expect(verdictOf()).toMatchObject({ verdict: "unknown", reason: "no id was given" });
    expect(verdictOf(null)).toMatchObject({ verdict: "unknown", reason: "no id was given" });
    const told = verdictOf(1, 2, 3, 2);
    expect(told).toMatchObject({ verdict: "fail", failed: 1, key: "k" });
    expect(told?.operations).toMatchObject([
      {
        session: "1",
        kind: "generate",
        value: "2",
        outcome: "ok",
        lines: [2, 101],
        seconds: [null, null],
      },
      { session: "3", value: "2", lines: [4, 103] },
    ]);
  });
});

describe("a search", () => {
  const operation = (over: Partial<SmallOperation>): SmallOperation => ({
    kind: ADD,
    session: 0,
    value: NONE,
    expected: NONE,
    amount: Number.NaN,
    elements: [],
    invoked: 0,
    returned: 1,
    outcome: OK,
    ...over,
  });
  /** Forty additions one after the other, then additions of powers of two at once, and a read of some sum. */
  const counter = (powers: number, sum: number): readonly SmallOperation[] => [
    ...Array.from({ length: 40 }, (_, i) =>
      operation({ amount: 2, invoked: i, returned: i + 0.5 }),
    ),
    ...Array.from({ length: powers }, (_, i) =>
      operation({ session: 1 + i, amount: 2 ** (i + 1), invoked: 50 + i, returned: 90 + i }),
    ),
    operation({ kind: READ, session: 30, amount: 80 + sum, invoked: 70, returned: 80 }),
  ];
  const verdictOf = (operations: readonly SmallOperation[], configurations = 100_000) => {
    const options = {
      model: "counter",
      promises: ["linearizable"],
      configurations,
      staleNs: 0,
    } as const;
    return checkHistory(historyOf(operations, "counter"), options)[0];
  };

  test("finds an order, or tries all", () => {
    for (const sum of [0, 2, 2 ** 8, 2 ** 9 - 2, 2 ** 10 - 2])
      expect(verdictOf(counter(9, sum)), String(sum)).toMatchObject({ verdict: "pass" });
    // Within the bounds, but odd: no order gives it.
    const told = verdictOf(counter(9, 2 ** 8 + 1));
    expect(told).toMatchObject({ verdict: "fail", failed: 1 });
    expect(told?.reason).toMatch(/^no order of the operations lets the read of 337 by 30/);
  });

  test("says what it needed when its budget is used up", () => {
    const told = verdictOf(counter(12, 2 ** 8 + 1), 500);
    expect(told).toMatchObject({ verdict: "unknown", undecided: 1 });
    expect(told?.reason).toMatch(/used up \(53 operations, 500 configurations\)/);
    expect(verdictOf(counter(12, 2 ** 8 + 1))).toMatchObject({ verdict: "fail" });
  });
});
