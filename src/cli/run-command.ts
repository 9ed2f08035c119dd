import path from "node:path";
import { InvariantError } from "../base/invariant.ts";
import { toSeconds } from "../base/nanos.ts";
import { ScenarioError } from "../base/scenario-error.ts";
import { shellWord } from "../base/shell-word.ts";
import { type Experiment, experimentFiles } from "../exchange/experiment.ts";
import { experimentsOf } from "../exchange/experiments.ts";
import { HistoryRecorder } from "../exchange/history-writer.ts";
import { injectedFaults } from "../explore/injected.ts";
import { BudgetError } from "../kernel/budget-error.ts";
import { exportLines } from "../report/explore-summary.ts";
import { type ReportFile, renderAll } from "../report/render-all.ts";
import { resultJson } from "../report/result-json.ts";
import { renderSummary } from "../report/summary.ts";
import type { Result } from "../run/result.ts";
import { open, type Simulation } from "../run/simulation.ts";
import { NO_LIMITS } from "../scenario/limits.ts";
import { loadScenario } from "../scenario/load.ts";
import { placed } from "../scenario/placed.ts";
import { badUsage } from "./bad-usage.ts";
import { CommandError } from "./command-error.ts";
import { execute } from "./execute.ts";
import { EXIT, type ExitCode, gravest } from "./exit-code.ts";
import { type Job, type LoadOptions, loadJobs } from "./load-jobs.ts";
import { type ManyRuns, runOthers } from "./many-runs.ts";
import type { Terminal } from "./terminal.ts";
import { writeHistory } from "./write-history.ts";
import { checkWritable, writeReport } from "./write-report.ts";

export interface RunOptions extends LoadOptions, ManyRuns {
  readonly files: readonly string[];
  readonly json: boolean;
  /** Writes the faults for other tools too. */
  readonly export?: boolean;
  /** File for the history of operations; `.json` and `.jsonl` in JSON, any other in EDN. */
  readonly history?: string;
}

const VERDICT_CODES = { pass: EXIT.pass, fail: EXIT.fail, unknown: EXIT.unknown } as const;

/**
 * Runs scenario files one after the other; each leaves a report.
 *
 * @throws ScenarioError if any file is bad, before any of them runs; CommandError if a report cannot be written
 */
export async function runCommand(options: RunOptions, terminal: Terminal): Promise<ExitCode> {
  const jobs = loadJobs(options.files, options);
  if (options.history !== undefined && jobs.length > 1)
    throw badUsage(`--history is given with ${jobs.length} scenarios, expected one`, "run");
  if ((options.untilShare ?? null) !== null) requireExpectations(jobs);
  for (const job of jobs) checkWritable(path.resolve(options.cwd, job.folder));
  const codes: ExitCode[] = [];
  const documents: string[] = [];
  for (const [at, job] of jobs.entries()) {
    const run = await runJob(job, options, terminal);
    codes.push(run.code);
    if (!("result" in run)) continue;
    writeReport(path.resolve(options.cwd, job.folder), run.files);
    if (options.json) documents.push(resultJson(run.result).trimEnd());
    else terminal.out(`${at === 0 ? "" : "\n"}${describe(run, job, terminal)}`);
  }
  if (options.json) terminal.out(jobs.length === 1 ? asDocument(documents) : asArray(documents));
  else if (jobs.length > 1) terminal.out(`\n${tally(codes)}\n`);
  return gravest(codes);
}

function requireExpectations(jobs: readonly Job[]): void {
  const idle = jobs.find(({ resolved }) => resolved.expect.length === 0);
  if (idle === undefined) return;
  throw badUsage(`--until-ci is given with ${idle.file}, expected a scenario with expect:`, "run");
}

interface Finished {
  readonly code: ExitCode;
  readonly result: Result;
  readonly files: readonly ReportFile[];
  readonly experiments: readonly Experiment[];
}

/** Runs one job to its end. Of a run that cannot end, the terminal is told why. */
async function runJob(
  job: Job,
  options: RunOptions,
  terminal: Terminal,
): Promise<Finished | { readonly code: ExitCode }> {
  let simulation: Simulation | undefined;
  try {
    simulation = open(job.resolved);
    const recorder = options.history === undefined ? null : recorderOf(simulation);
    const own = await runOnce(simulation, job, "", terminal);
    const told = options.export === true ? injectedFaults(simulation.journal.records, true) : [];
    if (recorder !== null && options.history !== undefined)
      writeHistory(recorder, options.history, options.cwd);
    const codes = [VERDICT_CODES[own.verdict]];
    const many = await runOthers(
      own,
      job.resolved,
      options,
      ({ seed, set, what }) => {
        const sets = set === null ? job.input.sets : [...job.input.sets, set];
        const other = changed(job, { seed, sets });
        simulation = open(other.resolved);
        return runOnce(simulation, other, `  ${what}`, terminal);
      },
      ({ verdict }) => codes.push(VERDICT_CODES[verdict]),
    );
    terminal.progress(`${job.resolved.name}  report`);
    const result = { ...own, ...many };
    const experiments = options.export === true ? experimentsOf(job.resolved, told) : [];
    const files = [...(await renderAll(result)), ...experimentFiles(experiments, "")];
    return { code: gravest(codes), result, files, experiments };
  } catch (error) {
    return { code: tellFailure(error, job, simulation?.now ?? 0, terminal) };
  } finally {
    terminal.progress(null);
  }
}

function recorderOf({ journal, index }: Simulation): HistoryRecorder {
  const recorder = new HistoryRecorder(index.traffic, index.sessions);
  journal.subscribe({ operations: recorder.operations });
  return recorder;
}

async function runOnce(
  simulation: Simulation,
  job: Job,
  what: string,
  terminal: Terminal,
): Promise<Result> {
  const { name, durationNs } = job.resolved;
  await execute(simulation, durationNs, (share) =>
    terminal.progress(`${name}${what}  ${Math.floor(share * 100)} %`),
  );
  return simulation.finish(job.input);
}

/** The same job under another seed, or with other words. It was within its limits; its variants are no larger. */
function changed(job: Job, to: { readonly seed: string; readonly sets: readonly string[] }): Job {
  const { source, allowPlanted } = job.input;
  const { maxEvents } = job.resolved;
  const resolved = loadScenario(source, { file: job.file, allowPlanted, ...to, limits: NO_LIMITS });
  return { ...job, resolved: { ...resolved, maxEvents }, input: { ...job.input, sets: to.sets } };
}

function tellFailure(error: unknown, job: Job, nowNs: number, terminal: Terminal): ExitCode {
  const where = `seed ${job.resolved.seed}, at ${toSeconds(nowNs)} s of simulated time`;
  const reproduce = `  Reproduce: ${reproduceLine(job)}`;
  if (error instanceof ScenarioError) {
    terminal.err(placed(error, job.input.source, job.file).message);
    return EXIT.badInput;
  }
  if (error instanceof CommandError) throw error;
  if (error instanceof BudgetError) {
    terminal.err(`${error.message}\n  ${job.file} has no verdict; --max-events sets the budget`);
    terminal.err(reproduce);
    return EXIT.unknown;
  }
  const text =
    error instanceof InvariantError ? error.message : String((error as Error)?.stack ?? error);
  terminal.err(`Cannot finish ${job.file}: this is a bug in cachequake, not in your scenario`);
  terminal.err(`  ${text}\n  ${where}\n${reproduce}`);
  return EXIT.internal;
}

/** The command that does the same again, from the same folder. */
export function reproduceLine(job: Job): string {
  const sets = job.input.sets.map((set) => ` --set ${shellWord(set)}`).join("");
  const limits = job.limitFlags.map((flag) => ` ${flag}`).join("");
  const planted = job.input.allowPlanted ? " --allow-planted" : "";
  return `cachequake run ${shellWord(job.file)} --seed ${job.resolved.seed}${sets}${limits}${planted}`;
}

function describe({ result, files, experiments }: Finished, job: Job, terminal: Terminal): string {
  const summary = renderSummary(result, { color: terminal.color, width: terminal.width }).trimEnd();
  const paths = files.map(({ name }) => `  ${path.join(job.folder, name)}`).join("\n");
  const exported = experiments.flatMap((one) =>
    exportLines({ ...one, file: null }).map((line) => `  ${line}\n`),
  );
  const others = exported.length === 0 ? "" : `\nFor other tools\n${exported.join("")}`;
  return `${summary}\n\nReport\n${paths}\n${others}`;
}

const asDocument = (documents: readonly string[]): string =>
  documents.map((document) => `${document}\n`).join("");

const asArray = (documents: readonly string[]): string => `[\n${documents.join(",\n")}\n]\n`;

function tally(codes: readonly ExitCode[]): string {
  const count = (code: ExitCode): number => codes.filter((other) => other === code).length;
  const words = [
    [EXIT.pass, "passed"],
    [EXIT.fail, "failed"],
    [EXIT.unknown, "unknown"],
    [EXIT.internal, "ended by a bug"],
    [EXIT.badInput, "with bad input"],
  ] as const;
  const parts = words
    .filter(([code]) => count(code) > 0)
    .map(([code, word]) => `${count(code)} ${word}`);
  return `${codes.length} scenarios: ${parts.join(", ")}`;
}
