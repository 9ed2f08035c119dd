/**
 * Whatever is typed: an answer, and one of the exit codes 0, 1, 2 or 64. 20,000 mutants here, `MUTANTS=100000` in
 * `npm run soak`; `MUTANT_SEED` takes others.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { ScenarioError } from "../../dist/base/scenario-error.js";
import { BudgetError } from "../../dist/kernel/budget-error.js";
import { renderAll } from "../../dist/report/render-all.js";
import { run } from "../../dist/run/simulation.js";
import { loadScenario } from "../../dist/scenario/load.js";
import { hash32 } from "../../src/base/hash.ts";
import { built } from "../e2e/cachequake.ts";
import { type Mutant, mutants } from "./mutate.ts";

const RUNS = Number(process.env["MUTANTS"] ?? 20_000);
const SEED = Number(process.env["MUTANT_SEED"] ?? 1);
const EVENTS_MAX = 20_000;
const LIMITS = { nodes: 100, memoryBytes: 150e6 };
/** One of so many that run, by a hash of its text, has all its reports drawn. */
const RENDERED = 60;
/** A hang is an answer after this long. The slowest takes a fraction of it. */
const HANG_MS = 15_000;

type Code = 0 | 1 | 2 | 64;
const CODES = { pass: 0, fail: 1, unknown: 2 } as const;

/** What the command line would end with. @throws anything but what a user may have done wrong */
async function answer({ text }: Mutant, rendered: boolean): Promise<Code> {
  try {
    const resolved = loadScenario(text, { file: "mutant.yaml", limits: LIMITS });
    const budget = { ...resolved, maxEvents: Math.min(resolved.maxEvents, EVENTS_MAX) };
    const result = run(budget, { source: text, sets: [], allowPlanted: false });
    if (rendered) {
      for (const { name, contents } of await renderAll(result)) {
        expect(contents.length, name).toBeGreaterThan(100);
        expect(contents, name).not.toMatch(/NaN|\bundefined\b|\[object /);
      }
    }
    return CODES[result.verdict];
  } catch (error) {
    if (error instanceof ScenarioError) {
      expect(error.problems.length).toBeGreaterThan(0);
      expect(error.message).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
      return 64;
    }
    if (error instanceof BudgetError) return 2;
    throw error;
  }
}

test(`${RUNS} mutants each get an answer`, { timeout: 3_600_000 }, async () => {
  const shares = new Map<string, number>();
  const count = (name: string): number => {
    const next = (shares.get(name) ?? 0) + 1;
    shares.set(name, next);
    return next;
  };
  let slowest = 0;
  built();
  await fc.assert(
    fc.asyncProperty(mutants, async (mutant) => {
      const startedAt = performance.now();
      const code = await answer(mutant, hash32(mutant.text) % RENDERED === 0);
      const took = performance.now() - startedAt;
      slowest = Math.max(slowest, took);
      count(`exit ${code}`);
      count(`${mutant.how.split(":")[0]}: ${code === 64 ? "refused" : "ran"}`);
      expect(took).toBeLessThan(HANG_MS);
    }),
    { seed: SEED, numRuns: RUNS },
  );
  const share = (name: string): number => (shares.get(name) ?? 0) / RUNS;
  const lines = [...shares.keys()].sort((a, b) => (a < b ? -1 : 1));
  process.stdout.write(
    `${lines.map((name) => `${name} ${(100 * share(name)).toFixed(1)} %`).join(", ")}; slowest ${slowest.toFixed(0)} ms\n`,
  );
  expect(1 - share("exit 64"), "share of mutants that reach run").toBeGreaterThan(0.25);
  for (const code of [0, 1, 2, 64]) expect(share(`exit ${code}`)).toBeGreaterThan(0);
});
