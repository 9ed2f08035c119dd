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
  /** A replica was chosen and is not promoted yet; `nameIt` would make the primary endpoint name it. */
  chosen(nameIt: () => void): void;
  /** DNS records follow promotions. */
  readonly updatesDns: boolean;
  /** A primary that was replaced answers again: `demote` makes it follow its heir. */
  returned(demote: () => void): void;
  /** A Global Datastore's Region gives up the lead: `stop` makes it refuse writes and follow. */
  stepsDown(stop: () => void): void;
}

/**
 * The service as it is: the replica with the least replication lag is promoted, the first of equals.
 * Source: ElastiCache user guide, AutoFailover.
 */
export const serviceStrategies: ServiceStrategies = {
  choiceName: "least replication lag",
  chooseReplica: (candidates) =>
    candidates.reduce((best, candidate) => (candidate.offset > best.offset ? candidate : best)),
  chosen: () => undefined,
  updatesDns: true,
  returned: (demote) => demote(),
  stepsDown: (stop) => stop(),
};
