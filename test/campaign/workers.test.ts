import { readFileSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { runCampaign } from "../../src/campaign/campaign.ts";
import { jobKey } from "../../src/campaign/job-key.ts";
import { inProcessPool } from "../../src/campaign/pools/in-process.ts";
import type { SimulateJob } from "../../src/campaign/pools/simulate-worker.ts";
import type { WorkerJob } from "../../src/campaign/pools/worker-entry.ts";
import { WorkerPool, type WorkerPoolOptions } from "../../src/campaign/pools/workers.ts";
import { isLasting, type Reply } from "../../src/campaign/reply.ts";
import { MemoryStore } from "../../src/campaign/stores/memory.ts";
import { resultJson } from "../../src/report/result-json.ts";
import type { Result } from "../../src/run/result.ts";
import { run } from "../../src/run/simulation.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { root } from "../architecture/project.ts";
import { type ChainJob, ChainMachine, type ChainShape, chainAnswer, drive } from "./machines.ts";

const MODULE = new URL("chain-worker.ts", import.meta.url);
const never = new AbortController().signal;
const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((pool) => pool.close()));
});

function workers<Job extends WorkerJob = WorkerJob & { content: number }, Result = number>(
  options: Partial<WorkerPoolOptions> = {},
): WorkerPool<Job, Result> {
  const pool = new WorkerPool<Job, Result>({ module: MODULE, threadsMax: 2, ...options });
  open.push(pool);
  return pool;
}

/** Takes replies apart for a machine that wants results alone. */
class ReplyMachine extends ChainMachine {
  absorbReplies(replies: readonly Reply<number>[], jobs: readonly ChainJob[]): void {
    const results = replies.map((reply) => (reply.kind === "result" ? reply.result : Number.NaN));
    this.absorb(results, jobs);
  }
}

describe("WorkerPool", () => {
  test("gives a machine the same calls with 1, 2 and 4 threads, and as in this thread", async () => {
    const shape: ChainShape = { jobs: 40, batchSize: 6, proposals: [6, 2, 0], contents: 1_000_000 };
    const reference = new ChainMachine(shape);
    drive(reference);
    const pools = [
      ...[1, 2, 4].map((threadsMax) => workers<ChainJob>({ threadsMax })),
      inProcessPool<ChainJob, number>(({ content }) => chainAnswer(content)),
    ];
    for (const pool of pools) {
      const machine = new ReplyMachine(shape);
      const end = await runCampaign<ChainJob, Reply<number>>({
        machine: {
          batchSize: shape.batchSize,
          propose: (max) => machine.propose(max),
          absorb: (replies, jobs) => machine.absorbReplies(replies, jobs),
          get done() {
            return machine.done;
          },
        },
        pool,
        store: new MemoryStore(),
        keyOf: ({ content }) => jobKey(content),
        isLasting,
      });
      expect(end).toMatchObject({ absorbed: 40, complete: true });
      expect(machine.calls).toEqual(reference.calls);
    }
  });

  test.each([
    ["throws", { cause: "threw", message: "RangeError: job 7 threw" }],
    ["rejects", { cause: "threw", message: "job 7 rejected" }],
    ["exits", { cause: "exited", message: "the worker exited with code 7 under this job" }],
    [
      "escapes",
      { cause: "exited", message: "the worker died under this job: thrown beside the job" },
    ],
    [
      "unsendable",
      {
        cause: "exited",
        message: "the worker died under this job: its answer cannot be sent between threads",
      },
    ],
    ["grows", { cause: "out-of-memory", message: "the worker ran out of memory under this job" }],
  ])("answers a job that %s, and goes on", async (kind, failure) => {
    const pool = workers({ threadsMax: 1, heapMiBMax: 64 });
    for (let round = 0; round < 2; round++) {
      expect(await pool.run({ run: "chain", content: 3 }, never)).toEqual({
        kind: "result",
        result: chainAnswer(3),
      });
      expect(await pool.run({ run: kind, content: 7 }, never)).toEqual({
        kind: "failure",
        failure,
      });
    }
    expect(await pool.run({ run: "chain", content: 4 }, never)).toMatchObject({ kind: "result" });
  });

  test("keeps the other jobs from the death of one", async () => {
    const pool = workers({ threadsMax: 2, threadsMin: 2 });
    const kinds = ["chain", "exits", "chain", "throws", "chain", "exits", "chain", "chain"];
    const replies = await Promise.all(
      kinds.map((kind, content) => pool.run({ run: kind, content }, never)),
    );
    expect(replies.map(({ kind }) => kind)).toEqual(
      kinds.map((kind) => (kind === "chain" ? "result" : "failure")),
    );
  });

  test("gives up a job that does not end, and goes on", async () => {
    const pool = workers({ threadsMax: 1 });
    const controller = new AbortController();
    const endless = pool.run({ run: "lasts", content: 0 }, controller.signal);
    setTimeout(() => controller.abort(), 200);
    await expect(endless).rejects.toThrow("aborted");
    expect(await pool.run({ run: "chain", content: 1 }, never)).toMatchObject({ kind: "result" });
    await expect(pool.run({ run: "chain", content: 1 }, controller.signal)).rejects.toThrow(
      "aborted",
    );
  });

  test("ends its threads at close, even one whose job does not end", async () => {
    const before = threads();
    const pool = workers({ threadsMax: 2 });
    const endless = [0, 1].map((content) => pool.run({ run: "lasts", content }, never));
    const settled = Promise.allSettled(endless);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(threads()).toBeGreaterThanOrEqual(before + 2);
    await pool.close();
    await settled;
    expect(threads()).toBeLessThanOrEqual(before);
  });

  test("says what is wrong with the module, or with the name of a function", async () => {
    const broken = workers({ module: new URL("broken-worker.ts", import.meta.url) });
    const missing = workers({ module: new URL("none.ts", import.meta.url) });
    const job = { run: "chain", content: 1 };
    await expect(broken.run(job, never)).rejects.toThrow(
      /^Cannot load file:.*broken-worker.ts: there is nothing to run$/,
    );
    await expect(missing.run(job, never)).rejects.toThrow(
      /^Cannot load file:.*none.ts: Cannot find module/,
    );
    await expect(workers().run({ run: "chian", content: 1 }, never)).rejects.toThrow(
      /^Cannot run a job as "chian": file:.*chain-worker.ts has recorded, chain, /,
    );
  });

  test("says so when its workers have no room to start in", async () => {
    const pool = workers({ heapMiBMax: 1 });
    const jobs = [1, 2, 3].map((content) => pool.run({ run: "chain", content }, never));
    for (const job of await Promise.allSettled(jobs))
      expect(String((job as PromiseRejectedResult).reason)).toMatch(/^PoolError: Cannot start/);
  });

  test("answers a whole simulation byte for byte as this thread does", async () => {
    const text = readFileSync(path.join(root, "scenarios/fast/primary-pause.yaml"), "utf8");
    const scenario = loadScenario(text);
    const input = { source: "a.yaml", sets: [], allowPlanted: false };
    const module = new URL("../../src/campaign/pools/simulate-worker.ts", import.meta.url);
    const pool = workers<SimulateJob, Result>({ module, threadsMax: 1 });
    const reply = await pool.run({ run: "simulate", scenario, input }, never);
    if (reply.kind !== "result") throw new Error(reply.failure.message);
    expect(resultJson(reply.result)).toBe(resultJson(run(scenario, input)));
  });
});

/** Threads of this process that run JavaScript, by the operating system's count. */
function threads(): number {
  const status = readFileSync("/proc/self/status", "utf8");
  return Number(/^Threads:\s+(\d+)$/m.exec(status)?.[1]);
}
