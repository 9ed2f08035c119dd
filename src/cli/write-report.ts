/**
 * Writes the files of a report as one: all of them or none.
 *
 * They go into a temporary folder beside the target, which then takes the target's place by a rename. Everything here
 * is synchronous, so that no signal handler runs between the first byte and the rename.
 */
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { CAMPAIGN_LOG } from "../campaign/stores/files.ts";
import { isWriterLock } from "../campaign/stores/writer-lock.ts";
import type { ReportFile } from "../report/render-all.ts";
import { CommandError } from "./command-error.ts";
import { EXIT } from "./exit-code.ts";

/** What a report's folder may hold. Anything else in it is the user's own, and keeps us from replacing the folder. */
const REPORT_FILES = [
  "result.json",
  "summary.txt",
  "junit.xml",
  "timeline.svg",
  "timeline.html",
  "agreement.html",
  "explore.json",
  "explore.html",
  // Of a campaign that was interrupted, and a name for who wrote it.
  CAMPAIGN_LOG,
  "comparison.json",
  "fis.json",
  "chaos-mesh.yaml",
];
const MINIMAL = /^minimal-\d+\.(yaml|fis\.json|chaos-mesh\.yaml)$/;

/** @throws CommandError (73) with the reason, after which nothing of the new report is left and the old one stands. */
export function writeReport(folder: string, files: readonly ReportFile[]): void {
  beside(folder, (target, temporary) => {
    for (const { name, contents } of files) writeFileSync(path.join(temporary, name), contents);
    takePlace(temporary, target);
  });
}

/** @throws CommandError (73) if `folder` cannot become, or be replaced by, a report. Asked before a run starts. */
export function checkWritable(folder: string): void {
  beside(folder, (_target, temporary) => rmdirSync(temporary), "nothing");
}

/** Calls `act` with an empty temporary folder beside the target; on any failure takes back what was made. */
function beside(
  folder: string,
  act: (target: string, temporary: string) => void,
  leaves: "a report" | "nothing" = "a report",
): void {
  const target = path.resolve(folder);
  const parent = path.dirname(target);
  const temporary = path.join(parent, `.${path.basename(target)}.${process.pid}.tmp`);
  let created: string | undefined;
  let made = false;
  let done = false;
  try {
    checkReplaceable(target);
    created = makeFolders(parent);
    rmSync(temporary, { recursive: true, force: true });
    mkdirSync(temporary);
    made = true;
    act(target, temporary);
    done = leaves === "a report";
  } catch (error) {
    throw cannotWrite(folder, error);
  } finally {
    if (!done) {
      if (made) rmSync(temporary, { recursive: true, force: true });
      if (created !== undefined) removeEmptyFolders(parent, created);
    }
  }
}

function checkReplaceable(folder: string): void {
  const status = lstatSync(folder, { throwIfNoEntry: false });
  if (status === undefined) return;
  if (!status.isDirectory()) throw new Error("is there and is not a folder");
  const foreign = readdirSync(folder).find(
    (name) => !REPORT_FILES.includes(name) && !MINIMAL.test(name) && !isWriterLock(name),
  );
  if (foreign !== undefined) throw new Error(`holds ${foreign}, which no report has written`);
}

/** A folder that is not empty cannot be renamed over: the old one steps aside first, and back if need be. */
function takePlace(temporary: string, folder: string): void {
  if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) {
    renameSync(temporary, folder);
    return;
  }
  const aside = `${temporary.slice(0, -".tmp".length)}.old.tmp`;
  rmSync(aside, { recursive: true, force: true });
  renameSync(folder, aside);
  try {
    renameSync(temporary, folder);
  } catch (error) {
    renameSync(aside, folder);
    throw error;
  }
  rmSync(aside, { recursive: true, force: true });
}

/**
 * Makes `folder` and what is missing above it; returns the topmost one made. Node's own recursive mkdir never returns
 * where a file system answers ENOENT below a folder that exists, as /proc does.
 */
function makeFolders(folder: string): string | undefined {
  if (isFolder(folder)) return undefined;
  const above = path.dirname(folder);
  const first = above === folder ? undefined : makeFolders(above);
  try {
    mkdirSync(folder);
  } catch (error) {
    if (first !== undefined) removeEmptyFolders(above, first);
    const madeByAnother = (error as NodeJS.ErrnoException).code === "EEXIST" && isFolder(folder);
    if (!madeByAnother) throw error;
    return first;
  }
  return first ?? folder;
}

const isFolder = (folder: string): boolean =>
  statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;

/** Removes `folder` and its parents up to `first`, as far as they are empty. */
function removeEmptyFolders(folder: string, first: string): void {
  for (let at = folder; at.startsWith(first); at = path.dirname(at)) {
    try {
      rmdirSync(at);
    } catch {
      return;
    }
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "may not be written by this user",
  EPERM: "may not be written by this user",
  EROFS: "is on a file system that is read-only",
  ENOSPC: "does not fit: the disk is full",
  EFBIG: "does not fit: a file may not grow so big",
  EDQUOT: "does not fit: the disk quota is used up",
  ENOENT: "is in a place that takes no folders",
  ENOTDIR: "has a file where a folder should be",
  EEXIST: "has a file where a folder should be",
  ENAMETOOLONG: "is too long a path",
};

function cannotWrite(folder: string, error: unknown): CommandError {
  const { code, message } = error as NodeJS.ErrnoException;
  const reason = code === undefined ? message : (REASONS[code] ?? `cannot be written (${code})`);
  return new CommandError(
    EXIT.cannotWrite,
    `Cannot write report: ${folder} ${reason}, expected a folder of its own (--out chooses another root)`,
  );
}
