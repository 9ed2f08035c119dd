/** Machines whose every proposal hangs on all that they have absorbed, so that a wrong order cannot go unnoticed. */
import { hash32 } from "../../src/base/hash.ts";
import type { Machine } from "../../src/campaign/machine.ts";

export interface ChainJob {
  readonly run: "chain";
  /** Counts up; not part of the content. */
  readonly id: number;
  readonly content: number;
}

export interface ChainShape {
  /** Jobs in all. */
  readonly jobs: number;
  readonly batchSize: number;
  /** How many jobs each proposal has, taken in turn: at most a batch. 0: none, if anything is out. */
  readonly proposals: readonly number[];
  /** Contents are below this; few of them make many jobs the same. */
  readonly contents: number;
}

/** What a job of a chain answers. */
export const chainAnswer = (content: number): number => hash32(`answer ${content}`);

export class ChainMachine implements Machine<ChainJob, number> {
  readonly batchSize: number;
  /** All calls, in words. */
  readonly calls: string[] = [];
  /** All that was absorbed, folded in order. */
  state = 0;
  proposed = 0;
  absorbed = 0;
  private turn = 0;

  constructor(private readonly shape: ChainShape) {
    this.batchSize = shape.batchSize;
  }

  get done(): boolean {
    return this.proposed === this.shape.jobs;
  }

  propose(max: number): ChainJob[] {
    const { proposals, jobs, contents } = this.shape;
    let count = proposals[this.turn++ % proposals.length] as number;
    if (count === 0 && this.absorbed === this.proposed) count = 1;
    count = Math.min(count, max, jobs - this.proposed);
    const batch = Array.from({ length: count }, (_, i): ChainJob => {
      const content = hash32(`${this.state} ${this.turn} ${i}`) % contents;
      return { run: "chain", id: this.proposed + i, content };
    });
    this.proposed += count;
    this.calls.push(`propose ${batch.map(({ content }) => content).join(" ")}`);
    return batch;
  }

  absorb(answers: readonly number[], jobs: readonly ChainJob[]): void {
    for (const [i, answer] of answers.entries()) {
      const { id, content } = jobs[i] as ChainJob;
      if (id !== this.absorbed || answer !== chainAnswer(content))
        throw new Error(`absorbs job ${id} with ${answer} in place of job ${this.absorbed}`);
      this.absorbed++;
      this.state = hash32(`${this.state} ${answer}`);
    }
    this.calls.push(`absorb ${answers.length}`);
  }
}

/** The calls that the contract promises to a machine, made one after the other without any pool. */
export function drive(machine: ChainMachine): void {
  const batches: (readonly ChainJob[])[] = [];
  for (;;) {
    while (batches.length < 2 && !machine.done) {
      const batch = machine.propose(machine.batchSize);
      if (batch.length === 0) break;
      batches.push(batch);
    }
    const batch = batches.shift();
    if (batch === undefined) return;
    machine.absorb(
      batch.map(({ content }) => chainAnswer(content)),
      batch,
    );
  }
}

/** A campaign that is killed again and again: some 150 jobs of 1 to 4 ms. */
export const KILLED_SHAPE: ChainShape = {
  jobs: 150,
  batchSize: 8,
  proposals: [8, 5, 0, 3],
  contents: 1_000_000_000,
};
