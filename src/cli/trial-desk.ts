/** Where the trials of a campaign run, and what keeps their outcomes until its report is written. */
import { rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { VERSION } from "../base/version.ts";
import type { Runner } from "../campaign/course.ts";
import { Desk } from "../campaign/desk.ts";
import { jobKey } from "../campaign/job-key.ts";
import type { Pool } from "../campaign/pool.ts";
import { inProcessPool } from "../campaign/pools/in-process.ts";
import { WorkerPool } from "../campaign/pools/workers.ts";
import { isLasting, type Reply } from "../campaign/reply.ts";
import { CAMPAIGN_LOG, FileStore } from "../campaign/stores/files.ts";
import { StoreError } from "../campaign/stores/store-error.ts";
import { type BaseScenario, type Laboratory, withoutOutcome } from "../explore/laboratory.ts";
import type { Outcome, Trial } from "../explore/schedule.ts";
import { CommandError } from "./command-error.ts";
import { EXIT } from "./exit-code.ts";
import type { TrialJob } from "./trial-worker.ts";

export interface TrialDeskOptions {
  /** Of the report; the campaign's log lies there while it runs. */
  readonly folder: string;
  /** Goes on with the log that is there. */
  readonly resume: boolean;
  /** Trials at a time; null: one a core. */
  readonly jobs: number | null;
  readonly seed: string;
}

export interface TrialDesk extends Runner<Trial, Outcome> {
  /** Outcomes that an interrupted campaign has left. */
  readonly found: number;
  /** Ends the workers. With `done`, the log goes too: the report tells what it told. */
  close(done: boolean): Promise<void>;
}

/** @throws CommandError where the folder holds another campaign, or a live one */
export function openTrialDesk(laboratory: Laboratory, options: TrialDeskOptions): TrialDesk {
  const { base } = laboratory;
  const store = openStore(base, options);
  const pool = poolFor(laboratory, options.jobs ?? availableParallelism());
  const desk = new Desk<TrialJob, Reply<Outcome>>({
    pool,
    store,
    keyOf: ({ trial }) => jobKey(trial),
    isLasting,
  });
  return {
    size: pool.size,
    found: store.load().size,
    async run(trial) {
      const reply = await desk.run({ run: "trial", base, trial });
      if (reply.kind === "result") return reply.result;
      const { cause, message } = reply.failure;
      if (cause === "threw") throw new Error(message);
      return withoutOutcome(message);
    },
    async close(done) {
      await desk.close();
      await pool.close();
      store.close();
      if (done) rmSync(path.join(options.folder, CAMPAIGN_LOG), { force: true });
    },
  };
}

function openStore(
  { source, sets, planted }: BaseScenario,
  { folder, resume, seed }: TrialDeskOptions,
): FileStore<Reply<Outcome>> {
  try {
    return new FileStore({
      folder,
      mode: resume ? "resume" : "anew",
      tool: VERSION,
      settings: {
        scenario: jobKey(source),
        seed,
        ...(sets.length === 0 ? {} : { set: sets.join(" ") }),
        ...(planted === null ? {} : { planted }),
      },
    });
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    throw new CommandError(EXIT.cannotWrite, error.message);
  }
}

function poolFor(laboratory: Laboratory, size: number): Pool<TrialJob, Reply<Outcome>> {
  if (size === 1) return inProcessPool(({ trial }) => laboratory.run(trial));
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const module = new URL(`./trial-worker.${extension}`, import.meta.url);
  return new WorkerPool({ module, threadsMax: size });
}
