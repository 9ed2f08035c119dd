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
  `# Self-managed: sentinels lose one of them, and the primary; users in a closed loop, a hot set, a library's defaults.
scenario: small-sentinels
seed: 11
duration: 15s
regions: { us-east-1: { zones: 3 } }
caches:
  cart:
    type: self-managed
    region: us-east-1
    engine: valkey
    engineVersion: "8.0"
    memory: 100MB
    replicas: 2
    zones: [us-east-1a, us-east-1b, us-east-1c]
    replicaPriorities: [100, 50]
    sentinels: { count: 3, quorum: 2, downAfterMilliseconds: 1s, failoverTimeout: 5s, parallelSyncs: 1 }
    restart: { after: 2s }
    parameters: { maxmemory-policy: allkeys-lfu, repl-timeout: 10 }
traffic:
  shop:
    cache: cart
    arrivals: { users: 5, thinkTime: { exponential: { mean: 200ms } } }
    operations: { get: 70%, set: 30% }
    keys: { count: 100, popularity: { hotSet: { share: 80%, of: 10%, shiftEvery: 3s } }, ttl: 5s, ttlJitter: 20% }
    client: { preset: go-redis, sentinel: { timeout: 200ms, retry: 100ms, subscribe: true }, retry: { max: 2, budget: 20%, reserve: 5 } }
steadyState: [{ hitRatio: { of: shop, over: 2s, atLeast: 10% } }]
method:
  - { at: 2s, fault: node-crash, target: sentinel 1 of cart }
  - { at: 3s, fault: node-crash, target: primary of cart }
  - { random: { meanGap: 3s, minGap: 1s, meanFor: 500ms, from: 4s }, fault: network-loss, from: zone us-east-1b, loss: 20%, burst: 3 }
expect:
  - availability: { of: shop, atLeast: 10% }
  - staleness: { of: shop, atMost: 5s }
  - noSplitBrain: { of: cart }
`,
  `# Encrypted connections, phases of load, misses that share an origin, and a space to explore.
scenario: small-storm
seed: 13
duration: 12s
tieBreak: shuffled
tieSeed: a
regions: { us-east-1: { zones: 3 } }
caches:
  cart:
    type: replication-group
    region: us-east-1
    engine: redis
    engineVersion: "7.1"
    cacheNodeType: cache.m7g.large
    clusterMode: enabled
    numNodeGroups: 2
    replicasPerNodeGroup: 1
    automaticFailoverEnabled: true
    transitEncryptionEnabled: true
    authToken: true
    assume: { tlsHandshake: 1ms }
origins: { db: { concurrency: 4, discipline: sharing, serviceTime: { uniform: 1ms..5ms } } }
traffic:
  shop:
    cache: cart
    arrivals: { phases: [{ from: 0s, rate: 10/s }, { from: 4s, rate: 40/s, ramp: 2s }] }
    keys: { count: 60, popularity: { hotSet: { share: 90%, of: 20%, shard: 1 } } }
    client: { preset: ioredis, pipeline: 4, tlsVersion: "1.2", readFrom: nearest, commandTimeout: never }
    onMiss: db
    coalesce: true
    originTimeout: 2s
  night:
    cache: cart
    arrivals: { daily: { low: 1/s, high: 5/s, peakAt: 6s, period: 12s } }
    keys: { count: 20 }
    client: { wait: { replicas: 1, timeout: 100ms } }
steadyState: [{ successRatio: { of: shop, over: 2s, atLeast: 90% } }]
method:
  - { at: 3s, fault: traffic-surge, traffic: shop, factor: 3, for: 2s }
  - { at: 4s, step: test-failover, cache: cart, shard: 2 }
  - { at: 5s, fault: clock-skew, target: any 2 nodes of cart, ahead: 1s, for: 2s }
explore: { faults: [node-crash, node-pause], atMost: 3, atOnce: 2, window: { from: 2s, until: 8s }, budget: { zones: 1, nodes: 2 }, vary: { caches.cart.numNodeGroups: [1, 2] }, mustReach: [full-sync] }
expect:
  - latency: { of: shop, percentile: p99, atMost: 5s, when: in-fault }
  - originLoad: { of: db, atMost: 20 }
  - cost: { of: cart, atMostPerMonth: 5000 }
  - redundancyRestored: { of: cart, within: 10m, after: last-fault }
`,
];
