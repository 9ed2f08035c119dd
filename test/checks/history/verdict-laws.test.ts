/** Laws of verdicts, whatever the checker: what may be said otherwise of a history without changing what is judged. */
import { describe, expect, test } from "vitest";
import { checkHistory } from "../../../dist/checks/history/check-history.js";
import type { HistoryModel } from "../../../dist/checks/history/models.js";
import { PROMISE_NAMES, promiseFits } from "../../../dist/checks/history/promises.js";
import { Stream } from "../../../dist/kernel/streams.js";
import { FAIL, INFO, NONE, OK, READ } from "../../../src/checks/history/history.ts";
import { historyOf, randomHistory, type Shape, type SmallOperation } from "./small-histories.ts";

const RUNS = 40;
const SHAPES: readonly Shape[] = (["register", "cas-register", "counter", "set"] as const).flatMap(
  (model) => [true, false].map((unique) => ({ model, unique, operations: 7, sessions: 3 })),
);

/** Each promise by itself, so that none follows from another. */
const judge = (operations: readonly SmallOperation[], model: HistoryModel, staleNs = 0) =>
  PROMISE_NAMES.filter((promise) => promiseFits(promise, model)).map((promise) => {
    const options = { model, promises: [promise], configurations: 100_000, staleNs };
    return checkHistory(historyOf(operations, model), options)[0];
  });

const inOrder = (operations: readonly SmallOperation[]): SmallOperation[] =>
  operations.toSorted((a, b) => a.invoked - b.invoked);

/** A read at any time by anybody, that returned anything. */
function anyRead(stream: Stream, over: Partial<SmallOperation>): SmallOperation {
  const invoked = stream.nextInt(60) + 0.5;
  return {
    kind: READ,
    session: stream.nextInt(3),
    value: stream.nextInt(8),
    expected: NONE,
    amount: stream.nextInt(9) - 3,
    elements: [1 + stream.nextInt(4), 5 + stream.nextInt(4)],
    invoked,
    returned: invoked + stream.nextInt(20),
    outcome: OK,
    ...over,
  };
}

describe.each(SHAPES)("of $model, unique: $unique", (shape) => {
  const { model } = shape;
  const stream = new Stream(`laws ${model} ${shape.unique}`);
  const draw = () => randomHistory(shape, stream);

  test("each key is judged as if it were alone", () => {
    for (let run = 0; run < RUNS; run++) {
      const parts = ["a", "b"].map((key) => draw().map((of) => ({ ...of, key })));
      const [a, b] = parts.map((part) => judge(part, model));
      for (const [at, both] of judge(inOrder(parts.flat()), model).entries())
        for (const figure of ["keys", "failed", "undecided"] as const)
          expect(both?.[figure]).toBe((a?.[at]?.[figure] ?? 0) + (b?.[at]?.[figure] ?? 0));
    }
  });

  test("a read that failed, or may never have returned, says nothing", () => {
    for (let run = 0; run < RUNS; run++) {
      const operations = draw();
      const open = { outcome: INFO, returned: Number.POSITIVE_INFINITY };
      const more = [anyRead(stream, open), anyRead(stream, { outcome: FAIL })];
      expect(judge(inOrder([...operations, ...more]), model)).toEqual(judge(operations, model));
    }
  });

  test("a read of which nothing is known contradicts nothing", () => {
    const unknown = { value: NONE, amount: Number.NaN, elements: [] };
    for (let run = 0; run < RUNS; run++) {
      const operations = draw();
      const more = [anyRead(stream, unknown), anyRead(stream, unknown)];
      const failed = (of: readonly SmallOperation[]) =>
        judge(inOrder(of), model)
          // Durability is judged by the last read alone, which may be one of them.
          .filter((verdict) => verdict?.property !== "durableWrites")
          .map((verdict) => verdict?.failed);
      expect(failed([...operations, ...more])).toEqual(failed(operations));
    }
  });
});
