/** Reads from the nearest node. */
import { describe, expect, it } from "vitest";
import { SECOND } from "../../../src/base/nanos.ts";
import { OUTCOME_OK } from "../../../src/journal/operation-columns.ts";
import { Stream } from "../../../src/kernel/streams.ts";
import { Nearest } from "../../../src/model/client/nearest.ts";
import { observe } from "../../fixtures/observe.ts";
import { at, group, resolved, traffic, ZONES } from "../../fixtures/resolved.ts";

const { client } = traffic();
const SAME_ZONE = 252_000; // 250 us there and back, 2 us of service

describe("Nearest", () => {
  it("asks the nearest first, drawn among equals, and each next one in turn", () => {
    const near = new Nearest([
      { node: 4, roundTripNs: 700 },
      { node: 5, roundTripNs: 250 },
      { node: 6, roundTripNs: 250 },
    ]);
    const stream = new Stream("nearest");
    const first = Array.from({ length: 400 }, () => near.node(1, stream));
    expect(new Set(first)).toEqual(new Set([5, 6]));
    const fives = first.filter((node) => node === 5).length;
    expect(fives).toBeGreaterThan(160); // 200 +- 4 standard deviations of 10
    expect(fives).toBeLessThan(240);
    expect([2, 3, 4, 5].map((attempt) => near.node(attempt, stream))).toEqual([6, 4, 5, 6]);
  });
});

describe("readFrom: nearest", () => {
  for (const mode of ["enabled", "disabled"] as const) {
    it(`answers each read from the client's own zone, cluster mode ${mode}; writes go to the primary`, () => {
      const scenario = (readFrom: "primary" | "nearest") =>
        observe(
          resolved({
            durationNs: 5 * SECOND,
            caches: [group({ mode, replicas: 2 })],
            traffic: [traffic({ ratePerSecond: 1000, client: { ...client, readFrom } })],
          }),
        ).operations.filter(({ invokedAt }) => invokedAt > SECOND);
      const latencies = (operations: ReturnType<typeof scenario>, command: number): number[] =>
        operations
          .filter((operation) => operation.command === command)
          .map(({ invokedAt, returnedAt }) => returnedAt - invokedAt);
      const near = scenario("nearest");
      const usual = latencies(near, 0).filter((ns) => ns === SAME_ZONE).length;
      expect(usual / latencies(near, 0).length).toBeGreaterThan(0.98); // few queue behind another command
      const far = latencies(scenario("primary"), 0).filter((ns) => ns >= 700_000).length;
      expect(far / latencies(scenario("primary"), 0).length).toBeGreaterThan(0.6); // two of three zones
      const writes = latencies(near, 1).filter((ns) => ns >= 700_000).length;
      expect(writes / latencies(near, 1).length).toBeGreaterThan(0.6);
    });
  }

  it("goes on to the next nearest when the node in the zone is gone", () => {
    const scenario = resolved({
      durationNs: 20 * SECOND,
      caches: [group({ mode: "disabled", replicas: 2 })],
      traffic: [
        traffic({ setShare: 0, zones: [ZONES[1]], client: { ...client, readFrom: "nearest" } }),
      ],
      method: [at(5, { fault: "node-crash", target: { kind: "node", node: "cart-002" } })],
    });
    const after = observe(scenario).operations.filter(({ invokedAt }) => invokedAt > 6 * SECOND);
    expect(after.length).toBeGreaterThan(2000);
    for (const { outcome, attempts, node } of after) {
      expect(outcome).toBe(OUTCOME_OK);
      expect(attempts).toBe(2);
      expect(node).not.toBe(1);
    }
  });
});
