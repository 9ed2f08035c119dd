/** Laws of arrivals: counts follow the integral of the rate; users follow the interactive response time law. */
import { describe, expect, it } from "vitest";
import { MILLISECOND, SECOND } from "../../../src/base/nanos.ts";
import type { MethodEntry } from "../../../src/faults/contract.ts";
import { OUTCOME_CLIENT_LOST } from "../../../src/journal/operation-columns.ts";
import { meanPerSecond, peakPerSecond } from "../../../src/model/traffic/offered-rate.ts";
import type { Arrivals } from "../../../src/model/traffic/traffic-settings.ts";
import { type EndedRequest, requestsOf } from "../../fixtures/requests.ts";
import { at, group, resolved, traffic, ZONES } from "../../fixtures/resolved.ts";

const phases: Arrivals = {
  kind: "phases",
  phases: [
    { fromNs: 0, perSecond: 200, rampNs: 0 },
    { fromNs: 20 * SECOND, perSecond: 1000, rampNs: 10 * SECOND },
    { fromNs: 40 * SECOND, perSecond: 0, rampNs: 0 },
    { fromNs: 50 * SECOND, perSecond: 400, rampNs: 0 },
  ],
};

function play(arrivals: Arrivals, method: readonly MethodEntry[] = []): readonly EndedRequest[] {
  return requestsOf(resolved({ traffic: [traffic({ arrivals })], method })).ended;
}

const between = (requests: readonly EndedRequest[], from: number, to: number): number =>
  requests.filter(({ arrivedAt }) => arrivedAt >= from * SECOND && arrivedAt < to * SECOND).length;

/** A Poisson count lies within five standard deviations of its mean. */
function expectCount(count: number, mean: number): void {
  expect(Math.abs(count - mean), `${count} for ${mean}`).toBeLessThan(5 * Math.sqrt(mean));
}

describe("arrivals by phases", () => {
  const requests = play(phases);

  it.each([
    [0, 20, 4000],
    [20, 25, 5 * 400],
    [25, 30, 5 * 800],
    [30, 40, 10_000],
    [50, 60, 4000],
  ])("from %d s to %d s make %d requests in the mean", (from, to, mean) => {
    expectCount(between(requests, from, to), mean);
  });

  it("make none at a rate of 0", () => {
    expect(between(requests, 40, 50)).toBe(0);
  });

  it("of one phase come when those of the same rate come", () => {
    const one = play({ kind: "phases", phases: [{ fromNs: 0, perSecond: 200, rampNs: 0 }] });
    const same = play({ kind: "constant", perSecond: 200 });
    expect(one.length).toBe(same.length);
    const arrivals = (of: readonly EndedRequest[]): number[] =>
      of.map(({ arrivedAt }) => arrivedAt).sort((a, b) => a - b);
    const expected = arrivals(same);
    // Each gap is rounded to 1 ns by itself.
    for (const [i, time] of arrivals(one).entries())
      expect(Math.abs(time - (expected[i] as number))).toBeLessThanOrEqual(i + 1);
  });
});

describe("arrivals by day", () => {
  it("swing between low and high, period after period", () => {
    const requests = play({
      kind: "daily",
      lowPerSecond: 0,
      highPerSecond: 800,
      peakAtNs: 5 * SECOND,
      periodNs: 20 * SECOND,
    });
    for (const lap of [0, 20, 40]) {
      // Half a period around the peak has 1/2 + 1/pi of all.
      expectCount(between(requests, lap, lap + 10), 8000 * (0.5 + 1 / Math.PI));
      expectCount(between(requests, lap + 10, lap + 20), 8000 * (0.5 - 1 / Math.PI));
    }
  });
});

describe("a traffic surge", () => {
  const surge = at(20, { fault: "traffic-surge", traffic: "checkout", factor: 3 }, 20);
  const users: Arrivals = {
    kind: "users",
    users: 200,
    thinkTime: { kind: "exponential", mean: SECOND },
  };

  it.each<readonly [name: string, arrivals: Arrivals, mean: number]>([
    ["a constant rate", { kind: "constant", perSecond: 100 }, 2000],
    ["phases", { kind: "phases", phases: [{ fromNs: 0, perSecond: 100, rampNs: 0 }] }, 2000],
    [
      "a day",
      { kind: "daily", lowPerSecond: 50, highPerSecond: 150, peakAtNs: 0, periodNs: 5 * SECOND },
      2000,
    ],
    // An answer takes 1 ms of a cycle of 1 s.
    ["users", users, 4000],
  ])("multiplies the arrivals of %s while it lasts", (_name, arrivals, mean) => {
    const requests = play(arrivals, [surge]);
    expectCount(between(requests, 0, 20), mean);
    expectCount(between(requests, 20, 40), 3 * mean);
    expectCount(between(requests, 40, 60), mean);
  });
});

describe("users", () => {
  const thinkNs = 100 * MILLISECOND;
  /** Every read misses and asks an origin that can serve 250 a second; without waiting users would ask 500 times. */
  const { ended } = requestsOf(
    resolved({
      caches: [{ ...group({}), prefill: 0 }],
      traffic: [
        traffic({
          arrivals: { kind: "users", users: 50, thinkTime: { kind: "exponential", mean: thinkNs } },
          setShare: 0,
          onMiss: "db",
          keys: { ...traffic().keys, count: 1_000_000 },
        }),
      ],
      origins: [
        {
          name: "db",
          region: "us-east-1",
          zone: null,
          concurrency: 5,
          discipline: "fifo",
          queueLimit: Number.POSITIVE_INFINITY,
          serviceTime: { kind: "exponential", mean: 20 * MILLISECOND },
        },
      ],
    }),
  );

  it("follow the interactive response time law: N = X (R + Z), within 2 %", () => {
    const inside = ended.filter(
      ({ arrivedAt }) => arrivedAt >= 10 * SECOND && arrivedAt < 55 * SECOND,
    );
    const throughput = inside.length / 45;
    const response =
      inside.reduce((sum, one) => sum + one.endedAt - one.arrivedAt, 0) / inside.length / SECOND;
    // The origin is the bottleneck, so the law is not merely N = X Z.
    expect(response).toBeGreaterThan(0.05);
    expect((throughput * (response + thinkNs / SECOND)) / 50).toBeGreaterThan(0.98);
    expect((throughput * (response + thinkNs / SECOND)) / 50).toBeLessThan(1.02);
  });

  it("never have more requests open than there are users", () => {
    const steps = ended
      .flatMap(({ arrivedAt, endedAt }) => [
        { at: arrivedAt, by: 1 },
        { at: endedAt, by: -1 },
      ])
      .sort((a, b) => a.at - b.at || a.by - b.by);
    let open = 0;
    let most = 0;
    for (const { by } of steps) {
      open += by;
      most = Math.max(most, open);
    }
    expect(most).toBeLessThanOrEqual(50);
    expect(most).toBeGreaterThan(25);
  });

  it("go on after their client host died, and are counted once each", () => {
    const scenario = resolved({
      traffic: [
        traffic({
          arrivals: { kind: "users", users: 100, thinkTime: { kind: "constant", value: SECOND } },
        }),
      ],
      method: [at(20, { fault: "az-power-interruption", zone: ZONES[0] }, 20)],
    });
    const { ended: requests, started } = requestsOf(scenario);
    const lost = requests.filter(({ outcome }) => outcome === OUTCOME_CLIENT_LOST).length;
    const { requests: slots } = started.world.fleet;
    const issued = started.world.traffic[0]?.issued;
    expect(requests.length + slots.openSince(0).length).toBe(issued);
    expect(new Set(requests.map(({ number }) => number)).size).toBe(requests.length);
    // Whoever was not waiting goes on at the usual rate.
    expect(between(requests, 50, 60)).toBeGreaterThan(900);
    expect(lost).toBeLessThanOrEqual(100);
  });

  it("that find no client host alive think again, and come back with the hosts", () => {
    const arrivals: Arrivals = {
      kind: "users",
      users: 30,
      thinkTime: { kind: "constant", value: 500 * MILLISECOND },
    };
    const scenario = resolved({
      traffic: [traffic({ arrivals, zones: [ZONES[0]] })],
      method: [at(20, { fault: "az-power-interruption", zone: ZONES[0] }, 10)],
    });
    const { ended: requests } = requestsOf(scenario);
    expect(between(requests, 20.1, 30)).toBe(0);
    expect(between(requests, 45, 60)).toBeGreaterThan(800);
  });
});

describe("offered rates", () => {
  const durationNs = 60 * SECOND;
  it.each<readonly [Arrivals, number, number]>([
    [{ kind: "constant", perSecond: 7 }, 7, 7],
    [phases, (4000 + 6000 + 10_000 + 4000) / 60, 1000],
    [
      { kind: "daily", lowPerSecond: 0, highPerSecond: 10, peakAtNs: 0, periodNs: 30 * SECOND },
      5,
      10,
    ],
    [
      { kind: "users", users: 60, thinkTime: { kind: "uniform", min: SECOND, max: 3 * SECOND } },
      30,
      30,
    ],
  ])("of %j have mean %d and peak %d", (arrivals, mean, peak) => {
    expect(meanPerSecond(arrivals, durationNs)).toBeCloseTo(mean, 9);
    expect(peakPerSecond(arrivals)).toBeCloseTo(peak, 9);
  });
});
