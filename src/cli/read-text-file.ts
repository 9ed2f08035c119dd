import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** Why a file cannot be used, in the two halves of an error sentence. */
export interface UnreadableFile {
  readonly found: string;
  readonly expected: string;
  /** From 1, where one line is to blame. */
  readonly line?: number;
}

export type FileText = { readonly text: string } | { readonly unreadable: UnreadableFile };

/**
 * Reads a whole UTF-8 text. A byte order mark is dropped.
 *
 * @param bytesMax - size limit, inclusive; no more than this (and one byte) is ever read, whatever the path is
 * @param expected - what the file should have been: `a scenario file (YAML)`
 */
export function readTextFile(path: string, bytesMax: number, expected: string): FileText {
  const read = readBytes(path, bytesMax, expected);
  if ("unreadable" in read) return read;
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(read.bytes) };
  } catch {
    const line = firstUndecodableLine(read.bytes);
    return {
      unreadable: { found: "holds bytes that are not UTF-8", expected: "UTF-8 text", line },
    };
  }
}

function readBytes(
  path: string,
  bytesMax: number,
  expected: string,
): { readonly bytes: Buffer } | { readonly unreadable: UnreadableFile } {
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    const status = fstatSync(file);
    if (status.isDirectory()) return { unreadable: { found: "is a folder", expected } };
    if (status.isFile() && status.size > bytesMax) return tooBig(`${status.size} bytes`, bytesMax);
    const chunks: Buffer[] = [];
    for (let total = 0; ; ) {
      const chunk = Buffer.allocUnsafe(Math.min(65_536, bytesMax + 1 - total));
      const count = readSync(file, chunk, 0, chunk.length, null);
      if (count === 0) return { bytes: Buffer.concat(chunks) };
      total += count;
      if (total > bytesMax) return tooBig(`more than ${bytesMax} bytes`, bytesMax);
      chunks.push(chunk.subarray(0, count));
    }
  } catch (error) {
    return { unreadable: { found: reasonOf(error), expected } };
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function tooBig(size: string, bytesMax: number): { readonly unreadable: UnreadableFile } {
  return { unreadable: { found: `has ${size}`, expected: `at most ${bytesMax} bytes` } };
}

/** No byte of a longer UTF-8 sequence is a line feed, so lines can be judged one by one. */
function firstUndecodableLine(bytes: Buffer): number {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const feed = bytes.indexOf(0x0a, start);
    const end = feed < 0 ? bytes.length : feed;
    try {
      decoder.decode(bytes.subarray(start, end));
    } catch {
      return line;
    }
    start = end + 1;
  }
  return line;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  ENOTDIR: "does not exist",
  EISDIR: "is a folder",
  EACCES: "may not be read by this user",
  EPERM: "may not be read by this user",
  ELOOP: "is a symbolic link that never ends",
  ENAMETOOLONG: "is too long a path",
  ENXIO: "is a socket",
};

/** Why a path cannot be opened or read, in the words of an error sentence. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ERR_INVALID_ARG_VALUE") return "holds a NUL character in its path";
  return REASONS[code ?? ""] ?? `cannot be read (${code ?? message})`;
}
