/** Expectations that count: each passes with what it observed, and fails one beyond, on either side. */
import { describe, expect, it } from "vitest";
import { expectationMetrics } from "../../src/checks/words.ts";
import { causeWords } from "../../src/journal/operation-columns.ts";
import * as frames from "../../src/model/network/frames.ts";
import type { Result } from "../../src/run/result.ts";
import { run } from "../../src/run/simulation.ts";
import { loadScenario } from "../../src/scenario/load.ts";

/** Full memories, a cut that the backlog covers, a process that dies, and one that comes back empty. */
const troubled = (expectations: readonly string[], keys = "ttl: 5m"): string => `scenario: counts
seed: 3
duration: 30s
regions: { us-east-1: { zones: 2 } }
caches:
  cart:
    type: self-managed
    region: us-east-1
    engine: valkey
    engineVersion: "8.0"
    memory: 20MB
    replicas: 2
    restart: { after: 1s }
    parameters: { maxmemory-policy: volatile-lru, repl-diskless-sync-delay: 0, repl-backlog-size: 10485760 }
traffic:
  shop:
    cache: cart
    arrivals: { rate: 100/s }
    operations: { get: 50%, set: 50% }
    keys: { count: 2k, valueSize: 20KB, ${keys} }
    client: { commandTimeout: 100ms, retry: { max: 0, backoff: 1ms..1ms, jitter: none } }
method:
  - { at: 5s, fault: replication-link-cut, target: node cart-002, for: 1s }
  - { at: 10s, fault: node-restart, target: node cart-003, down: 1s }
  - { at: 20s, fault: node-pause, target: node cart-001, for: 2s }
expect:
${expectations.map((line) => `  - ${line}`).join("\n")}
`;

function play(text: string): Result {
  return run(loadScenario(text), { source: text, sets: [], allowPlanted: false });
}

const counted: readonly (readonly [string, string])[] = [
  ["evictions", "of: cart"],
  ["fullSyncs", "of: cart"],
  ["partialSyncs", "of: cart"],
  ["outputBufferDrops", "of: cart"],
  ["failures", "of: shop"],
  ["failures", "of: shop, cause: timeout"],
  ["failures", "of: shop, cause: OOM"],
];

describe("expectations that count", () => {
  const lax = play(troubled(counted.map(([metric, of]) => `${metric}: { ${of}, atLeast: 0 }`)));
  const observed = lax.expectations.map(({ observed: value }) => value as number);

  it("see what there was to count", () => {
    expect(lax.verdict).toBe("pass");
    const [evicted, full, partial, drops, failed, timeouts, refused] = observed;
    expect(evicted).toBeGreaterThan(50);
    expect([full, partial, drops]).toEqual([1, 1, 0]);
    expect(timeouts).toBeGreaterThan(50);
    expect(refused).toBe(0);
    expect(failed).toBeGreaterThanOrEqual(timeouts as number);
    const { failures, fail, info } = lax.traffic["shop"] as Result["traffic"][string];
    expect(Object.values(failures).reduce((sum, count) => sum + count, 0)).toBe(fail + info);
    expect(failures["timeout"]).toBe(timeouts);
  });

  it("hold at the limit and fail one beyond it", () => {
    const lines = counted.flatMap(([metric, of], at) => [
      `${metric}: { ${of}, atLeast: ${observed[at]} }`,
      `${metric}: { ${of}, atMost: ${observed[at]} }`,
      `${metric}: { ${of}, atLeast: ${(observed[at] as number) + 1} }`,
    ]);
    const verdicts = play(troubled(lines)).expectations.map(({ verdict }) => verdict);
    expect(verdicts).toEqual(counted.flatMap(() => ["pass", "pass", "fail"]));
    const tooMany = counted.flatMap(([metric, of], at) =>
      (observed[at] as number) === 0
        ? []
        : [`${metric}: { ${of}, atMost: ${(observed[at] as number) - 1} }`],
    );
    for (const { verdict } of play(troubled(tooMany)).expectations) expect(verdict).toBe("fail");
  });

  it("without a TTL, volatile-lru refuses writes, and the client learns that it was OOM", () => {
    const full = play(troubled(["evictions: { of: cart, atMost: 0 }"], "popularity: uniform"));
    expect(full.verdict).toBe("pass");
    expect(full.traffic["shop"]?.failures["OOM"]).toBeGreaterThan(50);
    // Refused before anything was changed: these writes did not happen.
    expect(full.traffic["shop"]?.fail).toBeGreaterThanOrEqual(
      full.traffic["shop"]?.failures["OOM"] as number,
    );
  });

  it("a hit ratio is bounded on one side at a time", () => {
    const both = play(
      troubled(["hitRatio: { of: shop, atLeast: 1% }", "hitRatio: { of: shop, atMost: 1% }"]),
    );
    expect(both.expectations.map(({ id, verdict }) => [id, verdict])).toEqual([
      ["hitRatio(shop)", "pass"],
      ["hitRatio(shop, at most)", "fail"],
    ]);
    const wrong = (line: string) => () => loadScenario(troubled([line]));
    expect(wrong("hitRatio: { of: shop, atLeast: 1%, atMost: 2% }")).toThrow(
      /two limits.*exactly one of atLeast, atMost/,
    );
    expect(wrong("evictions: { of: cart }")).toThrow(/has no limit/);
    expect(wrong("evictions: { of: shop, atLeast: 1 }")).toThrow(/is "shop".*one of cart/);
    expect(wrong("failures: { of: shop, cause: oom, atMost: 1 }")).toThrow(/OOM/);
  });

  it("are all judged here", () => {
    const here = new Set(counted.map(([metric]) => metric));
    for (const metric of here)
      expect(expectationMetrics.map(({ metric: known }) => known)).toContain(metric);
  });
});

describe("causeWords", () => {
  it("has a word for each refusal of a node", () => {
    const statuses = Object.entries(frames).filter(([name]) => name.startsWith("STATUS_"));
    expect(statuses.length).toBeGreaterThan(5);
    for (const [name, status] of statuses) {
      if (name === "STATUS_PENDING" || name === "STATUS_OK") continue;
      const word = name === "STATUS_UNACKNOWLEDGED" ? "WAIT" : name.slice("STATUS_".length);
      expect(causeWords.get(status as number)).toBe(word);
    }
  });
});
