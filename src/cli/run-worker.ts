/** A module for a `WorkerPool` whose jobs are runs of scenarios, answered by their results. */
import type { JobFunctions, WorkerJob } from "../campaign/pools/worker-entry.ts";
import type { RunInput } from "../run/assemble-result.ts";
import type { Result } from "../run/result.ts";
import { open, type Simulation } from "../run/simulation.ts";
import { NO_LIMITS } from "../scenario/limits.ts";
import { loadScenario } from "../scenario/load.ts";
import { type RunFailure, runFailureOf } from "./run-failure.ts";

export interface ScenarioRun extends WorkerJob {
  readonly run: "scenario";
  readonly file: string;
  readonly input: RunInput;
  readonly seed: string;
  readonly maxEvents: number;
}

export type Ended = { readonly result: Result } | { readonly failure: RunFailure };

export const jobs = {
  scenario({ file, input, seed, maxEvents }: ScenarioRun): Ended {
    let simulation: Simulation | undefined;
    try {
      const { source, sets, allowPlanted } = input;
      const options = { file, allowPlanted, seed, sets, limits: NO_LIMITS };
      simulation = open({ ...loadScenario(source, options), maxEvents });
      return { result: simulation.finish(input) };
    } catch (error) {
      return { failure: runFailureOf(error, simulation?.now ?? 0) };
    }
  },
} satisfies JobFunctions;
