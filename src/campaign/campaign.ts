/**
 * Drives a machine: runs the jobs that it asks for in a pool, keeps their answers in a store, and hands them back in
 * the order of asking. Which calls the machine sees, and in which order, hangs on the machine alone: neither on the
 * number of workers, nor on how long a job takes, nor on what an earlier, killed campaign has left in the store.
 *
 * Batches overlap by one, so that nobody idles while the last job of a batch ends: ask, ask, then absorb one batch and
 * ask for another until there are none. Jobs start in the order of asking.
 */
import { invariant } from "../base/invariant.ts";
import type { Machine } from "./machine.ts";
import type { Pool } from "./pool.ts";
import type { Store } from "./store.ts";

export interface Campaign<Job, Answer> {
  readonly machine: Machine<Job, Answer>;
  /** Closed by its owner. */
  readonly pool: Pool<Job, Answer>;
  /** Closed by its owner. */
  readonly store: Store<Answer>;
  /** The same for two jobs exactly where they must have the same answer; `jobKey` of what decides it. */
  readonly keyOf: (job: Job) => string;
  /** Which answers are kept for a resumed campaign; default all. */
  readonly isLasting?: (answer: Answer) => boolean;
  /** Once aborted (Ctrl-C, the time budget) no job is started; those that run end and are kept. */
  readonly stop?: AbortSignal;
  /** Once aborted, the pool is asked to give up those that run as well. */
  readonly cancel?: AbortSignal;
  /** Called whenever a job is started, answered or found in the store. */
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  /** Jobs that the machine has asked for. */
  readonly proposed: number;
  /** Jobs that have their answer. */
  readonly finished: number;
  /** Those of them that were not run: their answer was in the store, or was that of a job with the same key. */
  readonly reused: number;
  /** Jobs that run now. */
  readonly running: number;
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

/** Null: the job was not run to its end. */
type Outcome<Answer> = { readonly answer: Answer } | null;

/** Answers before the first job that has none. */
function finishedBefore<Answer>(outcomes: readonly Outcome<Answer>[]): Answer[] {
  const answers: Answer[] = [];
  for (const outcome of outcomes) {
    if (outcome === null) break;
    answers.push(outcome.answer);
  }
  return answers;
}

interface Waiting<Job, Answer> {
  readonly job: Job;
  readonly key: string;
  readonly settle: (outcome: Outcome<Answer>) => void;
}

/** Hands jobs to the pool, as many as it runs at a time, and files their answers. */
class Desk<Job, Answer> {
  proposed = 0;
  /** The first thing that went wrong with pool or store. */
  failure: { readonly error: unknown } | null = null;
  private finished = 0;
  private reused = 0;
  private running = 0;
  private closed = false;
  private readonly known: Map<string, Answer>;
  private readonly waiting: Waiting<Job, Answer>[] = [];
  private readonly underWay = new Map<string, Promise<Outcome<Answer>>>();
  private readonly cancel: AbortSignal;
  private readonly onStop = (): void => this.dismiss();

  constructor(private readonly campaign: Campaign<Job, Answer>) {
    this.known = new Map(campaign.store.load());
    this.cancel = campaign.cancel ?? new AbortController().signal;
    campaign.stop?.addEventListener("abort", this.onStop);
    this.cancel.addEventListener("abort", this.onStop);
  }

  get stopped(): boolean {
    const { stop } = this.campaign;
    return this.closed || this.failure !== null || stop?.aborted === true || this.cancel.aborted;
  }

  progress(): Progress {
    const { proposed, finished, reused, running } = this;
    return { proposed, finished, reused, running };
  }

  /** Outcomes in the order of the jobs. */
  ask(jobs: readonly Job[]): Promise<readonly Outcome<Answer>[]> {
    const keys = jobs.map((job) => this.campaign.keyOf(job));
    this.proposed += jobs.length;
    const outcomes = jobs.map((job, i) => this.outcomeOf(job, keys[i] as string));
    if (this.stopped) this.dismiss();
    else this.startJobs();
    return Promise.all(outcomes);
  }

  /** Starts nothing more and waits for what runs. */
  async close(): Promise<void> {
    this.closed = true;
    this.dismiss();
    await Promise.all(this.underWay.values());
    this.campaign.stop?.removeEventListener("abort", this.onStop);
    this.cancel.removeEventListener("abort", this.onStop);
  }

  /** Never rejects: what goes wrong is the desk's failure, and the outcome null. */
  private async outcomeOf(job: Job, key: string): Promise<Outcome<Answer>> {
    const answer = this.known.get(key);
    if (answer !== undefined) return this.reuse({ answer });
    const underWay = this.underWay.get(key);
    if (underWay !== undefined) return this.reuse(await underWay);
    const outcome = new Promise<Outcome<Answer>>((settle) => {
      this.waiting.push({ job, key, settle });
    });
    this.underWay.set(key, outcome);
    return outcome;
  }

  private reuse(outcome: Outcome<Answer>): Outcome<Answer> {
    if (outcome === null) return null;
    this.finished++;
    this.reused++;
    this.tell();
    return outcome;
  }

  private startJobs(): void {
    while (!this.stopped && this.running < this.campaign.pool.size) {
      const next = this.waiting.shift();
      if (next === undefined) return;
      void this.run(next);
    }
  }

  private async run({ job, key, settle }: Waiting<Job, Answer>): Promise<void> {
    this.running++;
    this.tell();
    let outcome: Outcome<Answer> = null;
    try {
      const answer = await this.campaign.pool.run(job, this.cancel);
      if (this.campaign.isLasting?.(answer) ?? true) this.campaign.store.append(key, answer);
      this.known.set(key, answer);
      this.finished++;
      outcome = { answer };
    } catch (error) {
      if (!this.cancel.aborted) this.fail(error);
    }
    this.running--;
    this.underWay.delete(key);
    settle(outcome);
    if (outcome !== null) this.tell();
    this.startJobs();
  }

  private tell(): void {
    try {
      this.campaign.onProgress?.(this.progress());
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    this.failure ??= { error };
    this.dismiss();
  }

  /** Jobs that have not been started will not be. */
  private dismiss(): void {
    for (const { key, settle } of this.waiting.splice(0)) {
      this.underWay.delete(key);
      settle(null);
    }
  }
}
