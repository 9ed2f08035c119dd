/** Words of a self-managed group, as types. */

/** Words as the schema lets them through. */
export interface SelfManagedWords {
  readonly type: "self-managed";
  readonly region: string;
  readonly engine: "redis" | "valkey";
  readonly engineVersion: string;
  readonly cacheNodeType?: string;
  readonly memory?: string;
  readonly hostMemory?: string;
  readonly clusterMode?: "enabled" | "disabled";
  readonly numNodeGroups?: number;
  readonly replicasPerNodeGroup?: number;
  readonly replicas?: number;
  readonly zones?: readonly string[];
  readonly replicaPriorities?: readonly number[];
  readonly sentinels?: SentinelWords;
  readonly restart?: { readonly after: string };
  readonly parameters?: Readonly<Record<string, string | number | boolean>>;
  readonly assume?: Readonly<Record<string, string>>;
  readonly prefill?: string;
}

export interface SentinelWords {
  readonly count?: number;
  readonly quorum?: number;
  readonly zones?: readonly string[];
  readonly downAfterMilliseconds?: string;
  readonly failoverTimeout?: string;
  readonly parallelSyncs?: number;
}
