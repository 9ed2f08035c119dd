/** A run's operations in Jepsen's forms: what is written is what check-history reads, and what the run itself is judged by. */
import { describe, expect, test } from "vitest";
import { checkHistory } from "../../src/checks/history/check-history.ts";
import type { History } from "../../src/checks/history/history.ts";
import { historyOfRun } from "../../src/checks/history/journal-view.ts";
import { HistoryReader } from "../../src/exchange/history-reader.ts";
import { HistoryRecorder } from "../../src/exchange/history-writer.ts";
import { HistoryFold } from "../../src/measure/history-fold.ts";
import { open } from "../../src/run/simulation.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { SMALL } from "../explore/fixture.ts";

const SOURCE = SMALL.replace("duration: 40s", "duration: 12s")
  .replace("window: { from: 4s, until: 20s }", "window: { from: 4s, until: 8s }")
  .replace("keys: { count: 100, valueSize: 100B }", "keys: { count: 12, valueSize: 100B }")
  .replace(
    "from: { region: us-east-1, zones: all }",
    "from: { region: us-east-1, zones: all }\n    client: { connections: 5, readFrom: replica }",
  )
  .replace(
    "steadyState:",
    "method: [{ at: 4s, fault: network-partition, isolate: node cart-0001-001, to: node cart-0001-002, for: 4s }]\nsteadyState:",
  );

const RULES = { model: null, isIndependent: false, initial: null, operationsMax: 10_000 } as const;

function read(text: string): History {
  const reader = new HistoryReader(RULES);
  reader.feed(text);
  return reader.end().history;
}

describe("HistoryRecorder", () => {
  const { journal, index, runUntil } = open(loadScenario(SOURCE));
  const recorder = new HistoryRecorder(index.traffic, index.sessions);
  const fold = new HistoryFold();
  journal.subscribe({ operations: recorder.operations });
  journal.subscribe({
    operations: (batch) => {
      for (let i = 0; i < batch.count; i++) fold.operation(batch, i);
    },
  });
  runUntil(12e9);
  journal.flush();
  const own = historyOfRun(fold, {
    sessions: index.sessions,
    untilNs: () => Number.POSITIVE_INFINITY,
    onlySure: false,
  });
  const edn = [...recorder.text("edn")].join("");
  const json = [...recorder.text("json")].join("");

  test.each([
    ["EDN", edn],
    ["JSON", json],
  ])("writes %s that is read back as it happened", (_, text) => {
    const history = read(text);
    expect(recorder.count).toBe(own.count);
    expect(history.count).toBe(own.count);
    expect(own.count).toBeGreaterThan(300);
    expect([...history.kind]).toEqual([...own.kind]);
    expect([...history.outcome]).toEqual([...own.outcome]);
    expect([...history.invokedNs]).toEqual([...own.invokedNs]);
    const valuesOf = ({ value, values }: History) => [...value].map((of) => values[of]);
    const told = valuesOf(history);
    for (const [row, value] of valuesOf(own).entries())
      if (own.value[row] !== 0) expect(told[row], `row ${row}`).toBe(value);
    // Promises that say nothing of sessions: in a file one ends with a doubt.
    const judged = (of: History) =>
      checkHistory(of, {
        model: "register",
        promises: ["linearizable", "boundedStaleness", "knownValues"],
        configurations: 100_000,
        staleNs: 0,
      }).map(({ property, verdict, failed }) => ({ property, verdict, failed }));
    expect(judged(history)).toEqual(judged(own));
    expect(judged(own)[0]?.verdict).toBe("fail");
  });

  test("lets no process do two things at once, nor go on after a doubt", () => {
    const busy = new Map<number, string>();
    for (const line of json.trimEnd().split("\n")) {
      const { process, type } = JSON.parse(line) as { process: number; type: string };
      expect(busy.get(process)).toBe(type === "invoke" ? undefined : "invoke");
      if (type === "invoke") busy.set(process, type);
      else if (type === "info") busy.set(process, "in doubt");
      else busy.delete(process);
    }
  });
});
