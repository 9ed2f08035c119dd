/**
 * A campaign in a process of its own, to be killed: `node --import tsx killed-campaign.ts FOLDER THREADS`. Prints
 * `open` and how many answers it found, a dot whenever a job starts or ends, and at the end the machine's state.
 */
import path from "node:path";
import { runCampaign } from "../../src/campaign/campaign.ts";
import { jobKey } from "../../src/campaign/job-key.ts";
import { inProcessPool } from "../../src/campaign/pools/in-process.ts";
import { WorkerPool } from "../../src/campaign/pools/workers.ts";
import type { Reply } from "../../src/campaign/reply.ts";
import { FileStore } from "../../src/campaign/stores/files.ts";
import { jobs, type RecordedJob } from "./chain-worker.ts";
import { ChainMachine, KILLED_SHAPE } from "./machines.ts";

const [folder = "", threads = "0"] = process.argv.slice(2);
const starts = path.join(folder, "starts.txt");
const store = new FileStore<Reply<number>>({
  folder: path.join(folder, "campaign"),
  mode: "resume",
  tool: "0.1.0",
  settings: { seed: "1" },
});
const pool =
  threads === "0"
    ? inProcessPool<RecordedJob, number>(jobs.recorded)
    : new WorkerPool<RecordedJob, number>({
        module: new URL("chain-worker.ts", import.meta.url),
        threadsMax: Number(threads),
      });
process.stdout.write(`open ${store.load().size}\n`);
const chain = new ChainMachine(KILLED_SHAPE);
await runCampaign<RecordedJob & { id: number }, Reply<number>>({
  machine: {
    batchSize: chain.batchSize,
    propose: (max) => chain.propose(max).map((job) => ({ ...job, run: "recorded", starts })),
    absorb: (replies, recorded) =>
      chain.absorb(
        replies.map((reply) => (reply.kind === "result" ? reply.result : Number.NaN)),
        recorded.map(({ id, content }) => ({ run: "chain", id, content })),
      ),
    get done() {
      return chain.done;
    },
  },
  pool,
  store,
  keyOf: ({ content }) => jobKey(content),
  onProgress: () => process.stdout.write("."),
});
await pool.close();
store.close();
process.stdout.write(`\nstate ${chain.state}\n`);
