import path from "node:path";
import type { ExitCode } from "./exit-code.ts";
import { findScenario } from "./find-scenario.ts";
import { packageRoot } from "./package-root.ts";
import { runCommand } from "./run-command.ts";
import type { Terminal } from "./terminal.ts";

const NAME = "az-power-loss";

/** The demonstration: a zone loses power under checkout traffic. Runs as `run` does. */
export function demoCommand(
  options: { readonly cwd: string; readonly out: string; readonly json: boolean },
  terminal: Terminal,
): Promise<ExitCode> {
  const file = path.join(packageRoot, "scenarios", "fast", `${NAME}.yaml`);
  const isThat = path.resolve(options.cwd, findScenario(NAME, options.cwd)) === file;
  const files = [isThat ? NAME : file];
  return runCommand({ ...options, files, sets: [], allowPlanted: false }, terminal);
}
