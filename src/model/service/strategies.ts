/** Choices of the managed service that a planted bug may replace. */
import type { RedisNode } from "../engine/redis/redis-node.ts";

export interface Standing {
  readonly node: RedisNode;
  readonly offset: number;
}

export interface ServiceStrategies {
  readonly choiceName: string;
  /** Of at least one candidate. */
  chooseReplica(candidates: readonly Standing[]): Standing;
  /** DNS records follow promotions. */
  readonly updatesDns: boolean;
}

/**
 * The service as it is: the replica with the least replication lag is promoted, the first of equals.
 * Source: ElastiCache user guide, AutoFailover.
 */
export const serviceStrategies: ServiceStrategies = {
  choiceName: "least replication lag",
  chooseReplica: (candidates) =>
    candidates.reduce((best, candidate) => (candidate.offset > best.offset ? candidate : best)),
  updatesDns: true,
};
