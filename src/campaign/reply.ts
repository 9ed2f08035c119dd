/** What a pool answers: the job's result, or why there is none. */
export type Reply<Result> =
  | { readonly kind: "result"; readonly result: Result }
  | { readonly kind: "failure"; readonly failure: JobFailure };

export interface JobFailure {
  /** `threw`: the job's code threw. `exited`, `out-of-memory`: its worker died under it. */
  readonly cause: "threw" | "exited" | "out-of-memory";
  /** Without a stack: the same failure has the same words wherever it runs. */
  readonly message: string;
}

export const resultReply = <Result>(result: Result): Reply<Result> => ({ kind: "result", result });

export const failureReply = (cause: JobFailure["cause"], message: string): Reply<never> => ({
  kind: "failure",
  failure: { cause, message },
});

export const threwReply = (error: unknown): Reply<never> =>
  failureReply("threw", error instanceof Error ? `${error.name}: ${error.message}` : String(error));

/** Whether the job would be answered the same on another day: not where its worker died, of what the day gave it. */
export const isLasting = (reply: Reply<unknown>): boolean =>
  reply.kind === "result" || reply.failure.cause === "threw";
