/**
 * One writer for a folder. Each writer puts a file there that names it, and then looks for others: of two that come at
 * once at least one sees the other, and gives way (it may be both). A file whose process is gone is swept away.
 */
import { closeSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { StoreError } from "./store-error.ts";

interface Writer {
  readonly host: string;
  readonly pid: number;
  /** When the process started, in the system's words: a number may name another process later. */
  readonly started: string;
}

const NAME = /^writer@(?<host>[^@]+)@(?<pid>\d+)@(?<started>[^@]+)\.lock$/;

/** Whether a file of that name is a writer's. */
export const isWriterLock = (name: string): boolean => NAME.test(name);

/**
 * Takes the folder for this process.
 *
 * @returns gives it back
 * @throws StoreError where another process has it
 */
export function lockFolder(folder: string): () => void {
  const own = nameOf({
    host: hostname().replaceAll(/[^A-Za-z0-9.-]/g, "_") || "host",
    pid: process.pid,
    started: startOf(process.pid) ?? "unknown",
  });
  const file = path.join(folder, own);
  try {
    closeSync(openSync(file, "wx"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw new StoreError(`Cannot write to ${folder}: this process writes to it already`);
  }
  const release = (): void => rmSync(file, { force: true });
  for (const name of readdirSync(folder)) {
    const writer = name === own ? null : writerOf(name);
    if (writer === null) continue;
    if (isGone(writer, own)) rmSync(path.join(folder, name), { force: true });
    else {
      release();
      const who = `process ${writer.pid} on ${writer.host}`;
      const help = `wait for it, or delete ${path.join(folder, name)} if you know that it is gone`;
      throw new StoreError(`Cannot write to ${folder}: ${who} writes to it; ${help}`);
    }
  }
  return release;
}

const nameOf = ({ host, pid, started }: Writer): string => `writer@${host}@${pid}@${started}.lock`;

function writerOf(name: string): Writer | null {
  const groups = NAME.exec(name)?.groups;
  if (groups === undefined) return null;
  const { host = "", pid, started = "" } = groups;
  return { host, pid: Number(pid), started };
}

/** Whether a writer is known to be gone; of a process on another host nothing is known. */
function isGone(writer: Writer, own: string): boolean {
  if (writer.host !== writerOf(own)?.host) return false;
  try {
    process.kill(writer.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
  const started = startOf(writer.pid);
  return started !== null && started !== writer.started;
}

/** When a process started, in ticks since boot; `dead` of one that only awaits its parent; null where no one says. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name of the program, in parentheses, may hold anything; behind it come the state, and later the start.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? "dead" : (fields[19] ?? null);
  } catch {
    return null;
  }
}
