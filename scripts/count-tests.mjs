// Prints "N passed, N failed" from vitest's JSON report, whose path is the only argument. Where there is none, types,
// lint, build or install failed before any test ran: that is one failure.
import { readFileSync } from "node:fs";

function count(file) {
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(file, "utf8"));
    const broken = testResults.filter(({ status, assertionResults }) => {
      return status === "failed" && !assertionResults.some((test) => test.status === "failed");
    });
    return { passed: numPassedTests, failed: numFailedTests + broken.length };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

const { passed, failed } = count(process.argv[2] ?? "");
console.log(`${passed} passed, ${failed} failed`);
