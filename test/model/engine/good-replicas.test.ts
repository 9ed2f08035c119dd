/** What a primary knows of its replicas: how many are good, and for how long it keeps a backlog for them. */
import { describe, expect, it } from "vitest";
import { STATUS_NOREPLICAS } from "../../../src/model/network/frames.ts";
import { loadScenario } from "../../../src/scenario/load.ts";
import { observe } from "../../fixtures/observe.ts";

const pair = (given: {
  readonly duration: string;
  readonly more: string;
  readonly rate: string;
  readonly method: string;
}) =>
  loadScenario(
    `scenario: pair
seed: 3
duration: ${given.duration}
regions: { us-east-1: { zones: 2 } }
caches:
  cart: { type: self-managed, region: us-east-1, engine: redis, engineVersion: "7.0", memory: 100MB, replicas: 1, ${given.more} }
traffic:
  shop: { cache: cart, arrivals: { rate: ${given.rate} }, operations: { set: 100% }, keys: { count: 100, valueSize: 100B }, client: { retry: { max: 0 } } }
method: [${given.method}]
`,
    { file: "pair.yaml" },
  );

describe("min-replicas-to-write", () => {
  const firstRefused = (method: string): number => {
    const { operations } = observe(
      pair({
        duration: "40s",
        more: "parameters: { min-replicas-to-write: 1, min-replicas-max-lag: 10 }",
        rate: "200/s",
        method,
      }),
    );
    const refused = operations.find(({ cause }) => cause === STATUS_NOREPLICAS);
    return (refused?.returnedAt ?? Number.NaN) / 1e9;
  };

  it("is counted anew when the connection of a replica closes", () => {
    expect(firstRefused("{ at: 10.1s, fault: node-crash, target: replica of cart }")).toBeLessThan(
      10.12,
    );
  });

  it("counts a replica whose host lost power until its last acknowledgement is too old", () => {
    const at = firstRefused("{ at: 10.1s, fault: host-power-loss, target: replica of cart }");
    expect(at).toBeGreaterThan(19);
    expect(at).toBeLessThan(22);
  });

  it("counts a replica behind a cut link until its last acknowledgement is too old", () => {
    const at = firstRefused(
      "{ at: 10.1s, fault: network-partition, isolate: replica of cart, for: 25s }",
    );
    expect(at).toBeGreaterThan(19);
    expect(at).toBeLessThan(22);
  });
});

describe("repl-backlog-ttl", () => {
  // Half a write a second does not fill the backlog: by its size alone the replica could go on.
  it.each([
    ["50m", "partial"],
    ["65m", "full"],
  ])("a replica that comes after %s alone gets a resynchronisation that is %s", (hours, mode) => {
    const { of } = observe(
      pair({
        duration: "70m",
        more: "prefill: 0%",
        rate: "0.5/s",
        method: `{ at: 1m, fault: replication-link-cut, target: replica of cart, for: ${hours} }`,
      }),
    );
    expect(of("resync").map((record) => record.mode)).toEqual([mode]);
  });
});
