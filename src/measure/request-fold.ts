/** Counts requests of one traffic source by outcome, over 100 ms of arrival time, with their latencies. */
import type { Nanos } from "../base/nanos.ts";
import { MILLISECOND, SECOND } from "../base/nanos.ts";
import {
  HIT_HIT,
  HIT_MISS,
  OUTCOME_CLIENT_LOST,
  OUTCOME_OK,
} from "../journal/operation-columns.ts";
import { Histogram } from "./histogram.ts";

/** Grid of the steady-state hypothesis. */
export const BUCKET_NS: Nanos = 100 * MILLISECOND;

/** No request that will end ok is older: attempts and backoff of a client take less. */
const SETTLED_NS: Nanos = 60 * SECOND;

/** Latencies of one second are sampled into buckets of this many per doubling for the series. */
const SERIES_POINTS_MAX = 900;

export class RequestFold {
  readonly outcomes = new Float64Array(OUTCOME_CLIENT_LOST + 1);
  /** By bucket of arrival: requests that ended ok, and all that ended but those lost with their client. */
  readonly ok: Float64Array;
  readonly all: Float64Array;
  readonly hits: Float64Array;
  readonly reads: Float64Array;
  readonly latency = new Histogram();
  readonly latencyInFault = new Histogram();
  readonly latencyOutsideFault = new Histogram();
  readonly seriesStepNs: Nanos;
  /** Requests that did not end ok, by cause. */
  readonly causes = new Float64Array(256);
  private readonly bucketsPerStep: number;
  private readonly stepLatencies: (Histogram | undefined)[];
  hitCount = 0;
  readCount = 0;
  /** Reads that a node answered which did not lead for writes. */
  replicaReads = 0;

  /** The first bucket after the warm-up. */
  private readonly firstBucket: number;

  /** @param warmUpNs - what arrived before counts as an outcome, but in no ratio and no percentile */
  constructor(
    readonly durationNs: Nanos,
    warmUpNs: Nanos = 0,
  ) {
    this.firstBucket = Math.ceil(warmUpNs / BUCKET_NS);
    const buckets = Math.ceil(durationNs / BUCKET_NS) + 1;
    this.ok = new Float64Array(buckets);
    this.all = new Float64Array(buckets);
    this.hits = new Float64Array(buckets);
    this.reads = new Float64Array(buckets);
    const seconds = durationNs / SECOND;
    this.seriesStepNs = Math.max(1, Math.ceil(seconds / SERIES_POINTS_MAX)) * SECOND;
    this.bucketsPerStep = this.seriesStepNs / BUCKET_NS;
    const steps = Math.ceil(durationNs / this.seriesStepNs) + 1;
    this.stepLatencies = new Array<Histogram | undefined>(steps).fill(undefined);
  }

  /** A request that arrived in `bucket` ended. `inFault`: it arrived while a fault was active. */
  ended(bucket: number, latencyNs: Nanos, outcome: number, inFault: boolean, cause: number): void {
    this.outcomes[outcome] = (this.outcomes[outcome] as number) + 1;
    if (outcome === OUTCOME_CLIENT_LOST) return;
    this.all[bucket] = (this.all[bucket] as number) + 1;
    if (outcome !== OUTCOME_OK) {
      this.causes[cause] = (this.causes[cause] as number) + 1;
      return;
    }
    this.ok[bucket] = (this.ok[bucket] as number) + 1;
    if (bucket < this.firstBucket) {
      // The series has it; the percentiles of the steady state do not.
    } else if (inFault) this.latencyInFault.record(latencyNs);
    else this.latencyOutsideFault.record(latencyNs);
    const step = Math.floor(bucket / this.bucketsPerStep);
    let histogram = this.stepLatencies[step];
    if (histogram === undefined) {
      histogram = this.spare.pop() ?? new Histogram();
      this.stepLatencies[step] = histogram;
      this.release(step - 1);
    }
    histogram.record(latencyNs);
  }

  /** A read of a request that arrived in `bucket` was answered. */
  read(bucket: number, hit: number): void {
    if (hit !== HIT_HIT && hit !== HIT_MISS) return;
    const counts = bucket >= this.firstBucket;
    if (counts) this.readCount++;
    this.reads[bucket] = (this.reads[bucket] as number) + 1;
    if (hit === HIT_HIT) {
      if (counts) this.hitCount++;
      this.hits[bucket] = (this.hits[bucket] as number) + 1;
    }
  }

  count(outcome: number): number {
    return this.outcomes[outcome] as number;
  }

  /** Requests that arrived after the warm-up: those that ended ok, and all but those lost with their client. */
  settled(): { readonly ok: number; readonly all: number } {
    let ok = 0;
    let all = 0;
    for (let bucket = this.firstBucket; bucket < this.all.length; bucket++) {
      ok += this.ok[bucket] as number;
      all += this.all[bucket] as number;
    }
    return { ok, all };
  }

  /** ok / (ok + fail + info), the warm-up left out; null when none ended. */
  get availability(): number | null {
    const { ok, all } = this.settled();
    return all === 0 ? null : ok / all;
  }

  finish(): void {
    this.latency.merge(this.latencyInFault);
    this.latency.merge(this.latencyOutsideFault);
  }

  /** Percentile of latency per series step, ms; null where nothing arrived. */
  latencySeries(p: number): (number | null)[] {
    const steps = Math.ceil(this.durationNs / this.seriesStepNs);
    return Array.from({ length: steps }, (_, step) => {
      const known = p === 0.5 ? this.p50s[step] : this.p99s[step];
      const value = known ?? this.stepLatencies[step]?.percentile(p) ?? null;
      return value === null ? null : Math.round(value / 1000) / 1000;
    });
  }

  /** Success ratio per series step; null where nothing arrived. */
  successSeries(): (number | null)[] {
    const perStep = this.seriesStepNs / BUCKET_NS;
    const steps = Math.ceil(this.durationNs / this.seriesStepNs);
    return Array.from({ length: steps }, (_, step) => {
      let ok = 0;
      let all = 0;
      for (let bucket = step * perStep; bucket < (step + 1) * perStep; bucket++) {
        ok += this.ok[bucket] ?? 0;
        all += this.all[bucket] ?? 0;
      }
      return all === 0 ? null : Math.round((1e6 * ok) / all) / 1e6;
    });
  }

  private readonly spare: Histogram[] = [];
  private readonly p50s: (number | undefined)[] = [];
  private readonly p99s: (number | undefined)[] = [];

  /** Requests end long after they arrived, but none after many seconds: old steps keep their percentiles only. */
  private release(latest: number): void {
    const old = latest - Math.ceil(SETTLED_NS / this.seriesStepNs);
    const histogram = this.stepLatencies[old];
    if (histogram === undefined) return;
    this.p50s[old] = histogram.percentile(0.5) ?? undefined;
    this.p99s[old] = histogram.percentile(0.99) ?? undefined;
    this.stepLatencies[old] = undefined;
    histogram.clear();
    this.spare.push(histogram);
  }
}
