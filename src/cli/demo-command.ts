import path from "node:path";
import type { ExitCode } from "./exit-code.ts";
import { packageRoot } from "./package-root.ts";
import { runCommand } from "./run-command.ts";
import type { Terminal } from "./terminal.ts";

/** The demonstration: a zone loses power under checkout traffic. Runs as `run` does. */
export function demoCommand(
  options: { readonly cwd: string; readonly out: string; readonly json: boolean },
  terminal: Terminal,
): Promise<ExitCode> {
  const file = path.join(packageRoot, "scenarios", "fast", "az-power-loss.yaml");
  const relative = path.relative(options.cwd, file);
  const shown = relative.startsWith("..") ? file : relative;
  return runCommand({ ...options, files: [shown], sets: [], allowPlanted: false }, terminal);
}
