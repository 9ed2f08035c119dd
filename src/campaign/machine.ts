/**
 * What a campaign serves: something that asks for runs and learns from what they answer. It is never told how many
 * workers there are nor what time it is, so that what it finds hangs on neither.
 */
export interface Machine<Job, Answer> {
  /**
   * The most jobs it asks for at once, at least 1 and the same for the whole campaign. Twice as many as this may be
   * under way, so half the number of cores keeps all of them busy as long as jobs take about equally long.
   */
  readonly batchSize: number;

  /**
   * The next jobs, at most `max`, in the order in which their answers are wanted. None where it has to absorb first,
   * or is done. It is asked for one batch more while the answers of the one before are still out.
   */
  propose(max: number): readonly Job[];

  /**
   * Takes in the answers of one batch, in order: `answers[i]` is that of `jobs[i]`. Batches come in the order in which
   * they were proposed, and whole, but for the last of a campaign that is stopped: of that, those before the first
   * job without an answer.
   */
  absorb(answers: readonly Answer[], jobs: readonly Job[]): void;

  /** Asks for no more. What it has asked for already is still run and absorbed. */
  readonly done: boolean;
}
