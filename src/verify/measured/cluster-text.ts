/** Scenarios of a cluster on one machine, as the measured ones were: every path is short. */

export interface ClusterOf {
  readonly nodeTimeout: string;
  readonly replicas: number;
  readonly duration: string;
  readonly rate: string;
  readonly method: readonly string[];
}

/** Three shards. */
export function clusterText(of: ClusterOf): string {
  return `
scenario: measured-cluster
seed: 1
duration: ${of.duration}
regions: { us-east-1: { zones: 3 } }
assume: { interZoneRtt: 0.1ms, sameZoneRtt: 0.1ms }
caches:
  real:
    type: replication-group
    region: us-east-1
    engine: redis
    engineVersion: "7.0"
    cacheNodeType: cache.r7g.large
    clusterMode: enabled
    numNodeGroups: 3
    replicasPerNodeGroup: ${of.replicas}
    automaticFailoverEnabled: true
    multiAZEnabled: true
    parameters: { cluster-require-full-coverage: "yes" }
    assume: { cluster-node-timeout: ${of.nodeTimeout}, replacementProvisioning: 15m }
traffic:
  driver:
    cache: real
    arrivals: { rate: ${of.rate} }
    operations: { set: 100% }
    keys: { count: 1k, valueSize: 95B }
    client: { commandTimeout: 500ms, retry: { max: 0 } }
method:
${of.method.map((entry) => `  - ${entry}`).join("\n")}
expect: []
`;
}
