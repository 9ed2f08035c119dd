/** What stands in the kernels' buffers when a process or its host ends, or stands still. */
import { describe, expect, it } from "vitest";
import { MILLISECOND, SECOND } from "../../../src/base/nanos.ts";
import { COMMAND_SET, OUTCOME_OK } from "../../../src/journal/operation-columns.ts";
import { type Observed, observe } from "../../fixtures/observe.ts";
import { at, group, resolved, traffic, ZONES } from "../../fixtures/resolved.ts";

const primary = { kind: "primary", cache: "cart", shard: 1 } as const;
const { client } = traffic();
const CRASH = { fault: "node-crash", target: primary } as const;
const POWER_LOSS = { fault: "host-power-loss", target: primary } as const;
const DELAY = 50 * MILLISECOND;
const ENDS = 3;

/** A primary beside its clients, or far from them, that ends at 3 s. */
function run(end: typeof CRASH | typeof POWER_LOSS, far: "replicas" | "clients"): Observed {
  const to =
    far === "replicas"
      ? ([{ kind: "replicas", cache: "cart", shard: 1, share: 1 }] as const)
      : ([{ kind: "zone", zone: ZONES[2] }] as const);
  return observe(
    resolved({
      durationNs: 14 * SECOND,
      caches: [group({ mode: "disabled", replicas: 1 })],
      traffic: [
        traffic({
          ratePerSecond: 400,
          setShare: 1,
          zones: [far === "replicas" ? ZONES[0] : ZONES[2]],
          client: { ...client, commandTimeoutNs: SECOND, retry: { ...client.retry, max: 0 } },
        }),
      ],
      method: [
        at(1, {
          fault: "network-latency",
          from: [primary],
          to: [...to],
          addNs: DELAY,
          jitterNs: 0,
        }),
        at(ENDS, end, null, 1),
      ],
    }),
  );
}

/** Acknowledged writes of the first history that ended, beyond what was kept of it. */
function lost(of: Observed): number {
  const [ended] = of.of("history-ended");
  return of.operations.filter(
    ({ outcome, history, offset }) =>
      outcome === OUTCOME_OK &&
      history === ended?.history &&
      offset > (ended.keptOffset ?? Number.NaN),
  ).length;
}

describe("what a process had handed to its kernel", () => {
  // Writes of the last 50 ms are on the way to the replica: 400/s of them are 20. Poisson: three standard deviations of
  // sqrt(20) are 13.
  it("reaches the replica when the process is killed, and is lost with the host", () => {
    expect(lost(run(CRASH, "replicas"))).toBe(0);
    const withHost = lost(run(POWER_LOSS, "replicas"));
    expect(withHost).toBeGreaterThan(20 - 14);
    expect(withHost).toBeLessThan(20 + 14);
  });

  it("reaches the client when the process is killed, and is lost with the host", () => {
    const answered = (of: Observed): number =>
      of.operations.filter(
        ({ outcome, returnedAt }) =>
          outcome === OUTCOME_OK && returnedAt > ENDS * SECOND && returnedAt < 4 * SECOND,
      ).length;
    // Answers of the last 50 ms are on the way: 20.
    expect(answered(run(CRASH, "clients"))).toBeGreaterThan(20 - 14);
    expect(answered(run(POWER_LOSS, "clients"))).toBe(0);
  });

  it("what it had not read is never executed, and its clients learn at once that it is gone", () => {
    const of = observe(
      resolved({
        durationNs: 8 * SECOND,
        caches: [group({ mode: "disabled", replicas: 0, automaticFailover: false })],
        traffic: [
          traffic({
            setShare: 1,
            zones: [ZONES[0]],
            client: {
              ...client,
              commandTimeoutNs: 30 * SECOND,
              retry: { ...client.retry, max: 0 },
            },
          }),
        ],
        method: [at(2, { fault: "node-pause", target: primary }), at(3, { ...CRASH }, null, 1)],
      }),
    );
    const unread = of.operations.filter(
      ({ invokedAt, returnedAt }) => invokedAt > 2 * SECOND && returnedAt < 3.1 * SECOND,
    );
    // One command on each of 50 connections; the others have none.
    expect(unread.length).toBeGreaterThanOrEqual(50);
    expect(unread.some(({ outcome }) => outcome === OUTCOME_OK)).toBe(false);
  });
});

describe("a paused primary whose place was taken", () => {
  // About 571 bytes each: 30 around it, 9 of the key, 500 of value. Of each connection 40,000 bytes come before the bus.
  const PER_CONNECTION = Math.ceil(40_000 / (30 + 8 + 500));
  const of = observe(
    resolved({
      durationNs: 18 * SECOND,
      caches: [group({ replicas: 1 })],
      traffic: [
        traffic({
          ratePerSecond: 300,
          setShare: 1,
          zones: [ZONES[1]],
          client: {
            ...client,
            connections: 1,
            pipeline: 10_000,
            commandTimeoutNs: 30 * SECOND,
            topologyRefresh: { ...client.topologyRefresh, everyNs: null, onError: false },
          },
        }),
      ],
      method: [at(5, { fault: "node-pause", target: primary }, 8)],
    }),
  );
  const stuck = of.operations.filter(
    ({ shard, invokedAt, returnedAt }) =>
      shard === 0 && invokedAt > 5 * SECOND && invokedAt < 13 * SECOND && returnedAt > 13 * SECOND,
  );
  const old = stuck.filter(({ node }) => node === 0);

  it("acknowledges what it reads at once, and these writes are lost", () => {
    expect(stuck.length).toBeGreaterThan(600); // 8 s of 100/s
    expect(old).toHaveLength(PER_CONNECTION);
    expect(
      old.every(({ outcome, command }) => outcome === OUTCOME_OK && command === COMMAND_SET),
    ).toBe(true);
    expect(lost(of)).toBeGreaterThanOrEqual(PER_CONNECTION);
  });

  it("sends what stood behind in the pipeline to the node that leads now", () => {
    const moved = stuck.filter(({ node }) => node !== 0);
    expect(moved.length).toBe(stuck.length - PER_CONNECTION);
    expect(moved.every(({ outcome }) => outcome === OUTCOME_OK)).toBe(true);
  });
});
