import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import path from "node:path";
import { badUsage } from "./bad-usage.ts";
import { CommandError } from "./command-error.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { packageRoot } from "./package-root.ts";
import { KINDS, type Kind, starterScenario } from "./starter-scenario.ts";
import type { Terminal } from "./terminal.ts";

export interface InitOptions {
  readonly cwd: string;
  /** Name of the scenario, and of its file. */
  readonly name: string;
  readonly kind: Kind;
}

/**
 * Writes a scenario to start from, with a comment on each part, into `NAME.yaml`.
 *
 * @throws CommandError (64) for a name that is no slug, (73) where the file exists or cannot be written
 */
export function initCommand({ cwd, name, kind }: InitOptions, terminal: Terminal): ExitCode {
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(name)) {
    const expected = "small letters, digits and dashes, at most 64, such as my-first-outage";
    throw badUsage(`the name is "${name}", expected ${expected}`, "init");
  }
  const file = `${name}.yaml`;
  const target = path.join(cwd, file);
  const schema = path.join(packageRoot, "schema", "scenario.schema.json");
  const text = starterScenario(kind, { name, schema: path.relative(cwd, schema) });
  let descriptor: number;
  try {
    descriptor = openSync(target, "wx");
  } catch (error) {
    const exists = (error as NodeJS.ErrnoException).code === "EEXIST";
    const why = exists ? "it is there already" : String((error as Error).message);
    throw new CommandError(EXIT.cannotWrite, `Cannot write ${file}: ${why}`);
  }
  try {
    writeSync(descriptor, text);
  } catch (error) {
    rmSync(target, { force: true });
    throw new CommandError(EXIT.cannotWrite, `Cannot write ${file}: ${(error as Error).message}`);
  } finally {
    closeSync(descriptor);
  }
  terminal.out(`${file}: written, a ${KINDS[kind]}\n\nNext\n  cachequake run ${file}\n`);
  return EXIT.pass;
}
