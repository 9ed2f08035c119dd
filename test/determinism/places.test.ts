/** The same bytes everywhere: digests and `result.json` of every fast scenario. */
import { readdirSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { run } from "../../src/run/simulation.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { findChromium } from "../chromium.ts";
import { built } from "../e2e/cachequake.ts";
import { withoutTheEngine } from "./patched.ts";
import { type Fingerprint, findNode, here, inBrowser, inProcess, inWorker } from "./places.ts";

const files = readdirSync("scenarios/fast").map((name) => `scenarios/fast/${name}`);
const LONG = 120_000;

describe("every fast scenario leaves the same bytes", () => {
  let expected: Fingerprint[];
  beforeAll(() => {
    built();
    expected = here(files);
  });

  test("on a second run in the process", { timeout: LONG }, () => {
    expect(here(files)).toEqual(expected);
  });

  test("without the engine's clock, chance and transcendental functions", { timeout: LONG }, () => {
    const sources = files.map((file) => ({ file, source: readFileSync(file, "utf8") }));
    const digests = withoutTheEngine(() =>
      sources.map(({ file, source }) => {
        const resolved = loadScenario(source, { file });
        return run(resolved, { source, sets: [], allowPlanted: false }).digest;
      }),
    );
    expect(digests).toEqual(expected.map(({ digest }) => digest));
    expect(() => withoutTheEngine(() => Math.random())).toThrow("Math.random");
    expect(() => withoutTheEngine(() => new Date())).toThrow("Date");
  });

  test("in a fresh process", { timeout: LONG }, async () => {
    expect(await inProcess(process.execPath, files)).toEqual(expected);
  });

  test("in a worker thread", { timeout: LONG }, async () => {
    expect(await inWorker(files)).toEqual(expected);
  });

  for (const major of ["22", "24"]) {
    const node = findNode(major);
    test.skipIf(node === null)(
      `on Node.js ${major} (skipped without: npm run nodes:install)`,
      { timeout: LONG },
      async () => {
        expect(await inProcess(node as string, files)).toEqual(expected);
      },
    );
  }

  test.skipIf(findChromium() === null)(
    "in headless Chromium, on a page that forbids eval (skipped without)",
    { timeout: 2 * LONG },
    async () => {
      expect(await inBrowser(files)).toEqual(expected);
    },
  );
});
