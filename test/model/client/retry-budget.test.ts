/** Retry budgets: the bucket by itself, and clients that have one. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SECOND } from "../../../src/base/nanos.ts";
import { Budget } from "../../../src/model/client/retry-budget.ts";
import { run } from "../../../src/run/simulation.ts";
import { loadScenario } from "../../../src/scenario/load.ts";
import { observe } from "../../fixtures/observe.ts";
import { at, group, resolved, traffic } from "../../fixtures/resolved.ts";

const { client } = traffic();

describe("Budget", () => {
  it("no interval has more retries than the reserve and the share of its operations", () => {
    const steps = fc.array(fc.boolean(), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 1, max: 20 }),
        steps,
        (percent, reserve, operations) => {
          const budget = new Budget({ share: percent / 100, reserve });
          const history: { operations: number; retries: number }[] = [
            { operations: 0, retries: 0 },
          ];
          for (const isOperation of operations) {
            const last = history[history.length - 1] as (typeof history)[number];
            if (isOperation) budget.earn();
            const isRetry = !isOperation && budget.spend();
            history.push({
              operations: last.operations + Number(isOperation),
              retries: last.retries + Number(isRetry),
            });
          }
          for (const [from, start] of history.entries()) {
            for (const end of history.slice(from)) {
              const earned = (percent * (end.operations - start.operations)) / 100;
              expect(end.retries - start.retries).toBeLessThanOrEqual(reserve + earned + 1e-9);
            }
          }
        },
      ),
      { numRuns: 60, seed: 3 },
    );
  });

  it("adds shares up exactly: ten operations at 10% are one retry", () => {
    const budget = new Budget({ share: 0.1, reserve: 1 });
    expect([budget.spend(), budget.spend()]).toEqual([true, false]);
    for (let i = 0; i < 9; i++) budget.earn();
    expect(budget.spend()).toBe(false);
    budget.earn();
    expect([budget.spend(), budget.spend()]).toEqual([true, false]);
  });
});

describe("clients with a retry budget", () => {
  const retriesOf = (
    share: number | null,
    reserve: number,
  ): { retries: number; operations: number } => {
    const { operations } = observe(
      resolved({
        durationNs: 20 * SECOND,
        caches: [group({ mode: "disabled", replicas: 0, automaticFailover: false })],
        traffic: [
          traffic({
            client: {
              ...client,
              retry: { ...client.retry, budget: share === null ? null : { share, reserve } },
            },
          }),
        ],
        method: [
          at(5, { fault: "node-crash", target: { kind: "primary", cache: "cart", shard: 1 } }),
        ],
      }),
    );
    const retries = operations.reduce((sum, { attempts }) => sum + attempts - 1, 0);
    return { retries, operations: operations.length };
  };

  it("make no more retries than reserve and share allow on each of three hosts, and use them up", () => {
    const unbounded = retriesOf(null, 0);
    expect(unbounded.retries).toBeGreaterThan(2 * 15 * 200);
    const { retries, operations } = retriesOf(0.1, 10);
    // Earned before the crash beyond the reserve is not saved: 3 x 10, and a tenth of the 15 s after it.
    expect(retries).toBeLessThanOrEqual(30 + 0.1 * operations);
    expect(retries).toBeGreaterThan(0.9 * (30 + 0.1 * 200 * 14));
  });

  it("scenarios/fast/retry-budget fails without its budget: the storm goes on when the node is well", () => {
    const source = readFileSync("scenarios/fast/retry-budget.yaml", "utf8");
    const without = source.replace(", budget: 10%", "");
    expect(without).not.toBe(source);
    const result = run(loadScenario(without, { file: "without.yaml" }), {
      source: without,
      sets: [],
      allowPlanted: false,
    });
    expect(result.expectations.map(({ verdict }) => verdict)).toEqual(["fail", "fail"]);
    const availability = result.expectations.find(({ metric }) => metric === "availability");
    expect(availability?.observed).toBeLessThan(0.4);
  });
});
