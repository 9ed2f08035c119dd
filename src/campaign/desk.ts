/** Between those who ask for answers and the pool and the store that have them. */
import type { Runner } from "./course.ts";
import type { Pool } from "./pool.ts";
import type { Store } from "./store.ts";

export interface DeskOptions<Job, Answer> {
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

/** Null: the job was not run to its end. */
export type Outcome<Answer> = { readonly answer: Answer } | null;

/** A job was not run, because the campaign is stopped. */
export class StoppedError extends Error {
  override readonly name = "StoppedError";
}

interface Waiting<Job, Answer> {
  readonly job: Job;
  readonly key: string;
  readonly settle: (outcome: Outcome<Answer>) => void;
}

/** Hands jobs to the pool, as many as it runs at a time, and files their answers. Jobs start in the order of asking. */
export class Desk<Job, Answer> implements Runner<Job, Answer> {
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

  constructor(private readonly options: DeskOptions<Job, Answer>) {
    this.known = new Map(options.store.load());
    this.cancel = options.cancel ?? new AbortController().signal;
    options.stop?.addEventListener("abort", this.onStop);
    this.cancel.addEventListener("abort", this.onStop);
  }

  get stopped(): boolean {
    const { stop } = this.options;
    return this.closed || this.failure !== null || stop?.aborted === true || this.cancel.aborted;
  }

  progress(): Progress {
    const { proposed, finished, reused, running } = this;
    return { proposed, finished, reused, running };
  }

  /** Jobs at a time. */
  get size(): number {
    return this.options.pool.size;
  }

  /**
   * Runs one job, or finds its answer.
   *
   * @throws (rejects) StoppedError where it was not run because the campaign is stopped; else what pool or store threw
   */
  readonly run = async (job: Job): Promise<Answer> => {
    const [outcome] = await this.ask([job]);
    if (outcome) return outcome.answer;
    throw this.failure === null ? new StoppedError() : this.failure.error;
  };

  /** Outcomes in the order of the jobs. */
  ask(jobs: readonly Job[]): Promise<readonly Outcome<Answer>[]> {
    const keys = jobs.map((job) => this.options.keyOf(job));
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
    this.options.stop?.removeEventListener("abort", this.onStop);
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
    while (!this.stopped && this.running < this.size) {
      const next = this.waiting.shift();
      if (next === undefined) return;
      void this.start(next);
    }
  }

  private async start({ job, key, settle }: Waiting<Job, Answer>): Promise<void> {
    this.running++;
    this.tell();
    let outcome: Outcome<Answer> = null;
    try {
      const answer = await this.options.pool.run(job, this.cancel);
      if (this.options.isLasting?.(answer) ?? true) this.options.store.append(key, answer);
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
      this.options.onProgress?.(this.progress());
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
