import { fileName, roomsOf } from "./scripts/mutation/floors.mjs";

/** One floor of the sources, by its own tests: `node scripts/mutation/run.mjs` sets which. */
const floor = process.env.MUTATION_FLOOR ?? "kernel";
const name = fileName(floor);

// biome-ignore lint/style/noDefaultExport: StrykerJS reads its settings so.
export default {
  packageManager: "npm",
  plugins: ["./scripts/mutation/runner.mjs"],
  testRunner: "in-process",
  mutate: [
    `src/${floor}/**/*.ts`,
    ...roomsOf(floor).map((room) => `!src/${room}/**`),
    "!src/**/*.gen.ts",
    "!src/**/*.d.ts",
  ],
  coverageAnalysis: "perTest",
  concurrency: 1,
  // The runner ends endless loops by processor time; a busy machine is no reason to call a mutant killed.
  timeoutMS: 3_600_000,
  incremental: true,
  incrementalFile: `.cache/stryker/${name}-incremental.json`,
  tempDirName: ".cache/stryker/sandbox",
  reporters: ["json", "progress-append-only"],
  jsonReporter: { fileName: `.cache/stryker/${name}.json` },
  ignorePatterns: ["dist", "reports", "coverage", ".cache", "bench", "docs"],
  // Texts of errors and reasons are for people; the tests that read them are not this judge's business.
  mutator: { excludedMutations: ["StringLiteral"] },
};
