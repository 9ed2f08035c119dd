/** After the last heal, what faults wrote equals what a run without faults has. */
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { MILLISECOND, SECOND } from "../../src/base/nanos.ts";
import type { FaultSettings, MethodEntry } from "../../src/faults/contract.ts";
import type { FaultKind } from "../../src/faults/fault-kind.ts";
import { faultKinds } from "../../src/faults/registry.ts";
import { observe } from "../fixtures/observe.ts";
import { resolved, traffic, ZONES } from "../fixtures/resolved.ts";

const target = fc.oneof(
  fc.record({
    kind: fc.constant("primary" as const),
    cache: fc.constant("cart"),
    shard: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({
    kind: fc.constant("replicas" as const),
    cache: fc.constant("cart"),
    shard: fc.constant(null),
    share: fc.constantFrom(0.2, 0.5, 1),
  }),
  fc.record({
    kind: fc.constant("any" as const),
    cache: fc.constant("cart"),
    shard: fc.constant(null),
    count: fc.integer({ min: 1, max: 3 }),
  }),
);
const place = fc.record({ kind: fc.constant("zone" as const), zone: fc.constantFrom(...ZONES) });
const side = fc.array(fc.oneof(target, place), { minLength: 1, maxLength: 2 });

const fault: fc.Arbitrary<FaultSettings> = fc.oneof(
  fc.record({ fault: fc.constant("node-pause" as const), target }),
  fc.record({ fault: fc.constant("node-crash" as const), target }),
  fc.record({ fault: fc.constant("host-power-loss" as const), target }),
  fc.record({
    fault: fc.constant("az-power-interruption" as const),
    zone: fc.constantFrom(...ZONES),
  }),
  fc.record({
    fault: fc.constant("network-partition" as const),
    isolate: side,
    to: fc.oneof(fc.constant(null), side),
    direction: fc.constantFrom("both" as const, "to" as const, "from" as const),
    bridge: fc.oneof(fc.constant([]), side),
    withClients: fc.boolean(),
  }),
  fc.record({
    fault: fc.constant("network-latency" as const),
    from: side,
    to: fc.oneof(fc.constant(null), side),
    addNs: fc.integer({ min: 0, max: 40 }).map((ms) => ms * MILLISECOND),
    jitterNs: fc.integer({ min: 0, max: 10 }).map((ms) => ms * MILLISECOND),
  }),
  fc.record({ fault: fc.constant("region-outage" as const), region: fc.constant("us-east-1") }),
);

const schedule = fc
  .array(
    fc.record({
      fault,
      atMs: fc.integer({ min: 0, max: 15_000 }),
      forMs: fc.integer({ min: 1, max: 14_000 }),
    }),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .map((entries) =>
    entries.map(
      (entry, index): MethodEntry => ({
        index,
        trigger: { kind: "at", atNs: entry.atMs * MILLISECOND },
        action: entry.fault,
        durationNs: entry.forMs * MILLISECOND,
        allowEmpty: true,
      }),
    ),
  );

describe("fault kinds", () => {
  const base = resolved({ durationNs: 31 * SECOND, traffic: [traffic({ ratePerSecond: 20 })] });
  const untouched = observe(base).faultState;

  it("leave nothing behind after the last heal, however they overlap", () => {
    fc.assert(
      fc.property(schedule, (method) => {
        expect(observe({ ...base, method }).faultState).toEqual(untouched);
      }),
      { seed: 7, numRuns: 60 },
    );
  }, 60_000);

  it("a fault that has not healed yet is seen in that state", () => {
    const method: MethodEntry[] = [
      {
        index: 0,
        trigger: { kind: "at", atNs: SECOND },
        action: { fault: "az-power-interruption", zone: ZONES[0] },
        durationNs: null,
        allowEmpty: false,
      },
    ];
    expect(observe({ ...base, method }).faultState).not.toEqual(untouched);
  });

  const primary = { kind: "primary", cache: "cart", shard: 1 } as const;
  const holding: readonly FaultSettings[] = [
    { fault: "node-pause", target: primary },
    { fault: "az-power-interruption", zone: ZONES[0] as string },
    {
      fault: "network-partition",
      isolate: [primary],
      to: null,
      direction: "to",
      bridge: [],
      withClients: false,
    },
    { fault: "network-latency", from: [primary], to: null, addNs: MILLISECOND, jitterNs: 0 },
  ];

  it.each(holding.map((action) => [action.fault, action] as const))(
    "the law sees a %s that forgets to heal",
    (name, action) => {
      const entry: MethodEntry = {
        index: 0,
        trigger: { kind: "at", atNs: SECOND },
        action,
        durationNs: SECOND,
        allowEmpty: true,
      };
      expect(observe({ ...base, method: [entry] }).faultState).toEqual(untouched);
      const kind = faultKinds[name] as FaultKind<FaultSettings>;
      const { inject } = kind;
      const spy = vi.spyOn(kind, "inject").mockImplementation((...given) => ({
        ...inject.apply(kind, given),
        heal: () => undefined,
      }));
      expect(observe({ ...base, method: [entry] }).faultState).not.toEqual(untouched);
      spy.mockRestore();
    },
  );

  it("every kind that heals lists the fields it writes, and every kind states its overlap", () => {
    for (const kind of Object.values(faultKinds)) {
      expect(kind.overlap.length).toBeGreaterThan(20);
      expect(kind.fields.length > 0).toBe(kind.heals);
    }
  });
});
