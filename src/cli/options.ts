/** Options and arguments of the commands: how they are declared, and how they are read once yargs has parsed them. */
import type { Argv } from "yargs";
import { nearestWord } from "../base/nearest-word.ts";
import { parseDuration, parsePercentage, parseSize } from "../base/units.ts";
import { badUsage } from "./bad-usage.ts";
import type { LoadOptions } from "./load-jobs.ts";

/** What yargs hands to a command. */
export type ParsedWords = Readonly<Record<string, unknown>>;

export const withFiles = (y: Argv): Argv =>
  y.positional("files", {
    type: "string",
    array: true,
    demandOption: true,
    describe: "scenario files (YAML), or names of scenarios",
  });

export const withJson = (y: Argv, describe: string): Argv =>
  y.option("json", { type: "boolean", default: false, describe });

export const withReport = (y: Argv): Argv =>
  withJson(
    y.option("out", {
      type: "string",
      requiresArg: true,
      default: "reports",
      describe: "folder for reports, which go to OUT/<scenario>/<seed>",
    }),
    "print the result as JSON and nothing else (an array for several files)",
  );

export const withScenario = (y: Argv): Argv =>
  withFiles(y)
    .option("seed", { type: "string", requiresArg: true, describe: "seed, instead of the file's" })
    .option("set", {
      type: "string",
      requiresArg: true,
      describe: "PATH=VALUE, changes one word of the scenario; may be repeated",
    })
    .option("max-events", {
      type: "string",
      requiresArg: true,
      describe: "events that a run may have; it ends after so many, verdict unknown",
    })
    .option("max-nodes", {
      type: "string",
      requiresArg: true,
      describe: "nodes that a scenario may have (default 1000)",
    })
    .option("max-duration", {
      type: "string",
      requiresArg: true,
      describe: "simulated time that a run may take (default 31d)",
    })
    .option("max-memory", {
      type: "string",
      requiresArg: true,
      describe: "memory that a run may need, by estimate (default 4GB)",
    })
    .option("allow-planted", {
      type: "boolean",
      default: false,
      describe: "allow scenarios that plant a bug",
    });

export const withReplications = (y: Argv): Argv =>
  y
    .option("replications", {
      type: "string",
      requiresArg: true,
      describe: "run under so many seeds, and report means, percentiles and intervals",
    })
    .option("until-ci", {
      type: "string",
      requiresArg: true,
      describe:
        "SHARE, such as 5%: more seeds until every expectation's 95 % interval is so narrow",
    })
    .option("sensitivity", {
      type: "boolean",
      default: false,
      describe: "move each assumption from low to high, and rank them by what they do",
    })
    .option("jobs", {
      type: "string",
      requiresArg: true,
      describe: "runs at a time, where there are several (default one a core, where that pays)",
    })
    .option("export", {
      type: "boolean",
      default: false,
      describe: "write the faults as an AWS FIS template and a Chaos Mesh workflow too",
    })
    .option("history", {
      type: "string",
      requiresArg: true,
      describe: "FILE for the history of operations, which check-history judges: .edn or .json",
    });

/** How often, and under which assumptions, a scenario runs. */
export function readReplications(parsed: ParsedWords): {
  readonly replications: number;
  readonly untilShare: number | null;
  readonly sensitivity: boolean;
  readonly export: boolean;
  readonly history?: string;
  readonly jobs?: number;
} {
  const jobs = readCount(parsed, "jobs");
  const until = readText(parsed, "until-ci");
  const history = readText(parsed, "history");
  const share = until === undefined ? undefined : parsePercentage(until);
  if (until !== undefined && (share === undefined || share <= 0))
    throw badUsage(`--until-ci is "${until}", expected a share above 0%, such as 5%`);
  return {
    replications: readCount(parsed, "replications") ?? 1,
    untilShare: share ?? null,
    sensitivity: readFlag(parsed, "sensitivity"),
    export: readFlag(parsed, "export"),
    ...(history === undefined ? {} : { history }),
    ...(jobs === undefined ? {} : { jobs }),
  };
}

export function readLoadOptions(parsed: ParsedWords, cwd: string): LoadOptions {
  const seed = readText(parsed, "seed");
  const maxEvents = readCount(parsed, "max-events");
  const nodes = readCount(parsed, "max-nodes");
  const durationNs = readQuantity(parsed, "max-duration", parseDuration, "a duration, such as 60d");
  const memoryBytes = readQuantity(parsed, "max-memory", parseSize, "a size, such as 8GB");
  return {
    cwd,
    sets: readTexts(parsed, "set"),
    allowPlanted: readFlag(parsed, "allow-planted"),
    out: readText(parsed, "out") ?? "reports",
    ...(seed === undefined ? {} : { seed }),
    ...(maxEvents === undefined ? {} : { maxEvents }),
    limits: {
      ...(maxEvents === undefined ? {} : { events: maxEvents }),
      ...(nodes === undefined ? {} : { nodes }),
      ...(durationNs === undefined ? {} : { durationNs }),
      ...(memoryBytes === undefined ? {} : { memoryBytes }),
    },
    limitFlags: LIMIT_FLAGS.flatMap((name) => {
      const text = readText(parsed, name);
      return text === undefined ? [] : [`--${name} ${text}`];
    }),
  };
}

const LIMIT_FLAGS = ["max-events", "max-nodes", "max-duration", "max-memory"] as const;

export function readQuantity(
  parsed: ParsedWords,
  name: string,
  parse: (text: string) => number | undefined,
  expected: string,
): number | undefined {
  const text = readText(parsed, name);
  const value = text === undefined ? undefined : parse(text);
  if (text === undefined || (value !== undefined && value > 0)) return value;
  throw badUsage(`--${name} is "${text}", expected ${expected}`);
}

export const readFiles = (parsed: ParsedWords): readonly string[] => readTexts(parsed, "files");

export function readText(parsed: ParsedWords, name: string): string | undefined {
  const value = readOnce(parsed, name);
  return value === undefined ? undefined : String(value);
}

export const readFlag = (parsed: ParsedWords, name: string): boolean =>
  readOnce(parsed, name) === true;

/** One of `choices`, or bad usage with the nearest of them. */
export function readChoice<T extends string>(
  parsed: ParsedWords,
  name: string,
  choices: readonly T[],
): T {
  const word = readText(parsed, name);
  const choice = choices.find((candidate) => candidate === word);
  if (choice !== undefined) return choice;
  throw badUsage(`${name} is "${word}", expected ${oneOf(choices)}${didYouMean(word, choices)}`);
}

/** `a, b or c` */
export const oneOf = (words: readonly string[]): string =>
  `${words.slice(0, -1).join(", ")} or ${words.at(-1) ?? ""}`;

/** ` (did you mean "b"?)`, or nothing where no word is near. */
export function didYouMean(
  word: string | undefined,
  known: readonly string[],
  prefix: "" | "--" = "",
): string {
  const near = nearestWord(word ?? "", known);
  return near === undefined ? "" : ` (did you mean "${prefix}${near}"?)`;
}

export function readTexts(parsed: ParsedWords, name: string): readonly string[] {
  const value = parsed[name];
  return (Array.isArray(value) ? value : value === undefined ? [] : [value]).map(String);
}

/** yargs makes an array of an option that is repeated. */
function readOnce(parsed: ParsedWords, name: string): unknown {
  const value = parsed[name];
  if (Array.isArray(value)) {
    throw badUsage(`--${name} is given ${value.length} times, expected once`);
  }
  return value;
}

export function readCount(parsed: ParsedWords, name: string): number | undefined {
  const text = readText(parsed, name);
  if (text === undefined) return undefined;
  const count = Number(text);
  if (/^[1-9]\d*$/.test(text) && Number.isSafeInteger(count)) return count;
  throw badUsage(`--${name} is "${text}", expected a whole number from 1`);
}
