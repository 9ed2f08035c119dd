/** Options of `check-history`: how they are declared, and how they are read. */
import type { Argv } from "yargs";
import { parseDuration } from "../base/units.ts";
import { DEFAULT_CONFIGURATIONS } from "../checks/history/budget.ts";
import { HISTORY_MODELS } from "../checks/history/models.ts";
import { PROMISE_NAMES, type PromiseName } from "../checks/history/promises.ts";
import { badUsage } from "./bad-usage.ts";
import type { CheckHistoryCommandOptions } from "./check-history-command.ts";
import {
  didYouMean,
  oneOf,
  type ParsedWords,
  readChoice,
  readCount,
  readFlag,
  readText,
  readTexts,
  withJson,
} from "./options.ts";

export const withCheckHistory = (y: Argv): Argv =>
  withJson(
    y
      .positional("file", {
        type: "string",
        describe: "a history in one of Jepsen's forms, EDN or JSON",
        demandOption: true,
      })
      .option("model", {
        type: "string",
        requiresArg: true,
        describe: `${oneOf(HISTORY_MODELS)}; told from the operations by default`,
      })
      .option("check", {
        type: "string",
        requiresArg: true,
        describe: `${oneOf(PROMISE_NAMES)}; may be repeated; by default all that fit the model`,
      })
      .option("budget", {
        type: "string",
        requiresArg: true,
        default: String(DEFAULT_CONFIGURATIONS),
        describe: "configurations that the search for an order may remember; spent, it is unknown",
      })
      .option("stale", {
        type: "string",
        requiresArg: true,
        describe: "how much older than an acknowledged write a read may be, such as 1s; default 0",
      })
      .option("independent", {
        type: "boolean",
        default: false,
        describe: "values are [key value], as of jepsen.independent, but without its tag",
      })
      .option("initial", {
        type: "string",
        requiresArg: true,
        describe: "value that registers have before anybody writes; default nil",
      }),
    "print the verdicts as JSON and nothing else",
  );

export function readCheckHistory(parsed: ParsedWords, cwd: string): CheckHistoryCommandOptions {
  const file = readText(parsed, "file") ?? "";
  const model = readText(parsed, "model");
  const stale = readText(parsed, "stale");
  const staleNs = stale === undefined ? 0 : parseDuration(stale);
  if (staleNs === undefined)
    throw badUsage(`--stale is "${stale}", expected a duration, such as 1s`, "check-history");
  const promises = readTexts(parsed, "check").map((word): PromiseName => {
    const promise = PROMISE_NAMES.find((name) => name === word);
    if (promise !== undefined) return promise;
    const near = didYouMean(word, PROMISE_NAMES);
    throw badUsage(
      `--check is "${word}", expected ${oneOf(PROMISE_NAMES)}${near}`,
      "check-history",
    );
  });
  const configurations = readCount(parsed, "budget") ?? DEFAULT_CONFIGURATIONS;
  const initial = readText(parsed, "initial") ?? null;
  const isIndependent = readFlag(parsed, "independent");
  return {
    cwd,
    file,
    model: model === undefined ? null : readChoice(parsed, "model", HISTORY_MODELS),
    promises,
    configurations,
    staleNs,
    isIndependent,
    initial,
    json: readFlag(parsed, "json"),
    words: [
      "check-history",
      file,
      ...(model === undefined ? [] : ["--model", model]),
      ...promises.flatMap((promise) => ["--check", promise]),
      ...(configurations === DEFAULT_CONFIGURATIONS ? [] : ["--budget", String(configurations)]),
      ...(stale === undefined ? [] : ["--stale", stale]),
      ...(isIndependent ? ["--independent"] : []),
      ...(initial === null ? [] : ["--initial", initial]),
    ],
  };
}
