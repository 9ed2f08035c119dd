/** Where answers outlive the process. They are plain JSON, so that one read back is the one that was given. */
export interface Store<Answer> {
  /** Answers of jobs that are finished, by the key of the job. */
  load(): ReadonlyMap<string, Answer>;

  /** Keeps an answer: once this returns, a process that is killed has not lost it. */
  append(key: string, answer: Answer): void;

  close(): void;
}
