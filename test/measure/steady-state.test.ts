import { describe, expect, it } from "vitest";
import { SteadyState } from "../../src/measure/steady-state.ts";

const S = 1e9;
/** A minute at ten requests per 100 ms; `bad` buckets fail wholly. */
function minute(bad: (bucket: number) => boolean, overS = 1): SteadyState {
  const all = new Float64Array(600).fill(10);
  const good = all.map((count, bucket) => (bad(bucket) ? 0 : count));
  return new SteadyState([{ good, all, overNs: overS * S, atLeast: 0.95 }]);
}

describe("SteadyState", () => {
  it("held throughout: regained at once", () => {
    expect(minute(() => false).regainedAt(20 * S, 60 * S)).toBe(20 * S);
  });

  it("is regained at the first moment from which every window holds, not that moment plus the window", () => {
    const state = minute((bucket) => bucket >= 200 && bucket < 250);
    expect(state.regainedAt(20 * S, 60 * S)).toBe(25 * S);
  });

  it("a later breach counts, though windows held in between", () => {
    const state = minute((bucket) => (bucket >= 200 && bucket < 210) || bucket === 400);
    expect(state.regainedAt(20 * S, 60 * S)).toBe(40.1 * S);
  });

  it("windows end at the next disturbance: what comes after it is its own", () => {
    const state = minute((bucket) => (bucket >= 200 && bucket < 210) || bucket === 400);
    expect(state.regainedAt(20 * S, 40 * S)).toBe(21 * S);
  });

  it("is not regained when the last window does not hold, or none fits", () => {
    expect(minute((bucket) => bucket >= 200).regainedAt(20 * S, 60 * S)).toBeNull();
    expect(minute(() => false).regainedAt(20 * S, 20.5 * S)).toBeNull();
  });

  it("a window without requests holds", () => {
    const empty = new Float64Array(600);
    const state = new SteadyState([{ good: empty, all: empty, overNs: S, atLeast: 1 }]);
    expect(state.regainedAt(10 * S, 60 * S)).toBe(10 * S);
    expect(state.held(0, 10 * S)).toBe(true);
  });

  it("the share is inclusive", () => {
    const all = new Float64Array(100).fill(10);
    const good = all.map((count, bucket) => (bucket === 50 ? count - 5 : count));
    const state = (atLeast: number): SteadyState =>
      new SteadyState([{ good, all, overNs: S, atLeast }]);
    expect(state(0.95).held(0, 10 * S)).toBe(true);
    expect(state(0.951).held(0, 10 * S)).toBe(false);
    expect(state(0.951).firstBreach(0, 10 * S)).toBe(4_100_000_000);
  });
});
