/** A small group of three shards under light traffic, for schedules to break. */
export const SMALL = `# A small cart.
scenario: small
seed: 1
duration: 40s
regions: { us-east-1: { zones: 3 } }
caches:
  cart:
    type: replication-group
    region: us-east-1
    engine: valkey
    engineVersion: "8.0"
    cacheNodeType: cache.r7g.large
    clusterMode: enabled
    numNodeGroups: 2
    replicasPerNodeGroup: 1
    automaticFailoverEnabled: true
    multiAZEnabled: true
    assume: { cluster-node-timeout: 1s, replacementProvisioning: 5s }
    prefill: 100%
traffic:
  shop:
    cache: cart
    from: { region: us-east-1, zones: all }
    arrivals: { rate: 50/s }
    operations: { get: 50%, set: 50% }
    keys: { count: 100, valueSize: 100B }
steadyState: [{ successRatio: { of: shop, over: 2s, atLeast: 99% } }]
explore: { window: { from: 4s, until: 20s } }
expect: [{ noLostWrites: { of: cart } }]
`;

/** Two replicas a shard, where the wrong faults lose more than a second of writes. */
export const WIDE = `# A cart with two replicas a shard.
scenario: wide
seed: 1
duration: 60s
regions: { us-east-1: { zones: 3 } }
caches:
  cart: { type: replication-group, region: us-east-1, engine: valkey, engineVersion: "8.0", cacheNodeType: cache.r7g.large, clusterMode: enabled, numNodeGroups: 3, replicasPerNodeGroup: 2, automaticFailoverEnabled: true, multiAZEnabled: true, assume: { cluster-node-timeout: 1s, replacementProvisioning: 2m }, prefill: 100% }
origins: { db: { concurrency: 20, serviceTime: 4ms } }
traffic:
  checkout: { cache: cart, from: { region: us-east-1, zones: all }, arrivals: { rate: 200/s }, operations: { get: 80%, set: 20% }, keys: { count: 1000, valueSize: 500B, ttl: 1h }, onMiss: db }
steadyState: [{ successRatio: { of: checkout, over: 2s, atLeast: 99% } }]
expect: [{ rpo: { of: cart, atMost: 1s } }, { steady: { from: 15s after last-heal } }]
`;
