/** Where jobs run. */
export interface Pool<Job, Answer> {
  /** How many jobs it runs at a time; it is never handed more. */
  readonly size: number;

  /**
   * Runs one job. What goes wrong within the job is an answer, for the pool goes on.
   *
   * @param signal - once it is aborted the answer is wanted no more: the pool may reject
   * @throws (rejects) where the pool itself cannot go on
   */
  run(job: Job, signal: AbortSignal): Promise<Answer>;

  /** Ends what still runs, and waits for its end. */
  close(): Promise<void>;
}
