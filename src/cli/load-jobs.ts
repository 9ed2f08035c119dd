import path from "node:path";
import { nearestWord } from "../base/nearest-word.ts";
import { describeProblem, ScenarioError, type ScenarioProblem } from "../base/scenario-error.ts";
import type { RunInput } from "../run/assemble-result.ts";
import { inlineTraces, TRACE_BYTES_MAX, type TraceFile } from "../scenario/inline-traces.ts";
import type { Limits } from "../scenario/limits.ts";
import { loadScenario } from "../scenario/load.ts";
import type { ResolvedScenario } from "../scenario/resolved.ts";
import { findScenario, packagedScenarios } from "./find-scenario.ts";
import { readTextFile } from "./read-text-file.ts";
import { reportFolder } from "./report-folder.ts";

/** A scenario file, ready to run. */
export interface Job {
  /** What means the file on a command line in the same folder: its scenario's name where that finds it, else the path. */
  readonly word: string;
  /** The file that it means. */
  readonly file: string;
  readonly resolved: ResolvedScenario;
  readonly input: RunInput;
  /** Flags that changed its limits, as the user can type them again. */
  readonly limitFlags: readonly string[];
  /** Where its report goes. */
  readonly folder: string;
}

export interface LoadOptions {
  readonly cwd: string;
  readonly seed?: string;
  readonly sets: readonly string[];
  readonly allowPlanted: boolean;
  /** The event budget, in place of the scenario's. */
  readonly maxEvents?: number;
  readonly limits?: Partial<Limits>;
  readonly limitFlags?: readonly string[];
  /** Root of the reports. */
  readonly out: string;
}

/** A scenario is text that people write. */
const SCENARIO_BYTES_MAX = 1024 * 1024;

/**
 * Loads all files.
 *
 * @throws ScenarioError with the problems of all of them, in the order given
 */
export function loadJobs(words: readonly string[], options: LoadOptions): Job[] {
  const jobs: Job[] = [];
  const problems: ScenarioProblem[] = [];
  for (const word of words) {
    try {
      jobs.push(loadJob(word, options));
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      problems.push(...error.problems);
    }
  }
  problems.push(...sharedFolders(jobs));
  if (problems.length > 0) throw new ScenarioError(distinct(problems));
  return jobs;
}

/** What is wrong with a `--set` is wrong for each file, and told once. */
function distinct(problems: readonly ScenarioProblem[]): ScenarioProblem[] {
  return [...new Map(problems.map((problem) => [describeProblem(problem), problem])).values()];
}

function loadJob(word: string, options: LoadOptions): Job {
  const file = findScenario(word, options.cwd);
  const text = readScenario(file, word, options.cwd);
  const source = inlineTraces(text, readerBeside(path.resolve(options.cwd, file)));
  const { seed, sets, allowPlanted, maxEvents } = options;
  const { limits = {}, limitFlags = [] } = options;
  const given = { file, allowPlanted, limits, ...(seed === undefined ? {} : { seed }) };
  const resolved = loadScenario(source, { ...given, sets });
  const asWritten =
    sets.length === 0 ? resolved : withoutSets(() => loadScenario(source, { ...given, sets: [] }));
  const byName = findScenario(resolved.name, options.cwd) === file;
  return {
    word: byName ? resolved.name : file,
    file,
    resolved: maxEvents === undefined ? resolved : { ...resolved, maxEvents },
    limitFlags,
    input: { source, sets, allowPlanted },
    folder: reportFolder(options.out, resolved, asWritten),
  };
}

/** A file that cannot stand without its `--set` has no form of its own. */
function withoutSets(load: () => ResolvedScenario): ResolvedScenario | null {
  try {
    return load();
  } catch (error) {
    if (error instanceof ScenarioError) return null;
    throw error;
  }
}

/** Reads traces beside a scenario. */
export function readerBeside(scenario: string): (name: string) => TraceFile {
  return (name) => {
    const file = path.join(path.dirname(scenario), name);
    return { file, ...readTextFile(file, TRACE_BYTES_MAX, "a trace of requests (CSV)") };
  };
}

function readScenario(file: string, word: string, cwd: string): string {
  const expected = "a scenario file (YAML)";
  const read = readTextFile(path.resolve(cwd, file), SCENARIO_BYTES_MAX, expected);
  if ("text" in read) return read.text;
  const { found, line } = read.unreadable;
  const missing = found === "does not exist";
  const near = missing ? nearestWord(word, packagedScenarios()) : undefined;
  const named = missing ? " or the name of a shipped scenario" : "";
  const hint = near === undefined ? "" : ` (did you mean "${near}"?)`;
  const problem: ScenarioProblem = {
    path: "",
    found,
    expected: `${read.unreadable.expected}${named}${hint}`,
    file,
    ...(line === undefined ? {} : { line, column: 1 }),
  };
  throw new ScenarioError([problem]);
}

/** Two files of one name and seed would write one report. */
function sharedFolders(jobs: readonly Job[]): ScenarioProblem[] {
  const first = new Map<string, Job>();
  const problems: ScenarioProblem[] = [];
  for (const job of jobs) {
    const other = first.get(job.folder);
    if (other === undefined) first.set(job.folder, job);
    else {
      problems.push({
        path: "scenario",
        found: `is "${job.resolved.name}" with seed ${job.resolved.seed}, as in ${other.file}`,
        expected: "another name or seed for each file, because both would write one report",
        file: job.file,
      });
    }
  }
  return problems;
}
