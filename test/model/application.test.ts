/** Laws of the application: single flight, the origin's timeout, and that every request ends once. */
import { describe, expect, it } from "vitest";
import { MILLISECOND, SECOND } from "../../src/base/nanos.ts";
import type { MethodEntry } from "../../src/faults/contract.ts";
import { OUTCOME_FAIL, OUTCOME_OK } from "../../src/journal/operation-columns.ts";
import { CacheAside } from "../../src/model/application/cache-aside.ts";
import { SingleFlight } from "../../src/model/application/single-flight.ts";
import { Requests, STAGE_ORIGIN } from "../../src/model/client/requests.ts";
import type { OriginSettings } from "../../src/model/origin/origin-settings.ts";
import type { TrafficSettings } from "../../src/model/traffic/traffic-settings.ts";
import { startWorld } from "../../src/run/start-world.ts";
import type { ResolvedScenario } from "../../src/scenario/resolved.ts";
import { requestsOf } from "../fixtures/requests.ts";
import { at, group, resolved, traffic, ZONES } from "../fixtures/resolved.ts";

const origin = (over: Partial<OriginSettings> = {}): OriginSettings => ({
  name: "db",
  region: "us-east-1",
  zone: null,
  concurrency: 1000,
  discipline: "fifo",
  queueLimit: Number.POSITIVE_INFINITY,
  serviceTime: { kind: "exponential", mean: 40 * MILLISECOND },
  ...over,
});

/** Reads of 50 keys from a cold cache whose items live for two seconds. */
function stampede(
  over: Partial<TrafficSettings>,
  more: { origin?: Partial<OriginSettings>; method?: readonly MethodEntry[]; tie?: boolean } = {},
): ResolvedScenario {
  return resolved({
    durationNs: 20 * SECOND,
    tieBreak: more.tie === true ? "shuffled" : "schedule",
    caches: [{ ...group({}), prefill: 0 }],
    origins: [origin(more.origin)],
    method: more.method ?? [],
    traffic: [
      traffic({
        ratePerSecond: 2000,
        setShare: 0,
        onMiss: "db",
        keys: { ...traffic().keys, count: 50, ttlNs: 2 * SECOND },
        ...over,
      }),
    ],
  });
}

/** The most requests to the origin that are waited for at once, by client host and key; and all of them. */
function watchOrigin(scenario: ResolvedScenario): { most: number; asked: number } {
  const started = startWorld(scenario, () => undefined, null);
  const { world } = started;
  const { requests } = world.fleet;
  const [db] = world.origins;
  const waiting = new Map<string, Map<number, number>>();
  let most = 0;
  let asked = 0;
  const ask = db?.ask.bind(db) as NonNullable<typeof db>["ask"];
  (db as { ask: typeof ask }).ask = (request, generation, host) => {
    asked++;
    const place = `${requests.client[request]}/${requests.key[request]}`;
    const open = waiting.get(place) ?? new Map<number, number>();
    waiting.set(place, open);
    for (const [slot, of] of open)
      if (requests.generation[slot] !== of || requests.stage[slot] !== STAGE_ORIGIN)
        open.delete(slot);
    open.set(request, generation);
    most = Math.max(most, open.size);
    ask(request, generation, host);
  };
  started.kernel.runUntil(scenario.durationNs);
  return { most, asked };
}

const DARK = at(5, { fault: "az-power-interruption", zone: ZONES[0] }, 5);

describe("coalescing", () => {
  it.each<readonly [string, Parameters<typeof stampede>[1]]>([
    ["in calm", {}],
    ["with ties in another order", { tie: true }],
    ["of an origin that refuses", { origin: { concurrency: 2, queueLimit: 3 } }],
    ["of client hosts that die and come back", { method: [DARK] }],
    ["of an origin that stands in a dark zone", { origin: { zone: ZONES[0] }, method: [DARK] }],
  ])("keeps one request to the origin per key and client host: %s", (_name, more) => {
    const plain = watchOrigin(stampede({}, more));
    expect(plain.most).toBeGreaterThan(1);
    const shared = watchOrigin(stampede({ coalesce: true, originTimeoutNs: SECOND }, more));
    expect(shared.most).toBe(1);
    expect(shared.asked).toBeLessThan(plain.asked);
    expect(shared.asked).toBeGreaterThan(50);
  });

  it.each<readonly [string, Partial<TrafficSettings>, Parameters<typeof stampede>[1]]>([
    ["alone", {}, {}],
    ["where client hosts die", {}, { method: [DARK] }],
    ["where the origin's zone is dark", {}, { origin: { zone: ZONES[0] }, method: [DARK] }],
    ["where the origin refuses", {}, { origin: { concurrency: 2, queueLimit: 3 } }],
    [
      "where the cache fails and reads fall back",
      { onError: "origin", setShare: 0.3 },
      { method: [at(5, { fault: "network-partition", ...cut() }, 5)] },
    ],
    [
      "with users",
      { arrivals: { kind: "users", users: 300, thinkTime: { kind: "constant", value: 1e8 } } },
      { method: [DARK], tie: true },
    ],
  ])("ends every request once: %s", (_name, over, more) => {
    const scenario = stampede({ coalesce: true, originTimeoutNs: SECOND, ...over }, more);
    const { ended, started } = requestsOf(scenario);
    const { world } = started;
    const open = world.fleet.requests.openSince(0).length;
    expect(ended.length + open).toBe(world.traffic[0]?.issued);
    expect(new Set(ended.map(({ number }) => number)).size).toBe(ended.length);
    expect(ended.length).toBeGreaterThan(5000);
    // Nobody waits for a leader that is gone: what is open began in the last seconds of the run.
    const { requests } = world.fleet;
    for (let slot = 0; slot < requests.stage.length; slot++) {
      if (requests.stage[slot] !== STAGE_ORIGIN) continue;
      expect(requests.arrivedAt[slot]).toBeGreaterThan(17 * SECOND);
    }
  });

  it("off, asks as often as requests miss", () => {
    const { asked } = watchOrigin(stampede({}));
    const { ended, started } = requestsOf(stampede({}));
    expect(started.world.origins[0]?.requests).toBe(asked);
    expect(ended.every(({ outcome }) => outcome === OUTCOME_OK)).toBe(true);
  });

  it("shares failures too: followers of a leader that waits too long fail with it", () => {
    const scenario = stampede(
      { coalesce: true, originTimeoutNs: 100 * MILLISECOND },
      { origin: { serviceTime: { kind: "constant", value: SECOND } } },
    );
    const { ended, started } = requestsOf(scenario);
    const failed = ended.filter(({ outcome }) => outcome === OUTCOME_FAIL);
    expect(failed.length).toBe(ended.length);
    const longest = Math.max(...failed.map((one) => one.endedAt - one.arrivedAt));
    // The leader's wait, and its GET: a connection and a round trip.
    expect(longest).toBeLessThan(110 * MILLISECOND);
    const asked = started.world.origins[0]?.requests ?? 0;
    expect(failed.length / asked).toBeGreaterThan(1.2);
  });
});

function cut() {
  return {
    isolate: [{ kind: "primary" as const, cache: "cart", shard: 1 }],
    to: null,
    direction: "both" as const,
    bridge: [],
    withClients: true,
  };
}

describe("SingleFlight", () => {
  /** Requests of one key on one host, each after a miss (true) or after a cache that failed (false). */
  function flight(...misses: boolean[]) {
    const requests = new Requests();
    const asked: number[] = [];
    const filled: number[] = [];
    const endings: (readonly [number, number])[] = [];
    const application = new CacheAside(
      {
        requests,
        begin: (request) => filled.push(request),
        atOrigin: (request) => {
          requests.stage[request] = STAGE_ORIGIN;
        },
        endWithoutOperation(request, _command, outcome) {
          endings.push([request, outcome]);
          requests.release(request);
        },
      },
      [{ hasOrigin: true, fallsBack: true, flights: new SingleFlight(requests) }],
      (request) => asked.push(request),
    );
    const slots = misses.map((missed) => {
      const request = requests.allocate();
      application.goesOn(request, missed);
      return request;
    });
    const join = (): number => {
      const request = requests.allocate();
      application.goesOn(request, true);
      return request;
    };
    return { application, requests, slots, asked, filled, endings, join };
  }

  it("lets the leader fill the cache and ends the others with the origin's answer", () => {
    const { application, slots, asked, filled, endings } = flight(true, true, true);
    expect(asked).toEqual([slots[0]]);
    application.originAnswered(slots[0] as number, false);
    expect(filled).toEqual([slots[0]]);
    expect(endings).toEqual([
      [slots[1], OUTCOME_OK],
      [slots[2], OUTCOME_OK],
    ]);
  });

  it("lets the first follower that missed fill the cache when the leader did not miss", () => {
    const { application, slots, filled, endings } = flight(false, false, true, true);
    application.originAnswered(slots[0] as number, false);
    expect(filled).toEqual([slots[2]]);
    expect(endings.map(([request]) => request)).toEqual([slots[0], slots[1], slots[3]]);
  });

  it("answers at once who misses while the cache is being filled, and asks anew afterwards", () => {
    const { application, requests, slots, asked, endings, join } = flight(true);
    const [leader] = slots as [number];
    application.originAnswered(leader, false);
    const late = join();
    expect(endings).toEqual([[late, OUTCOME_OK]]);
    expect(application.ended(leader, OUTCOME_OK, -1)).toBe(OUTCOME_OK);
    requests.release(leader);
    const next = join();
    expect(asked).toEqual([leader, next]);
  });

  it("takes off anew when the leader's host has died, and forgets who followed it", () => {
    const { application, requests, slots, asked, endings, join } = flight(true, true);
    for (const slot of slots) requests.release(slot);
    const next = join();
    expect(asked).toEqual([slots[0], next]);
    application.originAnswered(next, true);
    expect(endings).toEqual([[next, OUTCOME_FAIL]]);
  });
});

describe("TTL jitter", () => {
  const JITTER = 0.25;
  const TTL = 10 * SECOND;
  const expiries = (ttlJitter: number): number[] => {
    const scenario = resolved({
      durationNs: 8 * SECOND,
      caches: [{ ...group({}), prefill: 0 }],
      traffic: [
        traffic({
          ratePerSecond: 2000,
          setShare: 1,
          keys: { ...traffic().keys, count: 1_000_000, ttlNs: TTL, ttlJitter },
        }),
      ],
    });
    const ttls: number[] = [];
    const started = startWorld(
      scenario,
      (journal) =>
        journal.subscribe({
          operations(batch) {
            for (let i = 0; i < batch.count; i++)
              // The reply takes less than 2 ms, which is small beside seconds of jitter.
              ttls.push((batch.expireAt[i] as number) - (batch.returnedAt[i] as number));
          },
        }),
      null,
    );
    started.kernel.runUntil(scenario.durationNs);
    started.journal.flush();
    return ttls;
  };

  it("spreads expiries evenly over ttl (1 +- jitter), each tenth within five errors", () => {
    const ttls = expiries(JITTER);
    expect(ttls.length).toBeGreaterThan(15_000);
    const low = TTL * (1 - JITTER);
    const width = (2 * TTL * JITTER) / 10;
    const counts = new Array<number>(10).fill(0);
    for (const ttl of ttls) {
      const tenth = Math.min(9, Math.max(0, Math.floor((ttl - low) / width)));
      counts[tenth] = (counts[tenth] as number) + 1;
      expect(ttl).toBeGreaterThan(low - 5 * MILLISECOND);
      expect(ttl).toBeLessThanOrEqual(TTL * (1 + JITTER));
    }
    const mean = ttls.length / 10;
    for (const count of counts)
      expect(Math.abs(count - mean)).toBeLessThan(5 * Math.sqrt(mean * 0.9));
  });

  it("of 0 leaves all alike", () => {
    const ttls = expiries(0);
    expect(Math.max(...ttls) - Math.min(...ttls)).toBeLessThan(5 * MILLISECOND);
  });
});
