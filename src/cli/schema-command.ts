import { readFileSync } from "node:fs";
import path from "node:path";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { packageRoot } from "./package-root.ts";
import type { Terminal } from "./terminal.ts";

/** The published schemas. */
export const SCHEMAS = ["scenario", "result"] as const;
export type SchemaName = (typeof SCHEMAS)[number];

/** Prints a published JSON Schema, byte for byte. */
export function schemaCommand(name: SchemaName, terminal: Terminal): ExitCode {
  terminal.out(readFileSync(path.join(packageRoot, "schema", `${name}.schema.json`), "utf8"));
  return EXIT.pass;
}
