import { defineConfig } from "vitest/config";

/** Where CI wants a machine-readable report, and nowhere else. */
const reportFile = process.env["CACHEQUAKE_TEST_REPORT"];

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    // The build runs as it is: tests of many runs take it for its speed.
    server: { deps: { external: [/\/dist\//] } },
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: reportFile ? ["default", ["json", { outputFile: reportFile }]] : ["default"],
    coverage: { include: ["src/**"], exclude: ["src/**/*.gen.ts", "src/**/*.d.ts"] },
  },
});
