/** A replication stream over a path that loses segments: what is behind a lost one waits until it was sent again. */
import { describe, expect, it } from "vitest";
import { experiment, undistorted } from "../../../../dist/verify/lab.js";
import { Streams } from "../../../../src/kernel/streams.ts";
import { SegmentLoss } from "../../../../src/model/network/segment-loss.ts";
import { pairScenario } from "../../../../src/verify/pair-scenario.ts";

const MS = 1e6;
const TIMEOUT = 200 * MS;

describe("SegmentLoss", () => {
  const loss = new SegmentLoss(
    { share: 0.1, burst: 1 },
    new Streams("1").stream("link/a>b", "segment-loss"),
    TIMEOUT,
  );

  it("sends again after the timeout, or with the third duplicate, then after timeouts that double", () => {
    const waits = (losses: number, duplicatesMs: number): number =>
      loss.sentAgainAfterNs(losses, duplicatesMs * MS) / MS;
    expect(waits(0, 10)).toBe(0);
    expect([waits(1, Number.POSITIVE_INFINITY), waits(1, 300), waits(1, 30)]).toEqual([
      200, 200, 30,
    ]);
    expect([waits(2, 30), waits(3, 30)]).toEqual([30 + 200, 30 + 200 + 400]);
    expect([waits(2, 300), waits(3, 300)]).toEqual([200 + 400, 200 + 400 + 800]);
  });

  it("loses its share", () => {
    let lost = 0;
    for (let i = 0; i < 10_000; i++) lost += Number(loss.draw() > 0);
    // Four standard errors of a share of 0.1 in 10,000 draws.
    expect(Math.abs(lost / 10_000 - 0.1)).toBeLessThan(4 * Math.sqrt((0.1 * 0.9) / 10_000));
  });
});

/** Ages of the oldest write that the replica lacks, ms, looked at each `everyMs`; 50 ms one way. */
function lags(rate: number, loss: string, everyMs: number): number[] {
  const text = pairScenario({
    roundTrip: "100ms",
    rate,
    duration: "12s",
    method: `{ at: 0s, fault: network-loss, from: node pair-001, to: node pair-002${loss} }`,
  });
  const seen: number[] = [];
  experiment(text, "1", undistorted, {
    everyNs: everyMs * MS,
    look: ({ kernel, nodes }) => seen.push((nodes[1]?.lagAt(kernel.now) ?? 0) / MS),
  });
  return seen.filter((lag) => lag > 0);
}

const share = (of: readonly number[], above: number): number =>
  of.filter((lag) => lag > above).length / of.length;

describe("a stream over a lossy path", () => {
  it("waits for the third write behind a lost one and a round trip, and not for longer", () => {
    // 200 writes/s: 15 ms and a round trip after its sending it is sent again, 165 ms after it is there. Of ten
    // seconds some 2 x 115 ms are spent behind each in a hundred: a fifth of the time the oldest is older than 55 ms.
    const seen = lags(200, ", loss: 1%", 5);
    const late = share(seen, 55);
    expect(late).toBeGreaterThan(0.12);
    expect(late).toBeLessThan(0.3);
    expect(share(seen, 150)).toBeGreaterThan(0.005);
    // Lost twice, in one of 10,000 writes: 4,000 were sent.
    expect(share(seen, 260)).toBeLessThan(0.02);
  });

  it("waits for the timeout where too little follows", () => {
    const seen = lags(4, ", loss: 10%", 5);
    expect(Math.max(...seen)).toBeGreaterThan(240);
    expect(share(seen, 255)).toBeLessThan(0.1);
  });

  it("does not hang on when it is looked at", () => {
    const fine = lags(200, ", loss: 1%", 5);
    const rare = lags(200, ", loss: 1%", 500);
    expect(rare.length).toBeGreaterThan(20);
    for (const lag of rare) expect(fine).toContain(lag);
  });
});
