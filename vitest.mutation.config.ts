import { defineConfig } from "vitest/config";

/** The tests that judge kernel, checks and scenario by themselves: quick enough to run against every mutant. */
export default defineConfig({
  test: {
    include: ["test/kernel/**/*.test.ts", "test/checks/**/*.test.ts", "test/scenario/**/*.test.ts"],
    pool: "forks",
    testTimeout: 20_000,
  },
});
