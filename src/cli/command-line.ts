/** The command line: words to options, and options to the command that they name. Commands load when they are run. */
import yargs, { type Argv } from "yargs";
import { VERSION } from "../base/version.ts";
import { badUsage } from "./bad-usage.ts";
import { readCheckHistory, withCheckHistory } from "./check-history-options.ts";
import type { CommandError } from "./command-error.ts";
import { argumentsOf, COMPLETE, completionCommand, SHELLS } from "./completion-command.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { readExplore, withExplore } from "./explore-options.ts";
import { LISTS } from "./lists.ts";
import {
  didYouMean,
  oneOf,
  type ParsedWords,
  readChoice,
  readFiles,
  readFlag,
  readLoadOptions,
  readReplications,
  readText,
  withJson,
  withReplications,
  withReport,
  withScenario,
} from "./options.ts";
import { SCHEMAS } from "./schema-command.ts";
import { KINDS, type Kind } from "./starter-scenario.ts";
import type { Terminal } from "./terminal.ts";

export interface CommandLineContext {
  readonly terminal: Terminal;
  readonly cwd: string;
}

type Action = () => Promise<ExitCode>;

interface Command {
  readonly name: string;
  /** Arguments, as yargs writes them. */
  readonly takes: string;
  readonly about: string;
  readonly options: (y: Argv) => Argv;
  /** Reads the options at once, so that a wrong one is told before anything is loaded. */
  readonly action: (parsed: ParsedWords, context: CommandLineContext) => Action;
}

const run: Command = {
  name: "run",
  takes: " <files..>",
  about: "run scenarios and write their reports",
  options: (y) => withReplications(withReport(withScenario(y))),
  action: (parsed, { terminal, cwd }) => {
    const files = readFiles(parsed);
    const options = {
      ...readLoadOptions(parsed, cwd),
      ...readReplications(parsed),
      files,
      json: readFlag(parsed, "json"),
    };
    return async () => (await import("./run-command.ts")).runCommand(options, terminal);
  },
};

const validate: Command = {
  name: "validate",
  takes: " <files..>",
  about: "check scenarios without running them",
  options: (y) => withJson(withScenario(y), "print the problems as JSON"),
  action: (parsed, { terminal, cwd }) => {
    const files = readFiles(parsed);
    const options = { ...readLoadOptions(parsed, cwd), files, json: readFlag(parsed, "json") };
    return async () => (await import("./validate-command.ts")).validateCommand(options, terminal);
  },
};

const replay: Command = {
  name: "replay",
  takes: " <result>",
  about: "run a result.json, or a schedule that explore kept, again and compare",
  options: (y) =>
    withJson(
      y.positional("result", {
        type: "string",
        describe: "a result.json, or a scenario of the corpus",
        demandOption: true,
      }),
      "print the comparison as JSON",
    ),
  action: (parsed, { terminal, cwd }) => {
    const file = readText(parsed, "result") ?? "";
    const options = { file, cwd, json: readFlag(parsed, "json") };
    return async () => (await import("./replay-command.ts")).replayCommand(options, terminal);
  },
};

const twin: Command = {
  name: "twin",
  takes: " <scenario>",
  about: "run a scenario on real servers of this machine too, and compare",
  options: (y) =>
    withJson(
      y
        .positional("scenario", {
          type: "string",
          describe: "a scenario file (YAML), or the name of a scenario",
          demandOption: true,
        })
        .option("seed", {
          type: "string",
          requiresArg: true,
          describe: "seed, instead of the file's",
        })
        .option("set", {
          type: "string",
          requiresArg: true,
          describe: "PATH=VALUE, changes one word of the scenario; may be repeated",
        })
        .option("out", {
          type: "string",
          requiresArg: true,
          default: "reports",
          describe:
            "folder for the report of the real run, which goes to OUT/twin/<scenario>/<seed>",
        }),
      "print the comparison as JSON",
    ),
  action: (parsed, { terminal, cwd }) => {
    const file = readText(parsed, "scenario") ?? "";
    const searchPath = process.env["PATH"] ?? "";
    const options = { ...readLoadOptions(parsed, cwd), file, searchPath };
    const json = readFlag(parsed, "json");
    return async () =>
      (await import("./twin-command.ts")).twinCommand({ ...options, json }, terminal);
  },
};

const explore: Command = {
  name: "explore",
  takes: " <scenario>",
  about: "search fault schedules that break a promise; shrink and explain what is found",
  options: withExplore,
  action: (parsed, { terminal, cwd }) => {
    const options = readExplore(parsed, cwd);
    return async () => (await import("./explore-command.ts")).exploreCommand(options, terminal);
  },
};

/** Another name for the same. */
const fuzz: Command = { ...explore, name: "fuzz", about: "the same as explore" };

const checkHistory: Command = {
  name: "check-history",
  takes: " <file>",
  about: "judge a recorded history (Jepsen's EDN or JSON) by promises of consistency",
  options: withCheckHistory,
  action: (parsed, { terminal, cwd }) => {
    const options = readCheckHistory(parsed, cwd);
    return async () =>
      (await import("./check-history-command.ts")).checkHistoryCommand(options, terminal);
  },
};

const list: Command = {
  name: "list",
  takes: " <what>",
  about: "list what scenarios and results can name",
  options: (y) =>
    withJson(
      y.positional("what", { type: "string", describe: oneOf(LISTS), demandOption: true }),
      "print the list as JSON",
    ),
  action: (parsed, { terminal }) => {
    const what = readChoice(parsed, "what", LISTS);
    const options = { json: readFlag(parsed, "json") };
    return async () => (await import("./list-command.ts")).listCommand(what, options, terminal);
  },
};

const schema: Command = {
  name: "schema",
  takes: " [which]",
  about: "print the JSON Schema of scenarios, or of results",
  options: (y) =>
    y.positional("which", { type: "string", describe: oneOf(SCHEMAS), default: SCHEMAS[0] }),
  action: (parsed, { terminal }) => {
    const which = readChoice(parsed, "which", SCHEMAS);
    return async () => (await import("./schema-command.ts")).schemaCommand(which, terminal);
  },
};

const demo: Command = {
  name: "demo",
  takes: "",
  about: "run the demonstration: a zone loses power under checkout traffic",
  options: withReport,
  action: (parsed, { terminal, cwd }) => {
    const options = { cwd, out: readText(parsed, "out") ?? "", json: readFlag(parsed, "json") };
    return async () => (await import("./demo-command.ts")).demoCommand(options, terminal);
  },
};

const KIND_NAMES = Object.keys(KINDS) as readonly Kind[];

const init: Command = {
  name: "init",
  takes: " [name]",
  about: "write a scenario to start from",
  options: (y) =>
    y
      .positional("name", { type: "string", describe: "its name", default: "my-first-outage" })
      .option("kind", {
        type: "string",
        requiresArg: true,
        default: KIND_NAMES[0],
        describe: oneOf(KIND_NAMES),
      }),
  action: (parsed, { terminal, cwd }) => {
    const kind = readChoice(parsed, "kind", KIND_NAMES);
    const options = { cwd, name: readText(parsed, "name") ?? "", kind };
    return async () => (await import("./init-command.ts")).initCommand(options, terminal);
  },
};

const completion: Command = {
  name: "completion",
  takes: " [shell]",
  about: "print the script that completes words in a shell",
  options: (y) =>
    y.positional("shell", { type: "string", describe: oneOf(SHELLS), default: SHELLS[0] }),
  action: (parsed, { terminal }) => {
    const shell = readChoice(parsed, "shell", SHELLS);
    return async () => completionCommand(shell, terminal);
  },
};

const PARTS = ["all", "theory", "measured"] as const;

const verify: Command = {
  name: "verify",
  takes: "",
  about: "compare the model with queueing theory and with measured servers",
  options: (y) =>
    withJson(
      y
        .option("part", {
          type: "string",
          requiresArg: true,
          default: PARTS[0],
          describe: oneOf(PARTS),
        })
        .option("out", {
          type: "string",
          requiresArg: true,
          default: "reports",
          describe: "folder for reports; the page goes to OUT/verify",
        }),
      "print the table as JSON and nothing else",
    ),
  action: (parsed, { terminal, cwd }) => {
    const part = readChoice(parsed, "part", PARTS);
    const options = {
      cwd,
      out: readText(parsed, "out") ?? "",
      json: readFlag(parsed, "json"),
      part: part === "all" ? null : part,
    };
    return async () => (await import("./verify-command.ts")).verifyCommand(options, terminal);
  },
};

const COMMANDS: readonly Command[] = [
  run,
  validate,
  replay,
  explore,
  fuzz,
  twin,
  checkHistory,
  list,
  init,
  schema,
  completion,
  demo,
  verify,
];
const NAMES = COMMANDS.map(({ name }) => name);

const WIDTH = 90;
const EPILOGUE = `Exit codes: 0 pass, 1 an expectation failed, 2 unknown or event budget used up,
64 bad input, 69 no server for a twin, 70 a bug in cachequake, 73 the report cannot be
written, 130 Ctrl-C, 143 SIGTERM.`;

/** Parses `words` (without node and script) and runs the command that they name. */
export async function runCommandLine(
  words: readonly string[],
  context: CommandLineContext,
): Promise<ExitCode> {
  if (words[0] === COMPLETE) return complete(words.slice(1), context);
  if (words[0] === "help") return runCommandLine([...words.slice(1), "--help"], context);
  checkCommand(words[0]);
  let action: Action | undefined;
  let printed = "";
  const parser = declare(words[0], (command, parsed) => {
    action = command.action(parsed, context);
  });
  await parser.parseAsync([...words], {}, (error, _parsed, output) => {
    if (error) throw error;
    printed = output;
  });
  if (printed !== "") context.terminal.out(`${printed}\n`);
  return action === undefined ? EXIT.pass : action();
}

function declare(
  word: string | undefined,
  choose: (command: Command, p: ParsedWords) => void,
): Argv {
  const parser = yargs()
    .scriptName("cachequake")
    .locale("en")
    .wrap(WIDTH)
    .usage("Rehearse the worst day of a cache.\n\nUsage: $0 <command> [options]");
  for (const command of COMMANDS) {
    const { name, takes, about, options } = command;
    parser.command(`${name}${takes}`, about, options, (parsed) => choose(command, parsed));
  }
  return parser
    .demandCommand(1, `no command is given, expected ${oneOf(NAMES)}`)
    .strict()
    .help()
    .alias("help", "h")
    .version(VERSION)
    .epilogue(EPILOGUE)
    .exitProcess(false)
    .fail((message, error) => {
      throw message ? usageError(message, NAMES.find((name) => name === word) ?? "") : error;
    });
}

/** Prints what may stand in place of the last word, one a line. */
function complete(words: readonly string[], { terminal }: CommandLineContext): ExitCode {
  const [name = ""] = words;
  const last = words.at(-1) ?? "";
  const command = COMMANDS.find((candidate) => candidate.name === name);
  const known = last.startsWith("-")
    ? optionsOf(command)
    : words.length <= 1
      ? NAMES
      : argumentsOf(name);
  const found = known.filter((word) => word.startsWith(last));
  if (found.length > 0) terminal.out(`${found.join("\n")}\n`);
  return EXIT.pass;
}

/** Options that a command declares, as they are typed. yargs knows them, its types do not. */
function optionsOf(command: Command | undefined): string[] {
  const declared = (command?.options(yargs()) ?? yargs()) as Argv & {
    getOptions(): { readonly key: Readonly<Record<string, unknown>> };
  };
  const positional = /[<[](\w+)/.exec(command?.takes ?? "")?.[1];
  const names = Object.keys(declared.getOptions().key).filter((name) => name !== positional);
  return names.map((name) => `--${name}`);
}

/** An unknown command is told before yargs can call it an unknown argument. */
function checkCommand(word: string | undefined): void {
  if (word === undefined || word.startsWith("-") || NAMES.includes(word)) return;
  throw badUsage(`the command is "${word}", expected ${oneOf(NAMES)}${didYouMean(word, NAMES)}`);
}

/** What yargs found wrong, in our words where they say more. */
function usageError(message: string, command: string): CommandError {
  const unknown = /^Unknown arguments?: (.*)$/s.exec(message)?.[1]?.split(", ");
  if (unknown !== undefined) {
    const words = new Set(unknown.map((word) => word.replace(/[A-Z]/g, toKebab)));
    const known = optionsOf(COMMANDS.find(({ name }) => name === command)).map((option) =>
      option.slice(2),
    );
    const parts = [...words].map(
      (word) => `"${word}" is not known here${didYouMean(word, known, "--")}`,
    );
    return badUsage(parts.join("; "), command);
  }
  if (/^Not enough non-option arguments/.test(message)) {
    const { takes } = COMMANDS.find(({ name }) => name === command) ?? { takes: "" };
    return badUsage(`an argument is missing, expected cachequake ${command}${takes}`, command);
  }
  const option = /^Not enough arguments following: (.*)$/.exec(message)?.[1];
  if (option !== undefined) return badUsage(`--${option} has no value`, command);
  return badUsage(message.replace(/\s*\n\s*/g, " "), command);
}

const toKebab = (letter: string): string => `-${letter.toLowerCase()}`;
