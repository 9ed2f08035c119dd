/**
 * Engines, their versions and defaults.
 * Source: redis 7.0.15 config.c and valkey 8.0.1 config.c; ElastiCache user guide, parameters of Valkey and Redis OSS.
 */
import { type Nanos, SECOND } from "../base/nanos.ts";

export interface EngineDefaults {
  readonly engine: "redis" | "valkey";
  /** Versions the service offers, major.minor, oldest first. */
  readonly versions: readonly string[];
}

export const engineDefaults: Readonly<Record<"redis" | "valkey", EngineDefaults>> = {
  redis: {
    engine: "redis",
    versions: ["5.0.6", "6.0", "6.2", "7.0", "7.1"],
  },
  valkey: {
    engine: "valkey",
    versions: ["7.2", "8.0", "8.1", "8.2", "9.0"],
  },
};

/**
 * Defaults of settings whose default is another from Valkey 8 on.
 * Source: redis 7.0.15 config.c:2979-; valkey 8.0.1 config.c:3070-3074, 3086. Not here, for nothing in the model does what
 * they are about: lazyfree-lazy-server-del (values with elements are not overwritten by SET or RENAME) and
 * lazyfree-lazy-user-flush.
 */
export const lazyFreeParameters = [
  "lazyfree-lazy-eviction",
  "lazyfree-lazy-expire",
  "lazyfree-lazy-user-del",
  "replica-lazy-flush",
] as const;

/** Valkey went its own way with 8; 7.2 has the defaults of Redis. @param version - major.minor */
const isValkey8 = (engine: "redis" | "valkey", version: string): boolean =>
  engine === "valkey" && Number.parseInt(version, 10) >= 8;

/** Whether large values are freed in the background by default. @param version - major.minor */
export const freesLazily = isValkey8;

/** Whether replicas of equal offset are ranked by node id. Source: valkey 8.0.1 cluster_legacy.c:4391. @param version - major.minor */
export const ranksTiesByNodeId = isValkey8;

/** Whether an election waits by the node timeout. Source: valkey pull request 2449, in 9.0. @param version - major.minor */
export const electsByNodeTimeout = (engine: "redis" | "valkey", version: string): boolean =>
  engine === "valkey" && Number.parseFloat(version) >= 9;

/** Whether a small set is a listpack. Source: redis 7.2 and valkey 8.0.1 config.c: set-max-listpack-entries. */
export const hasCompactSets = (engine: "redis" | "valkey", version: string): boolean =>
  engine === "valkey" || Number.parseFloat(version) >= 7.2;

/**
 * Whether, in cluster mode, the keys of a slot are chained through the entries of the table of keys. Redis before 7.0 has a
 * tree of them, Valkey 8 a table per slot. Source: redis 7.0.15 db.c: dbDictEntryMetadataSize, Redis and Valkey 7.2
 * alike; valkey 8.0.1 kvstore.c. @param version - major.minor
 */
export const chainsKeysOfSlots = (engine: "redis" | "valkey", version: string): boolean =>
  Number.parseInt(version, 10) >= 7 && !isValkey8(engine, version);

/** The service's own defaults of parameters that a parameter group may change. */
export const parameterDefaults = {
  /** Source: ElastiCache user guide, parameters: 1,048,576 bytes, at least 16,384. */
  "repl-backlog-size": 1_048_576,
  "reserved-memory-percent": 25,
  /** Source: recalled for node-based caches; stated for serverless. */
  "maxmemory-policy": "volatile-lru",
  /** The service's default, unlike the open-source one. */
  "cluster-require-full-coverage": "no",
  "cluster-allow-reads-when-down": "no",
  "cluster-replica-validity-factor": 10,
  /** Source: valkey 8.0.1 config.c; the service's own default is not stated. */
  "maxmemory-samples": 5,
  "lfu-log-factor": 10,
  "lfu-decay-time": 1,
  /** Source: ElastiCache user guide, parameters: off, and 10 s. */
  "min-replicas-to-write": 0,
  "min-replicas-max-lag": 10,
} as const;

export const REPL_BACKLOG_BYTES_MIN = 16_384;
/** Fixed by the service. */
export const REPL_TIMEOUT: Nanos = 60 * SECOND;
/** Source: valkey 8.0.1 config.c. */
export const REPL_DISKLESS_SYNC_DELAY: Nanos = 5 * SECOND;

/**
 * Share of maxmemory that may wait for one replica in its primary's memory, hard and soft limit alike.
 * Source: ElastiCache user guide, parameters, client-output-buffer-limit-replica.
 */
export const REPLICA_OUTPUT_BUFFER_SHARE = 0.1;
/** Source: valkey 8.0.1 config.c:126-130; for the service recalled, not published. */
export const REPLICA_OUTPUT_BUFFER_SOFT: Nanos = 60 * SECOND;

/** Parameters that exist but cannot be changed, with the reason. */
export const fixedParameters: Readonly<Record<string, string>> = {
  maxmemory: "it follows from the node type",
  "repl-timeout": "the service fixes it at 60 s",
  "repl-backlog-ttl": "the service fixes it at 3600 s",
  "cluster-enabled": "clusterMode says it",
  "cluster-node-timeout": "the service does not offer it; assume it under assume:",
  maxclients: "the service fixes it at 65000",
};

export const modelledPolicies = [
  "noeviction",
  "allkeys-lru",
  "allkeys-lfu",
  "allkeys-random",
  "volatile-lru",
  "volatile-lfu",
  "volatile-random",
  "volatile-ttl",
] as const;

/** Releases of the engines themselves that a self-managed group can run, major.minor, oldest first. */
export const upstreamVersions: Readonly<Record<"redis" | "valkey", readonly string[]>> = {
  redis: ["5.0", "6.0", "6.2", "7.0", "7.2"],
  valkey: ["7.2", "8.0", "8.1", "9.0"],
};

/** The engines' own defaults, of settings that a self-managed group may change. */
export const upstreamDefaults = {
  "maxmemory-policy": "noeviction",
  "maxmemory-samples": 5,
  "lfu-log-factor": 10,
  "lfu-decay-time": 1,
  "min-replicas-to-write": 0,
  "min-replicas-max-lag": 10,
  "repl-timeout": 60,
  "repl-diskless-sync-delay": 5,
  maxclients: 10_000,
  /** With cluster mode enabled. */
  "cluster-node-timeout": 15_000,
  "cluster-require-full-coverage": "yes",
  "cluster-allow-reads-when-down": "no",
  "cluster-replica-validity-factor": 10,
  "cluster-allow-replica-migration": "yes",
  "cluster-migration-barrier": 1,
} as const;

/** repl-backlog-size. Source: redis 7.0.15 config.c:3115, valkey 8.0.1 config.c:3230. @param version - major.minor */
export const upstreamBacklogBytes = (engine: "redis" | "valkey", version: string): number =>
  isValkey8(engine, version) ? 10_485_760 : 1_048_576;

/** client-output-buffer-limit of replicas. Source: valkey 8.0.1 config.c:126-130. */
export const UPSTREAM_OUTPUT_BUFFER = {
  hardBytes: 268_435_456,
  softBytes: 67_108_864,
  softNs: 60 * SECOND,
} as const;

/** Sentinel's defaults. Source: valkey 8.0.1 sentinel.c; redis 7.0.15 alike. */
export const SENTINEL_DEFAULTS = {
  downAfterNs: 30 * SECOND,
  failoverTimeoutNs: 180 * SECOND,
  parallelSyncs: 1,
  replicaPriority: 100,
} as const;
