/**
 * Limits of the service.
 * Source: ElastiCache user guide, quotas page and "Replication: Redis OSS (cluster mode enabled)"; API reference.
 */
export const quotas = {
  /** Nodes of a cluster with cluster mode enabled: by default, and after a request to raise it. */
  nodesPerCluster: 90,
  nodesPerClusterRaised: 500,
  /** All clusters together; a request raises it too. */
  nodesPerRegion: 300,
  /** One primary and five replicas. */
  nodesPerShard: 6,
  replicasPerShard: 5,
  globalDatastoreSecondaries: 2,
  connectionsPerNode: 65_000,
  /** TestFailover: shards per account in 24 hours. */
  testFailoverShardsPerDay: 15,
} as const;
