/** Words of expectations and of the steady state, read one by one. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  expectationMetrics,
  expectationSchema,
  resolveExpectation,
  resolveSteadyClause,
  steadyClauseSchema,
} from "../../src/checks/words.ts";
import type { Finding } from "../../src/model/kinds/contract.ts";
import { S } from "./journal.ts";

const NAMES = { traffic: ["shop", "search"], caches: ["cart", "world"], origins: ["db"] };
const CLAUSE = { metric: "successRatio", of: "shop", overNs: S, atLeast: 0.9 } as const;

function collect<Answer>(read: (reading: Parameters<typeof resolveExpectation>[3]) => Answer) {
  const problems: Finding[] = [];
  const answer = read({
    regions: [],
    problem: (finding) => problems.push(finding),
    assumption: () => undefined,
  });
  return { answer, problems };
}
const expectation = (words: Readonly<Record<string, unknown>>, names = NAMES, steady = [CLAUSE]) =>
  collect((reading) => resolveExpectation(words, names, steady, reading));
const clause = (words: Readonly<Record<string, unknown>>) =>
  collect((reading) => resolveSteadyClause(words, NAMES, reading));

describe("resolveExpectation()", () => {
  it.each([
    [
      { rpo: { of: "cart", atMost: "1s" } },
      { id: "rpo(cart)", metric: "rpo", of: "cart", atMostNs: S },
    ],
    [
      { rto: { of: "shop", atMost: "2s" } },
      { id: "rto(shop)", metric: "rto", of: "shop", atMostNs: 2 * S },
    ],
    [
      { rto: { of: "world", atMost: "2s" } },
      { id: "rto(world)", metric: "rto", of: "world", atMostNs: 2 * S },
    ],
    [
      { staleness: { of: "search", atMost: "5ms" } },
      { id: "staleness(search)", metric: "staleness", of: "search", atMostNs: 5e6 },
    ],
    [
      { steady: { from: "60s after first-fault" } },
      { id: "steady", metric: "steady", of: null, fromAnchor: "first-fault", fromNs: 60 * S },
    ],
    [
      { steady: { of: "shop", from: "last-heal" } },
      { id: "steady(shop)", metric: "steady", of: "shop", fromAnchor: "last-heal", fromNs: 0 },
    ],
    [
      { redundancyRestored: { of: "cart", within: "9m" } },
      {
        id: "redundancyRestored(cart)",
        metric: "redundancyRestored",
        of: "cart",
        withinNs: 540 * S,
        afterAnchor: "first-fault",
      },
    ],
    [
      { redundancyRestored: { of: "cart", within: "9m", after: "last-disturbance" } },
      {
        id: "redundancyRestored(cart)",
        metric: "redundancyRestored",
        of: "cart",
        withinNs: 540 * S,
        afterAnchor: "last-disturbance",
      },
    ],
    [
      { availability: { of: "shop", atLeast: "99.9%" } },
      { id: "availability(shop)", metric: "availability", of: "shop", atLeast: 0.999 },
    ],
    [
      { hitRatio: { of: "shop", atLeast: "100%" } },
      {
        id: "hitRatio(shop)",
        metric: "hitRatio",
        of: "shop",
        bound: { side: "at least", limit: 1 },
      },
    ],
    [
      { hitRatio: { of: "shop", atMost: "90%" } },
      {
        id: "hitRatio(shop, at most)",
        metric: "hitRatio",
        of: "shop",
        bound: { side: "at most", limit: 0.9 },
      },
    ],
    [
      { consistency: { of: "cart" } },
      {
        id: "consistency(cart)",
        metric: "consistency",
        of: "cart",
        promises: null,
        staleNs: 0,
      },
    ],
    [
      { consistency: { of: "cart", promises: ["boundedStaleness"], staleBy: "2s" } },
      {
        id: "consistency(cart)",
        metric: "consistency",
        of: "cart",
        promises: ["boundedStaleness"],
        staleNs: 2 * S,
      },
    ],
    [
      { evictions: { of: "cart", atMost: 3 } },
      {
        id: "evictions(cart, at most)",
        metric: "evictions",
        of: "cart",
        bound: { side: "at most", limit: 3 },
      },
    ],
    [
      { failures: { of: "shop", cause: "OOM", atLeast: 2 } },
      {
        id: "failures(shop, OOM)",
        metric: "failures",
        of: "shop",
        cause: "OOM",
        bound: { side: "at least", limit: 2 },
      },
    ],
    [
      { failures: { of: "shop", atMost: 2 } },
      {
        id: "failures(shop, at most)",
        metric: "failures",
        of: "shop",
        cause: null,
        bound: { side: "at most", limit: 2 },
      },
    ],
    [
      { originLoad: { of: "db", atMost: 7 } },
      { id: "originLoad(db)", metric: "originLoad", of: "db", atMostConcurrency: 7 },
    ],
    [
      { noSplitBrain: { of: "cart" } },
      { id: "noSplitBrain(cart)", metric: "noSplitBrain", of: "cart" },
    ],
    [
      { noLostWrites: { of: "cart" } },
      { id: "noLostWrites(cart)", metric: "noLostWrites", of: "cart" },
    ],
    [
      { cost: { of: "cart", atMostPerMonth: 12.5 } },
      { id: "cost(cart)", metric: "cost", of: "cart", atMostPerMonth: 12.5 },
    ],
  ])("reads %j", (words, expected) => {
    expect(expectation(words)).toStrictEqual({ answer: expected, problems: [] });
  });

  it.each([
    ["p50", 0.5],
    ["p5", 0.05],
    ["p99", 0.99],
    ["p999", 0.999],
  ])("reads the percentile %s", (percentile, share) => {
    const words = { of: "shop", percentile, atMost: "5ms" };
    expect(expectation({ latency: words }).answer).toEqual({
      id: `latency(shop, ${percentile})`,
      metric: "latency",
      of: "shop",
      percentile: share,
      atMostNs: 5e6,
      when: "always",
    });
    expect(expectation({ latency: { ...words, when: "in-fault" } }).answer).toMatchObject({
      when: "in-fault",
    });
  });

  it.each([
    ["rpo", "cart", "shop", "cart, world"],
    ["rto", "shop", "db", "shop, search, cart, world"],
    ["steady", "shop", "cart", "shop, search"],
    ["redundancyRestored", "cart", "shop", "cart, world"],
    ["availability", "shop", "cart", "shop, search"],
    ["latency", "shop", "db", "shop, search"],
    ["hitRatio", "shop", "cart", "shop, search"],
    ["failures", "shop", "cart", "shop, search"],
    ["evictions", "cart", "shop", "cart, world"],
    ["fullSyncs", "cart", "db", "cart, world"],
    ["partialSyncs", "cart", "shop", "cart, world"],
    ["outputBufferDrops", "cart", "shop", "cart, world"],
    ["staleness", "shop", "cart", "shop, search"],
    ["originLoad", "db", "cart", "db"],
    ["noSplitBrain", "cart", "shop", "cart, world"],
    ["noLostWrites", "cart", "shop", "cart, world"],
    ["cost", "cart", "db", "cart, world"],
  ])("%s speaks of names of its own kind", (metric, right, wrong, list) => {
    const all = { atMost: "1s", atLeast: "1%", within: "1s", from: "start", percentile: "p99" };
    const { atMost: _, ...oneLimit } = all;
    const bounded = ["hitRatio", "failures", "evictions", "fullSyncs", "partialSyncs"];
    const rest = [...bounded, "outputBufferDrops"].includes(metric) ? oneLimit : all;
    expect(expectation({ [metric]: { of: right, ...rest } }).problems).toEqual([]);
    expect(expectation({ [metric]: { of: wrong, ...rest } })).toEqual({
      answer: null,
      problems: [{ path: [metric, "of"], found: `is "${wrong}"`, expected: `one of ${list}` }],
    });
  });

  it("says so where a name is missing, or none could be given", () => {
    expect(expectation({ rpo: { atMost: "1s" } }).problems).toEqual([
      { path: ["rpo", "of"], found: "is missing", expected: "one of cart, world" },
    ]);
    const bare = { ...NAMES, origins: [] };
    expect(expectation({ originLoad: { of: "x", atMost: 1 } }, bare).problems[0]?.expected).toBe(
      "a name that the scenario defines",
    );
  });

  it("holds an RTO of traffic, and the steady state itself, to a clause of it", () => {
    expect(expectation({ rto: { of: "search", atMost: "1s" } }).problems).toEqual([
      {
        path: ["rto", "of"],
        found: 'is "search", which has no steady state',
        expected: "a clause of steadyState: for search, for its RTO ends where that is regained",
      },
    ]);
    expect(expectation({ rto: { of: "cart", atMost: "1s" } }, NAMES, []).problems).toEqual([]);
    const both = [CLAUSE, { ...CLAUSE, of: "search" as const }];
    const { problems: none } = collect((reading) =>
      resolveExpectation({ rto: { of: "search", atMost: "1s" } }, NAMES, both, reading),
    );
    expect(none).toEqual([]);
    const { problems } = expectation({ steady: { from: "start" } }, NAMES, []);
    expect(problems).toEqual([
      {
        path: ["steady"],
        found: "speaks of a steady state",
        expected: "steadyState: in the scenario",
      },
    ]);
  });

  it.each([
    "soon after first-fault",
    "60s first-fault",
    "60s after noon",
    "first-fault please",
    "a first-fault",
    " after start",
    "",
  ])("refuses the moment %j", (from) => {
    const { answer, problems } = expectation({ steady: { from } });
    expect(answer).toBe(null);
    expect(problems).toEqual([
      {
        path: ["steady", "from"],
        found: `is "${from}"`,
        expected:
          'a moment such as "60s after first-fault"; anchors are start, first-fault, last-fault, first-heal, last-heal, ' +
          "last-disturbance",
      },
    ]);
  });

  it("asks for exactly one limit where either side may be bounded", () => {
    const problemOf = (limits: object) =>
      expectation({ evictions: { of: "cart", ...limits } }).problems;
    const expected = "exactly one of atLeast, atMost";
    expect(problemOf({})).toEqual([{ path: ["evictions"], found: "has no limit", expected }]);
    expect(problemOf({ atLeast: 1, atMost: 2 })).toEqual([
      { path: ["evictions"], found: "has two limits", expected },
    ]);
    expect(problemOf({ atMost: 0 })).toEqual([]);
  });

  it("refuses a share above 100%", () => {
    for (const metric of ["availability", "hitRatio"])
      expect(expectation({ [metric]: { of: "shop", atLeast: "100.1%" } }).problems).toEqual([
        { path: [metric, "atLeast"], found: 'is "100.1%"', expected: 'at most "100%"' },
      ]);
  });
});

describe("resolveSteadyClause()", () => {
  it("reads each clause, over ten seconds by default", () => {
    expect(clause({ successRatio: { of: "shop", atLeast: "99%" } })).toEqual({
      answer: { metric: "successRatio", of: "shop", overNs: 10 * S, atLeast: 0.99 },
      problems: [],
    });
    expect(clause({ hitRatio: { of: "search", atLeast: "5%", over: "100ms" } })).toEqual({
      answer: { metric: "hitRatio", of: "search", overNs: 0.1 * S, atLeast: 0.05 },
      problems: [],
    });
    expect(clause({ latencyP99: { of: "shop", atMost: "5ms", over: "2s" } })).toEqual({
      answer: { metric: "latencyP99", of: "shop", overNs: 2 * S, atMostNs: 5e6 },
      problems: [],
    });
  });

  it("refuses a window shorter than the grid, a name that is no traffic and a share above 100%", () => {
    const short = clause({ successRatio: { of: "shop", atLeast: "99%", over: "99ms" } });
    expect(short.problems).toEqual([
      { path: ["successRatio", "over"], found: 'is "99ms"', expected: "at least 100ms" },
    ]);
    const { answer, problems } = clause({ latencyP99: { of: "cart", atMost: "5ms" } });
    expect(answer).toBe(null);
    expect(problems[0]).toEqual({
      path: ["latencyP99", "of"],
      found: 'is "cart"',
      expected: "one of shop, search",
    });
    expect(clause({ hitRatio: { of: "shop", atLeast: "101%" } }).problems[0]?.path).toEqual([
      "hitRatio",
      "atLeast",
    ]);
  });
});

describe("the words' schema", () => {
  const shipped = JSON.parse(readFileSync("schema/scenario.schema.json", "utf8"));

  it("is the one that is shipped", () => {
    expect(shipped.properties.expect.items).toEqual(expectationSchema);
    expect(shipped.properties.steadyState.items).toEqual(steadyClauseSchema);
  });

  it("has a summary for each metric", () => {
    const metrics = Object.keys(shipped.properties.expect.items.properties);
    expect(expectationMetrics.map(({ metric }) => metric)).toEqual(metrics);
    expect(expectationMetrics[0]).toEqual({
      metric: "rpo",
      summary: "Width of the window of lost acknowledged writes",
    });
  });
});

describe("consistency", () => {
  it.each([{}, { promises: [] }, { promises: ["knownValues"] }])(
    "takes a bound only with the promise that it bounds: %j",
    (words) => {
      const { problems } = expectation({ consistency: { of: "cart", staleBy: "2s", ...words } });
      expect(problems).toEqual([
        {
          path: ["consistency", "staleBy"],
          found: "is given",
          expected: "boundedStaleness among the promises, for it is the bound of that one",
        },
      ]);
    },
  );
});
