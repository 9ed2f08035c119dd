/** Clients, judged by their operations. */
import { describe, expect, it } from "vitest";
import { MILLISECOND, SECOND } from "../../src/base/nanos.ts";
import {
  OUTCOME_CLIENT_LOST,
  OUTCOME_FAIL,
  OUTCOME_INFO,
  OUTCOME_NONE,
  OUTCOME_OK,
} from "../../src/journal/operation-columns.ts";
import { observe } from "../fixtures/observe.ts";
import { at, group, resolved, traffic, ZONES } from "../fixtures/resolved.ts";

const primary = { kind: "primary", cache: "cart", shard: 1 } as const;
const { client } = traffic();

describe("clients", () => {
  it("an operation takes a round trip and its service time; the first on a connection one round trip more", () => {
    const one = resolved({
      durationNs: 10 * SECOND,
      caches: [group({ mode: "disabled", replicas: 0, automaticFailover: false })],
      traffic: [traffic({ zones: [ZONES[0]], ratePerSecond: 50 })],
    });
    const latencies = observe(one).operations.map(
      (operation) => operation.returnedAt - operation.invokedAt,
    );
    expect(latencies[0]).toBe(2 * 250_000 + 2_000);
    expect(latencies.filter((ns) => ns === 252_000).length / latencies.length).toBeGreaterThan(0.9);
  });

  it("a timed-out attempt is retried; a write whose outcome is unknown ends as info, a read as fail", () => {
    const run = observe(
      resolved({
        durationNs: 20 * SECOND,
        caches: [group({ mode: "disabled", replicas: 0, automaticFailover: false })],
        traffic: [
          traffic({ client: { ...client, connections: 500, retry: { ...client.retry, max: 1 } } }),
        ],
        method: [at(5, { fault: "node-pause", target: primary }, 10)],
      }),
    );
    const during = run.operations.filter(
      (operation) => operation.invokedAt > 6 * SECOND && operation.returnedAt < 14 * SECOND,
    );
    expect(during.length).toBeGreaterThan(500);
    for (const operation of during) {
      expect(operation.attempts).toBe(2);
      expect(operation.outcome).toBe(operation.command === 0 ? OUTCOME_FAIL : OUTCOME_INFO);
      expect(operation.returnedAt - operation.invokedAt).toBeGreaterThanOrEqual(
        2 * client.commandTimeoutNs,
      );
    }
  });

  it("waiting for a connection counts into the command timeout", () => {
    const run = observe(
      resolved({
        durationNs: 10 * SECOND,
        caches: [group({ mode: "disabled", replicas: 0, automaticFailover: false })],
        traffic: [
          traffic({
            zones: [ZONES[0]],
            client: { ...client, connections: 1, retry: { ...client.retry, max: 0 } },
          }),
        ],
        method: [at(5, { fault: "node-pause", target: primary }, 3)],
      }),
    );
    const failed = run.operations.filter((operation) => operation.outcome !== OUTCOME_OK);
    expect(failed.length).toBeGreaterThan(100);
    for (const operation of failed)
      expect(operation.returnedAt - operation.invokedAt).toBe(client.commandTimeoutNs);
  });

  it("a client host that loses power loses what it had in flight, apart from the failures", () => {
    const run = observe(
      resolved({
        durationNs: 30 * SECOND,
        traffic: [
          traffic({
            ratePerSecond: 2000,
            zones: [ZONES[1]],
            client: { ...client, commandTimeoutNs: SECOND },
          }),
        ],
        caches: [group({})],
        method: [
          at(9, {
            fault: "network-latency",
            from: [{ kind: "zone", zone: ZONES[1] }],
            to: null,
            addNs: 20 * MILLISECOND,
            jitterNs: 0,
          }),
          at(10, { fault: "az-power-interruption", zone: ZONES[1] }, 5, 1),
        ],
      }),
    );
    const ended = run.operations.filter(
      (operation) => operation.requestOutcome === OUTCOME_CLIENT_LOST,
    );
    // 2000/s on a round trip of 40 ms to two of three shards: some 50 in flight.
    expect(ended.length).toBeGreaterThan(20);
    for (const operation of ended) {
      expect(operation.outcome).toBe(OUTCOME_INFO);
      expect(operation.returnedAt).toBe(10 * SECOND);
    }
  });

  it("arrivals of a dark zone go to the living ones: the same requests with the same keys", () => {
    const scenario = resolved({ durationNs: 30 * SECOND });
    const dark = {
      ...scenario,
      method: [at(10, { fault: "az-power-interruption", zone: ZONES[2] } as const, 10)],
    };
    const keys = (run: ReturnType<typeof observe>): number[] => {
      const byRequest = [...run.operations].sort((a, b) => a.invokedAt - b.invokedAt);
      return byRequest.map((operation) => operation.key);
    };
    const one = keys(observe(scenario));
    const other = keys(observe(dark));
    expect(Math.abs(one.length - other.length)).toBeLessThan(5);
    expect(other.slice(0, 5000)).toEqual(one.slice(0, 5000));
  });

  it("a miss is GET, origin and SET within one request, and later a hit", () => {
    const run = observe(
      resolved({
        durationNs: 30 * SECOND,
        caches: [{ ...group({}), prefill: 0 }],
        origins: [
          {
            name: "db",
            region: "us-east-1",
            zone: null,
            discipline: "fifo",
            queueLimit: Number.POSITIVE_INFINITY,
            concurrency: 10,
            serviceTime: { kind: "constant", value: 5 * MILLISECOND },
          },
        ],
        traffic: [traffic({ setShare: 0, onMiss: "db", keys: { ...traffic().keys, count: 200 } })],
      }),
    );
    const misses = run.operations.filter((operation) => operation.hit === 0);
    expect(misses.length).toBeGreaterThanOrEqual(200);
    expect(misses.length).toBeLessThan(230); // two clients may miss one key at a time
    for (const miss of misses) expect(miss.requestOutcome).toBe(OUTCOME_NONE);
    const fills = run.operations.filter((operation) => operation.command === 1);
    expect(fills.length).toBeLessThanOrEqual(misses.length);
    expect(fills.every((operation) => operation.requestOutcome === OUTCOME_OK)).toBe(true);
  });

  it("reads from replicas are answered by replicas, late by the replication delay at most", () => {
    const run = observe(
      resolved({
        durationNs: 10 * SECOND,
        traffic: [traffic({ client: { ...client, readFrom: "replica" } })],
      }),
    );
    const reads = run.operations.filter((operation) => operation.command === 0);
    expect(reads.length).toBeGreaterThan(500);
    expect(reads.every((operation) => operation.fromPrimary === 0)).toBe(true);
  });
});
