/** Puts the CSV files that a scenario names into its text, so that whatever runs it, or runs it again, needs no file. */
import { isScalar, parseDocument } from "yaml";
import { ScenarioError, type ScenarioProblem } from "../base/scenario-error.ts";
import { parseKeyTrace } from "../model/traffic/key-trace.ts";

/** With its quotes it must fit into a scenario. */
export const TRACE_BYTES_MAX = 768 * 1024;

/** A trace's text, or why there is none, and how to name its file. */
export type TraceFile = { readonly file: string } & (
  | { readonly text: string }
  | {
      readonly unreadable: {
        readonly found: string;
        readonly expected: string;
        readonly line?: number;
      };
    }
);

/**
 * The text with each `traffic.NAME.trace.csv` that is a path replaced by the file's text in quotes: other lines stay as they
 * are. A text that is no YAML map is handed back as it is, for the loader to refuse.
 *
 * @param read - reads a trace by its path from the scenario's folder, at most `TRACE_BYTES_MAX`
 * @throws ScenarioError with file and line of what is wrong with a trace
 */
export function inlineTraces(text: string, read: (path: string) => TraceFile): string {
  if (!text.includes("trace")) return text;
  const document = parseDocument(text);
  const sources = document.errors.length > 0 ? undefined : document.toJS()?.["traffic"];
  if (typeof sources !== "object" || sources === null) return text;
  const problems: ScenarioProblem[] = [];
  const edits: { readonly from: number; readonly to: number; readonly csv: string }[] = [];
  for (const name of Object.keys(sources as object)) {
    const node = document.getIn(["traffic", name, "trace", "csv"], true);
    if (!isScalar(node) || typeof node.value !== "string" || node.value.includes("\n")) continue;
    const given = read(node.value);
    if ("unreadable" in given) {
      const { found, expected, line } = given.unreadable;
      problems.push({
        path: "",
        file: given.file,
        found,
        expected,
        ...(line === undefined ? {} : { line, column: 1 }),
      });
      continue;
    }
    const parsed = parseKeyTrace(given.text);
    if ("problems" in parsed)
      for (const { line, found, expected } of parsed.problems)
        problems.push({
          path: `traffic.${name}.trace`,
          file: given.file,
          line,
          column: 1,
          found,
          expected,
        });
    const [from = 0, to = 0] = node.range ?? [];
    const csv = given.text.endsWith("\n") ? given.text : `${given.text}\n`;
    edits.push({ from, to, csv });
  }
  if (problems.length > 0) throw new ScenarioError(problems);
  let inlined = text;
  for (const { from, to, csv } of edits.sort((a, b) => b.from - a.from))
    inlined = `${inlined.slice(0, from)}${JSON.stringify(csv)}${inlined.slice(to)}`;
  return inlined;
}
