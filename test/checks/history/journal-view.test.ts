import { describe, expect, test } from "vitest";
import { historyOfRun, type ViewOptions } from "../../../dist/checks/history/journal-view.js";
import {
  COMMAND_GET,
  COMMAND_SET,
  OUTCOME_FAIL,
  OUTCOME_INFO,
  OUTCOME_OK,
} from "../../../dist/journal/operation-columns.js";
import { HistoryFold } from "../../../dist/measure/history-fold.js";
import { FAIL, INFO, OK, READ, WRITE } from "../../../src/checks/history/history.ts";

interface Operation {
  readonly command?: number;
  readonly writeId?: number;
  readonly outcome?: number;
  readonly at: number;
  readonly until?: number;
  readonly shard?: number;
  readonly isDoubtful?: boolean;
}

/** What a view keeps of operations: of each its value, moments and how it ended. */
function viewOf(operations: readonly Operation[], over: Partial<ViewOptions> = {}) {
  const fold = new HistoryFold();
  for (const [row, of] of operations.entries()) {
    fold.command[row] = of.command ?? COMMAND_SET;
    fold.outcome[row] = of.outcome ?? OUTCOME_OK;
    fold.isDoubtful[row] = of.isDoubtful ? 1 : 0;
    fold.session[row] = 0;
    fold.key[row] = 7;
    fold.shard[row] = of.shard ?? 0;
    fold.writeId[row] = of.writeId ?? row + 1;
    fold.invokedAt[row] = of.at;
    fold.returnedAt[row] = of.until ?? of.at + 1;
  }
  fold.count = operations.length;
  const options = { sessions: [], untilNs: () => Number.POSITIVE_INFINITY, onlySure: false };
  const history = historyOfRun(fold, { ...options, ...over });
  return Array.from({ length: history.count }, (_, row) => ({
    kind: history.kind[row],
    value: history.values[history.value[row] as number],
    invoked: history.invoked[row],
    returned: history.returned[row],
    outcome: history.outcome[row],
  }));
}

const valuesOf = (...given: Parameters<typeof viewOf>) => viewOf(...given).map((of) => of.value);

describe("the history of a run", () => {
  test("has its operations in order of invocation, those of one moment as they were kept", () => {
    expect(valuesOf([5, 3, 9, 3, 1].map((at) => ({ at })))).toEqual(["5", "2", "4", "1", "3"]);
  });

  test("names the write that a read returned, or what was there before", () => {
    const reads = [4, 0, -3].map((writeId, at) => ({ command: COMMAND_GET, writeId, at }));
    expect(valuesOf(reads)).toEqual(["4", "what was there before", "what was there before"]);
    expect(viewOf([{ at: 2, writeId: 9 }, ...reads.slice(0, 1)])).toMatchObject([
      { kind: READ, value: "4" },
      { kind: WRITE, value: "9" },
    ]);
  });

  test("ends with what returned by a moment; a write that was open then is of unknown outcome", () => {
    const untilNs = (shard: number) => (shard === 0 ? 10 : 20);
    const written = [
      { at: 8, until: 10 },
      { at: 9, until: 11 },
      { at: 10, until: 12 },
      { at: 11, until: 12 },
      { at: 19, until: 20, shard: 1 },
    ];
    expect(viewOf(written, { untilNs })).toMatchObject([
      { value: "1", outcome: OK, returned: 10 },
      { value: "2", outcome: INFO, returned: Number.POSITIVE_INFINITY },
      { value: "3", outcome: INFO },
      { value: "5", outcome: OK },
    ]);
    const reads = written.map((of) => ({ ...of, command: COMMAND_GET }));
    expect(valuesOf(reads, { untilNs })).toEqual(["1", "5"]);
  });

  test("takes outcomes as they are", () => {
    const given = [OUTCOME_OK, OUTCOME_FAIL, OUTCOME_INFO].map((outcome, at) => ({ outcome, at }));
    expect(viewOf(given).map((of) => of.outcome)).toEqual([OK, FAIL, INFO]);
  });

  test("leaves out what may have been executed twice, and reads of it, where only the sure is asked for", () => {
    const given = [
      { at: 1, isDoubtful: true },
      { at: 2 },
      { at: 3, command: COMMAND_GET, writeId: 1 },
      { at: 4, command: COMMAND_GET, writeId: 2 },
    ];
    expect(valuesOf(given, { onlySure: true })).toEqual(["2", "2"]);
    expect(valuesOf(given)).toEqual(["1", "2", "1", "2"]);
  });
});
