import { describe, expect, test } from "vitest";
import { checkHistory } from "../../src/checks/history/check-history.ts";
import { ADD, CAS, FAIL, INFO, NIL, OK, READ, WRITE } from "../../src/checks/history/history.ts";
import { PROMISE_NAMES } from "../../src/checks/history/promises.ts";
import type { ReadHistory } from "../../src/exchange/history-events.ts";
import { HistoryError, HistoryReader } from "../../src/exchange/history-reader.ts";
import { Stream } from "../../src/kernel/streams.ts";

const RULES = { model: null, isIndependent: false, initial: null, operationsMax: 1000 } as const;

function read(
  text: string,
  rules: Partial<ConstructorParameters<typeof HistoryReader>[0]> = {},
  piece = 7,
): ReadHistory {
  const reader = new HistoryReader({ ...RULES, ...rules });
  for (let at = 0; at < text.length; at += piece) reader.feed(text.slice(at, at + piece));
  return reader.end();
}

/** Verdicts by promise. */
function judge(text: string, rules: Parameters<typeof read>[1] = {}): Record<string, string> {
  const { history, model } = read(text, rules);
  const options = { model, promises: PROMISE_NAMES, configurations: 10_000, staleNs: 0 };
  return Object.fromEntries(
    checkHistory(history, options).map(({ property, verdict }) => [property, verdict]),
  );
}

const EDN = `; a comment
[{:type :invoke, :f :write, :value 1, :process 0, :time 10, :index 0}
 {:type :info, :f :start, :value [:isolated {"n1" #{"n2"}}], :process :nemesis}
 #_{:type :ok} {:type :ok, :f :write, :value 1, :process 0, :time 20}
 {:type :invoke, :f :cas, :value [1 2], :process 1, :time 25, :error "a \\"b\\" \\u0041 ]"}
 {:type :fail, :f :cas, :value [1 2], :process 1}
 #jepsen.history.Op{:type :invoke, :f :read, :value nil, :process 2}
 {:type :ok, :f :read, :value 1, :process 2}
 {:type :invoke, :f :write, :value :x, :process 2}
 {:type :info, :f :write, :value :x, :process 2 :error [:timeout 1.5e3 -7 +3 22/7 \\a #inst "2026-01-01"]}]`.replaceAll(
  "#jepsen.history.Op",
  "",
);

describe("HistoryReader", () => {
  test.each([1, 7, 64, 10_000])("reads EDN in pieces of %d characters", (piece) => {
    const { history, model } = read(EDN, {}, piece);
    expect(model).toBe("cas-register");
    expect([...history.kind]).toEqual([WRITE, CAS, READ, WRITE]);
    expect([...history.outcome]).toEqual([OK, FAIL, OK, INFO]);
    expect([...history.value].map((of) => history.values[of])).toEqual(["1", "2", "1", ":x"]);
    expect([...history.invokedLine]).toEqual([2, 5, 7, 9]);
    expect([...history.returnedLine]).toEqual([4, 6, 8, 10]);
    expect(history.returned[3]).toBe(Number.POSITIVE_INFINITY);
  });

  test("reads the same from JSON, in an array and line by line", () => {
    const events = [
      { type: "invoke", f: "write", value: "a:b", process: 0, time: 5 },
      { type: "ok", f: "write", value: "a:b", process: 0 },
      { type: "invoke", f: "read", value: null, process: "p-1" },
      { type: "ok", f: "read", value: "a:b", process: "p-1" },
    ];
    for (const text of [
      JSON.stringify(events),
      JSON.stringify(events, null, 2),
      events.map((of) => JSON.stringify(of)).join("\n"),
    ]) {
      const { history, model } = read(text);
      expect(model).toBe("register");
      expect(history.values).toEqual(["nil", '"a:b"']);
      expect([...history.value]).toEqual([1, 1]);
    }
  });

  test("takes keys from tuples, from plain pairs where asked for, and from a field", () => {
    const events = (value: (key: number, of: string) => string): string =>
      `{:type :invoke :f :write :process 0 ${value(1, "5")}}{:type :ok :f :write :process 0 ${value(1, "5")}}` +
      `{:type :invoke :f :read :process 0 ${value(2, "nil")}}{:type :ok :f :read :process 0 ${value(2, "nil")}}`;
    const tagged = read(events((key, of) => `:value #jepsen.independent/tuple [${key} ${of}]`));
    const plain = read(
      events((key, of) => `:value [${key} ${of}]`),
      { isIndependent: true },
    );
    const field = read(events((key, of) => `:key ${key} :value ${of}`));
    for (const { history } of [tagged, plain, field]) {
      expect(history.keys).toEqual(["1", "2"]);
      expect([...history.value]).toEqual([1, NIL]);
    }
    expect(() => read(events((key, of) => `:value [${key} ${of}]`))).toThrow("--independent");
  });

  test("tells counters and sets apart by what is read", () => {
    const text = (answer: string): string =>
      `{:type :invoke :f :add :value 3 :process 0}{:type :ok :f :add :value 3 :process 0}` +
      `{:type :invoke :f :read :process 0}{:type :ok :f :read :value ${answer} :process 0}`;
    expect(read(text("3")).model).toBe("counter");
    const set = read(text("#{3 4}"));
    expect(set.model).toBe("set");
    expect([...set.history.kind]).toEqual([ADD, READ]);
    expect(
      [...(set.history.elements.get(1) as Int32Array)].map((of) => set.history.values[of]),
    ).toEqual(["3", "4"]);
    expect(() => read(text("3"), { model: "set" })).toThrow("a read of one number");
  });

  test("makes another session of a process that goes on after an operation of unknown outcome", () => {
    const { history } = read(
      "{:type :invoke :f :write :value 1 :process 4}{:type :info :f :write :value 1 :process 4}{:type :invoke :f :read :process 4}",
    );
    expect(history.sessions).toEqual(["4", "4"]);
    expect([...history.session]).toEqual([0, 1]);
    expect([...history.outcome]).toEqual([INFO, INFO]);
  });

  test("takes sessions that are named, apart from those of processes", () => {
    const operation = (process: string, session: string): string =>
      `{:type :invoke :f :write :value 1 :process ${process}${session}}{:type :ok :f :write :value 1 :process ${process}${session}}`;
    const { history } = read(
      operation("1", "") +
        operation("2", " :session a") +
        operation("3", " :session a") +
        operation("1", "") +
        operation("a", "") +
        operation("4", " :session 1"),
    );
    expect([...history.session]).toEqual([0, 1, 1, 0, 2, 3]);
    expect(history.sessions).toEqual(["1", "a", "a", "1"]);
  });

  test("knows a word from another, however many there are and wherever a piece ends", () => {
    const count = 5_000;
    const word = (at: number): string => (at % 3 === 0 ? `"v${at}"` : `v${at}`);
    const text = Array.from(
      { length: 2 * count },
      (_, at) =>
        `{:type :invoke :f :write :value ${word(at % count)} :process 0}{:type :ok :f :write :value ${word(at % count)} :process 0}`,
    ).join("");
    for (const size of [7, 1_000, text.length]) {
      const { history } = read(text, { operationsMax: 2 * count }, size);
      expect(history.values).toEqual([
        "nil",
        ...Array.from({ length: count }, (_, at) => word(at)),
      ]);
      expect([...history.value]).toEqual(
        Array.from({ length: 2 * count }, (_, at) => 1 + (at % count)),
      );
    }
  });

  test.each([
    ["", 1, "has no operation of a client"],
    ["hello", 1, "has something else"],
    ["\n\n{:type :invoke, :f :read", 3, "is cut off within an operation"],
    ["[{:type :invoke :f :read :process 1}\n", 2, "the history is cut off"],
    ["{:type :invoke :f :enqueue :process 1}", 1, "has the :f enqueue"],
    ["{:type :maybe :f :read :process 1}", 1, "has the :type maybe"],
    ["{:f :read :process 1}", 1, "without :type"],
    ["{:type :invoke :f :read}", 1, "without :process"],
    ["{:type :ok :f :read :process 1}", 1, "nothing of it is open"],
    ["{:type :invoke :f :read :process 1}\n{:type :invoke :f :read :process 1}", 2, "is open"],
    [
      "{:type :invoke :f :read :process 1}\n{:type :ok :f :write :process 1}",
      2,
      "what is open is :read",
    ],
    ["{:type :invoke :f :cas :value 5 :process 1}", 1, "has a cas of 5"],
    ["{:type :invoke :f :inc :value :x :process 1}", 1, "has :inc of :x"],
    ["{:type :invoke :f :read :process 1 :value}", 1, "a key without a value"],
    ["{:type :invoke ]", 1, "closes what was not opened"],
    ['{"type": invoke}', 1, "is no JSON"],
    ['{"type": "\\q"}', 1, "has the escape"],
    ["{:type :invoke :f :read :process 1}] 5", 1, "stands where a form begins"],
    [`{:a ${"(".repeat(300)}`, 1, "nested"],
  ])("says what is wrong with %j", (text, line, found) => {
    let error: unknown;
    try {
      read(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(HistoryError);
    expect(error).toMatchObject({ line });
    expect((error as HistoryError).message).toContain(found);
  });

  test("refuses more operations than it may have", () => {
    const line = (at: number): string => `{:type :invoke :f :read :process ${at}}`;
    const text = Array.from({ length: 1001 }, (_, at) => line(at)).join("\n");
    expect(() => read(text)).toThrow("line 1001 begins operation 1001");
  });

  test("never fails otherwise, whatever is done to a history", () => {
    const stream = new Stream("broken histories");
    const pieces = [
      "{",
      "}",
      "[",
      "]",
      '"',
      ":type",
      " ",
      "\n",
      "#",
      "\\",
      "nil",
      "1e999",
      "#_",
      "(",
      ";",
      ",",
      ":",
    ];
    for (let run = 0; run < 2000; run++) {
      let text =
        run % 2 === 0
          ? EDN
          : '[{"type":"invoke","f":"add","value":1,"process":0}, {"type":"ok","f":"add","value":[1,2],"process":0}]';
      for (let i = 0; i <= stream.nextInt(4); i++) {
        const at = stream.nextInt(text.length + 1);
        const piece = pieces[stream.nextInt(pieces.length)] as string;
        text = text.slice(0, at) + piece + text.slice(at + stream.nextInt(5));
      }
      try {
        read(text, {}, 1 + stream.nextInt(200));
      } catch (error) {
        expect(error, text).toBeInstanceOf(HistoryError);
      }
    }
  });
});

describe("known examples", () => {
  const events = (...of: readonly string[]): string =>
    of
      .map((event) => {
        const [process, type, f, ...value] = event.split(" ");
        return `{:process ${process} :type :${type} :f :${f} :value ${value.join(" ") || "nil"}}`;
      })
      .join("\n");

  test("a read of the old value while the new one is being written is linearizable, after it was read it is not", () => {
    const start = [
      "0 invoke write 1",
      "0 ok write 1",
      "0 invoke write 2",
      "1 invoke read",
      "1 ok read 2",
      "2 invoke read",
    ];
    expect(judge(events(...start, "2 ok read 2", "0 ok write 2"))["linearizable"]).toBe("pass");
    const inverted = judge(events(...start, "2 ok read 1", "0 ok write 2"));
    expect(inverted).toMatchObject({
      linearizable: "fail",
      monotonicReads: "pass",
      readYourWrites: "pass",
      boundedStaleness: "pass",
    });
  });

  test("sequentially consistent is not linearizable: a write that returned is not seen, and no session notices", () => {
    const text = events(
      "0 invoke write 1",
      "0 ok write 1",
      "1 invoke read",
      "1 ok read nil",
      "1 invoke read",
      "1 ok read 1",
    );
    expect(judge(text)).toMatchObject({
      linearizable: "fail",
      sessionOrder: "pass",
      boundedStaleness: "fail",
      durableWrites: "pass",
    });
  });

  test("a write that timed out may take effect much later, and only once", () => {
    const start = [
      "0 invoke write 1",
      "0 info write 1",
      "1 invoke write 2",
      "1 ok write 2",
      "1 invoke read",
      "1 ok read 2",
    ];
    const late = [...start, "1 invoke read", "1 ok read 1"];
    expect(judge(events(...late))["linearizable"]).toBe("pass");
    expect(judge(events(...late, "1 invoke read", "1 ok read 2"))).toMatchObject({
      linearizable: "fail",
      monotonicReads: "fail",
    });
  });

  test("two sessions that see two values in different order have no order of versions", () => {
    const text = events(
      "0 invoke write 1",
      "1 invoke write 2",
      "0 ok write 1",
      "1 ok write 2",
      "2 invoke read",
      "2 ok read 1",
      "2 invoke read",
      "2 ok read 2",
      "3 invoke read",
      "3 ok read 2",
      "3 invoke read",
      "3 ok read 1",
    );
    expect(judge(text)).toMatchObject({
      monotonicReads: "fail",
      readYourWrites: "pass",
      sessionOrder: "fail",
    });
  });

  test("a session that does not see its own write, and one that does not see its own addition", () => {
    expect(
      judge(events("0 invoke write 1", "0 ok write 1", "0 invoke read", "0 ok read nil"))[
        "readYourWrites"
      ],
    ).toBe("fail");
    expect(
      judge(events("0 invoke add 1", "0 ok add 1", "0 invoke read", "0 ok read #{}")),
    ).toMatchObject({ readYourWrites: "fail", noLostUpdates: "fail" });
    expect(
      judge(events("0 invoke inc 2", "0 ok inc 2", "0 invoke read", "0 ok read 1")),
    ).toMatchObject({ readYourWrites: "fail", linearizable: "fail" });
  });

  test("two compare-and-sets that both replaced one version have lost an update", () => {
    const text = events(
      "0 invoke write 1",
      "0 ok write 1",
      "0 invoke cas [1 2]",
      "1 invoke cas [1 3]",
      "0 ok cas [1 2]",
      "1 ok cas [1 3]",
    );
    expect(judge(text)).toMatchObject({ noLostUpdates: "fail", linearizable: "fail" });
  });

  test("an id given twice, and a read of what had failed", () => {
    expect(
      judge(events("0 invoke generate", "1 invoke generate", "0 ok generate 7", "1 ok generate 7")),
    ).toEqual({ uniqueIds: "fail" });
    expect(
      judge(events("0 invoke write 1", "0 fail write 1", "1 invoke read", "1 ok read 1"))[
        "knownValues"
      ],
    ).toBe("fail");
  });

  test("what takes more configurations than the budget has is unknown", () => {
    const writes = Array.from({ length: 12 }, (_, at) => [
      `${at} invoke write ${at % 6}`,
      `${at} ok write ${at % 6}`,
    ]);
    const reads = [
      "90 invoke read",
      "90 ok read 3",
      "90 invoke read",
      "90 ok read 5",
      "90 invoke read",
      "90 ok read 3",
      "90 invoke read",
      "90 ok read 5",
      "90 invoke read",
      "90 ok read 3",
    ];
    const { history, model } = read(
      events(
        ...writes.map(([begin]) => begin as string),
        ...reads,
        ...writes.map(([, end]) => end as string),
      ),
    );
    const verdictOf = (configurations: number): string | undefined =>
      checkHistory(history, { model, promises: ["linearizable"], configurations, staleNs: 0 })[0]
        ?.verdict;
    expect(verdictOf(10)).toBe("unknown");
    expect(verdictOf(2_000_000)).toBe("fail");
  });
});
