import type { ExitCode } from "./exit-code.ts";

/** Ends a command with a message and an exit code; not a bug, so never a stack trace. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  constructor(
    readonly exitCode: ExitCode,
    message: string,
  ) {
    super(message);
  }
}
