/** Puts the CSV files that a scenario names into its text, so that whatever runs it, or runs it again, needs no file. */
import path from "node:path";
import { isScalar, parseDocument } from "yaml";
import { ScenarioError, type ScenarioProblem } from "../base/scenario-error.ts";
import { parseKeyTrace } from "../model/traffic/key-trace.ts";
import { readTextFile } from "./read-text-file.ts";

/** With its quotes it must fit into a scenario. */
const TRACE_BYTES_MAX = 768 * 1024;

/**
 * The text with each `traffic.NAME.trace.csv` that is a path replaced by the file's text in quotes: other lines stay as they
 * are. A text that is no YAML map is handed back as it is, for the loader to refuse.
 *
 * @param file - the scenario's, for paths are relative to its folder
 * @throws ScenarioError with file and line of what is wrong with a trace
 */
export function inlineTraces(text: string, file: string): string {
  if (!text.includes("trace")) return text;
  const document = parseDocument(text);
  const sources = document.errors.length > 0 ? undefined : document.toJS()?.["traffic"];
  if (typeof sources !== "object" || sources === null) return text;
  const problems: ScenarioProblem[] = [];
  const edits: { readonly from: number; readonly to: number; readonly csv: string }[] = [];
  for (const name of Object.keys(sources as object)) {
    const node = document.getIn(["traffic", name, "trace", "csv"], true);
    if (!isScalar(node) || typeof node.value !== "string" || node.value.includes("\n")) continue;
    const trace = path.join(path.dirname(file), node.value);
    const read = readTextFile(trace, TRACE_BYTES_MAX, "a trace of requests (CSV)");
    if ("unreadable" in read) {
      const { found, expected, line } = read.unreadable;
      problems.push({
        path: "",
        file: trace,
        found,
        expected,
        ...(line === undefined ? {} : { line, column: 1 }),
      });
      continue;
    }
    const parsed = parseKeyTrace(read.text);
    if ("problems" in parsed)
      for (const { line, found, expected } of parsed.problems)
        problems.push({
          path: `traffic.${name}.trace`,
          file: trace,
          line,
          column: 1,
          found,
          expected,
        });
    const [from = 0, to = 0] = node.range ?? [];
    const csv = read.text.endsWith("\n") ? read.text : `${read.text}\n`;
    if (!edits.some((edit) => edit.from === from)) edits.push({ from, to, csv });
  }
  if (problems.length > 0) throw new ScenarioError(problems);
  let inlined = text;
  for (const { from, to, csv } of edits.sort((a, b) => b.from - a.from))
    inlined = `${inlined.slice(0, from)}${JSON.stringify(csv)}${inlined.slice(to)}`;
  return inlined;
}
