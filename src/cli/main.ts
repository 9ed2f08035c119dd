#!/usr/bin/env node
/** The process: signals, exit code, last resort. */
import { ScenarioError } from "../base/scenario-error.ts";
import { shellWord } from "../base/shell-word.ts";
import { CommandError } from "./command-error.ts";
import { runCommandLine } from "./command-line.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { createTerminal, type Terminal } from "./terminal.ts";

const terminal = createTerminal(process.stdout, process.stderr, process.env);

/**
 * Reports are written between two turns of the event loop, and signals are answered in a turn of their own: ending the
 * process here leaves a whole report or none.
 */
const ENDINGS = [
  ["SIGINT", EXIT.interrupted],
  ["SIGTERM", EXIT.terminated],
] as const;
for (const [signal, code] of ENDINGS) {
  process.on(signal, () => {
    terminal.progress(null);
    process.exit(code);
  });
}

/** What a stream throws from an event of its own, such as a full disk behind standard output. */
process.on("uncaughtException", (error) => process.exit(tell(error, terminal)));

process.exitCode = await endOf(terminal);

async function endOf(output: Terminal): Promise<ExitCode> {
  try {
    const context = { terminal: output, cwd: process.cwd() };
    return await runCommandLine(process.argv.slice(2), context);
  } catch (error) {
    output.progress(null);
    return tell(error, output);
  }
}

function tell(error: unknown, output: Terminal): ExitCode {
  if (error instanceof CommandError) {
    output.err(error.message);
    return error.exitCode;
  }
  if (error instanceof ScenarioError) {
    output.err(error.message);
    return EXIT.badInput;
  }
  output.err("Cannot go on: this is a bug in cachequake");
  output.err(`  ${String((error as Error | undefined)?.stack ?? error)}`);
  output.err(`  Reproduce: cachequake ${process.argv.slice(2).map(shellWord).join(" ")}`);
  return EXIT.internal;
}
