/** Scenarios to start from: small, commented, and they hold. */

/** Kinds of starters, each in words. */
export const KINDS = {
  cluster: "cluster of three shards that loses a zone",
  single: "primary with two replicas, cluster mode disabled, that loses its primary",
  global: "Global Datastore that loses its primary Region",
} as const;
export type Kind = keyof typeof KINDS;

interface Given {
  readonly name: string;
  /** Path of the schema, for editors. */
  readonly schema: string;
}

/** The text of a starter. */
export function starterScenario(kind: Kind, { name, schema }: Given): string {
  const { story, regions, caches, place, method, expect } = PARTS[kind];
  return `# yaml-language-server: $schema=${schema.replaceAll("\\", "/")}
# ${story}
scenario: ${name}
seed: 1 # all chance comes from here: same scenario and seed, same result
duration: 5m # simulated time
regions: ${regions}

# What there is: names are CloudFormation's. \`cachequake list node-types\` knows the types and their prices.
${caches}
# Who uses it. Rates, sizes, times and shares carry their unit.
traffic:
  shop:
${place}    arrivals: { rate: 100/s }
    operations: { get: 80%, set: 20% }
    keys: { count: 10k, popularity: { zipf: 0.99 }, valueSize: 500B, ttl: 1h }
    client: { connections: 20, commandTimeout: 250ms, retry: { max: 3, backoff: 50ms..2s, jitter: full } }

# What "well" means, in every window of ten seconds.
steadyState: [{ successRatio: { of: shop, over: 10s, atLeast: 99% } }]

# What goes wrong, and when. \`cachequake list faults\` and \`cachequake list steps\` know more.
method:
${method}
# What must hold all the same. Change a limit and watch a check fail.
expect:
${expect}`;
}

interface Parts {
  readonly story: string;
  readonly regions: string;
  readonly caches: string;
  readonly place: string;
  readonly method: string;
  readonly expect: string;
}

const GROUP = `    engine: valkey
    engineVersion: "8.0"
    cacheNodeType: cache.r7g.large
`;

const PARTS: Readonly<Record<Kind, Parts>> = {
  cluster: {
    story: "A zone loses power for two minutes: replicas in the other zones must take over.",
    regions: "{ us-east-1: { zones: 3 } } # us-east-1a, us-east-1b, us-east-1c",
    caches: `caches:
  cart:
    type: replication-group
    region: us-east-1
${GROUP}    clusterMode: enabled
    numNodeGroups: 3 # shards
    replicasPerNodeGroup: 1
    automaticFailoverEnabled: true
    multiAZEnabled: true
    prefill: 100% # the cache is warm
`,
    place: "    cache: cart\n",
    method: "  - { at: 1m, fault: az-power-interruption, zone: us-east-1a, for: 2m }\n",
    expect: `  - rpo: { of: cart, atMost: 1s } # lost acknowledged writes
  - rto: { of: shop, atMost: 30s } # from the fault until requests succeed again
  - steady: { from: 60s after first-fault }
`,
  },
  single: {
    story:
      "A primary's process dies: the service must promote a replica, and clients must find it.",
    regions: "{ us-east-1: { zones: 3 } } # us-east-1a, us-east-1b, us-east-1c",
    caches: `caches:
  cart:
    type: replication-group
    region: us-east-1
${GROUP}    clusterMode: disabled
    numCacheClusters: 3 # a primary and two replicas
    automaticFailoverEnabled: true
    multiAZEnabled: true
    prefill: 100% # the cache is warm
    assume: { monitorDetection: 5s, dnsTtl: 15s } # nobody publishes these: try others
`,
    place: "    cache: cart\n",
    method: "  - { at: 1m, fault: node-crash, target: primary of cart }\n",
    expect: `  - rpo: { of: cart, atMost: 1s } # lost acknowledged writes
  - rto: { of: shop, atMost: 60s } # from the fault until requests succeed again
  - steady: { from: 90s after first-fault }
`,
  },
  global: {
    story:
      "The primary Region is cut off from the world, and an operator promotes the other after a minute.",
    regions: "{ us-east-1: { zones: 3 }, eu-west-1: { zones: 3 } }",
    caches: `globalDatastores:
  carts: { primary: carts-us, secondaries: [carts-eu] }
caches:
  carts-us: &group
    type: replication-group
    region: us-east-1
    engine: redis
    engineVersion: "7.1"
    cacheNodeType: cache.r7g.large
    clusterMode: disabled
    numCacheClusters: 2
    automaticFailoverEnabled: true
    multiAZEnabled: true
  carts-eu: { <<: *group, region: eu-west-1 }
`,
    place: "    cache: carts # the Global Datastore\n    from: { region: eu-west-1 }\n",
    method: `  - { at: 30s, fault: region-outage, region: us-east-1, for: 3m }
  - { after: { fault: region-outage, delay: 1m }, step: promote-secondary-region, globalDatastore: carts, to: carts-eu }
`,
    expect: `  - rpo: { of: carts, atMost: 1s } # lost acknowledged writes
  - rto: { of: shop, atMost: 2m } # from the fault until requests succeed again
  - steady: { from: 130s after first-fault }
`,
  },
};
