/**
 * The database behind a cache: one queue and `concurrency` servers.
 *
 * Models: waiting in order of arrival, or all jobs at once with a share of the servers each; service times; a limit of
 * the queue, beyond which requests are refused; the distance from the client's zone; an origin that stands in one zone
 * and is gone while the zone has no power; service that faults make slower, for jobs that begin from then on.
 * Leaves out: its own replicas and failovers, writes.
 */
import { Factors } from "../../base/factors.ts";
import { ENDLESS, type Nanos } from "../../base/nanos.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import { createSampler, type Sampler, sampleNanos } from "../../kernel/sampler.ts";
import type { Stream } from "../../kernel/streams.ts";
import { Histogram } from "../../measure/histogram.ts";
import type { OriginSettings } from "./origin-settings.ts";
import { Sharing } from "./sharing.ts";

interface Job {
  readonly request: number;
  readonly generation: number;
  readonly client: number;
  readonly askedAt: Nanos;
  refused: boolean;
}

/** What an origin needs of the network. */
export interface OriginPaths {
  oneWayNs(from: number, to: number): Nanos;
  lost(from: number, to: number, sentAt: Nanos): boolean;
}

export class Origin {
  readonly name: string;
  requests = 0;
  /** Requests that found the queue full. */
  refusals = 0;
  peakConcurrency = 0;
  queuedMax = 0;
  busy = 0;
  readonly latency = new Histogram();
  up = true;
  /** By how much faults make service slower. */
  readonly slowness = new Factors();
  private readonly sharing: Sharing | null;
  private readonly sampler: Sampler;
  private readonly stream: Stream;
  private readonly target: number;
  private readonly arriveKind: number;
  private readonly servedKind: number;
  private readonly answerKind: number;
  private readonly jobs: (Job | undefined)[] = [];
  private readonly freeJobs: number[] = [];
  private readonly queue: number[] = [];
  private queueHead = 0;

  constructor(
    private readonly settings: OriginSettings,
    readonly host: number,
    private readonly ports: {
      readonly kernel: Kernel;
      readonly network: OriginPaths;
      /** The origin answered, or refused: the request, and the generation it had when it asked. */
      readonly answered: (request: number, generation: number, refused: boolean) => void;
    },
    /** Peaks and latencies leave out what comes before. */
    private readonly warmUpNs: Nanos = 0,
  ) {
    const { kernel } = ports;
    this.name = settings.name;
    this.sampler = createSampler(settings.serviceTime);
    this.stream = kernel.streams.stream(`origin/${settings.name}`, "service");
    this.target = kernel.target(`origin/${settings.name}`);
    this.arriveKind = kernel.kind(`origin-arrive/${settings.name}`, (_t, job) => this.arrive(job));
    this.servedKind = kernel.kind(`origin-served/${settings.name}`, (_t, job) => this.served(job));
    this.sharing =
      settings.discipline === "sharing"
        ? new Sharing(kernel, settings.concurrency, settings.name, this.target, (job) =>
            this.served(job),
          )
        : null;
    this.answerKind = kernel.kind(`origin-answer/${settings.name}`, (_t, job) => this.answer(job));
  }

  /** Requests that wait for a server. */
  get queued(): number {
    return this.queue.length - this.queueHead;
  }

  ask(request: number, generation: number, clientHost: number): void {
    const { kernel, network } = this.ports;
    const slot = this.freeJobs.pop() ?? this.jobs.length;
    this.jobs[slot] = {
      request,
      generation,
      client: clientHost,
      askedAt: kernel.now,
      refused: false,
    };
    kernel.schedule(
      kernel.now + network.oneWayNs(clientHost, this.host),
      this.arriveKind,
      this.target,
      slot,
      0,
    );
  }

  powerLost(): void {
    this.up = false;
    this.busy = 0;
    this.sharing?.clear();
    this.queue.length = 0;
    this.queueHead = 0;
  }

  powerRestored(): void {
    this.up = true;
  }

  private arrive(slot: number): void {
    const job = this.jobs[slot] as Job;
    const { network } = this.ports;
    if (!this.up || network.lost(job.client, this.host, job.askedAt)) {
      this.release(slot); // the request stays open: nobody answers it
      return;
    }
    this.requests++;
    const { concurrency, queueLimit } = this.settings;
    const waiting = this.busy - concurrency + this.queued;
    if (waiting >= queueLimit) {
      this.refusals++;
      job.refused = true;
      this.sendAnswer(slot);
      return;
    }
    if (this.busy < concurrency || this.sharing !== null) {
      this.serve(slot);
      return;
    }
    this.queue.push(slot);
    if (this.ports.kernel.now >= this.warmUpNs)
      this.queuedMax = Math.max(this.queuedMax, this.queued);
  }

  private serve(slot: number): void {
    this.busy++;
    const { kernel } = this.ports;
    if (kernel.now >= this.warmUpNs)
      this.peakConcurrency = Math.max(this.peakConcurrency, this.busy);
    const sample = sampleNanos(this.sampler, this.stream);
    const demand = Math.min(ENDLESS, Math.round(sample * this.slowness.product));
    if (this.sharing !== null) this.sharing.add(slot, demand);
    else kernel.schedule(kernel.now + demand, this.servedKind, this.target, slot, 0);
  }

  private served(slot: number): void {
    if (!this.up) {
      this.release(slot);
      return;
    }
    this.busy--;
    this.sendAnswer(slot);
    const next = this.queue[this.queueHead];
    if (next === undefined) return;
    this.queueHead++;
    if (this.queueHead === this.queue.length) {
      this.queue.length = 0;
      this.queueHead = 0;
    }
    this.serve(next);
  }

  private sendAnswer(slot: number): void {
    const { kernel, network } = this.ports;
    const due = kernel.now + network.oneWayNs(this.host, (this.jobs[slot] as Job).client);
    kernel.schedule(due, this.answerKind, this.target, slot, 0);
  }

  private answer(slot: number): void {
    const job = this.jobs[slot] as Job;
    this.release(slot);
    if (!job.refused && job.askedAt >= this.warmUpNs)
      this.latency.record(this.ports.kernel.now - job.askedAt);
    this.ports.answered(job.request, job.generation, job.refused);
  }

  private release(slot: number): void {
    this.jobs[slot] = undefined;
    this.freeJobs.push(slot);
  }
}
