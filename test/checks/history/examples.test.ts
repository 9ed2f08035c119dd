/** Small histories made by hand: what each promise says of them, and which operations it tells. */
import { describe, expect, test } from "vitest";
import { checkHistory } from "../../../dist/checks/history/check-history.js";
import { HistoryBuilder } from "../../../dist/checks/history/history.js";
import type { HistoryModel } from "../../../dist/checks/history/models.js";
import {
  PROMISE_NAMES,
  type PromiseName,
  promiseFits,
} from "../../../dist/checks/history/promises.js";
import {
  ADD,
  CAS,
  FAIL,
  GENERATE,
  INFO,
  NONE,
  OK,
  READ,
  WRITE,
} from "../../../src/checks/history/history.ts";
import { historyOf, type SmallOperation } from "./small-histories.ts";

const KINDS: Readonly<Record<string, number>> = { read: READ, write: WRITE, cas: CAS, add: ADD };

/**
 * `session kind value from..to`; without `to` of unknown outcome, with `to!` failed. `cas old>new`; sets read `1,2`, or `-`
 * for nothing; what a read of `?` returned is not known.
 */
function operationOf(text: string, model: HistoryModel): SmallOperation {
  const [session, kind, what, moments] = text.split(" ") as [string, string, string, string];
  const [from, to] = moments.split("..") as [string, string];
  const [old, put] = what.split(">");
  const isSetRead = model === "set" && kind === "read" && what !== "?";
  const value = isSetRead ? 0 : what === "?" ? NONE : Number(put ?? old);
  return {
    session: Number(session),
    kind: KINDS[kind] as number,
    value,
    expected: put === undefined ? NONE : Number(old),
    amount: what === "?" ? Number.NaN : value,
    elements: isSetRead && what !== "-" ? what.split(",").map(Number) : [],
    invoked: Number(from),
    returned: to === "" ? Number.POSITIVE_INFINITY : Number.parseFloat(to),
    outcome: to === "" ? INFO : to.endsWith("!") ? FAIL : OK,
  };
}

function judge(model: HistoryModel, promise: PromiseName, texts: readonly string[], given = {}) {
  const operations = texts.map((text) => operationOf(text, model));
  const options = { model, promises: [promise], configurations: 10_000, staleNs: 0, ...given };
  const verdict = checkHistory(historyOf(operations, model), options)[0];
  if (verdict === undefined) throw new Error(`${promise} does not fit ${model}`);
  return verdict;
}

const verdictOf = (...given: Parameters<typeof judge>): string => judge(...given).verdict;
/** The rows that a failure points at, as `session kind value`. */
const pointedAt = (...given: Parameters<typeof judge>): string[] =>
  judge(...given).operations.map((of) => `${of.session} ${of.kind} ${of.value}`);

describe("linearizability of registers", () => {
  const fate = (...texts: readonly string[]) => verdictOf("register", "linearizable", texts);

  test("knows that the initial value can be written again", () => {
    expect(fate("0 write 1 1..2", "0 write 0 3..4", "1 read 0 5..6")).toBe("pass");
    expect(fate("0 write 1 1..2", "0 write 0 3..4", "1 read 1 5..6")).toBe("fail");
  });

  test("places a write where it ran, although a read of it began before", () => {
    const held = ["0 write 1 0..3", "1 read 2 1..7", "2 write 2 5..6", "0 read 1 10..11"];
    expect(fate(...held)).toBe("fail");
    expect(fate(...held.slice(0, 3))).toBe("pass");
  });

  test("lets what happens at the moment at which a value must be there go before or after it", () => {
    expect(fate("0 write 1 1..2", "1 write 2 3..4", "0 read 1 4..5", "0 read 2 6..7")).toBe("pass");
    expect(fate("0 write 1 1..2", "1 write 2 2..4", "0 read 1 6..7")).toBe("pass");
    expect(fate("0 read 1 2..3", "1 read 0 3..4", "0 write 1 3..5")).toBe("pass");
    expect(fate("0 write 1 1..5", "1 write 2 5..5", "0 read 1 9..10")).toBe("pass");
  });

  test("names values in their order where both must be there from the same moment on", () => {
    const both = ["0 write 2 1..3", "1 write 1 2..3", "2 read 2 4..5", "3 read 1 4..5"];
    expect(judge("register", "linearizable", both).reason).toBe(
      "the register would have to hold 1 and 2 at once",
    );
  });

  test("of two that do the same, does the one first that must return first", () => {
    const once = ["0 add 2 1..100", "1 add 2 2..5", "2 read 2 3..4", "2 read 2 6..50"];
    expect(verdictOf("counter", "linearizable", once)).toBe("pass");
    expect(verdictOf("counter", "linearizable", ["3 add 8 0..100", ...once])).toBe("pass");
  });

  test("takes no other for the one that it does first", () => {
    // The two of 2 stand for each other, not for the 8 that is offered before them.
    const eight = ["0 add 8 0..100", "1 add 2 1..100", "2 add 2 2..50", "3 read 8 3..4"];
    expect(verdictOf("counter", "linearizable", eight)).toBe("pass");
    // Of three amounts, the first that comes again is the third.
    const third = ["0 add 1 4..10", "1 add 4 5..20", "1 add 2 6..7", "2 add 2 8..30"];
    const read = "3 read 8 9..9.5";
    expect(verdictOf("counter", "linearizable", [...third, read])).toBe("pass");
  });

  test("tells apart what may have happened, however much of it there is", () => {
    const few = ["0 add 1 0..", "1 add 2 1..", "2 read 2 2..3"];
    expect(verdictOf("counter", "linearizable", few)).toBe("pass");
    // Only the 4 among what is open gives the read; both additions, tried before it, lead nowhere.
    const many = Array.from({ length: 32 }, () => "3 add 0 3..");
    const sure = ["0 read 4 0..100", "1 add 1 1..100", "2 add 8 2..100"];
    expect(verdictOf("counter", "linearizable", [...sure, ...many, "4 add 4 4.."])).toBe("pass");
  });

  test("tells where every order ends: after what, and six of what is open then", () => {
    const reads = (count: number) => [
      "9 read 1 5..6",
      ...Array.from({ length: count }, (_, at) => `${at} read 1 ${at === 0 ? 6 : 5}..8`),
    ];
    const told = (count: number) => {
      const texts = ["0 write 1 1..2", "0 cas 1>2 3..4", ...reads(count), "8 read 1 7..8"];
      const rows = texts.toSorted(
        (a, b) => Number(a.split(/[ .]/)[3]) - Number(b.split(/[ .]/)[3]),
      );
      return judge("cas-register", "linearizable", rows);
    };
    const shown = (sessions: readonly number[]) =>
      expect.stringMatching(
        new RegExp(
          `next: ${sessions.map((of) => `the read of 1 by ${of} \\(\\d s\\)`).join("; ")}$`,
        ),
      );
    const after =
      "the longest legal orders have 2 operations; one of them holds 2 then, after cas 1 -> 2 by 0 (3 s)";
    expect(told(2).because).toEqual([after, shown([9, 1, 0])]);
    expect(told(8).because).toEqual([after, shown([9, 1, 2, 3, 4, 5])]);
    expect(told(2).operations.map((of) => of.session)).toEqual(["0", "9", "1", "0"]);
    expect(told(8).operations).toHaveLength(7);
  });

  test("points at the operations that pin the two values, and their moments", () => {
    const told = judge("register", "linearizable", [
      "0 write 1 1..2",
      "0 write 2 3..4",
      "1 read 1 5..6",
      "1 read 2 7..8",
    ]);
    expect(told.operations.map((of) => of.seconds)).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
      [7, 8],
    ]);
    expect(told.because).toEqual([
      "the register must hold 1 from the return of write 1 by 0 (1 s) at the latest until the read of 1 by 1 (5 s) began",
      "the register must hold 2 from the return of write 2 by 0 (3 s) at the latest until the read of 2 by 1 (7 s) began",
    ]);
  });

  test("tells that nobody wrote what was read, or that its write had failed", () => {
    const start = ["0 write 1 0..1", "0 write 3 1..2!", "1 write 4 1..2!"];
    const [read] = ["1 read 4 3..4"] as const;
    for (const promise of ["linearizable", "sessionOrder"] as const) {
      expect(judge("register", promise, [...start, read]).reason).toMatch(
        /: write 4 by 1 .* had failed$/,
      );
      expect(judge("register", promise, [...start, "1 read 5 3..4"]).reason).toMatch(
        /: nobody wrote that$/,
      );
      const unread = [...start, "1 read 5 2..3!", "1 read 5 3..4"];
      expect(judge("register", promise, unread).reason).toMatch(/: nobody wrote that$/);
    }
  });
});

describe("compare-and-set", () => {
  test("by itself is something to judge", () => {
    const both = ["0 cas 0>1 1..2", "1 cas 0>2 3..4"];
    expect(verdictOf("cas-register", "linearizable", both)).toBe("fail");
    expect(verdictOf("cas-register", "sessionOrder", both)).toBe("pass");
    expect(verdictOf("cas-register", "noLostUpdates", both)).toBe("fail");
    expect(verdictOf("cas-register", "sessionOrder", ["0 write 1 1..2"])).toBe("unknown");
  });

  test("that found what nobody wrote is told, alone", () => {
    const texts = ["0 write 1 0..1", "1 read 1 2..3", "0 cas 9>2 4..5", "1 cas 8>3 6.."];
    for (const promise of ["linearizable", "readYourWrites"] as const) {
      const told = judge("cas-register", promise, texts);
      expect(told.reason).toBe(
        "cas 9 -> 2 by 0 (4 s) took effect although nobody wrote what it expected",
      );
      expect(pointedAt("cas-register", promise, texts)).toEqual(["0 cas 9 -> 2"]);
    }
  });

  test("that failed asks for nothing: what only it expected has no place in an order", () => {
    const texts = ["0 write 2 2..", "1 cas 3>3 7..10", "0 cas 2>1 9..11!"];
    expect(pointedAt("cas-register", "linearizable", texts)).toEqual(["1 cas 3 -> 3"]);
  });

  test("that nobody saw need not have happened, whatever it expected", () => {
    const texts = ["0 cas 9>1 1..", "1 cas 1>2 2..", "2 read 0 3..4"];
    for (const promise of ["linearizable", "sessionOrder"] as const)
      expect(verdictOf("cas-register", promise, texts)).toBe("pass");
  });

  test("that was seen had replaced what it expected, which had been written then", () => {
    const texts = ["3 cas 1>2 0..", "0 write 5 1..2", "1 write 1 3..", "2 read 2 4..5"];
    expect(verdictOf("cas-register", "monotonicReads", texts)).toBe("pass");
    expect(verdictOf("cas-register", "monotonicReads", [...texts, "2 read 5 6..7"])).toBe("fail");
  });
});

test("no order of values is told by the shortest way from one back to itself", () => {
  const texts = ["1 read 2 2..5", "1 read 0 12..16", "1 write 2 18.."];
  expect(judge("register", "sessionOrder", texts).because).toEqual([
    "the initial value is older than 2, as than everything that was written",
    "the read of 2 by 1 (2 s) returned before the read of nil by 1 (12 s) began, so 2 must not be newer than the initial value",
  ]);
});

describe("sets", () => {
  test("tell that nobody added what was read, or that its addition had failed", () => {
    const start = ["0 add 1 0..1", "0 add 3 1..2!", "1 add 4 1..2!"];
    const read = "2 read 1,4 3..4";
    const failed = ["1 add 4", "2 read {1 4}"];
    for (const promise of ["linearizable", "knownValues"] as const) {
      expect(judge("set", promise, [...start, read]).reason).toMatch(/: add 4 by 1 .* had failed$/);
      expect(pointedAt("set", promise, [...start, read])).toEqual(failed);
      expect(judge("set", promise, [...start, "2 read 1,5 3..4"]).reason).toMatch(
        /: nobody added it$|: nobody wrote it$/,
      );
    }
  });

  test("lose nothing to a read that did not tell what it saw", () => {
    expect(verdictOf("set", "noLostUpdates", ["0 add 1 0..1", "1 read ? 2..3"])).toBe("pass");
    expect(verdictOf("set", "noLostUpdates", ["0 add 1 0..1", "1 read - 2..3"])).toBe("fail");
  });

  test("show twelve elements of a read, and how many more there are", () => {
    const shown = (count: number) => {
      const elements = Array.from({ length: count }, (_, at) => at + 1);
      const texts = [...elements.map((of) => `0 add ${of} ${of}..${of + 0.5}`), "0 add 20 15..16"];
      return pointedAt("set", "linearizable", [...texts, `1 read ${elements} 17..18`])[1];
    };
    expect(shown(12)).toBe("1 read {1 2 3 4 5 6 7 8 9 10 11 12}");
    expect(shown(14)).toBe("1 read {1 2 3 4 5 6 7 8 9 10 11 12} and 2 more");
  });
});

test.each([
  ["register", "boundedStaleness", ["0 write 1 1..2", "1 write 2 2..3", "2 read 1 4..5"]],
  ["register", "boundedStaleness", ["0 write 1 2..2", "2 read 1 4..5"]],
  ["counter", "linearizable", ["0 read 5 1..2", "1 add 5 2..3"]],
  ["counter", "monotonicReads", ["0 add 5 0..1", "1 read 5 1..2", "1 read 4 2..3"]],
  ["set", "monotonicReads", ["0 add 1 0..1", "1 read 1 1..2", "1 read - 2..3"]],
] as const)(
  "of a %s, %s: what begins as another ends does not come after it",
  (model, promise, texts) => {
    expect(verdictOf(model, promise, texts)).toBe("pass");
  },
);

describe("counters", () => {
  test("do not fall behind the highest that a session read, though its reads overlap", () => {
    const reads = (first: number, second: number) => [
      "0 add 5 0..9",
      `1 read ${first} 1..2`,
      `1 read ${second} 1.5..3`,
      "1 read 4 4..5",
    ];
    expect(pointedAt("counter", "monotonicReads", reads(5, 3))).toEqual(["1 read 5", "1 read 4"]);
    expect(pointedAt("counter", "monotonicReads", reads(3, 5))).toEqual(["1 read 5", "1 read 4"]);
    expect(verdictOf("counter", "monotonicReads", reads(3, 4))).toBe("pass");
  });

  test("may fall only where negative amounts are added", () => {
    const fallen = (amount: number) => [`0 add ${amount} 0..9`, "1 read 2 1..2", "1 read 1 3..4"];
    expect(verdictOf("counter", "monotonicReads", fallen(-1))).toBe("unknown");
    expect(verdictOf("counter", "monotonicReads", fallen(0))).toBe("fail");
  });

  test("tell the last three of its own additions that a session does not see", () => {
    const own = [1, 2, 3, 4].map((of) => `0 add ${of} ${of}..${of + 0.5}`);
    const others = ["1 add 7 5..5.5", "0 add 8 6..6.5!", "0 add 9 7..", "0 read 30 7..8"];
    const late = ["0 add 10 8..9", "0 read 9 9..10", "0 add 6 9.5..11", "0 add 5 12..13"];
    expect(pointedAt("counter", "readYourWrites", [...own, ...others, ...late])).toEqual([
      "0 add 2",
      "0 add 3",
      "0 add 4",
      "0 read 9",
    ]);
  });
});

describe("bounded staleness", () => {
  const old = ["0 add 1 1..2", "1 read 0 9..10"];
  const texts = (model: HistoryModel) =>
    model === "register"
      ? ["0 write 1 1..2", "1 read 0 9..10"]
      : model === "set"
        ? ["0 add 1 1..2", "1 read - 9..10"]
        : old;

  test.each(["register", "counter", "set"] as const)(
    "of a %s is held against time, inclusive",
    (model) => {
      const of = (seconds: number) =>
        verdictOf(model, "boundedStaleness", texts(model), { staleNs: seconds * 1e9 });
      expect([0, 6.5, 7, 20].map(of)).toEqual(["fail", "fail", "pass", "pass"]);
    },
  );

  test("tells the bound", () => {
    const reason = (model: HistoryModel, staleNs: number) =>
      judge(model, "boundedStaleness", texts(model), { staleNs }).reason;
    for (const model of ["register", "set"] as const) {
      expect(reason(model, 5e9)).toMatch(/by more than 5 s$/);
      expect(reason(model, 0)).not.toMatch(/by more/);
    }
  });
});

/** A history with the columns as they are given: of the key `k`, number 0, unless they say 1, which is `l`. */
function recorded(rows: readonly object[]) {
  const builder = new HistoryBuilder();
  builder.values.of("seven");
  for (const key of ["k", "l"]) builder.keys.of(key);
  for (const [at, over] of rows.entries()) {
    const base = {
      kind: READ,
      key: builder.keys.of("k"),
      session: builder.sessions.of("s"),
      value: 0,
    };
    const none = { expected: NONE, amount: Number.NaN, at, ns: Number.NaN, line: 0 };
    const row = builder.invoke({ ...base, ...none, ...over });
    builder.complete(row, { outcome: OK, at: at + 0.5, ns: Number.NaN, line: 0 });
  }
  return builder.build();
}

function told(promise: PromiseName, model: HistoryModel, ...rows: readonly object[]) {
  const options = { model, promises: [promise], configurations: 100, staleNs: 1 };
  return checkHistory(recorded(rows), options)[0];
}

describe("a history without times", () => {
  const write = { kind: WRITE, value: 1 };

  test("has no bound to be held against", () => {
    expect(told("boundedStaleness", "register", write, { value: 0 })).toMatchObject({
      verdict: "unknown",
      undecided: 1,
      reason:
        "1 of 1 keys are not decided; key k: the history has no times to hold against a bound",
    });
    expect(told("boundedStaleness", "register")).toMatchObject({
      verdict: "unknown",
      keys: 0,
      reason: "nothing was read",
    });
  });

  test("has an order, which no bound is held against", () => {
    const promises = ["boundedStaleness"] as const;
    const options = { model: "register", promises, configurations: 100, staleNs: 0 } as const;
    const verdict = (value: number) =>
      checkHistory(recorded([write, { value }]), options)[0]?.verdict;
    expect([0, 1].map(verdict)).toEqual(["fail", "pass"]);
  });

  test("names operations by their lines, and where it has none by what they do", () => {
    const reason = (line: number) =>
      told("knownValues", "register", { value: 1, line, amount: 7 })?.reason;
    expect(reason(12)).toMatch(/^the read of seven by s \(line 12\) returned seven/);
    expect(reason(0)).toMatch(/^the read of seven by s \(\) returned seven/);
  });
});

describe("ids", () => {
  test("are those that were asked for: nothing else takes one", () => {
    const id = { kind: GENERATE, value: 1 };
    expect(told("uniqueIds", "unique-ids", { value: 1 }, id, { value: 1 })?.verdict).toBe("pass");
    expect(told("uniqueIds", "unique-ids", id)?.verdict).toBe("pass");
    expect(told("uniqueIds", "unique-ids", id, id)?.verdict).toBe("fail");
  });

  test("are told by the first two that are alike, whatever their keys", () => {
    const id = (line: number, key: number) => ({ kind: GENERATE, value: 1, line, key });
    const verdict = told("uniqueIds", "unique-ids", id(1, 0), id(2, 1), id(3, 0));
    expect(verdict?.key).toBe("l");
    expect(verdict?.operations.map((of) => of.lines[0])).toEqual([1, 2]);
  });
});

test("what holds is said of the key, or of each", () => {
  const written = { kind: WRITE, value: 1 };
  const one = [written, { value: 1 }];
  const other = one.map((of) => ({ ...of, key: 1 }));
  const reason = (...rows: readonly object[]) => told("knownValues", "register", ...rows)?.reason;
  expect(reason(...one)).toBe("holds on the key");
  expect(reason(...one, ...other)).toBe("holds on each of 2 keys");
});

test("a promise that fits no model of a history is not judged", () => {
  expect(PROMISE_NAMES.filter((name) => promiseFits(name, "counter"))).toEqual([
    "linearizable",
    "readYourWrites",
    "monotonicReads",
    "boundedStaleness",
    "durableWrites",
    "noLostUpdates",
  ]);
  expect(promiseFits("nothing" as PromiseName, "counter")).toBe(false);
});
