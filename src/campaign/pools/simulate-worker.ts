/** A module for a `WorkerPool` whose jobs are whole simulations, answered by their results. */
import type { RunInput } from "../../run/assemble-result.ts";
import type { Result } from "../../run/result.ts";
import { run } from "../../run/simulation.ts";
import type { ResolvedScenario } from "../../scenario/resolved.ts";
import type { JobFunctions, WorkerJob } from "./worker-entry.ts";

export interface SimulateJob extends WorkerJob {
  readonly run: "simulate";
  readonly scenario: ResolvedScenario;
  readonly input: RunInput;
}

export const jobs = {
  simulate: ({ scenario, input }: SimulateJob): Result => run(scenario, input),
} satisfies JobFunctions;
