import type { Shape } from "./workloads.ts";

/** What delays are drawn from: Exp(1) and uniform in (0, 1). */
export interface Draws {
  exponential(): number;
  uniform(): number;
}

/** How long after `now` the next event of a hold workload is due, ns. One unit of time is 0.1 s. */
export function createDelay(shape: Shape, draws: Draws): (now: number) => number {
  switch (shape) {
    case "ties": // 0 to 3 units: a quarter of all pending events are due at each time
      return () => Math.floor(draws.uniform() * 4) * 1e8;
    case "zeros":
      return () => (draws.uniform() < 0.9 ? 0 : Math.floor(draws.exponential() * 1e9));
    case "bimodal":
      return () => {
        if (draws.uniform() < 0.9) return Math.floor(draws.uniform() * 1e5);
        return 1e11 + Math.floor(draws.uniform() * 1e8);
      };
    case "increasing": {
      let due = 1e8; // each event is due 1 ns after the one scheduled before
      return (now) => ++due - now;
    }
    default:
      return () => Math.floor(draws.exponential() * 1e8);
  }
}
