import type { Nanos } from "../../base/nanos.ts";
import type { BusSettings } from "../cluster/bus-settings.ts";
import type { EngineSettings } from "../engine/redis/engine-settings.ts";
import type { SentinelSettings } from "../sentinel/sentinel-settings.ts";
import type { ServiceSettings } from "../service/service-settings.ts";

/** What a group has that no service looks after. */
export interface SelfManagedSettings {
  /** From a process's end to its start by a supervisor; null: it stays dead. */
  readonly restartAfterNs: Nanos | null;
  /** Null with cluster mode enabled, where the cluster bus fails over. */
  readonly sentinels: SentinelSettings | null;
}

/** A replication group, or a self-managed one, everything resolved: what the kinds build. */
export interface ReplicationGroupSettings {
  readonly kind: "replication-group" | "self-managed";
  /** Absent: the managed service looks after the group. */
  readonly selfManaged?: SelfManagedSettings;
  readonly name: string;
  readonly region: string;
  readonly clusterMode: "enabled" | "disabled";
  readonly cacheNodeType: string;
  /** One entry a shard (node group), in order; nodes[0] is the primary at the start. Ids as the service gives them:
   * `cart-0001-001` with cluster mode enabled, `sessions-us-001` without. */
  readonly shards: readonly {
    readonly id: string; // node group id, "0001"
    readonly nodes: readonly { readonly id: string; readonly zone: string }[];
    /** Replicas that steps may add. */
    readonly later?: readonly { readonly id: string; readonly zone: string }[];
  }[];
  readonly automaticFailover: boolean;
  readonly multiAz: boolean;
  /** Share of the traffic's keys that are present at the start, 0..1. */
  readonly prefill: number;
  readonly engine: EngineSettings;
  readonly bus: BusSettings;
  readonly service: ServiceSettings;
  /** USD per node and hour, or null with `costReason` where no price is known. */
  readonly nodePricePerHour: number | null;
  readonly costReason: string | null;
}
