/**
 * Reads recorded requests from CSV: a header, then a row for each request in order of time.
 *
 * Models: when each request came, its key, GET or SET, size and time to live of what it writes.
 * Leaves out: other commands, keys' own names beyond telling them apart.
 */
import { type Nanos, SECOND } from "../../base/nanos.ts";
import { parseDuration, parseSize } from "../../base/units.ts";

/** Requests in columns, in order of time. */
export interface KeyTrace {
  /** Since the first moment of the recording. */
  readonly atNs: readonly Nanos[];
  /** Numbered from 0 in order of appearance. */
  readonly keys: readonly number[];
  /** 1: SET, 0: GET. */
  readonly sets: readonly number[];
  /** Of the value that is written, by a SET or to fill the cache after a GET that missed. */
  readonly valueBytes: readonly number[];
  /** 0: none. */
  readonly ttlNs: readonly Nanos[];
  /** Different keys. */
  readonly keyCount: number;
}

export interface TraceProblem {
  /** From 1, the header's. */
  readonly line: number;
  readonly found: string;
  readonly expected: string;
}

const COLUMNS = ["time", "key", "op", "size", "ttl"] as const;
const HEADER = COLUMNS.join(",");
const ROWS_MAX = 50_000;
const PROBLEMS_MAX = 20;
const VALUE_BYTES_MAX = 512 * 1024 * 1024;
const DEFAULT_VALUE_BYTES = 100;
const PLAIN = /^\d+(\.\d+)?$/;

/** Cost is linear in the text. At most 20 problems are named. */
export function parseKeyTrace(text: string): KeyTrace | { readonly problems: TraceProblem[] } {
  const problems: TraceProblem[] = [];
  const lines = text.split(/\r?\n/);
  while (lines.length > 0 && lines[lines.length - 1] === "") lines.pop();
  const header = (lines[0] ?? "").split(",").map((word) => word.trim());
  const order = COLUMNS.map((column) => header.indexOf(column));
  const needed = order.slice(0, 3);
  const unknown = header.filter((word) => !COLUMNS.some((column) => column === word));
  if (needed.includes(-1) || unknown.length > 0 || new Set(header).size < header.length) {
    const found = `is "${(lines[0] ?? "").slice(0, 60)}"`;
    return {
      problems: [{ line: 1, found, expected: `a header: ${HEADER}; size and ttl may lack` }],
    };
  }
  if (lines.length < 2 || lines.length > ROWS_MAX + 1) {
    const found = `has ${lines.length - 1} rows`;
    return { problems: [{ line: 1, found, expected: `1 to ${ROWS_MAX} rows` }] };
  }
  const trace = {
    atNs: [] as Nanos[],
    keys: [] as number[],
    sets: [] as number[],
    valueBytes: [] as number[],
    ttlNs: [] as Nanos[],
  };
  const numbers = new Map<string, number>();
  for (let at = 1; at < lines.length && problems.length < PROBLEMS_MAX; at++) {
    const line = at + 1;
    const wrong = (found: string, expected: string): void => {
      problems.push({ line, found, expected });
    };
    const fields = (lines[at] as string).split(",").map((field) => field.trim());
    if (fields.length !== header.length) {
      wrong(`has ${fields.length} fields`, `${header.length}, as the header`);
      continue;
    }
    const [time = "", key = "", op = "", size = "", ttl = ""] = order.map(
      (column) => fields[column] ?? "",
    );
    const atNs = nanosOf(time);
    const before = trace.atNs[trace.atNs.length - 1] ?? 0;
    if (atNs === undefined) wrong(`time is "${time}"`, 'seconds, or a duration such as "250ms"');
    else if (atNs < before) wrong(`time is "${time}"`, "no earlier than the row before");
    if (key === "") wrong("key is empty", "a key");
    const command = op.toLowerCase();
    if (command !== "get" && command !== "set") wrong(`op is "${op}"`, "get or set");
    const bytes = size === "" ? DEFAULT_VALUE_BYTES : sizeOf(size);
    if (bytes === undefined || bytes < 1 || bytes > VALUE_BYTES_MAX)
      wrong(`size is "${size}"`, 'bytes, or a size such as "1KB", from 1B to 512MiB');
    const livesNs = ttl === "" ? 0 : nanosOf(ttl);
    if (livesNs === undefined) wrong(`ttl is "${ttl}"`, "seconds, a duration, or nothing");
    if (!numbers.has(key)) numbers.set(key, numbers.size);
    trace.atNs.push(atNs ?? before);
    trace.keys.push(numbers.get(key) as number);
    trace.sets.push(command === "set" ? 1 : 0);
    trace.valueBytes.push(Math.round(bytes ?? 1));
    trace.ttlNs.push(livesNs ?? 0);
  }
  return problems.length > 0 ? { problems } : { ...trace, keyCount: numbers.size };
}

/** Plain numbers are seconds. */
function nanosOf(text: string): Nanos | undefined {
  return PLAIN.test(text) ? Math.round(Number(text) * SECOND) : parseDuration(text);
}

/** Plain numbers are bytes. */
function sizeOf(text: string): number | undefined {
  return PLAIN.test(text) ? Number(text) : parseSize(text);
}
