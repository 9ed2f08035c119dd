/** The built command line, as its own process. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { newerThanBuild } from "../../scripts/newer-than-build.ts";
import { root } from "../architecture/project.ts";

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Path of the built entry point. @throws if there is none, or if it is older than a source file. */
export function built(): string {
  const entry = path.join(root, "dist", "cli", "main.js");
  const newer = newerThanBuild();
  if (newer !== null) throw new Error(`dist/ is older than ${newer}: npm run build`);
  return entry;
}

const environment = (): NodeJS.ProcessEnv => {
  const { FORCE_COLOR: _, ...rest } = process.env;
  return { ...rest, NO_COLOR: "1" };
};

/** Runs to the end, or until `timeout` milliseconds have passed. */
export function cachequake(words: readonly string[], cwd: string, timeout = 120_000): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [built(), ...words], {
    cwd,
    env: environment(),
    encoding: "utf8",
    timeout,
    maxBuffer: 256 * 1024 * 1024,
  });
  return { status, stdout, stderr };
}

/** Starts and leaves running. */
export function startCachequake(words: readonly string[], cwd: string): ChildProcess {
  return spawn(process.execPath, [built(), ...words], { cwd, env: environment(), stdio: "pipe" });
}

/** Calls `act` with an empty folder that is gone afterwards. */
export async function inFolder<T>(act: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), "cachequake-e2e-"));
  try {
    return await act(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** All files and folders below `folder`, sorted, relative to it. */
export function tree(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).sort((a, b) =>
    a < b ? -1 : 1,
  );
}
