import { MILLISECOND, type Nanos, SECOND } from "../../base/nanos.ts";

/** The cluster bus of a group with cluster mode enabled. */
export interface BusSettings {
  readonly nodeTimeoutNs: Nanos;
  /** cluster-replica-validity-factor, 0 switches the rule off. */
  readonly replicaValidityFactor: number;
  readonly requireFullCoverage: boolean;
  readonly allowReadsWhenDown: boolean;
  /** cluster-allow-replica-migration; the managed service replaces nodes instead. */
  readonly allowReplicaMigration: boolean;
  /** cluster-migration-barrier: working replicas that a primary keeps at least. */
  readonly migrationBarrier: number;
  /** Valkey breaks ties of rank by node id; Redis 7 does not. */
  readonly rankTieBreakByNodeId: boolean;
  readonly protocol: BusProtocol;
}

/** Constants of the protocol; settings only so that a test can show that shifting one is noticed. */
export interface BusProtocol {
  /** A peer is pinged when its last answer is older than this share of the node timeout (5032-5037). */
  readonly pingShare: number;
  /** A replica waits so long before it asks for votes, and a random time up to `electionRandomNs` (4575-4584). */
  readonly electionDelayNs: Nanos;
  readonly electionRandomNs: Nanos;
  /** More for every sibling that is ahead of it. */
  readonly rankDelayNs: Nanos;
}

/** Source: valkey 8.0.1 cluster_legacy.c, and redis 7.0.15 cluster.c alike. */
export const BUS_PROTOCOL: BusProtocol = {
  pingShare: 0.5,
  electionDelayNs: 500 * MILLISECOND,
  electionRandomNs: 500 * MILLISECOND,
  rankDelayNs: SECOND,
};

/**
 * The protocol of a version: from Valkey 9.0 on what an election waits for goes by the node timeout where that is short.
 * Source: valkey pull requests 2449 and 1018, cluster_legacy.c, clusterHandleReplicaFailover. Of these left out: half a
 * second more for a replica that is new and holds nothing, and an order among primaries that failed together.
 */
export function busProtocolOf(
  hasRelativeDelays: boolean,
  { nodeTimeoutNs }: Pick<BusSettings, "nodeTimeoutNs">,
): BusProtocol {
  if (!hasRelativeDelays) return BUS_PROTOCOL;
  const delayMs = Math.min(500, Math.floor(nodeTimeoutNs / MILLISECOND / 30));
  return {
    ...BUS_PROTOCOL,
    electionDelayNs: delayMs * MILLISECOND,
    electionRandomNs: Math.max(1, delayMs) * MILLISECOND,
    rankDelayNs: 2 * delayMs * MILLISECOND,
  };
}
