/**
 * Kernel speed against baselines: `npm run bench:kernel -- [--json] [--rounds n] [--only words]`.
 *
 * Each run is a process of its own; its rate is counted events (mm1: customers) over the CPU time of
 * its main thread from the built model on. Rounds are interleaved: every case once, then all again.
 * A run whose check value is off is an error. Linux only.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Measured } from "./kernel/measure.ts";
import { WORKLOADS, type Workload } from "./kernel/workloads.ts";

const ENGINES = ["cachequake", "cpp", "simpy", "flatqueue", "binary-heap"] as const;
type Engine = (typeof ENGINES)[number];

interface Row {
  readonly workload: string;
  readonly engine: Engine;
  /** Median, least and greatest of the rounds, events per second of CPU time. */
  readonly rate: number;
  readonly min: number;
  readonly max: number;
  readonly check: number;
  readonly bytesPerPending?: number;
}

const folder = join(dirname(fileURLToPath(import.meta.url)), "kernel");
const PYTHON = "/usr/bin/python3";

/** Says what is going on where it is in nobody's way. */
const tell = (text: string): void => console.error(text);

/** Builds the C++ loop; null, with a word, where there is no compiler. */
function buildCpp(into: string): string | null {
  const binary = join(into, "baseline");
  const source = join(folder, "baseline.cpp");
  const { status, stderr } = spawnSync("g++", ["-O3", "-o", binary, source], { encoding: "utf8" });
  if (status === 0) return binary;
  tell(`Skipping cpp: g++ -O3 failed (${stderr ?? "is it installed?"})`);
  return null;
}

const hasSimpy = (): boolean => spawnSync(PYTHON, ["-c", "import simpy"]).status === 0;

/** Finds Debian's SimPy, installs it as root; false, with a word, where that cannot be done. */
function findSimpy(): boolean {
  if (hasSimpy()) return true;
  if (process.getuid?.() === 0) {
    tell("Installing python3-simpy3 with apt-get");
    spawnSync("apt-get", ["install", "-y", "-q", "python3-simpy3"], { stdio: "ignore" });
    if (hasSimpy()) return true;
  }
  tell("Skipping simpy: not installed (Debian: apt-get install python3-simpy3)");
  return false;
}

/** Bundles the JavaScript engines as they are run: plain node, no loader in between. */
function buildJavaScript(into: string): string {
  const bundle = join(into, "run-one.mjs");
  const esbuild = join(folder, "../../node_modules/.bin/esbuild");
  execFileSync(esbuild, [
    join(folder, "run-one.ts"),
    "--bundle",
    "--platform=node",
    "--format=esm",
    "--target=es2022",
    "--log-level=error",
    `--outfile=${bundle}`,
  ]);
  return bundle;
}

/** The command line of one run. */
type Command = (engine: Engine, workload: Workload) => readonly [string, readonly string[]] | null;

function prepare(into: string): Command {
  const bundle = buildJavaScript(into);
  const cpp = buildCpp(into);
  const simpy = findSimpy();
  return (engine, { name, shape, pending, count, simpyCount }) => {
    if (engine === "cpp") {
      return cpp === null ? null : [cpp, [shape, String(pending), String(count)]];
    }
    if (engine === "simpy") {
      if (!simpy || simpyCount === null) return null;
      return [PYTHON, [join(folder, "baseline.py"), shape, String(pending), String(simpyCount)]];
    }
    return [process.execPath, ["--expose-gc", bundle, engine, name]];
  };
}

/** Runs once and checks. */
function runOnce(command: string, args: readonly string[], workload: Workload): Measured {
  const measured = JSON.parse(execFileSync(command, args, { encoding: "utf8" })) as Measured;
  const { check } = workload;
  if (check !== null && !(Math.abs(measured.check - check.value) <= check.tolerance)) {
    throw new Error(
      `Cannot count ${command} ${args.join(" ")}: check is ${measured.check}, ` +
        `expected ${check.value} +- ${check.tolerance}`,
    );
  }
  return measured;
}

function summarise(workload: string, engine: Engine, runs: readonly Measured[]): Row {
  const rates = runs.map(({ rate }) => Math.round(rate)).sort((a, b) => a - b);
  const { check, bytesPerPending } = runs[0]!;
  return {
    workload,
    engine,
    rate: rates[Math.floor(rates.length / 2)]!,
    min: rates[0]!,
    max: rates[rates.length - 1]!,
    check,
    ...(bytesPerPending === undefined ? {} : { bytesPerPending: Math.round(bytesPerPending) }),
  };
}

function bench(workloads: readonly Workload[], rounds: number): Row[] {
  const into = mkdtempSync(join(tmpdir(), "cachequake-bench-"));
  try {
    const commandOf = prepare(into);
    const cases = workloads.flatMap((workload) =>
      ENGINES.flatMap((engine) => {
        const command = commandOf(engine, workload);
        return command === null ? [] : [{ workload, engine, command, runs: [] as Measured[] }];
      }),
    );
    for (let round = 1; round <= rounds; round++) {
      tell(`Round ${round} of ${rounds}`);
      for (const { workload, command, runs } of cases) runs.push(runOnce(...command, workload));
    }
    return cases.map(({ workload, engine, runs }) => summarise(workload.name, engine, runs));
  } finally {
    rmSync(into, { recursive: true, force: true });
  }
}

/** Rates in millions a second, then ours as a ratio to each baseline. */
function table(rows: readonly Row[]): string {
  const millions = (rate: number | undefined) =>
    (rate === undefined ? "-" : (rate / 1e6).toFixed(2)).padStart(12);
  const lines = [["workload".padEnd(16), ...ENGINES.map((e) => e.padStart(12))].join("")];
  lines[0] += ENGINES.slice(1)
    .map((engine) => `/${engine}`.padStart(13))
    .join("");
  for (const workload of new Set(rows.map((row) => row.workload))) {
    const of = (engine: Engine) =>
      rows.find((row) => row.workload === workload && row.engine === engine)?.rate;
    const ours = of("cachequake");
    const ratios = ENGINES.slice(1).map((engine) => {
      const rate = of(engine);
      return (rate && ours ? (ours / rate).toFixed(2) : "-").padStart(13);
    });
    lines.push(
      workload.padEnd(16) + ENGINES.map((e) => millions(of(e))).join("") + ratios.join(""),
    );
  }
  const largest = rows.find((row) => row.workload === "hold-1e6" && row.bytesPerPending);
  if (largest)
    lines.push(`Memory of cachequake: ${largest.bytesPerPending} bytes per pending event`);
  return ["Millions of events (mm1: customers) a second of CPU time; medians", ...lines].join("\n");
}

/** The value after an option, if it is there. */
function option(name: string): string | undefined {
  const at = process.argv.indexOf(name);
  return at === -1 ? undefined : process.argv[at + 1];
}

const only = option("--only")?.split(",");
const workloads = WORKLOADS.filter(({ name }) => only?.some((word) => name.includes(word)) ?? true);
const rows = bench(workloads, Number(option("--rounds") ?? 5));
console.log(process.argv.includes("--json") ? JSON.stringify({ rows }, null, 1) : table(rows));
