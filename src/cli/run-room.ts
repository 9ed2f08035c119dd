/** Where the runs of a command take place: in this thread one after the other, or in worker threads. */
import type { Result } from "../run/result.ts";
import { open, type Simulation } from "../run/simulation.ts";
import { execute } from "./execute.ts";
import type { Job } from "./load-jobs.ts";
import { type RunFailure, runFailureOf } from "./run-failure.ts";
import type { Ended, ScenarioRun } from "./run-worker.ts";
import type { Terminal } from "./terminal.ts";

export interface RunRoom {
  /** Runs at a time. */
  readonly size: number;
  /**
   * Runs one job to its end.
   *
   * @param what - of the run, for the line of progress: the seed, or what is moved
   * @throws (rejects) RunError where it has no result
   */
  run(job: Job, what: string): Promise<Result>;
  /** Ends what still runs. */
  close(): Promise<void>;
}

/** A run that has no result. */
export class RunError extends Error {
  override readonly name = "RunError";
  constructor(
    readonly job: Job,
    readonly failure: RunFailure,
  ) {
    super(failure.message);
  }
}

/** The library of threads loads where there are some. */
export async function openRoom(size: number, terminal: Terminal): Promise<RunRoom> {
  return size === 1 ? thisThread(terminal) : workerThreads(size, terminal);
}

function thisThread(terminal: Terminal): RunRoom {
  return {
    size: 1,
    run: (job, what) => runHere(job, what, terminal, () => undefined),
    close: () => Promise.resolve(),
  };
}

/**
 * Runs one job in this thread.
 *
 * @param onOpen - is given the simulation before it begins
 * @throws (rejects) RunError where it has no result
 */
export async function runHere(
  job: Job,
  what: string,
  terminal: Terminal,
  onOpen: (simulation: Simulation) => void,
): Promise<Result> {
  let simulation: Simulation | undefined;
  try {
    const { name, durationNs } = job.resolved;
    simulation = open(job.resolved);
    onOpen(simulation);
    await execute(simulation, durationNs, (share) =>
      terminal.progress(`${name}${what}  ${Math.floor(share * 100)} %`),
    );
    return simulation.finish(job.input);
  } catch (error) {
    throw new RunError(job, runFailureOf(error, simulation?.now ?? 0));
  }
}

async function workerThreads(size: number, terminal: Terminal): Promise<RunRoom> {
  const { WorkerPool } = await import("../campaign/pools/workers.ts");
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const module = new URL(`./run-worker.${extension}`, import.meta.url);
  const pool = new WorkerPool<ScenarioRun, Ended>({ module, threadsMax: size });
  const { signal } = new AbortController();
  let finished = 0;
  return {
    size: pool.size,
    async run(job, what) {
      const { file, input, resolved } = job;
      const { seed, maxEvents } = resolved;
      const reply = await pool.run({ run: "scenario", file, input, seed, maxEvents }, signal);
      terminal.progress(`${resolved.name}${what}  done, ${++finished} so far`);
      if (reply.kind === "failure") throw new RunError(job, runFailureOf(reply.failure.message, 0));
      if ("failure" in reply.result) throw new RunError(job, reply.result.failure);
      return reply.result.result;
    },
    close: () => pool.close(),
  };
}
