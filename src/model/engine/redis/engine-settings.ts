import type { Nanos } from "../../../base/nanos.ts";
import type { Distribution } from "../../../kernel/distribution.ts";
import type { CollectionCosts, LazyFree } from "./held-collections.ts";
import type { HostMemorySettings } from "./host-memory.ts";

export type MaxmemoryPolicy =
  | "noeviction"
  | "allkeys-lru"
  | "allkeys-lfu"
  | "allkeys-random"
  | "volatile-lru"
  | "volatile-lfu"
  | "volatile-random"
  | "volatile-ttl";

/** Bytes that data may take: maxmemory less what is reserved. */
export const usableBytes = ({
  maxmemoryBytes,
  reservedMemoryShare,
}: Pick<EngineSettings, "maxmemoryBytes" | "reservedMemoryShare">): number =>
  Math.floor(maxmemoryBytes * (1 - reservedMemoryShare));

/** One node's engine. Sizes in bytes. */
export interface EngineSettings {
  readonly engine: "redis" | "valkey";
  readonly engineVersion: string;
  readonly maxmemoryBytes: number;
  /** Share of maxmemory that data may not use, 0..1 (reserved-memory-percent). */
  readonly reservedMemoryShare: number;
  /** Of the host that the node runs on. */
  readonly memory: HostMemorySettings;
  readonly maxmemoryPolicy: MaxmemoryPolicy;
  /** Keys looked at for one eviction, at least 1. */
  readonly maxmemorySamples: number;
  readonly lfuLogFactor: number;
  /** Minutes after which a counter falls by one; 0: never. */
  readonly lfuDecayMinutes: number;
  /** A primary with fewer good replicas refuses writes; 0: never. */
  readonly minReplicasToWrite: number;
  /** A replica is good while its last acknowledgement is no older. */
  readonly minReplicasMaxLagNs: Nanos;
  /** Limits of what waits for one replica in its primary's memory, bytes: at once, and for longer than `softNs`. */
  readonly outputBuffer: {
    readonly hardBytes: number;
    readonly softBytes: number;
    readonly softNs: Nanos;
  };
  readonly replBacklogBytes: number;
  readonly replTimeoutNs: Nanos;
  /** Wait before a diskless full synchronisation starts. */
  readonly replDisklessSyncDelayNs: Nanos;
  /** Transfer rate of a full synchronisation, bytes per second, before the network's limit. */
  readonly fullSyncBytesPerSecond: number;
  /** From the end of the transfer to the start of the load: the replica writes the snapshot to its disk. */
  readonly snapshotFlushNs: Nanos;
  /** Keys per second a replica loads from a full synchronisation. */
  readonly loadKeysPerSecond: number;
  /** Main-thread time in which a replica applies one entry of the stream, ns. */
  readonly applyNs: Nanos;
  /** The node type's baseline network bandwidth, bytes per second; Infinity where it is not known. */
  readonly networkBytesPerSecond: number;
  /** Main-thread time of one simple command, ns. */
  readonly commandTime: Distribution;
  /** Null while no traffic has values with elements. */
  readonly collections: CollectionCosts | null;
  readonly lazyFree: LazyFree;
  readonly maxclients: number;
  /** TLS: main-thread time of the handshake that begins a connection, and of each command's records; null: without. */
  readonly transitEncryption: { readonly handshakeNs: Nanos; readonly commandNs: Nanos } | null;
  /** Connections begin with AUTH, a command of so long; null: without. */
  readonly authToken: { readonly commandNs: Nanos } | null;
}
