/** What a worker runs first. It loads without fail, so that whatever is wrong with the jobs' module reaches a caller. */
import { workerData } from "node:worker_threads";
import { type Reply, resultReply, threwReply } from "../reply.ts";

export interface EntryData {
  /** URL of the module that exports `jobs`. */
  readonly module: string;
}

/** A job for a worker: plain data, and the name of the function that answers it. */
export interface WorkerJob {
  readonly run: string;
}

/** A worker's functions by name. What they are given and what they answer is structured-cloned. */
export type JobFunctions = Readonly<Record<string, (job: never) => unknown>>;

export type EntryReply<Result> =
  | Reply<Result>
  | { readonly kind: "no-function"; readonly message: string };

/** Answers one job in the worker. */
export async function answerJob(job: WorkerJob): Promise<EntryReply<unknown>> {
  const { module } = workerData as EntryData;
  let jobs: JobFunctions;
  try {
    ({ jobs } = (await import(module)) as { jobs: JobFunctions });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { kind: "no-function", message: `Cannot load ${module}: ${why}` };
  }
  const answer = jobs?.[job.run];
  if (typeof answer !== "function") {
    const known = Object.keys(jobs ?? {}).join(", ") || "none";
    const message = `Cannot run a job as "${job.run}": ${module} has ${known}`;
    return { kind: "no-function", message };
  }
  try {
    return resultReply(await answer(job as never));
  } catch (error) {
    return threwReply(error);
  }
}
