/**
 * The service's DNS records for the endpoints of groups with cluster mode disabled.
 *
 * Models: one record per endpoint that changes at an instant; clients cache what they read for the record's TTL.
 * Resolvers of a Region may fail: then nothing is looked up, and connections that need it are not opened.
 * Leaves out: resolvers' own caches between client and service (they shift a client's TTL), slow resolvers.
 */
import type { Nanos } from "../../base/nanos.ts";

/** Record of one endpoint: indices of nodes. */
export interface Endpoint {
  nodes: readonly number[];
}

/** Whether names can be resolved in each Region. */
export class Resolvers {
  private readonly outages: number[];

  constructor(regions: number) {
    this.outages = new Array<number>(regions).fill(0);
  }

  answer(region: number): boolean {
    return this.outages[region] === 0;
  }

  /** Takes a Region's resolvers away (+1) or gives them back (-1). */
  change(region: number, by: 1 | -1): void {
    this.outages[region] = (this.outages[region] as number) + by;
  }

  /** What faults write here, for comparison with a run that had none. */
  faultState(): readonly number[] {
    return [...this.outages];
  }
}

/** A client's cached answer. */
export class CachedAnswer {
  private answer: readonly number[];
  private readAt: Nanos = 0;

  constructor(
    private readonly endpoint: Endpoint,
    private readonly ttlNs: Nanos,
  ) {
    this.answer = endpoint.nodes;
  }

  /** The last answer, however old. */
  get last(): readonly number[] {
    return this.answer;
  }

  /** What the client believes at `now`: the cached answer until its TTL has passed, then the record as it is. */
  resolve(now: Nanos): readonly number[] {
    if (now - this.readAt >= this.ttlNs) {
      this.answer = this.endpoint.nodes;
      this.readAt = now;
    }
    return this.answer;
  }

  /** The answer is too old to be used. */
  expired(now: Nanos): boolean {
    return now - this.readAt >= this.ttlNs;
  }

  /** Forgets the answer: the next `resolve` reads the record. */
  forget(): void {
    this.readAt = Number.NEGATIVE_INFINITY;
  }
}
