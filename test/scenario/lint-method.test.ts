/** What entries of a method may wait for. */
import { expect, test } from "vitest";
import { loadScenario } from "../../src/scenario/load.ts";

const scenario = (method: readonly string[], more = ""): string => `scenario: waits
duration: 3m
regions: { us-east-1: { zones: 3 } }
caches:
  cart: { type: replication-group, region: us-east-1, engine: valkey, engineVersion: "8.0", cacheNodeType: cache.r7g.large, clusterMode: disabled, numCacheClusters: 3, automaticFailoverEnabled: true, multiAZEnabled: true }
traffic:
  shop: { cache: cart, arrivals: { rate: 10/s }, keys: { count: 10 } }
method:
${method.map((entry) => `  - { ${entry} }`).join("\n")}
${more}`;

const CRASH = "at: 1m, fault: node-crash, target: primary of cart";
const PAUSE = "fault: node-pause, target: primary of cart, for: 1s";
const DRILL = "at: 1m, step: test-failover, cache: cart";

test.each([
  [[CRASH, `after: { fault: node-crash }, ${PAUSE}`]],
  [[`at: 1m, ${PAUSE}`, `after: { heal: node-pause }, ${PAUSE}`]],
  [[DRILL, `after: { step: test-failover }, ${PAUSE}`]],
  [[`after: { event: failover-started, of: cart }, ${PAUSE}`]],
])("an entry waits for what another brings: %s", (method) => {
  expect(() => loadScenario(scenario(method))).not.toThrow();
});

test.each([
  [
    [`after: { fault: node-crash }, ${PAUSE}`],
    'method[0].after.fault is "node-crash", which no other entry brings, expected a fault of the method, which has no other',
  ],
  [
    [CRASH, CRASH, DRILL, `after: { heal: node-pause }, ${PAUSE}`],
    'method[3].after.heal is "node-pause", which no other entry brings, expected a fault of the method: node-crash, test-failover',
  ],
  [
    [CRASH, `after: { step: test-failover }, ${PAUSE}`],
    'method[1].after.step is "test-failover", which no other entry brings, expected a step of the method: node-crash',
  ],
  [
    [`after: { event: node-replaced, of: crt }, ${PAUSE}`],
    'method[0].after.of is "crt", expected one of cart; did you mean "cart"?',
  ],
])("an entry that would wait for ever is refused: %s", (method, said) => {
  expect(() => loadScenario(scenario(method))).toThrow(said);
});

test("what explore brings, or an entry that could not be read, may be waited for", () => {
  const waits = `after: { fault: node-crash }, ${PAUSE}`;
  const explore = "explore: { faults: [node-crash], atMost: 2, window: { from: 5s, until: 20s } }";
  expect(() => loadScenario(scenario([waits], explore))).not.toThrow();
  const unread = scenario(["at: 1m, fault: node-crash, target: node nobody", waits]);
  expect(() => loadScenario(unread)).toThrow(/^(?!.*no other entry).*node nobody/s);
});
