import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CommandError } from "../../src/cli/command-error.ts";
import { EXIT } from "../../src/cli/exit-code.ts";
import { checkWritable, writeReport } from "../../src/cli/write-report.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "cachequake-write-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const inRoot = (...parts: string[]): string => path.join(root, ...parts);
const report = (text: string) => [{ name: "result.json", contents: text }];

const refusal = (act: () => void): CommandError => {
  try {
    act();
  } catch (error) {
    if (error instanceof CommandError) return error;
    throw error;
  }
  throw new Error("was not refused");
};

describe("writeReport()", () => {
  test("makes the folder and all above it, and leaves nothing else", () => {
    writeReport(inRoot("a", "42"), [...report("1"), { name: "summary.txt", contents: "2" }]);
    expect(readdirSync(root, { recursive: true }).map(String).sort()).toEqual([
      "a",
      "a/42",
      "a/42/result.json",
      "a/42/summary.txt",
    ]);
  });

  test("replaces an older report as a whole", () => {
    writeReport(inRoot("42"), [...report("old"), { name: "junit.xml", contents: "old" }]);
    writeReport(inRoot("42"), report("new"));
    expect(readdirSync(root)).toEqual(["42"]);
    expect(readdirSync(inRoot("42"))).toEqual(["result.json"]);
    expect(readFileSync(inRoot("42", "result.json"), "utf8")).toBe("new");
  });

  test("refuses to replace a folder that holds the user's own files", () => {
    mkdirSync(inRoot("42"));
    writeFileSync(inRoot("42", "notes.md"), "mine");
    const { exitCode, message } = refusal(() => writeReport(inRoot("42"), report("new")));
    expect(exitCode).toBe(EXIT.cannotWrite);
    expect(message).toContain("holds notes.md, which no report has written");
    expect(readdirSync(inRoot("42"))).toEqual(["notes.md"]);
    expect(readdirSync(root)).toEqual(["42"]);
  });

  test("refuses a file, and a link, where the folder should be", () => {
    writeFileSync(inRoot("42"), "");
    mkdirSync(inRoot("elsewhere"));
    symlinkSync(inRoot("elsewhere"), inRoot("43"));
    expect(refusal(() => writeReport(inRoot("42"), report(""))).message).toContain(
      "is not a folder",
    );
    expect(refusal(() => writeReport(inRoot("43"), report(""))).message).toContain(
      "is not a folder",
    );
    expect(refusal(() => writeReport(inRoot("42", "1"), report(""))).message).toContain(
      "has a file where a folder should be",
    );
    expect(readdirSync(inRoot("elsewhere"))).toEqual([]);
  });

  test("takes everything back when a file cannot be written, and keeps the older report", () => {
    writeReport(inRoot("a", "42"), report("old"));
    const bad = [...report("new"), { name: "no/such/folder", contents: "" }];
    refusal(() => writeReport(inRoot("a", "42"), bad));
    refusal(() => writeReport(inRoot("b", "c", "42"), bad));
    expect(readFileSync(inRoot("a", "42", "result.json"), "utf8")).toBe("old");
    expect(readdirSync(root, { recursive: true }).map(String).sort()).toEqual([
      "a",
      "a/42",
      "a/42/result.json",
    ]);
  });
});

describe("checkWritable()", () => {
  test("leaves no trace where a report can go", () => {
    checkWritable(inRoot("a", "b", "42"));
    expect(readdirSync(root)).toEqual([]);
  });

  test("refuses what writeReport() would refuse", () => {
    writeFileSync(inRoot("a"), "");
    expect(refusal(() => checkWritable(inRoot("a", "42"))).exitCode).toBe(EXIT.cannotWrite);
    expect(existsSync(inRoot("a", "42"))).toBe(false);
  });

  test.runIf(existsSync("/proc/self"))("refuses a file system that takes no folders", () => {
    expect(refusal(() => checkWritable("/proc/cachequake/42")).exitCode).toBe(EXIT.cannotWrite);
  });
});
