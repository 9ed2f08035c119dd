/**
 * Drives a machine: runs the jobs that it asks for in a pool, keeps their answers in a store, and hands them back in
 * the order of asking. Which calls the machine sees, and in which order, hangs on the machine alone: neither on the
 * number of workers, nor on how long a job takes, nor on what an earlier, killed campaign has left in the store.
 *
 * Batches overlap by one, so that nobody idles while the last job of a batch ends: ask, ask, then absorb one batch and
 * ask for another until there are none. Jobs start in the order of asking.
 */
import { invariant } from "../base/invariant.ts";
import { Desk, type DeskOptions, type Outcome, type Progress } from "./desk.ts";
import type { Machine } from "./machine.ts";

export interface Campaign<Job, Answer> extends DeskOptions<Job, Answer> {
  readonly machine: Machine<Job, Answer>;
}

export interface CampaignEnd extends Progress {
  /** Jobs whose answers the machine took in. */
  readonly absorbed: number;
  /** False where the campaign was stopped before the machine was done. */
  readonly complete: boolean;
}

const BATCHES_AHEAD = 2;

/**
 * Runs a campaign to its end, or until it is stopped.
 *
 * @throws (rejects) what pool, store or machine throw, after the jobs that run have ended
 */
export async function runCampaign<Job, Answer>(
  campaign: Campaign<Job, Answer>,
): Promise<CampaignEnd> {
  const { machine } = campaign;
  const desk = new Desk(campaign);
  const batches: Batch<Job, Answer>[] = [];
  let absorbed = 0;
  try {
    for (;;) {
      while (batches.length < BATCHES_AHEAD && !machine.done && !desk.stopped) {
        const jobs = machine.propose(machine.batchSize);
        invariant(jobs.length <= machine.batchSize, "a machine asks for a batch at most", {
          asked: jobs.length,
          batchSize: machine.batchSize,
        });
        if (jobs.length === 0) break;
        batches.push({ jobs, answers: desk.ask(jobs) });
      }
      const batch = batches.shift();
      if (batch === undefined) break;
      const answers = finishedBefore(await batch.answers);
      if (desk.failure !== null) throw desk.failure.error;
      absorbed += answers.length;
      if (answers.length > 0) machine.absorb(answers, batch.jobs.slice(0, answers.length));
      if (answers.length < batch.jobs.length) break;
    }
    invariant(machine.done || desk.stopped, "a machine with nothing to absorb asks or is done");
  } finally {
    await desk.close();
  }
  if (desk.failure !== null) throw desk.failure.error;
  return { ...desk.progress(), absorbed, complete: machine.done && absorbed === desk.proposed };
}

interface Batch<Job, Answer> {
  readonly jobs: readonly Job[];
  readonly answers: Promise<readonly Outcome<Answer>[]>;
}

/** Answers before the first job that has none. */
function finishedBefore<Answer>(outcomes: readonly Outcome<Answer>[]): Answer[] {
  const answers: Answer[] = [];
  for (const outcome of outcomes) {
    if (outcome === null) break;
    answers.push(outcome.answer);
  }
  return answers;
}
