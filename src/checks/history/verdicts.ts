/** What a check of a history answers, and how it tells of the operations that it points at. */
import type { VerdictStatus } from "../verdict.ts";
import { ADD, CAS, FAIL, GENERATE, type History, INFO, NONE, READ, WRITE } from "./history.ts";

/** What a key's history shows. */
export type Finding =
  | { readonly status: "pass" }
  /** Not decided: the reason. */
  | { readonly status: "unknown"; readonly reason: string }
  | {
      readonly status: "fail";
      /** One sentence. */
      readonly reason: string;
      /** Rows that the sentence speaks of, in order of invocation. */
      readonly rows: readonly number[];
      /** Step by step, why it cannot be. */
      readonly because: readonly string[];
    };

export type Failure = Extract<Finding, { status: "fail" }>;

export const PASS: Finding = { status: "pass" };

export interface EvidenceOperation {
  readonly session: string;
  readonly kind: string;
  readonly value: string;
  readonly outcome: "ok" | "fail" | "info";
  /** Lines of the file of invocation and return, null where there is none. */
  readonly lines: readonly [number | null, number | null];
  /** Seconds, null where the history has no times. */
  readonly seconds: readonly [number | null, number | null];
}

export interface PropertyVerdict {
  readonly property: string;
  readonly verdict: VerdictStatus;
  /** Keys that were judged, and of these those that fail and those that are not decided. */
  readonly keys: number;
  readonly failed: number;
  readonly undecided: number;
  readonly reason: string;
  /** Of the failure that is told: the key, the operations, and why no order of them exists. */
  readonly key: string | null;
  readonly operations: readonly EvidenceOperation[];
  readonly because: readonly string[];
}

/** Fails with the rows in order, each once. */
export function failure(
  reason: string,
  rows: readonly number[],
  because: readonly string[] = [],
): Failure {
  const sorted = [...new Set(rows.filter((row) => row >= 0))].sort((a, b) => a - b);
  return { status: "fail", reason, rows: sorted, because };
}

/**
 * The verdict over all keys: that of the worst. The failure with the fewest operations is told.
 *
 * @param untested - said where no key had anything to judge
 */
export function overKeys(
  history: History,
  property: string,
  findings: Iterable<{ readonly key: number; readonly finding: Finding }>,
  untested: string,
): PropertyVerdict {
  let keys = 0;
  let failed = 0;
  let undecided = 0;
  let worst: { readonly key: number; readonly failure: Failure } | null = null;
  let why = "";
  for (const { key, finding } of findings) {
    keys++;
    if (finding.status === "unknown") {
      if (undecided++ === 0) why = `key ${history.keys[key]}: ${finding.reason}`;
    } else if (finding.status === "fail") {
      failed++;
      if (worst === null || finding.rows.length < worst.failure.rows.length)
        worst = { key, failure: finding };
    }
  }
  const counts = { property, keys, failed, undecided };
  const nothing = { key: null, operations: [], because: [] };
  if (worst !== null) {
    const { reason, rows, because } = worst.failure;
    const operations = rows.map((row) => evidenceOf(history, row));
    const key = history.keys[worst.key] ?? "";
    return { ...counts, verdict: "fail", reason, key, operations, because };
  }
  if (undecided > 0) {
    const reason = `${undecided} of ${keys} keys are not decided; ${why}`;
    return { ...counts, verdict: "unknown", reason, ...nothing };
  }
  if (keys === 0) return { ...counts, verdict: "unknown", reason: untested, ...nothing };
  const reason = `holds on ${keys === 1 ? "the key" : `each of ${keys} keys`}`;
  return { ...counts, verdict: "pass", reason, ...nothing };
}

const KIND_NAMES: Readonly<Record<number, string>> = {
  [READ]: "read",
  [WRITE]: "write",
  [CAS]: "cas",
  [ADD]: "add",
  [GENERATE]: "generate",
};

export function evidenceOf(history: History, row: number): EvidenceOperation {
  const line = (of: Int32Array): number | null => of[row] || null;
  const at = (of: Float64Array): number | null =>
    Number.isNaN(of[row]) ? null : Math.round(of[row] as number) / 1e9;
  const outcome = history.outcome[row] as number;
  return {
    session: history.sessions[history.session[row] as number] ?? "",
    kind: KIND_NAMES[history.kind[row] as number] ?? "",
    value: valueText(history, row),
    outcome: outcome === INFO ? "info" : outcome === FAIL ? "fail" : "ok",
    lines: [line(history.invokedLine), line(history.returnedLine)],
    seconds: [at(history.invokedNs), at(history.returnedNs)],
  };
}

/** Elements of a set that are worth telling. */
const ELEMENTS_SHOWN = 12;

function valueText(history: History, row: number): string {
  const { kind, value, expected, amount, values } = history;
  const elements = history.elements.get(row);
  if (elements !== undefined) {
    const shown = [...elements.subarray(0, ELEMENTS_SHOWN)].map((of) => values[of]);
    const more =
      elements.length > ELEMENTS_SHOWN ? ` and ${elements.length - ELEMENTS_SHOWN} more` : "";
    return `{${shown.join(" ")}}${more}`;
  }
  const text = (of: number): string => values[of] ?? "?";
  if (kind[row] === CAS) return `${text(expected[row] as number)} -> ${text(value[row] as number)}`;
  if (value[row] === NONE && !Number.isNaN(amount[row])) return String(amount[row]);
  return text(value[row] as number);
}

/** `write 5 by 3 (line 10)`: an operation within a sentence. */
export function operationText(history: History, row: number): string {
  const { kind, value, session, lines, seconds, outcome } = evidenceOf(history, row);
  const place =
    lines[0] !== null ? `line ${lines[0]}` : seconds[0] !== null ? `${seconds[0]} s` : "";
  const what = kind === "read" ? `the read of ${value}` : `${kind} ${value}`;
  const open = outcome === "info" ? ", outcome unknown" : "";
  return `${what} by ${session} (${place}${open})`;
}

/** A value within a sentence. */
export const valueName = (history: History, value: number): string =>
  value === NIL_VALUE ? "the initial value" : (history.values[value] ?? "?");

const NIL_VALUE = 0;
