/** Small scenarios to be mutated: each kind of topology, most words, a thousand events or so. */
export const BASES: readonly string[] = [
  `# Cluster mode enabled: a zone loses power.
scenario: small-cluster
seed: 42
duration: 12s
regions: { us-east-1: { zones: [use1-az1, use1-az2, use1-az4] } }
caches:
  cart:
    type: replication-group
    region: us-east-1
    engine: valkey
    engineVersion: "8.0"
    cacheNodeType: cache.r7g.large
    clusterMode: enabled
    numNodeGroups: 3
    replicasPerNodeGroup: 1
    automaticFailoverEnabled: true
    multiAZEnabled: true
    parameters: { maxmemory-policy: allkeys-lru, cluster-require-full-coverage: "no" }
    assume: { cluster-node-timeout: 1s, dnsTtl: 5s }
    prefill: 50%
origins: { db: { concurrency: 5, serviceTime: { lognormal: { median: 4ms, p99: 25ms } } } }
traffic:
  shop:
    cache: cart
    from: { region: us-east-1, zones: all }
    arrivals: { rate: 20/s }
    operations: { get: 80%, set: 20% }
    keys: { count: 50, popularity: { zipf: 0.99 }, valueSize: 500B, ttl: 1h }
    client: { connections: 2, commandTimeout: 250ms, retry: { max: 3, backoff: 50ms..2s, jitter: full }, topologyRefresh: { every: 3s, onError: true } }
    onMiss: db
steadyState: [{ successRatio: { of: shop, over: 2s, atLeast: 99% } }]
method:
  - { at: 3s, fault: az-power-interruption, zone: use1-az1, for: 3s }
  - { when: { state: electing, of: cart/shard 1 }, fault: network-latency, from: primaries of cart, add: 20ms, for: 2s, allowEmpty: true }
expect:
  - rpo: { of: cart, atMost: 1s }
  - rto: { of: shop, atMost: 20s }
  - steady: { from: 5s after first-fault }
`,
  `# Cluster mode disabled: a primary dies, another is paused.
scenario: small-group
seed: 7
duration: 20s
regions: { us-east-1: { zones: 2 } }
caches:
  cart:
    type: replication-group
    region: us-east-1
    engine: redis
    engineVersion: "7.1"
    cacheNodeType: cache.r7g.large
    clusterMode: disabled
    numCacheClusters: 2
    automaticFailoverEnabled: true
    multiAZEnabled: true
    assume: { monitorDetection: 2s, promotionTime: 500ms }
traffic:
  shop:
    cache: cart
    arrivals: { rate: 20/s }
    operations: { get: 50%, set: 50% }
    keys: { count: 100, valueSize: { uniform: 10B..1KB } }
    client: { readFrom: replica }
steadyState: [{ successRatio: { of: shop, over: 1s, atLeast: 90% } }, { latencyP99: { of: shop, over: 1s, atMost: 1s } }]
method:
  - { at: 5s, fault: node-crash, target: primary of cart }
  - { every: 2s, from: 12s, times: 2, fault: node-pause, target: any node of cart, for: 500ms, allowEmpty: true }
  - { after: { event: failover-completed, of: cart, delay: 1s }, fault: network-partition, isolate: replica of cart/shard 1, for: 2s, allowEmpty: true }
expect:
  - rto: { of: shop, atMost: 15s }
  - rto: { of: cart, atMost: 10s }
  - availability: { of: shop, atLeast: 10% }
  - noLostWrites: { of: cart }
`,
  `# Two Regions: one is cut off, an operator promotes the other.
scenario: small-global
seed: 9
duration: 30s
regions: { us-east-1: { zones: 3 }, eu-west-1: { zones: 3 } }
globalDatastores:
  sessions: { primary: sessions-us, secondaries: [sessions-eu], assume: { globalPromotion: 10s, redirectDelay: 0s } }
caches:
  sessions-us: &group { type: replication-group, region: us-east-1, engine: redis, engineVersion: "7.1", cacheNodeType: cache.r7g.large, clusterMode: disabled, numCacheClusters: 2, automaticFailoverEnabled: true, multiAZEnabled: true }
  sessions-eu: { <<: *group, region: eu-west-1 }
traffic:
  login: { cache: sessions, from: { region: eu-west-1 }, arrivals: { rate: 10/s }, operations: { get: 90%, set: 10% }, keys: { count: 50, valueSize: 1KB } }
steadyState: [{ successRatio: { of: login, over: 5s, atLeast: 99% } }]
method:
  - { at: 3s, fault: region-outage, region: us-east-1, for: 10s }
  - { after: { fault: region-outage, delay: 2s }, step: promote-secondary-region, globalDatastore: sessions, to: sessions-eu }
expect: [{ rpo: { of: sessions, atMost: 1s } }, { rto: { of: login, atMost: 30s } }]
`,
];
