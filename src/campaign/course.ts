/**
 * How a long piece of work asks and is told: a course yields asks for jobs and is given their answers, in order. It knows
 * no clock, no thread and no file, so that its end is the same whoever runs the jobs, and however many at a time.
 */
export interface Ask<Job, Answer> {
  readonly jobs: readonly Job[];
  /**
   * Jobs after the first whose answer satisfies this need not run, and are not told: the answers end with that one.
   * Null: all are wanted.
   */
  readonly until: ((answer: Answer) => boolean) | null;
}

export type Course<Job, Answer, End> = Generator<Ask<Job, Answer>, End, readonly Answer[]>;

/** Who runs the jobs of a course. */
export interface Runner<Job, Answer> {
  /** Jobs at a time, at least 1. */
  readonly size: number;
  run(job: Job): Promise<Answer>;
}

/**
 * Runs a course to its end. At most `size` jobs run at a time, in the order of asking; where an ask has an `until`, none
 * is started behind one that satisfied it.
 *
 * @throws (rejects) what `run` rejects with, once the jobs that run have ended
 */
export async function runCourse<Job, Answer, End>(
  course: Course<Job, Answer, End>,
  runner: Runner<Job, Answer>,
): Promise<End> {
  let step = course.next();
  while (!step.done) step = course.next(await answersOf(step.value, runner));
  return step.value;
}

async function answersOf<Job, Answer>(
  { jobs, until }: Ask<Job, Answer>,
  { size, run }: Runner<Job, Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  let next = 0;
  let end = jobs.length;
  let failed = false;
  const worker = async (): Promise<void> => {
    while (next < end && !failed) {
      const at = next++;
      try {
        const answer = await run(jobs[at] as Job);
        answers[at] = answer;
        if (until?.(answer)) end = Math.min(end, at + 1);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.max(1, size) }, worker));
  for (const one of ended) if (one.status === "rejected") throw one.reason;
  return answers.slice(0, end);
}

/** Runs a course at once, in this thread, where jobs are answered without waiting. */
export function driveCourse<Job, Answer, End>(
  course: Course<Job, Answer, End>,
  run: (job: Job) => Answer,
): End {
  let step = course.next();
  while (!step.done) {
    const { jobs, until } = step.value;
    const answers: Answer[] = [];
    for (const job of jobs) {
      const answer = run(job);
      answers.push(answer);
      if (until?.(answer)) break;
    }
    step = course.next(answers);
  }
  return step.value;
}
