/** A small scenario of one cache as words, to be changed in one place by tests. */
import { parse } from "yaml";

export const SMALL = `# A cache of three shards.
scenario: small
seed: 007
duration: 100s
regions: { us-east-1: { zones: 3 } }
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
origins: { db: { region: us-east-1, concurrency: 5, serviceTime: 5ms } }
traffic:
  shop:
    cache: cart
    from: { region: us-east-1 }
    arrivals: { rate: 10/s }
    keys: { count: 10 }
steadyState: [{ successRatio: { of: shop, atLeast: 99% } }]
method: [{ at: 2s, fault: node-crash, target: primary of cart/shard 1 }]
expect: [{ rpo: { of: cart, atMost: 1s } }]
`;

export type Words = Record<string, unknown>;

/** The small scenario with another value at a path; undefined takes the word away. */
export function smallWith(path: readonly (string | number)[], value: unknown): Words {
  const words = parse(SMALL) as Words;
  let holder = words as Record<string | number, unknown>;
  for (const part of path.slice(0, -1)) {
    holder[part] ??= {};
    holder = holder[part] as Record<string | number, unknown>;
  }
  const last = path.at(-1);
  if (last === undefined) return words;
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return words;
}
