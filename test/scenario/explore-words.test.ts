/** `explore:`: the space that its words come to, and the default one. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { faultWords } from "../../src/faults/words.ts";
import type { Finding } from "../../src/model/kinds/contract.ts";
import { exploreSchema, resolveExplore } from "../../src/scenario/explore.ts";
import { scenarioSchema } from "../../src/scenario/schema.ts";

const S = 1e9;
const read = (words?: Readonly<Record<string, unknown>>, durationNs = 100 * S) => {
  const problems: Finding[] = [];
  const settings = resolveExplore(
    words,
    { durationNs },
    {
      regions: [],
      problem: (finding) => problems.push(finding),
      assumption: () => undefined,
    },
  );
  return { settings, problems };
};

describe("resolveExplore()", () => {
  it("has a default for each word: all faults but those that only change the load", () => {
    const byDefault = Object.keys(faultWords).filter(
      (kind) => !["traffic-surge", "hot-key", "memory-pressure"].includes(kind),
    );
    expect(byDefault.length).toBe(Object.keys(faultWords).length - 3);
    const wanted = {
      faults: byDefault,
      atMost: 6,
      atOnce: 3,
      fromNs: 10 * S,
      untilNs: 60 * S,
      zones: 1,
      nodes: 1,
      onStates: true,
      vary: [],
      mustReach: [],
    };
    expect(read()).toEqual({ settings: wanted, problems: [] });
    expect(read({})).toEqual({ settings: wanted, problems: [] });
    expect(read({ budget: {} })).toEqual({ settings: wanted, problems: [] });
    expect(read({}, 0).problems).toEqual([]);
  });

  it("takes each word as it is given", () => {
    const { settings, problems } = read({
      faults: ["hot-key", "node-crash"],
      atMost: 4,
      atOnce: 2,
      window: { from: "5s", until: "100s" },
      budget: { zones: 0, nodes: 7 },
      onStates: false,
      vary: { "caches.cart.nodes": [1, 2], "assume.x": ["a"] },
      mustReach: ["m"],
    });
    expect(problems).toEqual([]);
    expect(settings).toEqual({
      faults: ["hot-key", "node-crash"],
      atMost: 4,
      atOnce: 2,
      fromNs: 5 * S,
      untilNs: 100 * S,
      zones: 0,
      nodes: 7,
      onStates: false,
      vary: [
        { path: "caches.cart.nodes", values: [1, 2] },
        { path: "assume.x", values: ["a"] },
      ],
      mustReach: ["m"],
    });
  });

  it.each([
    ["50s", "50s"],
    ["51s", "50s"],
    ["5s", "101s"],
  ])("refuses a window from %s until %s", (from, until) => {
    expect(read({ window: { from, until } }).problems).toEqual([
      {
        path: ["explore", "window"],
        found: `is from ${from} until ${until}`,
        expected: "a window of some length that ends within the scenario's duration",
      },
    ]);
  });

  it.each(["explore.atMost", "seed", "method[0].at", "scenario"])("does not vary %s", (path) => {
    expect(read({ vary: { [path]: [1] } }).problems).toEqual([
      {
        path: ["explore", "vary", path],
        found: "is not the topology, the traffic or a client",
        expected: "a path below caches, origins, traffic, network or assume",
      },
    ]);
  });

  it.each(["seeds", "caches.seed", "traffic.method"])("may vary %s", (path) => {
    expect(read({ vary: { [path]: [1] } }).problems).toEqual([]);
  });
});

describe("the schemas", () => {
  it("are those that are shipped", () => {
    const shipped = JSON.parse(readFileSync("schema/scenario.schema.json", "utf8"));
    expect(exploreSchema).toEqual(shipped.properties.explore);
    expect(JSON.parse(JSON.stringify(scenarioSchema))).toEqual(shipped);
  });
});
