/** One run in a process of its own: `run-one.ts <engine> <workload>`; prints a Measured as JSON. */
import { runBare } from "./bare-loop.ts";
import { BinaryHeap } from "./binary-heap.ts";
import { runCachequake } from "./cachequake.ts";
import { SequencedFlatQueue } from "./flat-queue.ts";
import type { Measured } from "./measure.ts";
import { WORKLOADS, type Workload } from "./workloads.ts";

const ENGINES: Record<string, (workload: Workload) => Measured> = {
  cachequake: runCachequake,
  flatqueue: (workload) => runBare((pending) => new SequencedFlatQueue(pending), workload),
  "binary-heap": (workload) => runBare((pending) => new BinaryHeap(pending), workload),
};

const [engine, name] = process.argv.slice(2);
const run = ENGINES[engine ?? ""];
const workload = WORKLOADS.find((one) => one.name === name);
if (run === undefined || workload === undefined) {
  throw new Error(`Cannot run ${engine} ${name}: expected one of ${Object.keys(ENGINES)}`);
}
console.log(JSON.stringify(run(workload)));
