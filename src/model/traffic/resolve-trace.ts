/** Reads the words of a recorded trace. */
import { SECOND } from "../../base/nanos.ts";
import type { Reading } from "../kinds/contract.ts";
import { parseKeyTrace } from "./key-trace.ts";
import type { TrafficSettings } from "./traffic-settings.ts";
import type { TraceWords, TrafficWords } from "./words.gen.ts";

/** What a traffic source asks for, and when. */
export type Offered = Pick<TrafficSettings, "arrivals" | "keys">;

/** Null when a problem leaves nothing to build. */
export function resolveTrace(
  words: TrafficWords,
  { csv, atEnd = "stop" }: TraceWords,
  reading: Reading,
): Offered | null {
  for (const word of ["arrivals", "operations", "keys"] as const)
    if (words[word] !== undefined)
      reading.problem({
        path: [word],
        found: "stands beside trace",
        expected: "nothing: the trace has requests, operations and keys of its own",
      });
  if (!csv.includes("\n")) {
    reading.problem({
      path: ["trace", "csv"],
      found: `is "${csv}", and no file was read for it`,
      expected: "a file beside a scenario that is read from a file, or the text of the CSV",
    });
    return null;
  }
  const trace = parseKeyTrace(csv);
  if ("problems" in trace) {
    for (const { line, found, expected } of trace.problems)
      reading.problem({ path: ["trace", "csv"], found: `line ${line}: ${found}`, expected });
    return null;
  }
  const rows = trace.atNs.length;
  const last = trace.atNs[rows - 1] as number;
  // The first row follows the last after the mean gap; a recording of one moment takes a second.
  const span = last - (trace.atNs[0] as number);
  const periodNs = span === 0 ? last + SECOND : last + Math.round(span / (rows - 1));
  const longest = trace.ttlNs.reduce((most, ttl) => Math.max(most, ttl), 0);
  const bytes = trace.valueBytes.reduce((sum, size) => sum + size, 0);
  return {
    arrivals: { kind: "recorded", trace, loops: atEnd === "loop", periodNs },
    keys: {
      first: 0,
      count: trace.keyCount,
      popularity: { kind: "uniform" },
      collection: null,
      perGet: 1,
      valueSize: { kind: "constant", value: Math.max(1, Math.round(bytes / rows)) },
      ttlNs: longest === 0 ? null : longest,
      ttlJitter: 0,
    },
  };
}
