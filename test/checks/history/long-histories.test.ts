/**
 * Histories that no brute force can judge: what a real register, counter or set answered has an order, and has none once a
 * read returns what was overwritten before it began.
 */
import { describe, expect, test } from "vitest";
import { checkHistory } from "../../../dist/checks/history/check-history.js";
import { Stream } from "../../../dist/kernel/streams.js";
import { FAIL, INFO, NONE, OK, READ, WRITE } from "../../../src/checks/history/history.ts";
import { historyOf, record, type Shape, type SmallOperation } from "./small-histories.ts";

/** Fewer where mutants are judged, each of which runs them all. */
const RUNS = process.env["HISTORIES"] === undefined ? 60 : 12;

const judge = (operations: readonly SmallOperation[], { model }: Shape) =>
  checkHistory(historyOf(operations, model), {
    model,
    configurations: 200_000,
    staleNs: 0,
    promises: ["linearizable"],
  })[0];

const shapes: readonly (Shape & { readonly name: string })[] = [
  {
    name: "a register",
    model: "register",
    unique: false,
    operations: 150,
    sessions: 4,
    values: 12,
  },
  {
    name: "a register that few write to",
    model: "register",
    unique: false,
    operations: 90,
    sessions: 6,
    values: 3,
  },
  {
    name: "a register of unique values",
    model: "register",
    unique: true,
    operations: 400,
    sessions: 8,
  },
  {
    name: "compare-and-set",
    model: "cas-register",
    unique: false,
    operations: 120,
    sessions: 4,
    values: 8,
  },
  {
    name: "compare-and-set of unique values",
    model: "cas-register",
    unique: true,
    operations: 200,
    sessions: 5,
  },
  { name: "a counter", model: "counter", unique: false, operations: 70, sessions: 3 },
  { name: "a set", model: "set", unique: true, operations: 300, sessions: 6 },
];

/** A value that a read cannot return: all its writes returned before another write began, which returned before the read. */
function overwritten(operations: readonly SmallOperation[], read: SmallOperation): number | null {
  const puts = operations.filter(({ kind, outcome }) => kind !== READ && outcome !== FAIL);
  for (const last of operations) {
    if (last.kind !== WRITE || last.outcome !== OK || last.returned >= read.invoked) continue;
    for (const { value } of puts)
      if (
        value !== last.value &&
        puts.every((put) => put.value !== value || put.returned < last.invoked)
      )
        return value;
  }
  return null;
}

describe("long histories", () => {
  test.each(shapes)("what $name answered has an order", (shape) => {
    const stream = new Stream(`long histories of ${shape.name}`);
    let open = 0;
    for (let run = 0; run < RUNS; run++) {
      const operations = record(shape, stream, 5 * shape.operations);
      expect(operations.length).toBeGreaterThan(shape.operations / 2);
      open += operations.filter(({ outcome }) => outcome === INFO).length;
      const told = judge(operations, shape);
      expect(told?.verdict, `run ${run}: ${told?.reason}`).toBe("pass");
    }
    expect(open).toBeGreaterThan(RUNS);
  });

  // Where few values come again and again, one of unknown outcome may always turn up once more.
  const telling = shapes.filter(
    ({ model, values = 12 }) => model.endsWith("register") && values > 3,
  );
  test.each(telling)("$name has none once a read returns what was overwritten before", (shape) => {
    const stream = new Stream(`overwritten values of ${shape.name}`);
    let spoilt = 0;
    for (let run = 0; run < RUNS; run++) {
      const operations = record(shape, stream, 5 * shape.operations);
      const reads = operations.filter(({ kind, outcome }) => kind === READ && outcome === OK);
      const read = reads[stream.nextInt(reads.length)] as SmallOperation;
      const value = overwritten(operations, read);
      if (value === null || value === NONE) continue;
      spoilt++;
      read.value = value;
      expect(judge(operations, shape)?.verdict, `run ${run}`).toBe("fail");
    }
    expect(spoilt).toBeGreaterThan(RUNS / 10);
  });
});
