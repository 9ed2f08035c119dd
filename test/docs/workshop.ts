/** A throw-away folder in which the commands of a document run as they would in a checkout. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { root } from "../architecture/project.ts";
import { built } from "../e2e/cachequake.ts";

export interface Workshop {
  readonly folder: string;
  /** Runs a line in bash: standard output and standard error as one, in the order written. */
  run(line: string): { readonly status: number | null; readonly lines: readonly string[] };
  write(name: string, text: string): void;
  remove(): void;
}

export function openWorkshop(): Workshop {
  const home = mkdtempSync(path.join(tmpdir(), "cachequake-docs-"));
  const folder = path.join(home, "checkout");
  const bin = path.join(home, "bin");
  mkdirSync(folder);
  mkdirSync(bin);
  for (const name of ["scenarios", "schema"]) {
    cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
  }
  for (const name of ["dist", "node_modules", "package.json"]) {
    symlinkSync(path.join(root, name), path.join(folder, name));
  }
  const shim = path.join(bin, "cachequake");
  writeFileSync(shim, `#!/bin/sh\nexec "${process.execPath}" "${built()}" "$@"\n`);
  chmodSync(shim, 0o755);
  const { NO_COLOR: _, FORCE_COLOR: __, ...inherited } = process.env;
  const env = { ...inherited, PATH: `${bin}:${process.env["PATH"] ?? ""}` };
  return {
    folder,
    run(line) {
      const { status, stdout } = spawnSync("bash", ["-c", `exec 2>&1\n${line}`], {
        cwd: folder,
        env,
        encoding: "utf8",
        timeout: 120_000,
        maxBuffer: 64 * 1024 * 1024,
      });
      const lines = stdout.split("\n");
      return { status, lines: lines.at(-1) === "" ? lines.slice(0, -1) : lines };
    },
    write: (name, text) => writeFileSync(path.join(folder, name), text),
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}
