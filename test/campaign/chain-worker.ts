/** Jobs for workers of tests: some answer, some end their worker. */
import { appendFileSync } from "node:fs";
import type { JobFunctions, WorkerJob } from "../../src/campaign/pools/worker-entry.ts";
import { type ChainJob, chainAnswer } from "./machines.ts";

export interface OddJob extends WorkerJob {
  readonly content: number;
}

/** A job whose start is written to a file, so that it is known also of a process that was killed. */
export interface RecordedJob extends OddJob {
  readonly starts: string;
}

export const jobs = {
  recorded: ({ content, starts }: RecordedJob): number => {
    appendFileSync(starts, `${content}\n`);
    const end = performance.now() + 1 + (content % 4);
    while (performance.now() < end);
    return chainAnswer(content);
  },
  chain: ({ content }: ChainJob): number => chainAnswer(content),
  throws: ({ content }: OddJob): number => {
    throw new RangeError(`job ${content} threw`);
  },
  rejects: async ({ content }: OddJob): Promise<number> => {
    await Promise.resolve();
    throw `job ${content} rejected`;
  },
  exits: ({ content }: OddJob): number => process.exit(content),
  escapes: async (): Promise<number> => {
    setTimeout(() => {
      throw new Error("thrown beside the job");
    });
    return new Promise(() => undefined);
  },
  grows: (): number => {
    const held: number[][] = [];
    for (;;) held.push(Array.from({ length: 100_000 }, (_, i) => i + held.length));
  },
  lasts: (): number => {
    for (;;);
  },
  unsendable: () => () => 1,
} satisfies JobFunctions;
