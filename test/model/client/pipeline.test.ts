/** Commands in flight on one connection, and clients whose connections take several. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MILLISECOND, SECOND } from "../../../src/base/nanos.ts";
import {
  COMMAND_SET,
  OUTCOME_FAIL,
  OUTCOME_INFO,
  OUTCOME_OK,
} from "../../../src/journal/operation-columns.ts";
import { GIVEN_UP, Pipeline } from "../../../src/model/client/pipeline.ts";
import { observe } from "../../fixtures/observe.ts";
import { at, group, resolved, traffic, ZONES } from "../../fixtures/resolved.ts";

const primary = { kind: "primary", cache: "cart", shard: 1 } as const;
const { client } = traffic();
const single = group({ mode: "disabled", replicas: 0, automaticFailover: false });
/** One connection per host and node that takes whatever comes; a command is given up after `timeoutMs`. */
const multiplexed = (timeoutMs: number, over: Partial<typeof client> = {}): typeof client => ({
  ...client,
  connections: 1,
  pipeline: 10_000,
  commandTimeoutNs: timeoutMs * MILLISECOND,
  retry: { ...client.retry, max: 0 },
  ...over,
});

describe("Pipeline", () => {
  it("hands replies on in the order of the commands, whatever the order of arrival", () => {
    const shuffledTickets = fc.integer({ min: 1, max: 60 }).chain((count) =>
      fc.shuffledSubarray(
        Array.from({ length: count }, (_, i) => i),
        { minLength: count },
      ),
    );
    fc.assert(
      fc.property(shuffledTickets, (arrivals) => {
        const pipeline = new Pipeline();
        for (let request = 0; request < arrivals.length; request++)
          expect(pipeline.push(100 + request, request)).toBe(request);
        const answered: number[] = [];
        for (const ticket of arrivals) {
          pipeline.replied(ticket, 7000 + ticket);
          for (let frame = pipeline.nextReply; frame >= 0; frame = pipeline.nextReply) {
            const request = pipeline.shift();
            expect(frame - 7000).toBe(request - 100);
            answered.push(request);
          }
        }
        expect(answered).toEqual(arrivals.map((_, i) => 100 + i));
        expect(pipeline.inFlight).toBe(0);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it("lets commands reach the server in order, whatever the order of arrival", () => {
    const order = fc.shuffledSubarray(
      Array.from({ length: 25 }, (_, i) => i),
      { minLength: 25 },
    );
    fc.assert(
      fc.property(order, (arrivals) => {
        const pipeline = new Pipeline();
        const taken: number[] = [];
        for (const ticket of arrivals) {
          if (!pipeline.arrivesInTurn(ticket, ticket)) continue;
          for (let frame = ticket; frame >= 0; frame = pipeline.nextEarly()) taken.push(frame);
        }
        expect(taken).toEqual(arrivals.toSorted((a, b) => a - b));
      }),
      { numRuns: 200, seed: 2 },
    );
  });

  it("keeps the turn of a command whose caller gave up, and gives every frame back at the end", () => {
    const pipeline = new Pipeline();
    for (let request = 0; request < 40; request++) pipeline.push(request, request);
    pipeline.giveUp(0);
    pipeline.replied(1, 501);
    expect(pipeline.nextReply).toBe(-1);
    pipeline.replied(0, 500);
    expect([pipeline.nextReply, pipeline.shift()]).toEqual([500, GIVEN_UP]);
    expect([pipeline.nextReply, pipeline.shift()]).toEqual([501, 1]);
    expect(pipeline.oldestSentAt).toBe(2);
    pipeline.replied(5, 505);
    pipeline.arrivesInTurn(9, 909);
    expect(pipeline.waiting()).toHaveLength(38);
    const released: number[] = [];
    pipeline.clear((frame) => released.push(frame));
    expect(released.toSorted((a, b) => a - b)).toEqual([505, 909]);
    expect(pipeline.inFlight).toBe(0);
  });
});

describe("pipelined clients", () => {
  it("carry with one connection what takes many connections one command at a time", () => {
    const delivered = (over: Partial<typeof client>): number =>
      observe(
        resolved({
          durationNs: 5 * SECOND,
          caches: [single],
          traffic: [
            traffic({
              zones: [ZONES[0]],
              ratePerSecond: 20_000,
              client: { ...client, connections: 1, commandTimeoutNs: 60 * SECOND, ...over },
            }),
          ],
        }),
      ).operations.filter(({ outcome }) => outcome === OUTCOME_OK).length / 5;
    // One at a time: a round trip of 250 us and 2 us of service.
    expect(delivered({})).toBeGreaterThan(0.97 * (1e9 / 252_000));
    expect(delivered({})).toBeLessThan(1.03 * (1e9 / 252_000));
    expect(delivered({ pipeline: 4 })).toBeGreaterThan(0.97 * (4e9 / 252_000));
    expect(delivered({ pipeline: 4 })).toBeLessThan(1.03 * (4e9 / 252_000));
    expect(delivered({ pipeline: 100 })).toBeGreaterThan(19_500);
  });

  it("commands stuck behind a paused server are acknowledged when it goes on, in their order", () => {
    const run = observe(
      resolved({
        durationNs: 12 * SECOND,
        caches: [single],
        traffic: [traffic({ zones: [ZONES[0]], client: multiplexed(30_000) })],
        method: [at(5, { fault: "node-pause", target: primary }, 3)],
      }),
    );
    const stuck = run.operations.filter(
      ({ invokedAt, returnedAt }) => invokedAt < 8 * SECOND && returnedAt > 8 * SECOND,
    );
    expect(stuck.length).toBeGreaterThan(500); // 3 s at 200/s
    for (const operation of stuck) {
      expect(operation.outcome).toBe(OUTCOME_OK);
      expect(operation.attempts).toBe(1);
      expect(operation.returnedAt).toBeLessThan(8.01 * SECOND);
    }
    const offsets = stuck
      .filter(({ command }) => command === COMMAND_SET)
      .map(({ offset }) => offset);
    expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
  });

  it("a command that times out leaves the connection to the others; the server executes the write all the same", () => {
    const run = observe(
      resolved({
        durationNs: 12 * SECOND,
        caches: [single],
        traffic: [traffic({ setShare: 1, client: multiplexed(500) })],
        method: [at(5, { fault: "node-pause", target: primary }, 3)],
      }),
    );
    const timedOut = run.operations.filter(({ outcome }) => outcome !== OUTCOME_OK);
    expect(timedOut.length).toBeGreaterThan(400);
    for (const { outcome, invokedAt, returnedAt } of timedOut) {
      expect(outcome).toBe(OUTCOME_INFO);
      expect(returnedAt - invokedAt).toBe(500 * MILLISECOND);
    }
    const after = run.operations.filter(({ invokedAt }) => invokedAt > 7.6 * SECOND);
    expect(after.every(({ outcome }) => outcome === OUTCOME_OK)).toBe(true);
    // The stream went on by every write that timed out, too: each adds as much.
    const offsets = run.operations
      .filter(({ outcome, command }) => outcome === OUTCOME_OK && command === COMMAND_SET)
      .map(({ offset }) => offset);
    const step = (offsets[1] as number) - (offsets[0] as number);
    const gap = Math.max(...offsets.slice(1).map((offset, i) => offset - (offsets[i] as number)));
    expect(gap / step).toBeGreaterThan(400);
  });

  it("a reset connection ends all its commands: writes as info, reads as fail", () => {
    const run = observe(
      resolved({
        durationNs: 12 * SECOND,
        caches: [single],
        traffic: [traffic({ client: multiplexed(30_000) })],
        method: [
          at(5, { fault: "node-pause", target: primary }, 3),
          at(6, { fault: "node-crash", target: primary }, null, 1),
        ],
      }),
    );
    const ended = run.operations.filter(
      ({ invokedAt, returnedAt }) => invokedAt < 6 * SECOND && returnedAt > 6 * SECOND,
    );
    expect(ended.length).toBeGreaterThan(150);
    for (const { command, outcome, returnedAt } of ended) {
      expect(outcome).toBe(command === COMMAND_SET ? OUTCOME_INFO : OUTCOME_FAIL);
      expect(returnedAt).toBeLessThan(6.001 * SECOND);
    }
  });

  it("a lost segment holds back the replies behind it, and their order stays", () => {
    const host = { kind: "zone", zone: ZONES[0] } as const;
    const run = observe(
      resolved({
        durationNs: 20 * SECOND,
        caches: [single],
        traffic: [
          traffic({
            zones: [ZONES[1]],
            setShare: 1,
            ratePerSecond: 2000,
            client: multiplexed(30_000),
          }),
        ],
        method: [
          at(5, { fault: "network-loss", from: [host], to: null, share: 0.01, burst: 1 }, 10),
        ],
      }),
    );
    expect(run.operations.every(({ outcome }) => outcome === OUTCOME_OK)).toBe(true);
    const offsets = run.operations.map(({ offset }) => offset);
    expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
    const invoked = run.operations.map(({ invokedAt }) => invokedAt);
    expect(invoked).toEqual(invoked.toSorted((a, b) => a - b));
    const late = run.operations.filter(
      ({ invokedAt, returnedAt }) => returnedAt - invokedAt > 100 * MILLISECOND,
    );
    // One in a hundred is sent again after 200 ms, and half of the 400 behind it wait longer than 100 ms.
    expect(late.length).toBeGreaterThan(2000);
  });
});

describe("a client without a command timeout", () => {
  const endless = (tcpTimeoutNs: number): typeof client =>
    multiplexed(0, {
      commandTimeoutNs: tcpTimeoutNs,
      commandTimeoutCovers: "waiting",
      tcpTimeoutNs,
      connectTimeoutNs: SECOND,
    });

  it("hangs on a dead host until TCP gives up, to the nanosecond", () => {
    const run = observe(
      resolved({
        durationNs: 60 * SECOND,
        caches: [single],
        traffic: [traffic({ client: endless(20 * SECOND) })],
        method: [at(5, { fault: "host-power-loss", target: primary })],
      }),
    );
    const hung = run.operations.filter(
      ({ invokedAt, returnedAt }) => invokedAt > 5 * SECOND && returnedAt - invokedAt > SECOND,
    );
    expect(hung.length).toBeGreaterThan(3000);
    const ends = new Set(
      hung.filter(({ returnedAt }) => returnedAt < 26 * SECOND).map(({ returnedAt }) => returnedAt),
    );
    expect(ends.size).toBe(ZONES.length); // one connection per client host, each by its oldest command
    for (const end of ends) expect(end).toBeGreaterThanOrEqual(24.9 * SECOND);
    for (const end of ends) expect(end).toBeLessThan(25.2 * SECOND);
  });

  it("waits for a paused server as long as it takes, for its kernel acknowledges", () => {
    const run = observe(
      resolved({
        durationNs: 60 * SECOND,
        caches: [single],
        traffic: [traffic({ client: endless(5 * SECOND) })],
        method: [at(5, { fault: "node-pause", target: primary }, 40)],
      }),
    );
    expect(run.operations.every(({ outcome }) => outcome === OUTCOME_OK)).toBe(true);
    const longest = Math.max(
      ...run.operations.map(({ invokedAt, returnedAt }) => returnedAt - invokedAt),
    );
    expect(longest).toBeGreaterThan(39.9 * SECOND);
  });
});
