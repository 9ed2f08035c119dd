/** Targets that can never be hit are told before a run; those that a run may hit are left to it. */
import { describe, expect, it } from "vitest";
import { SMALL } from "../scenario/words.ts";
import { saidOf } from "./said-of-method.ts";

const lone = SMALL.replace("replicasPerNodeGroup: 1", "replicasPerNodeGroup: 0").replace(
  "multiAZEnabled: true",
  "multiAZEnabled: false",
);

const none = "(cart/shard 1 has no replica, and no step adds one), or allowEmpty: true";

describe("lintTargets()", () => {
  it("refuses replicas where there are none, at their place in the file", () => {
    const fault = "{ at: 2s, fault: node-crash, target: replica of cart/shard 1 }";
    expect(saidOf(fault, lone)).toEqual([
      `26:47 method[0].target is "replica of cart/shard 1", expected a target that is there ${none}`,
    ]);
    expect(saidOf(fault)).toEqual([]);
  });

  it("takes them where a step adds one, or where nothing may be hit", () => {
    const fault = "{ at: 9s, fault: node-pause, for: 1s, target: replicas of cart/shard 1 }";
    const step = "{ at: 2s, step: add-replica, cache: cart, shard: 1 }";
    expect(saidOf(`${step}, ${fault}`, lone)).toEqual([]);
    expect(saidOf(fault.replace("}", ", allowEmpty: true }"), lone)).toEqual([]);
    expect(saidOf(fault.replace("at: 9s", "every: 9s"), lone)).toHaveLength(1);
  });

  it("refuses a place without nodes to faults of nodes", () => {
    const fault = "{ at: 2s, fault: node-pause, for: 1s, target: zone us-east-1c }";
    const small = lone.replace("numNodeGroups: 3", "numNodeGroups: 2");
    expect(saidOf(fault)).toEqual([]);
    expect(saidOf(fault, small)).toEqual([
      '26:56 method[0].target is "zone us-east-1c", expected a target that is there (no node stands in us-east-1c), or allowEmpty: true',
    ]);
    expect(saidOf("{ at: 2s, fault: network-partition, isolate: zone us-east-1c }", small)).toEqual(
      [],
    );
  });

  it.each([
    ["primary of cart/shard 1", "primary of cart/shard 1"],
    ["primaries of cart", "primary of cart/shard 2"],
    ["replicas of cart", "50% of replicas of cart"],
    ["node cart-0001-001", "node cart-0001-001"],
    ["zone us-east-1a", "node cart-0001-001"],
    ["region us-east-1", "zone us-east-1b"],
    ["region us-east-1", "any node of cart"],
    ["100% of nodes of cart/shard 1", "any node of cart/shard 1"],
  ])("refuses a partition of %s from %s, which lies in it", (isolate, to) => {
    expect(saidOf(`{ at: 2s, fault: network-partition, isolate: ${isolate}, to: ${to} }`)).toEqual([
      expect.stringMatching(
        /method\[0\]\.to is "[^"]+", all of it under isolate, expected the oth/,
      ),
    ]);
    expect(
      saidOf(`{ at: 2s, fault: network-loss, loss: 5%, from: ${isolate}, to: ${to} }`),
    ).toEqual([
      expect.stringMatching(/method\[0\]\.to is "[^"]+", all of it under from, expected the other/),
    ]);
  });

  it.each([
    ["primary of cart/shard 1", "primaries of cart"],
    ["primary of cart/shard 1", "replicas of cart/shard 1"],
    ["any node of cart", "any node of cart"],
    ["replica of cart/shard 1", "replicas of cart/shard 1"],
    ["zone us-east-1a", "primary of cart/shard 1"],
    ["zone us-east-1a", "zone us-east-1b"],
    ["zone us-east-1a", "region us-east-1"],
  ])("leaves a partition of %s from %s to the run", (isolate, to) => {
    expect(saidOf(`{ at: 2s, fault: network-partition, isolate: ${isolate}, to: ${to} }`)).toEqual(
      [],
    );
  });

  it("refuses a bridge that swallows a side", () => {
    const cut = (isolate: string, to: string, bridge: string): string[] =>
      saidOf(
        `{ at: 2s, fault: network-partition, isolate: ${isolate}, to: ${to}, bridge: ${bridge} }`,
      );
    const [a, b] = ["zone us-east-1a", "zone us-east-1b"];
    expect(cut(a, b, a)).toEqual([
      expect.stringContaining('method[0].isolate is "zone us-east-1a", all of it under bridge'),
    ]);
    expect(cut(a, b, b)).toEqual([
      expect.stringContaining('method[0].to is "zone us-east-1b", all of it under isolate and br'),
    ]);
    expect(cut(a, b, "zone us-east-1c")).toEqual([]);
  });
});
