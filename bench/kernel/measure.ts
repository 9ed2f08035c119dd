import { readFileSync } from "node:fs";

export interface Measured {
  /** Counted events per second of CPU time of the main thread. */
  readonly rate: number;
  /** What the workload says about its own correctness. */
  readonly check: number;
  /** Memory of the built model over its pending events, bytes. */
  readonly bytesPerPending?: number;
}

/** CPU time of the main thread so far, s. Linux only: the first number of schedstat, ns. */
function cpuSeconds(): number {
  return Number(readFileSync("/proc/self/schedstat", "utf8").split(" ")[0]) / 1e9;
}

/** Runs and times; `run` answers the check value. */
export function measure(count: number, run: () => number): Measured {
  const start = cpuSeconds();
  const check = run();
  const seconds = cpuSeconds() - start;
  return { rate: count / seconds, check };
}
