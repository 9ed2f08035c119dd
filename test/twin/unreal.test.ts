import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { loadScenario } from "../../src/scenario/load.ts";
import { describePath } from "../../src/scenario/source.ts";
import { findUnreal } from "../../src/twin/unreal.ts";

const CRASH = readFileSync("scenarios/twin/crash-of-a-primary.yaml", "utf8");
const CUT = readFileSync("scenarios/twin/isolated-primary.yaml", "utf8");
const SENTINELS = readFileSync("scenarios/twin/sentinel-failover.yaml", "utf8");
const METHOD = "{ at: 6s, fault: node-crash, target: primary of cart/shard 1 }";

const problems = (source: string, ...sets: string[]): string[] =>
  findUnreal(loadScenario(source, { sets })).map(
    ({ path, found, expected }) => `${describePath(path)} ${found}, expected ${expected}`,
  );
const withMethod = (words: string): string => CRASH.replace(METHOD, words);

describe("findUnreal()", () => {
  test("finds nothing in the scenarios for twins", () => {
    expect([...problems(CRASH), ...problems(CUT), ...problems(SENTINELS)]).toEqual([]);
  });

  test.each([
    [
      "{ at: 6s, fault: host-power-loss, target: primary of cart/shard 1 }",
      'method[0].fault is "host-power-loss", which has no real counterpart, expected one of node-crash,',
    ],
    [
      "{ at: 6s, step: test-failover, cache: cart, shard: 1 }",
      'method[0].step is "test-failover", which has no real counterpart, expected a fault: node-crash,',
    ],
    [
      "{ when: { state: electing, of: cart }, fault: node-crash, target: any node of cart }",
      "method[0].when waits for a state or event that is not watched on real servers, expected at,",
    ],
    [
      "{ after: { event: failover-completed, of: cart }, fault: node-crash, target: any node of cart }",
      "method[0].after waits for a state or event that is not watched on real servers, expected at,",
    ],
    [
      "{ at: 6s, fault: network-partition, isolate: node cart-0001-001, direction: to, for: 1s }",
      'method[0].direction is "to", expected both: a cut of one direction has no real counterpart',
    ],
    [
      "{ at: 6s, fault: network-partition, isolate: node cart-0001-001, to: zone us-east-1b, for: 1s }",
      "method[0].to is given, expected nothing",
    ],
  ])("%s", (words, problem) => {
    const [first = ""] = problems(withMethod(words));
    expect(first.startsWith(problem), first).toBe(true);
  });

  test.each([
    ["caches.cart.replicasPerNodeGroup=4", "caches.cart has 15 nodes, expected at most 12"],
    ["traffic.shop.arrivals.rate=2000/s", "traffic has 2,000 requests/s in all, expected at most"],
    [
      "duration=9m",
      "duration is 9m, in which the service replaces the node that died, expected at most 5m",
    ],
    ["duration=11m", "duration is 11m, expected at most 10m"],
    ["traffic.shop.keys.valueSize=1MB", "traffic.shop.keys are 10GB of values, expected at most"],
    ["traffic.shop.client.readFrom=replica", "traffic.shop.client reads from replicas, expected"],
    ["traffic.shop.client.commandTimeout=never", "traffic.shop.client.commandTimeout does not end"],
    ["traffic.shop.client.retry.budget=10%", "traffic.shop.client.retry has a budget, expected"],
    [
      "caches.cart.transitEncryptionEnabled=true",
      "caches.cart.transitEncryptionEnabled is true, expected false: the real servers here",
    ],
  ])("--set %s", (set, problem) => {
    const [first = ""] = problems(CRASH, set);
    expect(first.startsWith(problem), first).toBe(true);
  });

  test.each([
    ["caches.cart.sentinels.count=10", "caches.cart has 3 nodes and 10 sentinels, expected at"],
    ["caches.cart.hostMemory=1200MB", "caches.cart.hostMemory is 1.2GB, expected none: the real"],
    ["caches.cart.restart.after=5s", "caches.cart.restart is given, expected none: what dies"],
    [
      "traffic.shop.client.sentinel.subscribe=true",
      "traffic.shop.client.sentinel.subscribe is true, expected false: the real client here asks",
    ],
  ])("sentinels, --set %s", (set, problem) => {
    const [first = ""] = problems(SENTINELS, set);
    expect(first.startsWith(problem), first).toBe(true);
  });

  test("names a fault of a sentinel", () => {
    const source = SENTINELS.replace("primary of cart }", "sentinel 1 of cart }");
    expect(problems(source)[0]).toBe(
      "method[0].target names sentinels, expected nodes: a fault of a sentinel has no real counterpart here",
    );
  });

  test("names an expectation that nothing real can answer", () => {
    const source = CRASH.replace(
      "noLostWrites: { of: cart }",
      "cost: { of: cart, atMostPerMonth: 9999 }",
    );
    expect(problems(source)[0]).toMatch(/^expect\[0\] is cost, which has no real counterpart/);
  });
});
