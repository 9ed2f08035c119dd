/** What a method may name: the things of its scenario. */
import type { Nanos } from "../base/nanos.ts";
import type { ReplicationGroupSettings } from "../model/kinds/replication-group-settings.ts";
import type { GlobalDatastoreSettings } from "../model/service/service-settings.ts";

export interface MethodWorld {
  readonly caches: readonly ReplicationGroupSettings[];
  /** Caches that could not be read: what speaks of them is not judged. */
  readonly unread: readonly string[];
  readonly datastores: readonly GlobalDatastoreSettings[];
  /** Names. */
  readonly origins: readonly string[];
  readonly traffic: readonly string[];
  readonly durationNs: Nanos;
  /** What steps read so far do to the number of replicas; by cache and shard, such as `cart 1`. */
  readonly changes: Map<string, ReplicaChanges>;
  /** Moves of slots that steps read so far ask for. Shards count from 1. */
  readonly moves: { readonly cache: string; readonly shard: number; readonly to: number }[];
}

export interface ReplicaChanges {
  /** Replicas that steps add. */
  readonly added: { readonly id: string; readonly zone: string }[];
  removed: number;
}
