/** After the last heal, what faults wrote equals what a run without faults has. */
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { MILLISECOND, SECOND } from "../../src/base/nanos.ts";
import type { FaultSettings, MethodEntry } from "../../src/faults/contract.ts";
import type { FaultKind } from "../../src/faults/fault-kind.ts";
import { faultKinds } from "../../src/faults/registry.ts";
import { observe } from "../fixtures/observe.ts";
import { resolved, traffic, ZONES } from "../fixtures/resolved.ts";

/** The same whichever order instances came in: shares of a hot key are kept in a list. */
const normal = (state: unknown): unknown =>
  JSON.parse(JSON.stringify(state), (_key, value: unknown) =>
    Array.isArray(value) && value.every((item) => typeof item === "number")
      ? value.toSorted((a: number, b: number) => a - b)
      : value,
  );

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
  fc.record({ kind: fc.constant("zone" as const), zone: fc.constantFrom(...ZONES) }),
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
  fc.record({
    fault: fc.constant("node-slow" as const),
    target,
    factor: fc.constantFrom(1.1, 1.3, 7),
  }),
  fc.record({ fault: fc.constant("node-restart" as const), target, downNs: fc.constant(SECOND) }),
  fc.record({
    fault: fc.constant("az-network-disruption" as const),
    zone: fc.constantFrom(...ZONES),
  }),
  fc.record({
    fault: fc.constant("network-loss" as const),
    from: side,
    to: fc.oneof(fc.constant(null), side),
    share: fc.constantFrom(0.01, 0.3),
    burst: fc.constantFrom(1, 4),
  }),
  fc.record({
    fault: fc.constant("network-bandwidth" as const),
    from: side,
    to: fc.oneof(fc.constant(null), side),
    bytesPerSecond: fc.constantFrom(10_000, 1e6),
  }),
  fc.record({ fault: fc.constant("replication-link-cut" as const), target }),
  fc.record({ fault: fc.constant("dns-outage" as const), region: fc.constant("us-east-1") }),
  fc.record({
    fault: fc.constant("control-plane-outage" as const),
    region: fc.constant("us-east-1"),
  }),
  fc.record({
    fault: fc.constant("memory-pressure" as const),
    target,
    bytes: fc.constantFrom(1e6, 12e9),
  }),
  fc.record({
    fault: fc.constant("origin-slow" as const),
    origin: fc.constant("db"),
    factor: fc.constantFrom(1.1, 3),
  }),
  fc.record({
    fault: fc.constant("traffic-surge" as const),
    traffic: fc.constant("checkout"),
    factor: fc.constantFrom(1.1, 3),
  }),
  fc.record({
    fault: fc.constant("hot-key" as const),
    traffic: fc.constant("checkout"),
    share: fc.constantFrom(0.1, 0.5),
  }),
  fc.record({
    fault: fc.constant("clock-skew" as const),
    target,
    byNs: fc.constantFrom(-SECOND, 5 * SECOND),
  }),
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
  const base = resolved({
    durationNs: 31 * SECOND,
    origins: [
      {
        name: "db",
        region: "us-east-1",
        zone: null,
        concurrency: 10,
        discipline: "fifo",
        queueLimit: Number.POSITIVE_INFINITY,
        serviceTime: { kind: "constant", value: 5 * MILLISECOND },
      },
    ],
    traffic: [
      traffic({ ratePerSecond: 20, onMiss: "db", keys: { ...traffic().keys, count: 200 } }),
    ],
    // A second Region, which an outage of the first cuts off.
    regions: [
      { name: "us-east-1", zones: ZONES },
      { name: "eu-west-1", zones: ["euw1-az1"] },
    ],
    network: {
      ...resolved().network,
      regionRttNs: [
        { from: "us-east-1", to: "eu-west-1", rttNs: 67 * MILLISECOND },
        { from: "eu-west-1", to: "us-east-1", rttNs: 67 * MILLISECOND },
      ],
    },
  });
  const untouched = observe(base).faultState;

  it("leave nothing behind after the last heal, however they overlap", () => {
    fc.assert(
      fc.property(schedule, (method) => {
        expect(observe({ ...base, method }).faultState).toEqual(untouched);
      }),
      { seed: 7, numRuns: 150 },
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
    { fault: "node-slow", target: primary, factor: 3 },
    { fault: "az-network-disruption", zone: ZONES[0] as string },
    { fault: "region-outage", region: "us-east-1" },
    { fault: "network-loss", from: [primary], to: null, share: 0.1, burst: 1 },
    { fault: "network-bandwidth", from: [primary], to: null, bytesPerSecond: 1e6 },
    {
      fault: "replication-link-cut",
      target: { kind: "replicas", cache: "cart", shard: 1, share: 1 },
    },
    { fault: "dns-outage", region: "us-east-1" },
    { fault: "control-plane-outage", region: "us-east-1" },
    { fault: "memory-pressure", target: primary, bytes: 1e6 },
    { fault: "origin-slow", origin: "db", factor: 3 },
    { fault: "traffic-surge", traffic: "checkout", factor: 3 },
    { fault: "hot-key", traffic: "checkout", share: 0.5 },
    { fault: "clock-skew", target: primary, byNs: SECOND },
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

  /** Another instance of the same kind that reaches some of the same things, as strong or otherwise. */
  const another = (action: FaultSettings): FaultSettings => {
    switch (action.fault) {
      case "network-latency":
        return { ...action, addNs: 3 * MILLISECOND, jitterNs: MILLISECOND };
      case "network-loss":
        return { ...action, share: 0.4, burst: 3 };
      case "network-bandwidth":
        return { ...action, bytesPerSecond: 3e5 };
      case "network-partition":
        return { ...action, direction: "both" };
      case "node-slow":
      case "origin-slow":
      case "traffic-surge":
        return { ...action, factor: 1.7 };
      case "memory-pressure":
        return { ...action, bytes: 12e9 };
      case "hot-key":
        return { ...action, share: 0.2 };
      case "clock-skew":
        return { ...action, byNs: -3 * SECOND };
      default:
        return action;
    }
  };
  const stateAfter = (
    entries: readonly (readonly [FaultSettings, number, number | null])[],
    endsMs: number,
  ): unknown =>
    observe({
      ...base,
      durationNs: endsMs * MILLISECOND,
      method: entries.map(
        ([action, fromMs, untilMs], index): MethodEntry => ({
          index,
          trigger: { kind: "at", atNs: fromMs * MILLISECOND },
          action,
          durationNs: untilMs === null ? null : (untilMs - fromMs) * MILLISECOND,
          allowEmpty: true,
        }),
      ),
    }).faultState;

  describe.each(holding.map((action) => [action.fault, action] as const))(
    "two instances of %s that overlap",
    (_name, action) => {
      const other = another(action);

      it("are both there, whichever came first", () => {
        const one = stateAfter([[action, 1000, null]], 1400);
        const two = stateAfter(
          [
            [action, 1000, null],
            [other, 1200, null],
          ],
          1400,
        );
        const turned = stateAfter(
          [
            [other, 1000, null],
            [action, 1200, null],
          ],
          1400,
        );
        expect(two).not.toEqual(untouched);
        expect(one).not.toEqual(untouched);
        expect(normal(turned)).toEqual(normal(two));
      });

      it("leave the second when the first heals, the first when the second does, and nothing after both", () => {
        const second = stateAfter([[other, 1200, null]], 1600);
        const firstHealed = stateAfter(
          [
            [action, 1000, 1400],
            [other, 1200, null],
          ],
          1600,
        );
        expect(firstHealed).toEqual(second);
        const first = stateAfter([[action, 1000, null]], 1600);
        const secondHealed = stateAfter(
          [
            [action, 1000, null],
            [other, 1200, 1400],
          ],
          1600,
        );
        expect(secondHealed).toEqual(first);
        for (const [a, b] of [
          [1400, 1500],
          [1500, 1400],
        ] as const) {
          const none = stateAfter(
            [
              [action, 1000, a],
              [other, 1200, b],
            ],
            1600,
          );
          expect(none).toEqual(untouched);
        }
      });
    },
  );

  const dying: readonly FaultSettings[] = [
    { fault: "node-crash", target: { kind: "node", node: "cart-0001-001" } },
    { fault: "host-power-loss", target: { kind: "node", node: "cart-0001-001" } },
    { fault: "node-restart", target: { kind: "node", node: "cart-0001-001" }, downNs: SECOND },
  ];

  it.each(dying.map((action) => [action.fault, action] as const))(
    "%s hits nothing that is dead already",
    (_name, action) => {
      const method = [1000, 1200].map(
        (ms, index): MethodEntry => ({
          index,
          trigger: { kind: "at", atNs: ms * MILLISECOND },
          action,
          durationNs: null,
          allowEmpty: true,
        }),
      );
      const injected = observe({ ...base, durationNs: 3 * SECOND, method }).of("fault-injected");
      expect(injected.map(({ targets }) => targets)).toEqual([["cart-0001-001"], []]);
    },
  );

  it("a rehearsal covers every kind: those that hold, those that kill, and the Region's own", () => {
    const covered = [...holding, ...dying].map((action) => action.fault);
    expect(covered.toSorted()).toEqual(Object.keys(faultKinds).toSorted());
  });

  it("every kind that heals lists the fields it writes, and every kind states its overlap", () => {
    for (const kind of Object.values(faultKinds)) {
      expect(kind.overlap.length).toBeGreaterThan(20);
      expect(kind.fields.length > 0).toBe(kind.heals);
    }
  });
});
