import { availableParallelism, freemem } from "node:os";
import path from "node:path";
import { toSeconds } from "../base/nanos.ts";
import { ScenarioError } from "../base/scenario-error.ts";
import { shellWord } from "../base/shell-word.ts";
import { PoolError } from "../campaign/pools/pool-error.ts";
import { type Experiment, experimentFiles } from "../exchange/experiment.ts";
import { experimentsOf } from "../exchange/experiments.ts";
import { HistoryRecorder } from "../exchange/history-writer.ts";
import { injectedFaults } from "../explore/injected.ts";
import type { Journal } from "../journal/journal.ts";
import { exportLines } from "../report/explore-summary.ts";
import { type ReportFile, renderAll } from "../report/render-all.ts";
import { resultJson } from "../report/result-json.ts";
import { renderSummary } from "../report/summary.ts";
import type { Result } from "../run/result.ts";
import type { Simulation } from "../run/simulation.ts";
import { estimateSize, NO_LIMITS } from "../scenario/limits.ts";
import { loadScenario } from "../scenario/load.ts";
import { placed } from "../scenario/placed.ts";
import { badUsage } from "./bad-usage.ts";
import { CommandError } from "./command-error.ts";
import { EXIT, type ExitCode, gravest } from "./exit-code.ts";
import { inOrder } from "./in-order.ts";
import { type Job, type LoadOptions, loadJobs } from "./load-jobs.ts";
import { expectedRuns, type ManyRuns, runOthers } from "./many-runs.ts";
import { runFailureOf } from "./run-failure.ts";
import { openRoom, RunError, type RunRoom, runHere } from "./run-room.ts";
import type { Terminal } from "./terminal.ts";
import { writeHistory } from "./write-history.ts";
import { checkWritable, writeReport } from "./write-report.ts";

export interface RunOptions extends LoadOptions, ManyRuns {
  readonly files: readonly string[];
  readonly json: boolean;
  /** Runs at a time; default one a core, where there are several runs and enough to do. */
  readonly jobs?: number;
  /** Writes the faults for other tools too. */
  readonly export?: boolean;
  /** File for the history of operations; `.json` and `.jsonl` in JSON, any other in EDN. */
  readonly history?: string;
}

const VERDICT_CODES = { pass: EXIT.pass, fail: EXIT.fail, unknown: EXIT.unknown } as const;

/** Threads load the tool and warm up by themselves: fewer events are sooner done in this one. */
const EVENTS_FOR_THREADS = 5e6;

/**
 * Runs scenario files, several runs at a time where there are several; each file leaves a report. Output and reports are
 * the same however many run at a time.
 *
 * @throws ScenarioError if any file is bad, before any of them runs; CommandError if a report cannot be written
 */
export async function runCommand(options: RunOptions, terminal: Terminal): Promise<ExitCode> {
  const jobs = loadJobs(options.files, options);
  if (options.history !== undefined && jobs.length > 1)
    throw badUsage(`--history is given with ${jobs.length} scenarios, expected one`, "run");
  if ((options.untilShare ?? null) !== null) requireExpectations(jobs);
  for (const job of jobs) checkWritable(path.resolve(options.cwd, job.folder));
  const room = await openRoom(options.jobs ?? usualSize(jobs, options), terminal);
  const codes: ExitCode[] = [];
  const documents: string[] = [];
  const onlyOne = jobs.length === 1;
  try {
    const runs = inOrder(jobs, room.size, (job) => runJob(job, options, room, onlyOne, terminal));
    for (const job of jobs) {
      const { value: run } = (await runs.next()) as IteratorYieldResult<Finished | RunError>;
      terminal.progress(null);
      if (run instanceof RunError) {
        codes.push(tellFailure(run, job, options, terminal));
        continue;
      }
      writeReport(path.resolve(options.cwd, job.folder), run.files);
      if (options.json) documents.push(resultJson(run.result).trimEnd());
      else
        terminal.out(`${codes.length === 0 ? "" : "\n"}${describe(run, job, options, terminal)}`);
      codes.push(run.code);
    }
  } finally {
    await room.close();
  }
  if (options.json) terminal.out(onlyOne ? asDocument(documents) : asArray(documents));
  else if (!onlyOne) terminal.out(`\n${tally(codes)}\n`);
  return gravest(codes);
}

function requireExpectations(jobs: readonly Job[]): void {
  const idle = jobs.find(({ resolved }) => resolved.expect.length === 0);
  if (idle === undefined) return;
  throw badUsage(`--until-ci is given with ${idle.file}, expected a scenario with expect:`, "run");
}

/** One run a core, where there are several runs and enough to do, and memory for all of them. */
function usualSize(jobs: readonly Job[], options: RunOptions): number {
  const sizes = jobs.map(({ resolved }) => {
    const { traffic, caches, durationNs, method } = resolved;
    const { events, memoryBytes } = estimateSize(traffic, caches, durationNs, method);
    return { runs: expectedRuns(resolved, options), events, memoryBytes };
  });
  const all = sizes.reduce((sum, { runs }) => sum + runs, 0);
  const work = sizes.reduce((sum, { runs, events }) => sum + runs * events, 0);
  if (all === 1 || work < EVENTS_FOR_THREADS) return 1;
  const room = Math.floor(freemem() / Math.max(...sizes.map(({ memoryBytes }) => memoryBytes)));
  return Math.max(1, Math.min(all, availableParallelism(), room));
}

interface Finished {
  readonly code: ExitCode;
  readonly result: Result;
  readonly files: readonly ReportFile[];
  readonly experiments: readonly Experiment[];
}

/** Runs one job to its end, here where something listens to it or where it is the only one. */
async function runJob(
  job: Job,
  options: RunOptions,
  room: RunRoom,
  onlyOne: boolean,
  terminal: Terminal,
): Promise<Finished | RunError> {
  try {
    const { history } = options;
    const heard = { recorder: null as HistoryRecorder | null, journal: null as Journal | null };
    const listen = (simulation: Simulation): void => {
      heard.journal = simulation.journal;
      if (history !== undefined) heard.recorder = recorderOf(simulation);
    };
    const own = await (onlyOne || options.export === true
      ? runHere(job, "", terminal, listen)
      : room.run(job, ""));
    const told = options.export === true ? injectedFaults(heard.journal?.records ?? [], true) : [];
    if (heard.recorder !== null && history !== undefined)
      writeHistory(heard.recorder, history, options.cwd);
    const codes = [VERDICT_CODES[own.verdict]];
    const many = await runOthers(
      own,
      job.resolved,
      options,
      async ({ seed, set, what }) => {
        const sets = set === null ? job.input.sets : [...job.input.sets, set];
        return room.run(changed(job, { seed, sets }), `  ${what}`);
      },
      ({ verdict }) => codes.push(VERDICT_CODES[verdict]),
      room.size,
    );
    terminal.progress(`${job.resolved.name}  report`);
    const result = { ...own, ...many };
    const experiments = options.export === true ? experimentsOf(job.resolved, told) : [];
    const files = [...(await renderAll(result)), ...experimentFiles(experiments, "")];
    return { code: gravest(codes), result, files, experiments };
  } catch (error) {
    if (error instanceof CommandError || error instanceof PoolError) throw error;
    return error instanceof RunError ? error : new RunError(job, runFailureOf(error, 0));
  }
}

function recorderOf({ journal, index }: Simulation): HistoryRecorder {
  const recorder = new HistoryRecorder(index.traffic, index.sessions);
  journal.subscribe({ operations: recorder.operations });
  return recorder;
}

/** The same job under another seed, or with other words. It was within its limits; its variants are no larger. */
function changed(job: Job, to: { readonly seed: string; readonly sets: readonly string[] }): Job {
  const { source, allowPlanted } = job.input;
  const { maxEvents } = job.resolved;
  const input = { ...job.input, sets: to.sets };
  const options = { file: job.file, allowPlanted, ...to, limits: NO_LIMITS };
  try {
    return { ...job, input, resolved: { ...loadScenario(source, options), maxEvents } };
  } catch (error) {
    const asked = { ...job, input, resolved: { ...job.resolved, seed: to.seed } };
    throw new RunError(asked, runFailureOf(error, 0));
  }
}

/** Tells why a run has no result, and which one it was where it was not the scenario's own. */
function tellFailure(
  { job, failure }: RunError,
  own: Job,
  options: RunOptions,
  terminal: Terminal,
): ExitCode {
  const { kind, message, problems, nowNs } = failure;
  const isOwn = job.resolved.seed === own.resolved.seed && job.input.sets === own.input.sets;
  const reproduce = `  Reproduce: ${isOwn ? ownLine(job, options) : reproduceLine(job)}`;
  switch (kind) {
    case "bad-input":
      terminal.err(placed(new ScenarioError(problems), job.input.source, job.file).message);
      if (!isOwn) terminal.err(reproduce);
      return EXIT.badInput;
    case "budget":
      terminal.err(`${message}\n  ${job.file} has no verdict; --max-events sets the budget`);
      terminal.err(reproduce);
      return EXIT.unknown;
    case "bug":
      terminal.err(`Cannot finish ${job.file}: this is a bug in cachequake, not in your scenario`);
      terminal.err(`  ${message}`);
      terminal.err(`  seed ${job.resolved.seed}, at ${toSeconds(nowNs)} s of simulated time`);
      terminal.err(reproduce);
      return EXIT.internal;
  }
}

/** The command that runs one job again, from the same folder. */
export function reproduceLine(job: Job): string {
  const sets = job.input.sets.map((set) => ` --set ${shellWord(set)}`).join("");
  const limits = job.limitFlags.map((flag) => ` ${flag}`).join("");
  const planted = job.input.allowPlanted ? " --allow-planted" : "";
  return `cachequake run ${shellWord(job.word)} --seed ${job.resolved.seed}${sets}${limits}${planted}`;
}

/** The command that runs it with all that was asked of it. */
function ownLine(job: Job, options: RunOptions): string {
  const { replications = 1, untilShare = null, sensitivity = false, history } = options;
  const flags = [
    ...(replications > 1 ? [`--replications ${replications}`] : []),
    ...(untilShare === null ? [] : [`--until-ci ${Number((untilShare * 100).toPrecision(12))}%`]),
    ...(sensitivity ? ["--sensitivity"] : []),
    ...(options.export === true ? ["--export"] : []),
    ...(history === undefined ? [] : [`--history ${shellWord(history)}`]),
  ];
  return [reproduceLine(job), ...flags].join(" ");
}

function describe(
  { result, files, experiments }: Finished,
  job: Job,
  options: RunOptions,
  terminal: Terminal,
): string {
  const { color, width } = terminal;
  const reproduce = ownLine(job, options);
  const summary = renderSummary(result, { color, width, reproduce }).trimEnd();
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
