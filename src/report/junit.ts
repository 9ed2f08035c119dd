/** JUnit XML: a suite per scenario, a case per expectation and invariant. Unknown verdicts are skipped cases. */
import type { Result } from "../run/result.ts";
import { escapeMarkup } from "./format.ts";

export function renderJUnit(results: readonly Result[]): string {
  const suites = results.map((result) => {
    const cases = [
      ...result.expectations.map((check) => ({ ...check, group: "expectation" })),
      ...result.invariants.map((check) => ({ ...check, group: "invariant" })),
    ];
    const failed = cases.filter((check) => check.verdict === "fail").length;
    const skipped = cases.filter((check) => check.verdict === "unknown").length;
    const lines = cases.map((check) => {
      const head = `    <testcase classname="${escapeMarkup(`${result.scenario}.${check.group}`)}" name="${escapeMarkup(check.id)}"`;
      const reason = escapeMarkup(check.reason);
      if (check.verdict === "pass") return `${head}/>`;
      if (check.verdict === "unknown")
        return `${head}>\n      <skipped message="${reason}"/>\n    </testcase>`;
      return `${head}>\n      <failure message="${reason}">${escapeMarkup(`Reproduce: ${result.reproduce}`)}</failure>\n    </testcase>`;
    });
    const name = escapeMarkup(`${result.scenario} seed ${result.seed}`);
    return [
      `  <testsuite name="${name}" tests="${cases.length}" failures="${failed}" errors="0" skipped="${skipped}">`,
      ...lines,
      "  </testsuite>",
    ].join("\n");
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join("\n")}\n</testsuites>\n`;
}
