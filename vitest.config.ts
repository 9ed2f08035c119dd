import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { newerThanBuild } from "./scripts/newer-than-build.ts";

const root = fileURLToPath(new URL(".", import.meta.url));
const SOURCES = path.join(root, "src") + path.sep;
const BUILD = path.join(root, "dist") + path.sep;

/** Where CI wants a machine-readable report, and nowhere else. */
const reportFile = process.env["CACHEQUAKE_TEST_REPORT"];
/** Tests take the sources themselves, for coverage; else the build, which loads and runs several times faster. */
const onSources = process.env["CACHEQUAKE_TEST_SOURCES"] !== undefined;

/** Files that take longest, longest first: they start first, so that none of them is left alone at the end. */
const LONGEST = [
  "determinism/ties",
  "types.test",
  "mutants/mutants",
  "explore/proof",
  "scenarios.test",
  "twin/twin",
  "docs.test",
  "verify/measured",
  "e2e/signals",
  "e2e/run",
  "campaign/killed-campaign",
  "e2e/bad-input",
  "verify/theory",
  "examples/examples",
  "e2e/package",
  "e2e/accessible-page",
  "e2e/page",
  "campaign/workers",
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = LONGEST.findIndex((name) => moduleId.includes(`/test/${name}`));
      return at === -1 ? LONGEST.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

/** Tests that mock modules. */
const MOCKING = readdirSync(path.join(root, "test"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".test.ts"))
  .map((name) => path.join("test", name))
  .filter((file) => readFileSync(path.join(root, file), "utf8").includes("vi.mock("));

/** What a test imports from src/ comes from dist/; a test that mocks modules keeps the sources. */
function fromBuild(): Plugin {
  const newer = newerThanBuild();
  if (newer !== null) throw new Error(`dist/ is older than ${newer}: npm run build`);
  const mocking = new Set(MOCKING.map((file) => path.join(root, file)));
  return {
    name: "from-build",
    enforce: "pre",
    resolveId(source, importer) {
      if (importer === undefined || !source.startsWith(".") || importer.startsWith(SOURCES)) return;
      const file = path.resolve(path.dirname(importer), source);
      if (!file.startsWith(SOURCES) || mocking.has(importer)) return;
      return `${BUILD}${file.slice(SOURCES.length).replace(/\.ts$/, ".js")}`;
    },
  };
}

export default defineConfig({
  plugins: onSources ? [] : [fromBuild()],
  test: {
    pool: "forks",
    // A process runs one file after the other, for loading and compiling anew takes a quarter of all time. Mocks, and
    // sources whose coverage is counted, stay apart.
    projects: [
      {
        extends: true,
        test: { name: "mocks", include: MOCKING, isolate: true },
      },
      {
        extends: true,
        test: {
          name: "tests",
          include: ["test/**/*.test.ts"],
          exclude: MOCKING,
          isolate: onSources,
        },
      },
    ],
    // The build runs as it is.
    server: { deps: { external: [/\/dist\//] } },
    // One more than CI's cores: some tests wait for real servers, browsers and processes.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: reportFile ? ["default", ["json", { outputFile: reportFile }]] : ["default"],
    coverage: { include: ["src/**"], exclude: ["src/**/*.gen.ts", "src/**/*.d.ts"] },
  },
});
