import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import type { Pool } from "../pool.ts";
import { failureReply, type Reply } from "../reply.ts";
import { PoolError } from "./pool-error.ts";
import type { EntryData, EntryReply, WorkerJob } from "./worker-entry.ts";

export interface WorkerPoolOptions {
  /**
   * The module that every worker loads: it exports `jobs`, functions by name. Built (`.js`), Node loads it as it is; as
   * source (`.ts`, in tests), through tsx, which only a checkout has.
   */
  readonly module: URL;
  /** Threads that are kept ready, 0 or more; default 0: each starts when it is first needed. */
  readonly threadsMin?: number;
  /** Threads at most, at least 1; default one a core. */
  readonly threadsMax?: number;
  /**
   * Heap of each worker at most, MiB; default what Node gives. What lies outside the heap (typed arrays) does not
   * count. A job that needs more is answered `out-of-memory`, unless it ends up outside.
   */
  readonly heapMiBMax?: number;
}

const ENTRY = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "worker-entry.ts" : "worker-entry.js", import.meta.url),
);

/**
 * Runs jobs in worker threads. A job that throws, exits or runs out of memory is answered with a failure; its worker is
 * replaced. A thread that was started lives until `close`.
 */
export class WorkerPool<Job extends WorkerJob, Result> implements Pool<Job, Reply<Result>> {
  readonly size: number;
  private readonly piscina: Piscina<Job, EntryReply<Result>>;
  private readonly broken = new AbortController();

  constructor({ module, threadsMin = 0, threadsMax, heapMiBMax }: WorkerPoolOptions) {
    this.size = Math.max(1, threadsMin, threadsMax ?? availableParallelism());
    const needsLoader = [ENTRY, module.pathname].some((path) => path.endsWith(".ts"));
    this.piscina = new Piscina({
      filename: ENTRY,
      name: "answerJob",
      minThreads: threadsMin,
      maxThreads: this.size,
      idleTimeout: Number.POSITIVE_INFINITY,
      workerData: { module: module.href } satisfies EntryData,
      ...(needsLoader ? { execArgv: ["--import", typeScriptLoader()] } : {}),
      ...(heapMiBMax === undefined
        ? {}
        : { resourceLimits: { maxOldGenerationSizeMb: heapMiBMax } }),
    });
    // A worker that dies before it has a job would leave those that wait for it waiting.
    this.piscina.on("error", (error: Error) => this.broken.abort(error));
  }

  async run(job: Job, signal: AbortSignal): Promise<Reply<Result>> {
    signal.throwIfAborted();
    try {
      const reply = await this.piscina.run(job, {
        signal: AbortSignal.any([signal, this.broken.signal]),
      });
      if (reply.kind === "no-function") throw new PoolError(reply.message);
      return reply;
    } catch (error) {
      signal.throwIfAborted();
      if (this.broken.signal.aborted) throw cannotStart(this.broken.signal.reason);
      if (error instanceof PoolError) throw error;
      return deathOf(error);
    }
  }

  async close(): Promise<void> {
    await this.piscina.destroy();
  }
}

/** What the death of a worker means for the job that it ran. */
function deathOf(error: unknown): Reply<never> {
  const { code, message } = error as { readonly code?: string; readonly message?: string };
  if (code === "ERR_WORKER_OUT_OF_MEMORY") {
    return failureReply("out-of-memory", "the worker ran out of memory under this job");
  }
  const exit = /^worker exited with code: (-?\d+)$/.exec(message ?? "");
  if (exit !== null) {
    return failureReply("exited", `the worker exited with code ${exit[1]} under this job`);
  }
  // An answer that cannot be cloned arrives as an error without words.
  const why = message ?? "its answer cannot be sent between threads";
  return failureReply("exited", `the worker died under this job: ${why}`);
}

function cannotStart(reason: unknown): PoolError {
  const why = reason instanceof Error ? reason.message : String(reason);
  return new PoolError(`Cannot start a worker: ${why}`);
}

/** A module that lets a worker load TypeScript; `--import tsx` itself does nothing in threads. */
function typeScriptLoader(): string {
  const tsx = import.meta.resolve("tsx/esm/api");
  const code = `import { register } from ${JSON.stringify(tsx)}; register();`;
  return `data:text/javascript,${encodeURIComponent(code)}`;
}
