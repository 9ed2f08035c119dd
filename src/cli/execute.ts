import type { Nanos } from "../base/nanos.ts";

/** What `execute` drives: a simulation, or a stand-in for one. */
export interface Steppable {
  readonly now: Nanos;
  runUntil(time: Nanos): void;
}

const SLICE_MS = 40;
const FIRST_SLICES = 1000;

/**
 * Runs to `durationNs` in slices of about 40 ms, and lets the process breathe between them: signals are answered and
 * progress is shown. The slices leave no trace in the run.
 *
 * @param onProgress - called between slices with the share done, 0..1
 */
export async function execute(
  simulation: Steppable,
  durationNs: Nanos,
  onProgress: (share: number) => void,
): Promise<void> {
  let sliceNs = Math.max(1, Math.ceil(durationNs / FIRST_SLICES));
  while (simulation.now < durationNs) {
    const startedAt = performance.now();
    simulation.runUntil(Math.min(durationNs, simulation.now + sliceNs));
    const tookMs = Math.max(0.1, performance.now() - startedAt);
    sliceNs = Math.max(1, Math.round(sliceNs * Math.min(4, Math.max(0.25, SLICE_MS / tookMs))));
    onProgress(simulation.now / durationNs);
    await breathe();
  }
}

const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
