/** One floor of the sources, by its own tests: `node scripts/mutation/run.mjs` sets which. */
const floor = process.env.MUTATION_FLOOR ?? "kernel";

// biome-ignore lint/style/noDefaultExport: StrykerJS reads its settings so.
export default {
  packageManager: "npm",
  plugins: ["./scripts/mutation/runner.mjs"],
  testRunner: "in-process",
  // The tests of checks/history run on the build, where there are no mutants.
  mutate: [`src/${floor}/**/*.ts`, "!src/checks/history/**", "!src/**/*.gen.ts", "!src/**/*.d.ts"],
  coverageAnalysis: "perTest",
  concurrency: 1,
  // The runner ends endless loops by processor time; a busy machine is no reason to call a mutant killed.
  timeoutMS: 3_600_000,
  incremental: true,
  incrementalFile: `.cache/stryker/${floor}-incremental.json`,
  tempDirName: ".cache/stryker/sandbox",
  reporters: ["json", "progress-append-only"],
  jsonReporter: { fileName: `.cache/stryker/${floor}.json` },
  ignorePatterns: ["dist", "reports", "coverage", ".cache", "bench", "docs"],
  // Texts of errors and reasons are for people; the tests that read them are not this judge's business.
  mutator: { excludedMutations: ["StringLiteral"] },
};
