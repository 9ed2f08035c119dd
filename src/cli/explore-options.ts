/** Options of `explore`. */
import type { Argv } from "yargs";
import { parseDuration, parsePercentage } from "../base/units.ts";
import { badUsage } from "./bad-usage.ts";
import type { ExploreOptions } from "./explore-command.ts";
import {
  type ParsedWords,
  readCount,
  readFlag,
  readLoadOptions,
  readQuantity,
  readText,
  withJson,
} from "./options.ts";

const text = (describe: string) => ({ type: "string", requiresArg: true, describe }) as const;
const flag = (describe: string) => ({ type: "boolean", default: false, describe }) as const;

/** As in a checkout of the tool; its schedules come with the package. */
const CORPUS = "scenarios/corpus";

export const withExplore = (y: Argv): Argv =>
  withJson(
    y
      .positional("scenario", {
        type: "string",
        describe: "a scenario file (YAML), or the name of a scenario",
        demandOption: true,
      })
      .option("seed", text("seed of the campaign, instead of the file's"))
      .option("set", text("PATH=VALUE, changes one word of the scenario; may be repeated"))
      .option("runs", text("schedules to try (default 500, or what the time allows)"))
      .option("time", text("real time for the search, such as 10m"))
      .option("until", text("SHARE, such as 0.1%: try until P(breach) is so small, 95 % sure"))
      .option("jobs", text("schedules to run at a time (default one a core)"))
      .option("go-on", flag("go on after a failure, and group failures by cause"))
      .option("unavoidable", flag("count failures that no one could have avoided too"))
      .option("planted", text("NAME of a planted bug to find: see list planted"))
      .option("resume", flag("go on with a campaign that was interrupted"))
      .option("corpus", {
        ...text("folder of minimal schedules: tried first, and added to; none: neither"),
        default: CORPUS,
      })
      .option("explain", {
        ...flag("say why: needed faults, what would have saved it; --no-explain: shrink only"),
        default: true,
      })
      .option(
        "verbose",
        flag("tell of each run: the kinds it drew from, their weights, how it ended"),
      )
      .option("out", {
        ...text("folder for reports, which go to OUT/explore/<scenario>/<seed>"),
        default: "reports",
      }),
    "print the report as JSON and nothing else",
  );

export function readExplore(parsed: ParsedWords, cwd: string): ExploreOptions {
  const timeNs = readQuantity(parsed, "time", parseDuration, "a duration, such as 10m");
  const until = readText(parsed, "until");
  const share = until === undefined ? null : (parsePercentage(until) ?? 0);
  if (share !== null && (share <= 0 || share >= 1))
    throw badUsage(`--until is "${until}", expected a share above 0% and below 100%, such as 0.1%`);
  return {
    ...readLoadOptions(parsed, cwd),
    file: readText(parsed, "scenario") ?? "",
    json: readFlag(parsed, "json"),
    runs: readCount(parsed, "runs") ?? null,
    timeMs: timeNs === undefined ? null : timeNs / 1e6,
    untilShare: share,
    jobs: readCount(parsed, "jobs") ?? null,
    goOn: readFlag(parsed, "go-on"),
    unavoidable: readFlag(parsed, "unavoidable"),
    planted: readText(parsed, "planted") ?? null,
    resume: readFlag(parsed, "resume"),
    corpus: readCorpus(parsed),
    explain: readFlag(parsed, "explain"),
    verbose: readFlag(parsed, "verbose"),
  };
}

function readCorpus(parsed: ParsedWords): string | null {
  const folder = readText(parsed, "corpus") ?? CORPUS;
  return folder === "none" ? null : folder;
}
