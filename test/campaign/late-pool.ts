import type { Pool } from "../../src/campaign/pool.ts";
import { type ChainJob, chainAnswer } from "./machines.ts";

/** Answers after as many turns of the event loop as `turns` says, so that jobs end in an order of their own. */
export class LatePool implements Pool<ChainJob, number> {
  readonly started: number[] = [];
  running = 0;
  runningMost = 0;

  constructor(
    readonly size: number,
    private readonly turns: (job: ChainJob) => number = ({ content }) => content % 5,
    private readonly before: (job: ChainJob) => void = () => undefined,
  ) {}

  async run(job: ChainJob, signal: AbortSignal): Promise<number> {
    this.started.push(job.id);
    this.running++;
    this.runningMost = Math.max(this.runningMost, this.running);
    try {
      for (let i = 0; i < this.turns(job); i++) {
        await new Promise((resolve) => setImmediate(resolve));
        signal.throwIfAborted();
      }
      this.before(job);
      return chainAnswer(job.content);
    } finally {
      this.running--;
    }
  }

  async close(): Promise<void> {}
}
