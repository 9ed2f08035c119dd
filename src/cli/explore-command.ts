import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { runCourse } from "../campaign/course.ts";
import { type Experiment, experimentFiles } from "../exchange/experiment.ts";
import { experimentsOf } from "../exchange/experiments.ts";
import { corpusFile, corpusSchedule } from "../explore/corpus.ts";
import { type Explained, type HuntReport, hunt } from "../explore/hunt.ts";
import { type BaseScenario, Laboratory } from "../explore/laboratory.ts";
import {
  type ExploreExport,
  type ExploreReport,
  exploreReport,
  shareAtMost,
} from "../explore/report.ts";
import type { Schedule } from "../explore/schedule.ts";
import type { Progress, Ran } from "../explore/search.ts";
import { spaceOf } from "../explore/space.ts";
import { renderExplorePage } from "../report/explore-page.ts";
import { renderExploreSummary, sourceLine } from "../report/explore-summary.ts";
import { CommandError } from "./command-error.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { type LoadOptions, loadJobs } from "./load-jobs.ts";
import type { Terminal } from "./terminal.ts";
import { openTrialDesk } from "./trial-desk.ts";
import { checkWritable, writeReport } from "./write-report.ts";

export interface ExploreOptions extends LoadOptions {
  readonly file: string;
  readonly json: boolean;
  /** Schedules that are tried; null: as many as the time allows. */
  readonly runs: number | null;
  /** Real time for the search, ms; null: no limit. */
  readonly timeMs: number | null;
  /** Trials at a time; null: one a core. */
  readonly jobs: number | null;
  /** Name of a planted bug, or null. */
  readonly planted: string | null;
  /** Goes on after a failure. */
  readonly goOn: boolean;
  /** Failures that no one could have avoided count too. */
  readonly unavoidable: boolean;
  /** Ends once P(breach) is at most this with 95 % confidence; null for no such rule. */
  readonly untilShare: number | null;
  /** Folder of minimal schedules: read first, and added to. */
  /** Folder of minimal schedules; null: none is read or kept. */
  readonly corpus: string | null;
  readonly explain: boolean;
  /** Tells of each run, with the kinds it drew from and their weights. */
  readonly verbose: boolean;
  /** Goes on with an interrupted campaign of the same words. */
  readonly resume: boolean;
}

const RUNS_USUAL = 500;
const SHRINK_TRIALS = 1500;
/** Time beyond that of the search that shrinking may take. */
const SHRINK_MS = 30_000;
const GROUPS_MAX = 8;

/**
 * Searches fault schedules that break a promise; shrinks, explains and keeps what it finds.
 *
 * @throws ScenarioError if the scenario is bad; CommandError if a report cannot be written
 */
export async function exploreCommand(
  options: ExploreOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { planted, cwd, sets } = options;
  const allowPlanted = options.allowPlanted || planted !== null;
  const plant = planted === null ? [] : [`plant=${planted}`];
  const [job] = loadJobs([options.file], { ...options, allowPlanted, sets: [...sets, ...plant] });
  if (job === undefined) throw new Error("one file is one job");
  const { name } = job.resolved;
  const seed = options.seed ?? job.resolved.seed;
  const folder = path.join(
    options.out,
    "explore",
    name,
    planted === null ? seed : `${seed}-${planted}`,
  );
  checkWritable(path.resolve(cwd, folder));
  const corpus =
    planted !== null || options.corpus === null ? null : path.resolve(cwd, options.corpus);
  const base: BaseScenario = { source: job.input.source, file: job.file, sets, planted };
  const laboratory = new Laboratory(base);
  const space = spaceOf(laboratory.resolved);
  const startedAt = performance.now();
  const elapsed = (): number => performance.now() - startedAt;
  const { timeMs, untilShare } = options;
  let searched: Progress | null = null;
  const runs = options.runs ?? (timeMs === null && untilShare === null ? RUNS_USUAL : null);
  const course = hunt(laboratory, space, {
    seed: seed.slice(0, 50),
    runs: runs ?? Number.MAX_SAFE_INTEGER,
    corpus: corpus === null ? [] : readCorpus(corpus, name),
    goOn: options.goOn,
    unavoidable: options.unavoidable,
    expired: () =>
      (timeMs !== null && elapsed() >= timeMs) ||
      (untilShare !== null &&
        searched !== null &&
        shareAtMost(searched.failures, searched.runs) <= untilShare),
    shrinkTrials: SHRINK_TRIALS,
    shrinkExpired: () => timeMs !== null && elapsed() >= timeMs + SHRINK_MS,
    explain: options.explain,
    mostGroups: GROUPS_MAX,
    ...(options.verbose ? { ran: (run: Ran) => terminal.err(runLine(run)) } : {}),
    progress: (so) => {
      searched = so;
      terminal.progress(progressLine(name, so, elapsed(), { runs, timeMs }));
    },
  });
  const { resume, jobs } = options;
  const desk = openTrialDesk(laboratory, { folder: path.resolve(cwd, folder), resume, jobs, seed });
  if (resume)
    terminal.err(
      desk.found === 0 ? "Nothing to resume: begins anew" : `Goes on with ${desk.found} runs`,
    );
  let hunted: HuntReport;
  let done = false;
  try {
    hunted = await runCourse(course, desk);
    done = true;
  } finally {
    await desk.close(done);
    terminal.progress(null);
  }
  const files = hunted.explained.map((one) => corpusFile(base, one));
  const experiments = hunted.explained.map((one) => experimentsOfMinimal(laboratory, one));
  const report = exploreReport(hunted, {
    scenario: name,
    seed,
    planted,
    breachAtMost: shareAtMost(hunted.failures.length, hunted.runs),
    files: files.map((_, at) => path.join(folder, `minimal-${at + 1}.yaml`)),
    exports: experiments.map((of, at) => of.map((one) => toldOf(one, folder, at + 1))),
  });
  const summary = renderExploreSummary(report);
  const json = `${JSON.stringify(report, null, 2)}\n`;
  writeReport(path.resolve(cwd, folder), [
    { name: "explore.json", contents: json },
    { name: "summary.txt", contents: summary },
    { name: "explore.html", contents: renderExplorePage(report) },
    ...files.map(({ text }, at) => ({ name: `minimal-${at + 1}.yaml`, contents: text })),
    ...experiments.flatMap((of, at) => experimentFiles(of, `minimal-${at + 1}.`)),
  ]);
  const kept = corpus === null ? [] : keep(hunted, files, corpus);
  if (options.json) terminal.out(json);
  else {
    terminal.out(summary);
    for (const one of kept) terminal.out(`Kept  ${path.relative(cwd, one)}\n`);
    const paths = ["explore.html", "explore.json", "summary.txt"].map(
      (file) => `  ${path.join(folder, file)}\n`,
    );
    terminal.out(`\nReport\n${paths.join("")}`);
  }
  return exitOf(report);
}

/** A minimal schedule for other tools, as it fell out in its own run. */
function experimentsOfMinimal(laboratory: Laboratory, one: Explained): readonly Experiment[] {
  const { seed, minimal, outcome } = one;
  const resolved = laboratory.resolvedOf({ ...minimal, seed, rekey: null, detail: true });
  return experimentsOf(resolved, outcome.faults);
}

function toldOf(experiment: Experiment, folder: string, number: number): ExploreExport {
  const { contents, name, ...rest } = experiment;
  const file = contents === null ? null : path.join(folder, `minimal-${number}.${name}`);
  return { ...rest, file };
}

const exitOf = ({ verdict }: ExploreReport): ExitCode =>
  verdict === "fail" ? EXIT.fail : verdict === "pass" ? EXIT.pass : EXIT.unknown;

function runLine({ run, trial, breach, ...plan }: Ran): string {
  const { length } = trial.faults;
  const what = `${length} ${length === 1 ? "fault" : "faults"}, ${breach === null ? "holds" : `${breach.check} breaks`}`;
  return `run ${run}  seed ${trial.seed}  ${sourceLine(plan)}; ${what}`;
}

function progressLine(
  name: string,
  so: Progress,
  ms: number,
  { runs, timeMs }: Pick<ExploreOptions, "runs" | "timeMs">,
): string {
  const rate = so.runs / Math.max(0.001, ms / 1000);
  const limits = [
    ...(runs === null ? [] : [(runs - so.runs) / Math.max(0.01, rate)]),
    ...(timeMs === null ? [] : [Math.max(0, timeMs - ms) / 1000]),
  ];
  const left = limits.length === 0 ? "" : `, ${Math.ceil(Math.min(...limits))} s left`;
  return `${name}  ${so.runs} runs, ${Math.round(rate)}/s, ${so.failures} failures, ${so.marks} marks, ${so.states} states${left}`;
}

/** Schedules of earlier campaigns on the same scenario, in order of their names. */
function readCorpus(folder: string, scenario: string): Schedule[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
  return names
    .sort((a, b) => (a < b ? -1 : 1))
    .flatMap(
      (name) => corpusSchedule(readFileSync(path.join(folder, name), "utf8"), scenario) ?? [],
    );
}

/** Adds minimal schedules to the corpus; one that is there already stays as it is. */
function keep(
  hunted: HuntReport,
  files: readonly { readonly name: string; readonly text: string }[],
  folder: string,
): string[] {
  if (hunted.explained.length === 0) return [];
  const written: string[] = [];
  try {
    mkdirSync(folder, { recursive: true });
    for (const { name, text } of files) {
      const file = path.join(folder, `${name}.yaml`);
      if (existsSync(file)) continue;
      writeFileSync(file, text, { flag: "wx" });
      written.push(file);
    }
  } catch (error) {
    const { message } = error as Error;
    throw new CommandError(EXIT.cannotWrite, `Cannot keep a schedule in ${folder}: ${message}`);
  }
  return written;
}
