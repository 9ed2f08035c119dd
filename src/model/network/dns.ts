/**
 * The service's DNS records for the endpoints of groups with cluster mode disabled.
 *
 * Models: one record per endpoint that changes at an instant; clients cache what they read for the record's TTL.
 * Leaves out: resolvers between client and service (their caches shift a client's TTL), failing resolvers.
 */
import type { Nanos } from "../../base/nanos.ts";

/** Record of one endpoint: indices of nodes. */
export interface Endpoint {
  nodes: readonly number[];
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

  /** What the client believes at `now`: the cached answer until its TTL has passed, then the record as it is. */
  resolve(now: Nanos): readonly number[] {
    if (now - this.readAt >= this.ttlNs) {
      this.answer = this.endpoint.nodes;
      this.readAt = now;
    }
    return this.answer;
  }

  /** Forgets the answer: the next `resolve` reads the record. */
  forget(): void {
    this.readAt = Number.NEGATIVE_INFINITY;
  }
}
