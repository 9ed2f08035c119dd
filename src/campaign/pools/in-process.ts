import { setImmediate } from "node:timers/promises";
import type { Pool } from "../pool.ts";
import { type Reply, resultReply, threwReply } from "../reply.ts";

/**
 * Runs jobs in this thread. Between two of them the event loop comes to its turn, so that signals and timers are
 * answered; within one, they are not, and no signal ends it. A job that ends the process ends it for all.
 *
 * @param size - how many may be under way at a time; more than 1 only for jobs that wait for something
 */
export function inProcessPool<Job, Result>(
  execute: (job: Job) => Result | Promise<Result>,
  size = 1,
): Pool<Job, Reply<Result>> {
  return {
    size,
    async run(job, signal) {
      await setImmediate();
      signal.throwIfAborted();
      try {
        return resultReply(await execute(job));
      } catch (error) {
        return threwReply(error);
      }
    },
    close: () => Promise.resolve(),
  };
}
