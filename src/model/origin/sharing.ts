/**
 * Servers that work on all jobs at once: processor sharing.
 *
 * Models: `n` jobs on `servers` equal servers, each job at the rate min(1, servers / n) of one server.
 * Leaves out: time slices, the cost of switching.
 */
import { ENDLESS, type Nanos } from "../../base/nanos.ts";
import type { Kernel } from "../../kernel/kernel.ts";

interface Member {
  readonly job: number;
  /** Work per job, counted from the start of the run, at which this one is done, ns. */
  readonly finish: number;
}

export class Sharing {
  /** By `finish`, the next to be done last. */
  private readonly members: Member[] = [];
  /** Work that a job which was there from the start would have got, ns. */
  private work = 0;
  private workAt: Nanos = 0;
  private event = -1;
  private readonly doneKind: number;

  constructor(
    private readonly kernel: Kernel,
    private readonly servers: number,
    name: string,
    private readonly target: number,
    private readonly done: (job: number) => void,
  ) {
    this.doneKind = kernel.kind(`origin-shared/${name}`, () => this.finished());
  }

  get size(): number {
    return this.members.length;
  }

  add(job: number, demandNs: Nanos): void {
    this.settle();
    const finish = this.work + demandNs;
    let at = this.members.length;
    while (at > 0 && (this.members[at - 1] as Member).finish <= finish) at--;
    this.members.splice(at, 0, { job, finish });
    this.plan();
  }

  clear(): void {
    this.members.length = 0;
    this.plan();
  }

  private get rate(): number {
    return Math.min(1, this.servers / this.members.length);
  }

  private settle(): void {
    const { now } = this.kernel;
    if (this.members.length > 0) this.work += (now - this.workAt) * this.rate;
    this.workAt = now;
  }

  private plan(): void {
    if (this.event >= 0) this.kernel.cancel(this.event);
    this.event = -1;
    const next = this.members.at(-1);
    if (next === undefined) return;
    const left = Math.max(0, Math.ceil((next.finish - this.work) / this.rate));
    const due = this.kernel.now + Math.min(ENDLESS, left);
    this.event = this.kernel.schedule(due, this.doneKind, this.target, 0, 0);
  }

  private finished(): void {
    this.event = -1;
    this.settle();
    const { job, finish } = this.members.pop() as Member;
    this.work = finish;
    this.done(job);
    this.plan();
  }
}
