import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { root } from "../architecture/project.ts";

const folder = mkdtempSync(path.join(tmpdir(), "cachequake-count-"));
afterAll(() => rmSync(folder, { recursive: true }));

function count(report: string | null): string {
  const file = path.join(folder, report === null ? "none.json" : "report.json");
  if (report !== null) writeFileSync(file, report);
  const script = path.join(root, "scripts", "count-tests.mjs");
  return execFileSync(process.execPath, [script, file], { encoding: "utf8" });
}

const report = (passed: number, failed: number, results: readonly object[]): string =>
  JSON.stringify({ numPassedTests: passed, numFailedTests: failed, testResults: results });

describe("scripts/count-tests.mjs", () => {
  test("prints the tests of a report", () => {
    const results = [{ status: "failed", assertionResults: [{ status: "failed" }] }];
    expect(count(report(12, 1, results))).toBe("12 passed, 1 failed\n");
  });

  test("counts a file that broke before its first test as a failure", () => {
    const results = [{ status: "failed", assertionResults: [] }];
    expect(count(report(12, 0, results))).toBe("12 passed, 1 failed\n");
  });

  test("counts a missing or broken report as one failure", () => {
    expect(count(null)).toBe("0 passed, 1 failed\n");
    expect(count("{")).toBe("0 passed, 1 failed\n");
  });
});
