import type { Shape } from "./workloads.ts";

/** What delays are drawn from: Exp(1) and uniform in (0, 1). */
export interface Draws {
  exponential(): number;
  uniform(): number;
}

/** How long after `now` the next event of a hold workload is due, ns. One unit of time is 1 s. */
export function createDelay(shape: Shape, draws: Draws): (now: number) => number {
  switch (shape) {
    case "ties": // 0, 1, 2 or 3 s: a quarter of all pending events are due at each time
      return () => Math.floor(draws.uniform() * 4) * 1e9;
    case "zeros":
      return () => (draws.uniform() < 0.9 ? 0 : Math.floor(draws.exponential() * 1e10));
    case "bimodal":
      return () => {
        if (draws.uniform() < 0.9) return Math.floor(draws.uniform() * 1e6);
        return 1e12 + Math.floor(draws.uniform() * 1e9);
      };
    case "increasing": {
      let due = 1e9; // each event is due 1 ns after the one scheduled before
      return (now) => ++due - now;
    }
    default:
      return () => Math.floor(draws.exponential() * 1e9);
  }
}
