/** `tieBreak: shuffled`: whatever the order of simultaneous events, every promise of the model holds. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { describeEventDifference, findEventDifference } from "../../dist/cli/event-difference.js";
import { Stream } from "../../dist/kernel/streams.js";
import { open, run } from "../../dist/run/simulation.js";
import { type LoadScenarioOptions, loadScenario } from "../../dist/scenario/load.js";
import type { Result } from "../../src/run/result.ts";

const DEMONSTRATION = "az-power-loss.yaml";
const LONG = 120_000;
/** CI runs every tenth again, a seeded choice. */
const again = new Stream("a seeded tenth");

/** Runs; every tenth time twice, and names the first event that differs. */
function simulate(name: string, sets: readonly string[]): Result {
  const file = `scenarios/fast/${name}`;
  const source = readFileSync(file, "utf8");
  const options: LoadScenarioOptions = { file, sets };
  const input = { source, sets, allowPlanted: false };
  const result = run(loadScenario(source, options), input);
  if (again.nextInt(10) === 0) {
    const second = run(loadScenario(source, options), input);
    if (second.digest !== result.digest) {
      const resolved = loadScenario(source, options);
      const difference = findEventDifference(() => open(resolved), resolved.durationNs);
      throw new Error(
        difference === null
          ? `${name}: differed once and could not be made to differ again`
          : `${name}: ${describeEventDifference(difference)}`,
      );
    }
  }
  return result;
}

describe("tieBreak: shuffled", () => {
  for (const name of readdirSync("scenarios/fast")) {
    const shuffles = name === DEMONSTRATION ? 3 : 20;
    test(`${name}: ${shuffles} orders of its ties keep all invariants`, { timeout: LONG }, () => {
      const base = simulate(name, []);
      const ties: number[] = [];
      const digests = new Set<string>();
      const verdicts = new Map<string, number>();
      for (let shuffle = 1; shuffle <= shuffles; shuffle++) {
        const result = simulate(name, ["tieBreak=shuffled", `tieSeed=${shuffle}`]);
        expect(result.ties, `ties of shuffle ${shuffle}`).toBeGreaterThan(0);
        const broken = result.invariants.filter((check) => check.verdict !== "pass");
        expect(broken, `shuffle ${shuffle}`).toEqual([]);
        ties.push(result.ties);
        digests.add(result.digest);
        verdicts.set(result.verdict, (verdicts.get(result.verdict) ?? 0) + 1);
        // The order of simultaneous events is no part of what arrives.
        for (const [source, { requests }] of Object.entries(base.traffic))
          expect(result.traffic[source]?.requests).toBe(requests);
      }
      process.stdout.write(
        `${name}: ${Math.min(...ties)} to ${Math.max(...ties)} real ties, ${digests.size} different runs of ` +
          `${shuffles}, verdicts ${JSON.stringify(Object.fromEntries(verdicts))} (by schedule: ${base.verdict})\n`,
      );
      expect(digests.size).toBeGreaterThan(1);
    });
  }
});
