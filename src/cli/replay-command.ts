import path from "node:path";
import { type Nanos, SECOND } from "../base/nanos.ts";
import { ScenarioError } from "../base/scenario-error.ts";
import { VERSION } from "../base/version.ts";
import { corpusEntry } from "../explore/corpus.ts";
import { resultJson } from "../report/result-json.ts";
import type { Result } from "../run/result.ts";
import { open } from "../run/simulation.ts";
import { NO_LIMITS } from "../scenario/limits.ts";
import { loadScenario } from "../scenario/load.ts";
import type { ResolvedScenario } from "../scenario/resolved.ts";
import { CommandError } from "./command-error.ts";
import { describeEventDifference, findEventDifference } from "./event-difference.ts";
import { execute } from "./execute.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { readTextFile } from "./read-text-file.ts";
import { findDifference, firstDifferentSecond } from "./result-difference.ts";
import type { Terminal } from "./terminal.ts";

export interface ReplayOptions {
  readonly file: string;
  readonly cwd: string;
  readonly json: boolean;
}

/** What of a recorded result a replay needs. */
export type Recorded = Pick<Result, "digest" | "behaviourDigest" | "checkpoints" | "input"> &
  Partial<Result>;

const RESULT_BYTES_MAX = 256 * 1024 * 1024;
const SCENARIO_BYTES_MAX = 1024 * 1024;

/**
 * Runs a recorded result again from its own input and compares. Equal: 0. Different: 1, with the first simulated
 * second whose checkpoint differs and the first difference that the two results show.
 */
export async function replayCommand(options: ReplayOptions, terminal: Terminal): Promise<ExitCode> {
  if (/\.ya?ml$/.test(options.file)) return replayCorpus(options, terminal);
  const recorded = readRecorded(options);
  const resolved = resolve(recorded, options.file);
  const simulation = open(resolved);
  await execute(simulation, resolved.durationNs, (share) =>
    terminal.progress(`${resolved.name}  ${Math.floor(share * 100)} %`),
  );
  const replayed = asWritten(simulation.finish(recorded.input));
  terminal.progress(null);
  const second = firstDifferentSecond(recorded, replayed);
  const difference = findDifference(recorded, replayed);
  if (options.json) {
    const row = { file: options.file, same: difference === null, second, difference };
    terminal.out(`${JSON.stringify(row, null, 2)}\n`);
    return difference === null ? EXIT.pass : EXIT.fail;
  }
  if (difference === null) {
    const { digest, behaviourDigest, events, simulatedSeconds } = replayed;
    terminal.out(
      `${options.file}: replayed, the same (run digest ${digest}, behaviour digest ${behaviourDigest}, ` +
        `${events} events in ${simulatedSeconds} s)\n`,
    );
    return EXIT.pass;
  }
  const lines = [`${options.file}: replayed, and not the same`];
  if (second !== null) lines.push(`  first second with another checkpoint: ${second}`);
  lines.push(`  first difference: ${difference.path}`);
  lines.push(`    recorded  ${difference.recorded}`, `    replayed  ${difference.replayed}`);
  lines.push(...explain(recorded, resolved, second).map((line) => `  ${line}`));
  terminal.out(`${lines.join("\n")}\n`);
  return EXIT.fail;
}

/** Runs a scenario that `explore` has kept. It breaks the same promise still: 0. It does not: 1, with what it does. */
async function replayCorpus(
  { file, cwd, json }: ReplayOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const expected = "a scenario that cachequake explore has kept";
  const read = readTextFile(path.resolve(cwd, file), SCENARIO_BYTES_MAX, expected);
  const refuse = (found: string, wanted: string): never => {
    throw new CommandError(EXIT.badInput, `Cannot replay ${file}: it ${found}, expected ${wanted}`);
  };
  if ("unreadable" in read) return refuse(read.unreadable.found, read.unreadable.expected);
  const entry = corpusEntry(read.text);
  if (entry === null) return refuse('has no line that begins with "# corpus: "', expected);
  const resolved = loadScenario(read.text, {
    file,
    allowPlanted: entry.planted !== null,
    limits: NO_LIMITS,
  });
  const simulation = open(resolved);
  await execute(simulation, resolved.durationNs, (share) =>
    terminal.progress(`${resolved.name}  ${Math.floor(share * 100)} %`),
  );
  const input = { source: read.text, sets: [], allowPlanted: entry.planted !== null };
  const { expectations, invariants, behaviourDigest } = simulation.finish(input);
  terminal.progress(null);
  const failed = [...expectations, ...invariants].filter(({ verdict }) => verdict === "fail");
  const found = failed.find(({ id }) => id === entry.check);
  const same = found !== undefined;
  if (json) {
    const breaks = failed.map(({ id }) => id);
    const row = { file, same, check: entry.check, breaks, foundBy: entry.version, behaviourDigest };
    terminal.out(`${JSON.stringify(row, null, 2)}\n`);
  } else if (same)
    terminal.out(`${file}: replayed, ${entry.check} breaks still: ${found.reason}\n`);
  else {
    const others =
      failed.length === 0 ? "nothing does" : `but ${failed.map(({ id }) => id).join(", ")}`;
    terminal.out(
      `${file}: replayed, ${entry.check} no longer breaks, ${others} (found by version ${entry.version}, this is ${VERSION})\n`,
    );
  }
  return same ? EXIT.pass : EXIT.fail;
}

/** The result as its file would have it: JSON knows no -0 and no undefined. */
const asWritten = (result: Result): Result => JSON.parse(resultJson(result)) as Result;

/** Whether this machine repeats itself, by stepping two runs together; else the versions that differ. */
function explain(
  recorded: Recorded,
  resolved: ResolvedScenario,
  second: number | null,
): readonly string[] {
  const until: Nanos = Math.min(resolved.durationNs, ((second ?? 0) + 1) * SECOND);
  const event = findEventDifference(() => open(resolved), until);
  if (event !== null) {
    return [
      "two runs on this machine differ as well, which is a bug in cachequake:",
      `  ${describeEventDifference(event)}`,
    ];
  }
  const by = recorded.tool?.version;
  return [
    "two runs on this machine agree with each other",
    by === undefined || by === VERSION
      ? `both by version ${VERSION}: the recording was changed, or made by another build`
      : `recorded by version ${by}, replayed by version ${VERSION}`,
  ];
}

function resolve(recorded: Recorded, file: string): ResolvedScenario {
  const { source, sets, seed, tieBreak, allowPlanted } = recorded.input;
  try {
    return {
      ...loadScenario(source, {
        sets,
        seed,
        allowPlanted,
        limits: NO_LIMITS,
        file: `${file}#input`,
      }),
      tieBreak,
    };
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    throw new CommandError(
      EXIT.badInput,
      `Cannot replay ${file}: the scenario it was made from does not load\n${error.message}`,
    );
  }
}

function readRecorded({ file, cwd }: ReplayOptions): Recorded {
  const expected = "a result.json that cachequake has written";
  const refuse = (found: string, wanted = expected): never => {
    throw new CommandError(EXIT.badInput, `Cannot replay ${file}: it ${found}, expected ${wanted}`);
  };
  const read = readTextFile(path.resolve(cwd, file), RESULT_BYTES_MAX, expected);
  if ("unreadable" in read) return refuse(read.unreadable.found, read.unreadable.expected);
  const value = parse(read.text);
  if (value === undefined) return refuse("is not JSON");
  const lack = missing(value);
  return lack === null ? (value as Recorded) : refuse(`has no usable ${lack}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const isText = (value: unknown): boolean => typeof value === "string";
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);

/** The first thing a replay needs that `value` lacks. */
function missing(value: unknown): string | null {
  const result = asObject(value);
  const input = asObject(result["input"]);
  const needs: readonly (readonly [string, boolean])[] = [
    ["input.source", isText(input["source"])],
    ["input.sets", isTexts(input["sets"])],
    ["input.seed", isText(input["seed"])],
    ["input.tieBreak", input["tieBreak"] === "schedule" || input["tieBreak"] === "shuffled"],
    ["input.allowPlanted", typeof input["allowPlanted"] === "boolean"],
    ["digest", isText(result["digest"])],
    ["behaviourDigest", isText(result["behaviourDigest"])],
    ["checkpoints", isTexts(result["checkpoints"])],
  ];
  return needs.find(([, present]) => !present)?.[0] ?? null;
}

const asObject = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
