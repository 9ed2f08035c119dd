/** The sentences that a report begins with. */
import { describe, expect, it } from "vitest";
import { answer, distinct, outcome } from "../../src/report/format.ts";
import { laneLabel } from "../../src/report/lanes.ts";
import type { RecoveryResult, Result } from "../../src/run/result.ts";

const recovery = (after: string, rtoSeconds: number | null, at = 60): RecoveryResult =>
  ({ after, at, rtoSeconds }) as RecoveryResult;

function said({
  faults = [{ kind: "node-crash", targets: ["cart-001"], injectedAt: 60 }],
  recoveries = [],
  rtoSeconds = null,
  writesLost = 0,
  kept = "pass",
  steps = [],
}: {
  readonly faults?: readonly object[];
  readonly recoveries?: readonly RecoveryResult[];
  readonly rtoSeconds?: number | null;
  readonly writesLost?: number;
  readonly kept?: string;
  readonly steps?: readonly object[];
}): readonly string[] {
  const result = {
    faults,
    timeline: steps.map((step) => ({ kind: "step", ...step })),
    traffic: { shop: { recoveries, rtoSeconds, availability: 0.5, requests: 200 } },
    caches: { cart: { writesLost, rpoSeconds: 2 } },
    invariants: [{ id: "acknowledged-writes-kept", verdict: kept, reason: "7 keys stand alone" }],
  };
  return answer(result as unknown as Result).split(/(?<=\.) /);
}

describe("answer()", () => {
  it("tells what was done first, and how much followed", () => {
    const crash = { kind: "node-crash", targets: ["cart-001"], injectedAt: 60 };
    const step = { subject: "test-failover", text: "cart-0001-001", at: 90 };
    expect(said({ faults: [] })[0]).toBe("No fault was injected.");
    expect(said({ faults: [crash] })[0]).toBe("node-crash of cart-001 at 1:00.");
    expect(said({ faults: [crash, crash, crash] })[0]).toBe(
      "node-crash of cart-001 at 1:00 and 2 more.",
    );
    expect(said({ faults: [], steps: [step, step] })[0]).toBe(
      "test-failover of cart-0001-001 at 1:30 and 1 more.",
    );
    expect(said({ faults: [{ ...crash, targets: [] }] })[0]).toBe(
      "node-crash at 1:00 hit nothing.",
    );
  });

  it.each([
    ["", [], null],
    ["kept its steady state", [recovery("x injected", 0), recovery("x healed", 0)], 0],
    ["regained its steady state after 7.3 s", [recovery("x injected", 7.3)], 7.3],
    [
      "had its steady state again when x healed",
      [recovery("x injected", null), recovery("x healed", 0)],
      null,
    ],
    [
      "regained its steady state 15 s after x healed",
      [recovery("x injected", null), recovery("x healed", 15)],
      null,
    ],
    [
      "regained its steady state 15 s after x healed",
      [recovery("x injected", 0), recovery("x healed", 15)],
      0,
    ],
    ["did not regain its steady state", [recovery("x injected", 2), recovery("x healed", null)], 2],
  ])("tells of a steady state: %s", (text, recoveries, rtoSeconds) => {
    expect(said({ recoveries, rtoSeconds })[1]).toBe(
      text === ""
        ? "50% of 200 requests of shop succeeded."
        : `shop ${text}; 50% of 200 requests succeeded.`,
    );
  });

  it("says that nothing was lost only where that is known", () => {
    expect(said({})[2]).toBe("No acknowledged write was lost.");
    expect(said({ kept: "unknown" })[2]).toBe(
      "Whether acknowledged writes were lost is not known: 7 keys stand alone.",
    );
    expect(said({ writesLost: 1 })[2]).toBe("cart lost 1 acknowledged write, RPO 2 s.");
    expect(said({ writesLost: 3, kept: "unknown" })[2]).toBe(
      "cart lost 3 acknowledged writes, RPO 2 s.",
    );
  });
});

it("recoveries from one moment's equal disturbances are told once", () => {
  const twice = [recovery("x called", 8), recovery("x called", 8), recovery("x called", 8, 90)];
  expect(distinct(twice)).toEqual([twice[0], twice[2]]);
});

it("a lane's label keeps what tells nodes of a shard apart, and their zone", () => {
  expect(laneLabel("cart-0001-002", "us-east-1a")).toBe("cart-0001-002 · us-east-1a");
  const long = "a-rather-long-cache-name-for-labels";
  expect(laneLabel(`${long}-0001-002`, "us-east-1a")).toBe("…0001-002 · us-east-1a");
  expect(laneLabel(`${long}-003`, "ap-southeast-2b")).toBe("…003 · ap-southeast-2b");
});

it("an outcome is told after each disturbance in the words of the answer", () => {
  const all = [
    recovery("x injected", null, 60),
    recovery("x healed", 0, 120),
    recovery("y injected", 0, 180),
    recovery("y healed", 2, 240),
    recovery("z injected", null, 300),
  ];
  expect(all.map((one) => outcome(all, one))).toEqual([
    "did not regain its steady state before x healed",
    "had its steady state again when x healed",
    "kept its steady state",
    "",
    "did not regain its steady state",
  ]);
});
