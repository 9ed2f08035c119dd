import path from "node:path";
import { ScenarioError } from "../base/scenario-error.ts";
import { formatPercentage, trim } from "../base/units.ts";
import { renderAll } from "../report/render-all.ts";
import { describePath, ScenarioSource } from "../scenario/source.ts";
import type { Band } from "../twin/compare.ts";
import { findServer, ServerUnavailable } from "../twin/server-binary.ts";
import { runTwin, type TwinOutcome, type TwinReport } from "../twin/twin.ts";
import { findUnreal } from "../twin/unreal.ts";
import { CommandError } from "./command-error.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { type Job, type LoadOptions, loadJobs } from "./load-jobs.ts";
import type { Terminal } from "./terminal.ts";
import { textTable } from "./text-table.ts";
import { checkWritable, writeReport } from "./write-report.ts";

export interface TwinOptions extends LoadOptions {
  readonly file: string;
  readonly json: boolean;
  /** Where servers are looked for. */
  readonly searchPath: string;
}

/**
 * Runs a scenario on real servers of this machine and in simulation, and says whether the two agree.
 *
 * @throws ScenarioError for a scenario that real servers here cannot play; CommandError when there is no server
 */
export async function twinCommand(options: TwinOptions, terminal: Terminal): Promise<ExitCode> {
  const [job] = loadJobs([options.file], options) as [Job];
  const unreal = findUnreal(job.resolved);
  if (unreal.length > 0) {
    const source = ScenarioSource.parse(job.input.source, job.file);
    const problems = unreal.map(({ path, found, expected }) => {
      const place = { file: job.file, ...source.positionOf(path, "value") };
      return { path: describePath(path), found, expected, ...place };
    });
    throw new ScenarioError(problems);
  }
  const folder = path.join(options.out, "twin", job.resolved.name, job.resolved.seed);
  checkWritable(path.resolve(options.cwd, folder));
  const { report, result } = await play(job, options.searchPath, terminal);
  writeReport(path.resolve(options.cwd, folder), [
    ...(await renderAll(result)),
    { name: "comparison.json", contents: `${JSON.stringify(report, null, 2)}\n` },
  ]);
  terminal.out(
    options.json
      ? `${JSON.stringify(report, null, 2)}\n`
      : `${describe(report)}\nReport of the real run  ${path.join(folder, "timeline.html")}\n`,
  );
  return report.agrees ? EXIT.pass : EXIT.fail;
}

async function play(job: Job, searchPath: string, terminal: Terminal): Promise<TwinOutcome> {
  const { resolved, input } = job;
  try {
    return await runTwin(resolved, input, findServer(searchPath), (doing, share) =>
      terminal.progress(`${resolved.name}  ${doing}  ${Math.floor(share * 100)} %`),
    );
  } catch (error) {
    if (error instanceof ServerUnavailable) throw new CommandError(EXIT.unavailable, error.message);
    throw error;
  } finally {
    terminal.progress(null);
  }
}

const agreement = (agrees: boolean): string => (agrees ? "yes" : "NO");
const figure = (value: number | null): string => (value === null ? "-" : trim(value, 3));
const band = ({ low, median, high }: Band, write: (value: number | null) => string): string[] =>
  [low, median, high].map(write);

function describe(report: TwinReport): string {
  const { scenario, seed, server, seeds, promoted } = report;
  const head = `${report.agrees ? "AGREES" : "DIFFERS"}  ${scenario}  seed ${seed}`;
  const phases = textTable(
    ["phase, seconds", "real", "low", "median", "high", "agrees"],
    report.phases.map((phase) => [
      phase.name,
      figure(phase.real),
      ...band(phase, figure),
      agreement(phase.agrees),
    ]),
  );
  const expectations = textTable(
    ["expectation", "real", "simulated", "agrees"],
    report.expectations.map(({ id, real, simulated, agrees }) => [
      id,
      real,
      Object.entries(simulated)
        .map(([verdict, count]) => `${verdict} ${count}`)
        .join(", "),
      agreement(agrees),
    ]),
  );
  const figures = textTable(
    ["figure, not judged", "real", "low", "median", "high"],
    report.figures.map((row) => {
      const isShare = row.name.startsWith("availability");
      const write = (value: number | null): string =>
        isShare && value !== null ? formatPercentage(value) : figure(value);
      return [row.name, write(row.real), ...band(row, write)];
    }),
  );
  const tolerances = Object.entries(report.tolerances).map(([phase, s]) => `${phase} ${s} s`);
  return [
    head,
    `real ${server.engine}-server ${server.version} beside ${seeds} simulated seeds`,
    "",
    `${phases}tolerance beyond the band: ${tolerances.join(", ")}`,
    "",
    expectations,
    `promoted: ${promoted.real}; simulated: ${promoted.simulated.join(" or ")}; agrees: ${agreement(promoted.agrees)}`,
    "",
    figures,
  ].join("\n");
}
