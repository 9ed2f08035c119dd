/** Scenarios for tests of the command line: small, so that a run takes a fraction of a second. */

/**
 * One primary and one replica; the primary's process dies after five of twenty seconds.
 *
 * @param words.fails - expects that no request fails while nobody leads, which cannot hold
 */
export const brief = (
  words: { readonly name?: string; readonly fails?: boolean } = {},
): string => `# A primary dies; its replica takes over.
scenario: ${words.name ?? "brief"}
duration: 20s
seed: 1
regions: { us-east-1: { zones: 2 } }
caches:
  cart:
    type: replication-group
    region: us-east-1
    engine: valkey
    engineVersion: "8.0"
    cacheNodeType: cache.r7g.large
    clusterMode: disabled
    numCacheClusters: 2
    automaticFailoverEnabled: true
    multiAZEnabled: true
traffic:
  shop:
    cache: cart
    from: { region: us-east-1 }
    arrivals: { rate: 200/s }
    operations: { get: 50%, set: 50% }
    keys: { count: 100, valueSize: 100B }
method: [{ at: 5s, fault: node-crash, target: primary of cart }]
expect: [{ ${words.fails ? "availability: { of: shop, atLeast: 100% }" : "rpo: { of: cart, atMost: 1s }"} }]
`;

/** Long enough to be interrupted: an hour of simulated time under traffic. */
export const endless = (): string =>
  brief({ name: "endless" })
    .replace("duration: 20s", "duration: 1h")
    .replace("rate: 200/s", "rate: 4000/s");
