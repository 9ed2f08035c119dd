import { spawnSync } from "node:child_process";
import {
  chmodSync,
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
import { asNobody } from "../fixtures/as-nobody.ts";

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

describe("a folder that this user may not write to", () => {
  test("is refused, and left as it was", () => {
    writeReport(inRoot("42"), report("old"));
    chmodSync(root, 0o555);
    asNobody(() => {
      for (const act of [
        () => writeReport(inRoot("42"), report("new")),
        () => writeReport(inRoot("a", "43"), report("new")),
        () => checkWritable(inRoot("43")),
      ]) {
        const { exitCode, message } = refusal(act);
        expect(exitCode).toBe(EXIT.cannotWrite);
        expect(message).toContain("may not be written by this user");
      }
    });
    chmodSync(root, 0o755);
    expect(readFileSync(inRoot("42", "result.json"), "utf8")).toBe("old");
    expect(readdirSync(root)).toEqual(["42"]);
  });
});

describe("a full disk", () => {
  test.skipIf(process.getuid?.() !== 0)(
    "takes no part of a report, and keeps the older one (skipped unless root, who can mount a small file system)",
    (test) => {
      const mount = ["-t", "tmpfs", "-o", "size=64k", "tmpfs", root];
      if (spawnSync("mount", mount).status !== 0) return test.skip("no file system can be mounted");
      try {
        writeReport(inRoot("42"), report("old"));
        const files = [...report("new"), { name: "summary.txt", contents: "x".repeat(100_000) }];
        for (const folder of ["42", "43"]) {
          const { exitCode, message } = refusal(() => writeReport(inRoot(folder), files));
          expect(exitCode).toBe(EXIT.cannotWrite);
          expect(message).toContain("does not fit: the disk is full");
          expect(readdirSync(root)).toEqual(["42"]);
        }
        expect(readFileSync(inRoot("42", "result.json"), "utf8")).toBe("old");
      } finally {
        spawnSync("umount", [root]);
      }
    },
  );
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
