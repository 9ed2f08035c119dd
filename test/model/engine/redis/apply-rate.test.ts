/** A replica that applies more slowly than its primary writes: how far it falls behind, and what its promotion loses. */
import { describe, expect, it } from "vitest";
import { experiment, undistorted } from "../../../../dist/verify/lab.js";
import { pairScenario } from "../../../../src/verify/pair-scenario.ts";

const S = 1e9;
const RATE = 1000;
const APPLIED = 500;
/** The primary goes at 4 s; the service promotes 2.5 s later. */
const GONE_S = 4;
const PROMOTED_S = 6.5;

const text = (of: {
  readonly fault: string;
  readonly value?: string;
  readonly assume?: string;
  readonly method?: string;
}): string =>
  pairScenario({
    rate: RATE,
    duration: "8s",
    prefill: "0%",
    assume: of.assume ?? `, applyRate: ${APPLIED}/s`,
    ...(of.value === undefined ? {} : { value: of.value }),
    client: "{ commandTimeout: 100ms }",
    method: `${of.method ?? ""}{ at: ${GONE_S}s, fault: ${of.fault}, target: node pair-001 }`,
  });

/** Writes that the first primary acknowledged, those that the promotion lost, and the replica's lag before the fault, s. */
function play(of: Parameters<typeof text>[0]) {
  let lag = 0;
  const { records, acknowledged } = experiment(text(of), "3", undistorted, {
    everyNs: 0.1 * S,
    look(now) {
      const at = now.kernel.now;
      if (at < GONE_S * S) lag = (now.nodes[1]?.lagAt(at) ?? 0) / S;
    },
  });
  const ended = records.find((record) => record.kind === "history-ended");
  if (ended?.kind !== "history-ended") throw new Error("nothing was promoted");
  const written = acknowledged.filter(({ history }) => history === ended.history);
  const lost = written.filter(({ offset }) => offset > ended.keptOffset).length;
  const decided = records.find((record) => record.kind === "failover-decided");
  const stood = decided?.kind === "failover-decided" ? decided.copies : [];
  return { lost, lag, written: written.length, stood, ended };
}

/** Exact but for one write: entries count from their turn, and the last acknowledgements are in flight at the fault. */
const about = (count: number, expected: number): void =>
  expect(Math.abs(count - expected)).toBeLessThanOrEqual(2);

describe("a replica that applies half of what is written", () => {
  // The oldest write that it has not applied after 4 s was sent after 2 s.
  const behindS = GONE_S - (GONE_S * APPLIED) / RATE;

  it("lags, goes on with what it has received, and loses the rest when it is promoted", () => {
    const { lost, lag, written, stood, ended } = play({ fault: "host-power-loss" });
    expect(lag).toBeGreaterThan(behindS - 0.15);
    expect(lag).toBeLessThan(behindS + 0.15);
    about(lost, written - APPLIED * PROMOTED_S);
    // The service chose by what had been applied half a second before: it does not know what waits.
    const stoodAt = stood.find(({ node }) => node === "pair-002")?.offset ?? 0;
    const entry = ended.keptOffset / (written - lost);
    about((ended.keptOffset - stoodAt) / entry, APPLIED * 0.5);
  });

  it("reads the end of a dead process's stream after all that stands before it", () => {
    const { lost, written } = play({ fault: "node-crash" });
    about(lost, written - APPLIED * PROMOTED_S);
  });

  it("has received what its kernel holds, and with a living host what both kernels hold", () => {
    // A SET of 10,000 B is 10,039 B of the stream.
    const entry = 10_039;
    const lostBeyond = (fault: string, bytes: number): void => {
      const { lost, written } = play({ fault, value: "10KB" });
      about(lost, written - APPLIED * GONE_S - Math.floor(bytes / entry));
    };
    lostBeyond("host-power-loss", 6_291_456);
    lostBeyond("node-crash", 6_291_456 + 4_194_304);
  });

  it("is so by a fault that makes it slow, from when that is there", () => {
    // 2 us each, 1000 times as long, in the last second.
    const { lag } = play({
      fault: "host-power-loss",
      assume: "",
      method: "{ at: 3s, fault: node-slow, target: node pair-002, factor: 1000 }, ",
    });
    expect(lag).toBeGreaterThan(0.3);
    expect(lag).toBeLessThan(0.6);
  });

  it("loses nothing where it keeps up", () => {
    const { lost, lag } = play({ fault: "node-crash", assume: ", applyRate: 2000/s" });
    expect([lost, lag < 0.01]).toEqual([0, true]);
  });
});
