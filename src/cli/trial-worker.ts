/** A module for a `WorkerPool` whose jobs are trials, answered by their outcomes. */
import type { JobFunctions, WorkerJob } from "../campaign/pools/worker-entry.ts";
import { type BaseScenario, Laboratory } from "../explore/laboratory.ts";
import type { Outcome, Trial } from "../explore/schedule.ts";

export interface TrialJob extends WorkerJob {
  readonly run: "trial";
  readonly base: BaseScenario;
  readonly trial: Trial;
}

/** That of the last job: a campaign explores one scenario. */
let last: { readonly base: string; readonly laboratory: Laboratory } | null = null;

export const jobs = {
  trial({ base, trial }: TrialJob): Outcome {
    const key = JSON.stringify(base);
    if (last?.base !== key) last = { base: key, laboratory: new Laboratory(base) };
    return last.laboratory.run(trial);
  },
} satisfies JobFunctions;
