import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { DETERMINISTIC, FLOORS, floorOf, PACKAGES } from "./architecture/floors.ts";
import {
  findCycle,
  importedFile,
  type ProjectFile,
  readProject,
  root,
} from "./architecture/project.ts";
import { scanSource } from "./architecture/source-scan.ts";

const project = readProject();

/** What may keep a rule of the deterministic floors from a file, and why. */
const EXEMPT: Readonly<Record<string, readonly string[]>> = {
  // The one Node adapter of the report: d3-node takes 0.4 s to load, so it comes by import() when it is needed.
  "report/d3-node-adapter.ts": ["async", "await", "Promise"],
  "report/render-all.ts": ["async", "await", "Promise"],
  // Drives what answers later, in a pool; what it asks for hangs on no clock and no order of answering.
  "campaign/campaign.ts": ["async", "await", "Promise"],
  "campaign/desk.ts": ["async", "await", "Promise"],
  "campaign/course.ts": ["async", "await", "Promise"],
  "campaign/pool.ts": ["Promise"],
  // Loads the jobs' module where it can say what is wrong with it.
  "campaign/pools/worker-entry.ts": ["import(module)"],
};

describe("src/", () => {
  test("is found, with every file on a floor", () => {
    expect(project.length).toBeGreaterThan(50);
    expect(
      project.filter(({ file }) => floorOf(file) === undefined).map(({ file }) => file),
    ).toEqual([]);
  });

  test("imports only floors that stand before its own", () => {
    expect(project.flatMap(upwardImports)).toEqual([]);
  });

  test("has no cycle of imports", () => {
    expect(findCycle(project)).toBeNull();
  });

  test("uses on each floor only the packages meant for it, and none that is not installed with it", () => {
    const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
      dependencies: Record<string, string>;
      peerDependencies: Record<string, string>;
    };
    const installed = { ...manifest.dependencies, ...manifest.peerDependencies };
    expect(project.flatMap((file) => foreignPackages(file, Object.keys(installed)))).toEqual([]);
  });

  test("loads code late in the command line and the d3 adapter alone", () => {
    const late = project.filter(({ imports }) => imports.some(({ dynamic }) => dynamic));
    const elsewhere = late.map(({ file }) => file).filter((file) => !file.startsWith("cli/"));
    expect(elsewhere.filter((file) => EXEMPT[file] === undefined)).toEqual([]);
  });

  test("has no index.ts but the package's own", () => {
    const barrels = project.map(({ file }) => file).filter((file) => file.endsWith("index.ts"));
    expect(barrels).toEqual(["index.ts"]);
  });

  test("keeps clock, chance, process and engine-dependent arithmetic out of the deterministic floors", () => {
    const found = project
      .filter(({ file }) => DETERMINISTIC.includes(floorOf(file) ?? ""))
      .flatMap(({ file, breaches }) =>
        breaches
          .filter(({ what }) => !EXEMPT[file]?.includes(what))
          .map(({ line, what }) => `src/${file}:${line}: ${what}`),
      );
    expect(found).toEqual([]);
  });
});

describe("the scan", () => {
  const breaches = (text: string): string[] =>
    scanSource("a.ts", text).breaches.map(({ what }) => what);

  test.each([
    ["const a = Math.log(2);", "Math.log"],
    ["const a = Math.random();", "Math.random"],
    ["const a = x ** 0.5;", "**"],
    ["const a = 10 ** k;", "**"],
    ["let counter = 0;", "module-level let"],
    ["export let counter = 0;", "module-level let"],
    ["const a = [2, 1].sort();", "sort() without comparator"],
    ["const a = [2, 1].toSorted();", "toSorted() without comparator"],
    ["const a = Date.now();", "Date"],
    ["const a = new Date();", "Date"],
    ["const a = performance.now();", "performance"],
    ["const a = { at: process.pid };", "process"],
    ["setTimeout(() => undefined, 1);", "setTimeout"],
    ["const a = 'a'.localeCompare('b');", "localeCompare"],
    ["const a = (1).toLocaleString();", "toLocaleString"],
    ["async function a() {}", "async"],
    ["const a = Promise.resolve();", "Promise"],
  ])("sees the breach in: %s", (text, what) => {
    expect(breaches(text)).toEqual([what]);
  });

  test.each([
    "const a = Math.floor(Math.sqrt(2));",
    "const a = 10 ** 6 + 2 ** k;",
    "function a() { let i = 0; return i; }",
    "const a = [2, 1].sort((x, y) => x - y);",
    "const a = node.process;",
    "interface A { process: boolean; performance: Date }",
    "// Date.now() in a comment\nconst a = 'Math.random()';",
    "const a = (process: number) => process + 1;",
    "const { process: b } = a;",
  ])("sees no breach in: %s", (text) => {
    expect(breaches(text)).toEqual([]);
  });

  test("sees an import that goes up, of types too, and a cycle", () => {
    const low = {
      file: "kernel/a.ts",
      ...scanSource("a.ts", 'import type { B } from "../model/place/b.ts";'),
    };
    const high = {
      file: "model/place/b.ts",
      ...scanSource("b.ts", 'export { a } from "../../kernel/a.ts";'),
    };
    expect(upwardImports(low)).toHaveLength(1);
    expect(upwardImports(high)).toEqual([]);
    expect(findCycle([low, high])).toEqual(["kernel/a.ts", "model/place/b.ts", "kernel/a.ts"]);
  });

  test("sees a package on the wrong floor", () => {
    const file = { file: "kernel/a.ts", ...scanSource("a.ts", 'import fs from "node:fs";') };
    expect(foreignPackages(file, ["seedrandom"])).toHaveLength(1);
  });
});

function upwardImports({ file, imports }: ProjectFile): string[] {
  const own = FLOORS.indexOf(floorOf(file) ?? "");
  return imports.flatMap(({ specifier, line }) => {
    const imported = importedFile(file, specifier);
    const floor = imported === null ? -1 : FLOORS.indexOf(floorOf(imported) ?? "");
    return floor > own ? [`src/${file}:${line}: imports ${specifier}, which stands higher`] : [];
  });
}

function foreignPackages({ file, imports }: ProjectFile, installed: readonly string[]): string[] {
  const floor = floorOf(file) ?? "";
  return imports
    .filter(({ specifier }) => !specifier.startsWith("."))
    .filter(({ specifier }) => !EXEMPT[file]?.includes(`import(${specifier})`))
    .filter(({ specifier }) => {
      const name = specifier.split("/")[0] as string;
      const allowed = PACKAGES[floor] ?? [];
      if (specifier.startsWith("node:")) return !allowed.includes(specifier);
      return !allowed.includes(name) || !installed.includes(name);
    })
    .map(({ specifier, line }) => `src/${file}:${line}: imports ${specifier}`);
}
