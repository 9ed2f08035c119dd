/** The files of `src/` and how they import each other. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { type SourceScan, scanSource } from "./source-scan.ts";

export const root: string = fileURLToPath(new URL("../../", import.meta.url));

export interface ProjectFile extends SourceScan {
  /** Relative to `src/`, with `/`. */
  readonly file: string;
}

export function readProject(): ProjectFile[] {
  const source = path.join(root, "src");
  return readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
    .map((file) => ({
      file: file.replaceAll(path.sep, "/"),
      ...scanSource(file, readFileSync(path.join(source, file), "utf8")),
    }));
}

/** The file that a relative import of `from` names, relative to `src/`; null for a package. */
export function importedFile(from: string, specifier: string): string | null {
  if (!specifier.startsWith(".")) return null;
  return path.posix.join(path.posix.dirname(from), specifier);
}

/** A cycle of imports as the files on it, or null. Imports of types count: they bind floors as values do. */
export function findCycle(files: readonly ProjectFile[]): readonly string[] | null {
  const byName = new Map(files.map((file) => [file.file, file]));
  const settled = new Set<string>();
  const walk = (name: string, trail: readonly string[]): readonly string[] | null => {
    if (trail.includes(name)) return [...trail.slice(trail.indexOf(name)), name];
    if (settled.has(name)) return null;
    for (const { specifier } of byName.get(name)?.imports ?? []) {
      const next = importedFile(name, specifier);
      const found = next === null ? null : walk(next, [...trail, name]);
      if (found !== null) return found;
    }
    settled.add(name);
    return null;
  };
  for (const { file } of files) {
    const found = walk(file, []);
    if (found !== null) return found;
  }
  return null;
}
