import type { Nanos } from "../../base/nanos.ts";

/** The cluster bus of a group with cluster mode enabled. */
export interface BusSettings {
  readonly nodeTimeoutNs: Nanos;
  /** cluster-replica-validity-factor, 0 switches the rule off. */
  readonly replicaValidityFactor: number;
  readonly requireFullCoverage: boolean;
  readonly allowReadsWhenDown: boolean;
  /** Valkey breaks ties of rank by node id; Redis 7 does not. */
  readonly rankTieBreakByNodeId: boolean;
}
