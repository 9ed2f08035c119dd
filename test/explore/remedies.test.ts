/** What might have saved it: settings that the scenario's kind knows, and that say something. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { changesOf } from "../../dist/explore/explain.js";
import { loadScenario } from "../../dist/scenario/load.js";

const selfManaged = `scenario: own
seed: 1
duration: 30s
regions: { us-east-1: { zones: 3 } }
caches:
  cart: { type: self-managed, region: us-east-1, engine: valkey, engineVersion: "8.0", memory: 1GB, replicas: 1, sentinels: { count: 3 } }
traffic:
  shop: { cache: cart, arrivals: { rate: 10/s }, keys: { count: 100 }, client: { retry: { jitter: none } } }
`;

const sources: Readonly<Record<string, string>> = {
  "self-managed": selfManaged,
  ...Object.fromEntries(
    [
      "explore/checkout",
      "explore/planted",
      "explore/memory",
      "explore/self-managed",
      "fast/primary-crash-single-az",
      "fast/region-loss",
      "fast/stale-dns",
    ].map((name) => [name, readFileSync(`scenarios/${name}.yaml`, "utf8")]),
  ),
};

describe("changesOf()", () => {
  it.each(Object.entries(sources))("%s loads with each of them", (name, source) => {
    const changes = changesOf(loadScenario(source, { file: `${name}.yaml` }));
    expect(changes.length).toBeGreaterThan(3);
    for (const { sets, what } of changes)
      expect(() => loadScenario(source, { file: `${name}.yaml`, sets }), what).not.toThrow();
  });

  it("offers what the kind has: a replica to all, Multi-AZ and DNS to the service's, maps of shards to cluster mode", () => {
    const whatOf = (source: string): string =>
      changesOf(loadScenario(source, { file: "x.yaml" }))
        .map(({ what }) => what)
        .join("; ");
    expect(whatOf(selfManaged)).toContain("one more replica of cart");
    expect(whatOf(selfManaged)).not.toMatch(/Multi-AZ|DNS|topology/);
    const single = whatOf(sources["fast/primary-crash-single-az"] as string);
    expect(single).toMatch(/Multi-AZ.*DNS/);
    expect(single).not.toContain("topology");
    expect(whatOf(sources["explore/checkout"] as string)).toContain("topology");
  });
});
