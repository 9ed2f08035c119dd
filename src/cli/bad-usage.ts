import { CommandError } from "./command-error.ts";
import { EXIT } from "./exit-code.ts";

/** The command line itself is wrong. */
export const badUsage = (message: string, command = ""): CommandError =>
  new CommandError(
    EXIT.badInput,
    `Cannot read the command line: ${message}\nSee: cachequake ${command}${command && " "}--help`,
  );
