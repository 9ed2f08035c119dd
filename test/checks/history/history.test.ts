import { describe, expect, test } from "vitest";
import {
  byReturn,
  groupedByKey,
  HistoryBuilder,
  INFO,
  Names,
  NIL,
  NONE,
  OK,
  READ,
  rowsByKey,
  sortedBy,
  WRITE,
} from "../../../dist/checks/history/history.js";
import { Stream } from "../../../dist/kernel/streams.js";

const invocation = (at: number, key = 0) => ({
  kind: at % 2 === 0 ? WRITE : READ,
  key,
  session: at % 3,
  value: at % 5,
  expected: NONE,
  amount: at / 4,
  at,
  ns: at * 10,
  line: at + 1,
});

const completion = (at: number) => ({ outcome: OK, at: at + 0.5, ns: at * 10 + 5, line: at + 2 });

describe("HistoryBuilder", () => {
  test("keeps every operation, however many there are", () => {
    const builder = new HistoryBuilder();
    const count = 5_000;
    const rows = Array.from({ length: count }, (_, at) => at);
    for (const at of rows) expect(builder.invoke(invocation(at))).toBe(at);
    for (const row of rows) builder.complete(row, completion(row));
    const history = builder.build();
    expect(history.count).toBe(count);
    const all = (of: (at: number) => number) => rows.map(of);
    for (const [column, of] of [
      ["kind", (at) => (at % 2 === 0 ? WRITE : READ)],
      ["outcome", () => OK],
      ["key", () => 0],
      ["session", (at) => at % 3],
      ["value", (at) => at % 5],
      ["expected", () => NONE],
      ["amount", (at) => at / 4],
      ["invoked", (at) => at],
      ["returned", (at) => at + 0.5],
      ["invokedNs", (at) => at * 10],
      ["returnedNs", (at) => at * 10 + 5],
      ["invokedLine", (at) => at + 1],
      ["returnedLine", (at) => at + 2],
    ] as const satisfies readonly (readonly [keyof typeof history, (at: number) => number])[])
      expect([...history[column]], column).toEqual(all(of));
  });

  test("leaves the return of an operation open that is not completed, or completed as unknown", () => {
    const builder = new HistoryBuilder();
    for (const at of [0, 1, 2]) builder.invoke(invocation(at));
    builder.complete(1, { ...completion(1), outcome: INFO });
    builder.complete(2, completion(2));
    const { outcome, returned, returnedNs } = builder.build();
    expect([...outcome]).toEqual([INFO, INFO, OK]);
    expect([...returned]).toEqual([Infinity, Infinity, 2.5]);
    expect([...returnedNs]).toEqual([Number.NaN, 15, 25]);
  });

  test("takes what an operation returned in place of what it was invoked with", () => {
    const builder = new HistoryBuilder();
    for (const at of [0, 1]) builder.invoke(invocation(at, 3 + at));
    builder.returnedValue(0, 7);
    builder.returnedValue(1, NIL, 2.5);
    const { value, amount } = builder.build();
    expect([...value]).toEqual([7, NIL]);
    expect([...amount]).toEqual([Number.NaN, 2.5]);
    expect([0, 1].map((row) => [builder.kindOf(row), builder.keyOf(row)])).toEqual([
      [WRITE, 3],
      [READ, 4],
    ]);
  });
});

describe("Names", () => {
  test("gives each text one index, whether it comes as a text or as a number", () => {
    const names = new Names(["nil"]);
    const given = [names.of("7"), names.ofNumber(7), names.ofNumber(8), names.of("8")];
    expect([...given, names.ofNumber(8), names.of("nil")]).toEqual([1, 1, 2, 2, 2, 0]);
    expect(names.texts).toEqual(["nil", "7", "8"]);
  });

  test("knows a number again for which it made room", () => {
    const names = new Names();
    const numbers = [1_024, 2_048, 1_024, 2_048, 8_192, 8_192];
    expect(numbers.map((of) => names.ofNumber(of))).toEqual([0, 1, 0, 1, 2, 2]);
    expect(names.texts).toEqual(["1024", "2048", "8192"]);
  });

  test("tells apart what is not the same text, in whatever order and however far apart numbers come", () => {
    const stream = new Stream("names");
    const numbers = [0, 1, 1.5, -1, 1e21, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER];
    const others = ["", " 1", "01", "1.0", "1e21", "x", "0x1", "nil"];
    const names = new Names(["0", "nil"]);
    const expected = ["0", "nil"];
    for (let at = 0; at < 2_000; at++) {
      const kind = stream.nextInt(4);
      const number =
        kind === 0
          ? (numbers[stream.nextInt(numbers.length)] as number)
          : stream.nextInt(kind === 1 ? 5_000 : 10_000_000);
      const asText = stream.nextInt(2) === 0;
      const text =
        asText && kind === 0 ? (others[stream.nextInt(others.length)] as string) : String(number);
      if (!expected.includes(text)) expected.push(text);
      expect(asText ? names.of(text) : names.ofNumber(number)).toBe(expected.indexOf(text));
    }
    expect(names.texts).toEqual(expected);
  });
});

/** Operations on keys by name, from one moment to another. */
function historyOf(...operations: readonly (readonly [key: string, from: number, to: number])[]) {
  const builder = new HistoryBuilder();
  for (const [key, from, to] of operations) {
    const row = builder.invoke(invocation(from, builder.keys.of(key)));
    if (to < Infinity) builder.complete(row, { ...completion(from), at: to });
  }
  return builder.build();
}

describe("rows", () => {
  test("of each key stand in order of invocation", () => {
    const history = historyOf(["b", 0, 1], ["a", 1, 2], ["b", 2, 3], ["c", 3, 4], ["a", 4, 5]);
    expect(rowsByKey(history).map((rows) => [...rows])).toEqual([[0, 2], [1, 4], [3]]);
    expect(rowsByKey(historyOf())).toEqual([]);
  });

  test("of each key stand side by side where keys are judged, and tell what they told", () => {
    const builder = new HistoryBuilder();
    for (let at = 0; at < 60; at++) {
      const key = builder.keys.of(`k${(at * 7) % 5}`);
      const row = builder.invoke(invocation(at, key));
      if (at % 4 !== 0) builder.complete(row, completion(at));
      if (at % 6 === 1) builder.returnedElements(row, Int32Array.of(at));
    }
    const history = builder.build();
    const { grouped, byKey } = groupedByKey(history);
    const rows = rowsByKey(history);
    expect([...byKey.flatMap((of) => [...of])]).toEqual(Array.from({ length: 60 }, (_, at) => at));
    for (const [key, from] of rows.entries()) {
      const to = byKey[key] as Int32Array;
      expect(to.length).toBe(from.length);
      for (const [at, row] of from.entries()) {
        const place = to[at] as number;
        for (const [name, column] of Object.entries(history))
          if (ArrayBuffer.isView(column))
            expect((grouped as unknown as Record<string, number[]>)[name]?.[place], name).toEqual(
              (column as Int32Array)[row],
            );
        expect(grouped.elements.get(place)).toEqual(history.elements.get(row));
      }
    }
    expect(grouped.keys).toBe(history.keys);
  });

  test("that returned stand in order of return, those of one moment in order of invocation", () => {
    const history = historyOf(
      ["a", 0, 9],
      ["a", 1, 5],
      ["a", 2, Infinity],
      ["a", 3, 5],
      ["a", 4, 4],
    );
    const [rows] = rowsByKey(history) as [Int32Array];
    expect([...byReturn(history, rows)]).toEqual([4, 1, 3, 0]);
    expect([...rows]).toEqual([0, 1, 2, 3, 4]);
    expect(byReturn(history, rows)).toBe(byReturn(history, rows));
  });

  test("are handed back where they stand in order, and copied where not", () => {
    const at = Float64Array.of(1, 2, 2, 3);
    for (const [given, sorted] of [
      [
        [0, 1, 2, 3],
        [0, 1, 2, 3],
      ],
      [
        [0, 2, 1, 3],
        [0, 1, 2, 3],
      ],
      [
        [3, 2, 1],
        [1, 2, 3],
      ],
      [
        [0, 3, 1],
        [0, 1, 3],
      ],
      [[], []],
    ] as const) {
      const rows = Int32Array.from(given);
      const found = sortedBy(rows, at);
      expect([...found]).toEqual(sorted);
      expect([...rows]).toEqual(given);
      expect(found === rows).toBe(given.join() === sorted.join());
    }
  });
});
