import path from "node:path";
import { InvariantError } from "../base/invariant.ts";
import { toSeconds } from "../base/nanos.ts";
import { ScenarioError } from "../base/scenario-error.ts";
import { shellWord } from "../base/shell-word.ts";
import { type Experiment, experimentFiles } from "../exchange/experiment.ts";
import { experimentsOf } from "../exchange/experiments.ts";
import { injectedFaults } from "../explore/injected.ts";
import { BudgetError } from "../kernel/budget-error.ts";
import { exportLines } from "../report/explore-summary.ts";
import { type ReportFile, renderAll } from "../report/render-all.ts";
import { resultJson } from "../report/result-json.ts";
import { renderSummary } from "../report/summary.ts";
import { isNarrow, replicationSeed, summariseReplications } from "../run/replications.ts";
import type { Result } from "../run/result.ts";
import { assumptionVariants, ranked, sensitivityRow } from "../run/sensitivity.ts";
import { open, type Simulation } from "../run/simulation.ts";
import { loadScenario } from "../scenario/load.ts";
import { execute } from "./execute.ts";
import { EXIT, type ExitCode, gravest } from "./exit-code.ts";
import { type Job, type LoadOptions, loadJobs } from "./load-jobs.ts";
import type { Terminal } from "./terminal.ts";
import { checkWritable, writeReport } from "./write-report.ts";

export interface RunOptions extends LoadOptions {
  readonly files: readonly string[];
  readonly json: boolean;
  /** Runs under so many seeds; by default the scenario's own alone. */
  readonly replications?: number;
  /** Share to which intervals must narrow before the runs end early; null for no such rule. */
  readonly untilShare?: number | null;
  readonly sensitivity?: boolean;
  /** Writes the faults for other tools too. */
  readonly export?: boolean;
}

const VERDICT_CODES = { pass: EXIT.pass, fail: EXIT.fail, unknown: EXIT.unknown } as const;

/**
 * Runs scenario files one after the other; each leaves a report.
 *
 * @throws ScenarioError if any file is bad, before any of them runs; CommandError if a report cannot be written
 */
export async function runCommand(options: RunOptions, terminal: Terminal): Promise<ExitCode> {
  const jobs = loadJobs(options.files, options);
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
    const own = await runOnce(simulation, job, "", terminal);
    const told = options.export === true ? injectedFaults(simulation.journal.records, true) : [];
    const many = await runOthers(own, job, options, (of, what) => {
      simulation = open(of.resolved);
      return runOnce(simulation, of, what, terminal);
    });
    terminal.progress(`${job.resolved.name}  report`);
    const { codes, ...extras } = many;
    const result = { ...own, ...extras };
    const experiments = options.export === true ? experimentsOf(job.resolved, told) : [];
    const files = [...(await renderAll(result)), ...experimentFiles(experiments, "")];
    return { code: gravest(codes), result, files, experiments };
  } catch (error) {
    return { code: tellFailure(error, job, simulation?.now ?? 0, terminal) };
  } finally {
    terminal.progress(null);
  }
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

/** So many runs at most where only the width of intervals ends them. */
const REPLICATIONS_MAX = 1000;

/** Runs the scenario under other seeds, and with each assumption at low and at high. */
async function runOthers(
  own: Result,
  job: Job,
  options: RunOptions,
  run: (job: Job, what: string) => Promise<Result>,
): Promise<Pick<Result, "replications" | "sensitivity"> & { readonly codes: readonly ExitCode[] }> {
  const codes = [VERDICT_CODES[own.verdict]];
  const results = [own];
  const { replications = 1, untilShare: until = null, sensitivity = false } = options;
  const most = replications > 1 || until === null ? replications : REPLICATIONS_MAX;
  while (results.length < most) {
    if (until !== null && isNarrow(summariseReplications(results), until)) break;
    const seed = replicationSeed(job.resolved.seed, results.length);
    const result = await run(changed(job, { seed, sets: job.input.sets }), `  seed ${seed}`);
    codes.push(VERDICT_CODES[result.verdict]);
    results.push(result);
  }
  const rows = [];
  for (const variant of sensitivity ? assumptionVariants(job.resolved) : []) {
    const at = (value: string): Promise<Result> =>
      run(
        changed(job, {
          seed: job.resolved.seed,
          sets: [...job.input.sets, `${variant.path}=${value}`],
        }),
        `  ${variant.name} ${value}`,
      );
    const low = variant.low === variant.used ? own : await at(variant.low);
    const high = variant.high === variant.used ? own : await at(variant.high);
    rows.push(sensitivityRow(variant, { low, used: own, high }));
  }
  return {
    codes,
    ...(most > 1 ? { replications: summariseReplications(results) } : {}),
    ...(sensitivity ? { sensitivity: ranked(rows) } : {}),
  };
}

/** The same job under another seed, or with other words. */
function changed(job: Job, to: { readonly seed: string; readonly sets: readonly string[] }): Job {
  const { source, allowPlanted } = job.input;
  const { maxEvents } = job.resolved;
  const resolved = loadScenario(source, { file: job.file, allowPlanted, ...to, limits: NO_LIMITS });
  return { ...job, resolved: { ...resolved, maxEvents }, input: { ...job.input, sets: to.sets } };
}

/** The job itself was within its limits; its variants are no larger. */
const NO_LIMITS = {
  events: Number.POSITIVE_INFINITY,
  nodes: Number.POSITIVE_INFINITY,
  durationNs: Number.POSITIVE_INFINITY,
  memoryBytes: Number.POSITIVE_INFINITY,
};

function tellFailure(error: unknown, job: Job, nowNs: number, terminal: Terminal): ExitCode {
  const where = `seed ${job.resolved.seed}, at ${toSeconds(nowNs)} s of simulated time`;
  const reproduce = `  Reproduce: ${reproduceLine(job)}`;
  if (error instanceof ScenarioError) {
    terminal.err(error.message);
    return EXIT.badInput;
  }
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
