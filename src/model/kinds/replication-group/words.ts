/** Words of a replication group, as types. */

/** Words as the schema lets them through. */
export interface ReplicationGroupWords {
  readonly type: "replication-group";
  readonly region: string;
  readonly engine: "redis" | "valkey";
  readonly engineVersion: string;
  readonly cacheNodeType: string;
  readonly clusterMode: "enabled" | "disabled";
  readonly numNodeGroups?: number;
  readonly replicasPerNodeGroup?: number;
  readonly numCacheClusters?: number;
  readonly automaticFailoverEnabled?: boolean;
  readonly multiAZEnabled?: boolean;
  readonly transitEncryptionEnabled?: boolean;
  readonly authToken?: boolean;
  readonly preferredCacheClusterAZs?: readonly string[];
  readonly nodeGroupConfiguration?: readonly {
    readonly primaryAvailabilityZone?: string;
    readonly replicaAvailabilityZones?: readonly string[];
  }[];
  readonly parameters?: Readonly<Record<string, string | number | boolean>>;
  readonly assume?: Readonly<Record<string, string>>;
  readonly prefill?: string;
  readonly raisedNodeQuota?: boolean;
}

/** Shards, and replicas of each. */
export interface Counts {
  readonly shards: number;
  readonly replicas: number;
}
