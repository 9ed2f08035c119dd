/** Each eviction policy has a scenario, which holds under that policy and breaks under every other. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { modelledPolicies } from "../../../dist/catalog/engines.js";
import { probe } from "../../../dist/run/simulation.js";
import { loadScenario } from "../../../dist/scenario/load.js";

function verdictOf(scenario: string, policy: string): string {
  const file = `scenarios/fast/eviction-${scenario}.yaml`;
  const source = readFileSync(file, "utf8");
  const sets = [`caches.cart.parameters.maxmemory-policy=${policy}`];
  return probe(loadScenario(source, { file, sets })).verdict;
}

describe("scenarios of eviction", () => {
  for (const policy of modelledPolicies) {
    it(`eviction-${policy} holds under ${policy} alone`, () => {
      const passing = modelledPolicies.filter((other) => verdictOf(policy, other) === "pass");
      expect(passing).toEqual([policy]);
    });
  }

  it("eviction-nothing-to-evict holds under every policy that needs a TTL, and without eviction", () => {
    const passing = modelledPolicies.filter(
      (policy) => verdictOf("nothing-to-evict", policy) === "pass",
    );
    const needTtl = modelledPolicies.filter((policy) => policy.startsWith("volatile"));
    expect(passing.toSorted()).toEqual([...needTtl, "noeviction"].toSorted());
  });
});
