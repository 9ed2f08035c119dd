/**
 * `npm run soak`: every planted bug from the seeds 1 to 20, then 20,000 runs of the correct model. Prints two tables, and
 * ends with exit code 1 where a bug is found from fewer than 18 seeds, a run of the correct model breaks something, or a
 * mark is reached fewer than 20 times. `--seeds N`, `--runs N`, `--jobs N` and `--no-shrink` make it another size.
 */
import { execFile } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { plantedBugs } from "../dist/faults/planted/registry.js";
import { allMarks } from "../dist/measure/coverage.js";
import {
  huntPlanted,
  REACHED_AT_LEAST,
  RUNS_PER_BUG,
  SURVIVED,
  shrunkFaults,
  survive,
} from "./proof.ts";

type Task =
  | {
      readonly kind: "hunt";
      readonly name: string;
      readonly seeds: number;
      readonly shrink: boolean;
    }
  | {
      readonly kind: "survive";
      readonly file: string;
      readonly seed: string;
      readonly runs: number;
    };

interface HuntRow {
  readonly name: string;
  /** Runs until it was found, by seed; null: not found. */
  readonly runs: readonly (number | null)[];
  readonly checks: readonly string[];
  /** Faults of the schedule from seed 1 once shrunk. */
  readonly minimal: readonly string[] | null;
}

interface SurvivalRow {
  readonly runs: number;
  readonly broken: readonly string[];
  readonly problems: number;
  readonly unavoidable: number;
  readonly marks: Readonly<Record<string, number>>;
}

/** Runs of one task of the correct model: small enough that tasks end about together. */
const CHUNK = 250;
const SHRINK_TRIALS = 600;

function work(task: Task): HuntRow | SurvivalRow {
  if (task.kind === "hunt") return huntAll(task.name, task.seeds, task.shrink);
  const { runs, failures, problems, unavoidable, marks } = survive(task.file, task.seed, task.runs);
  const broken = failures.map(
    ({ trial, breach }) => `${task.file} ${trial.seed}: ${breach.check}: ${breach.reason}`,
  );
  return { runs, broken, problems, unavoidable, marks };
}

function huntAll(name: string, seeds: number, shrink: boolean): HuntRow {
  const hunted = Array.from({ length: seeds }, (_, at) => huntPlanted(name, String(at + 1)));
  const first = hunted.find(({ failure }) => failure !== null)?.failure ?? null;
  const minimal = first === null || !shrink ? null : shrunkFaults(name, first, SHRINK_TRIALS);
  return {
    name,
    runs: hunted.map(({ runs }) => runs),
    checks: [...new Set(hunted.flatMap(({ check }) => check ?? []))],
    minimal: minimal === null ? null : minimal.faults.map((fault) => String(fault["fault"])),
  };
}

/** In a process of its own. */
function elsewhere<Row>(task: Task): Promise<Row> {
  const self = fileURLToPath(import.meta.url);
  const words = [...process.execArgv, self, "--task", JSON.stringify(task)];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, words, { maxBuffer: 2 ** 26 }, (error, stdout) => {
      if (error === null) resolve(JSON.parse(stdout) as Row);
      else reject(error);
    });
  });
}

async function inParallel<Row>(tasks: readonly Task[], jobs: number): Promise<Row[]> {
  const rows: Row[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < tasks.length) {
      const at = next++;
      rows[at] = await elsewhere<Row>(tasks[at] as Task);
      process.stderr.write(`${at + 1} of ${tasks.length}\n`);
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  return rows;
}

function option(name: string, usual: number): number {
  const at = process.argv.indexOf(`--${name}`);
  const value = at < 0 ? usual : Number(process.argv[at + 1]);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new RangeError(`--${name} is "${process.argv[at + 1]}", expected a whole number`);
}

async function hunts(seeds: number, jobs: number, shrink: boolean): Promise<boolean> {
  if (seeds === 0) return true;
  const tasks = plantedBugs.map(({ name }): Task => ({ kind: "hunt", name, seeds, shrink }));
  const rows = await inParallel<HuntRow>(tasks, jobs);
  const needed = Math.ceil(0.9 * seeds);
  process.stdout.write(
    `Planted bugs, at most ${RUNS_PER_BUG} runs a seed; each from at least ${needed} of ${seeds} seeds\n\n` +
      `${"bug".padEnd(28)} found  median  most  seen by; schedule from the first seed, shrunk\n`,
  );
  let good = true;
  for (const { name, runs, checks, minimal } of rows) {
    const found = runs.flatMap((count) => count ?? []).sort((a, b) => a - b);
    if (found.length < needed) good = false;
    process.stdout.write(
      `${name.padEnd(28)} ${String(found.length).padStart(5)}  ${String(found[found.length >> 1] ?? "-").padStart(6)}  ` +
        `${String(found.at(-1) ?? "-").padStart(4)}  ${checks.join(", ")}` +
        `${minimal === null ? "" : `; ${minimal.join(", ") || "no fault"}`}${found.length < needed ? "  MISSED" : ""}\n`,
    );
  }
  return good;
}

async function survival(runs: number, jobs: number): Promise<boolean> {
  if (runs === 0) return true;
  const tasks = SURVIVED.flatMap(({ file, share }) => {
    const own = Math.round(share * runs);
    return Array.from({ length: Math.ceil(own / CHUNK) }, (_, at): Task => {
      return { kind: "survive", file, seed: `soak${at}`, runs: Math.min(CHUNK, own - at * CHUNK) };
    });
  });
  const rows = await inParallel<SurvivalRow>(tasks, jobs);
  const sum = (of: (row: SurvivalRow) => number): number =>
    rows.reduce((all, row) => all + of(row), 0);
  const broken = rows.flatMap((row) => row.broken);
  const needed = Math.min(REACHED_AT_LEAST, Math.ceil((REACHED_AT_LEAST * runs) / 20_000));
  process.stdout.write(
    `\nThe correct model, ${sum((row) => row.runs)} runs: ${broken.length} broke something, ` +
      `${sum((row) => row.unavoidable)} only what no one could have kept, ${sum((row) => row.problems)} without a verdict\n` +
      `${broken.map((line) => `  ${line}\n`).join("")}\n${"mark".padEnd(28)}  runs that reached it, at least ${needed}\n`,
  );
  let good = broken.length === 0;
  for (const { mark } of allMarks) {
    const reached = sum((row) => row.marks[mark] ?? 0);
    if (reached < needed) good = false;
    process.stdout.write(
      `${mark.padEnd(28)}  ${String(reached).padStart(6)}${reached < needed ? "  MISSED" : ""}\n`,
    );
  }
  return good;
}

const at = process.argv.indexOf("--task");
if (at >= 0) process.stdout.write(JSON.stringify(work(JSON.parse(process.argv[at + 1] as string))));
else {
  const jobs = Math.max(1, option("jobs", availableParallelism()));
  const found = await hunts(option("seeds", 20), jobs, !process.argv.includes("--no-shrink"));
  const survived = await survival(option("runs", 20_000), jobs);
  process.exitCode = found && survived ? 0 : 1;
}
