/** Places the nodes of a group over the zones of its Region and names them as the service does. */
import { listWithNearest } from "../../../base/nearest-word.ts";
import type { Reading } from "../contract.ts";
import type { ReplicationGroupWords } from "./schema.gen.ts";

/** Shards, and replicas of each. */
export interface Counts {
  readonly shards: number;
  readonly replicas: number;
}

export interface ShardPlan {
  readonly id: string;
  readonly nodes: readonly { readonly id: string; readonly zone: string }[];
}

const pad = (n: number, width: number): string => String(n).padStart(width, "0");

/** Primaries go round the zones shard by shard, replicas to the zones after their primary's; words may say otherwise. */
export function placeNodes(
  name: string,
  words: ReplicationGroupWords,
  counts: Counts,
  zones: readonly string[],
  reading: Reading,
): ShardPlan[] {
  const enabled = words.clusterMode === "enabled";
  const check = (zone: string, path: readonly (string | number)[]): string => {
    if (zones.includes(zone)) return zone;
    reading.problem({
      path,
      found: `is "${zone}"`,
      expected: `a zone of ${words.region}: ${listWithNearest(zones, zone)}`,
    });
    return zones[0] as string;
  };
  return Array.from({ length: counts.shards }, (_, shard) => {
    const config = words.nodeGroupConfiguration?.[shard];
    const nodes = Array.from({ length: counts.replicas + 1 }, (__, node) => {
      const id = enabled
        ? `${name}-${pad(shard + 1, 4)}-${pad(node + 1, 3)}`
        : `${name}-${pad(node + 1, 3)}`;
      const round = zones[(shard + node) % zones.length] as string;
      if (!enabled) {
        const preferred = words.preferredCacheClusterAZs?.[node];
        return {
          id,
          zone:
            preferred === undefined ? round : check(preferred, ["preferredCacheClusterAZs", node]),
        };
      }
      const path = ["nodeGroupConfiguration", shard];
      if (node === 0) {
        const given = config?.primaryAvailabilityZone;
        return {
          id,
          zone: given === undefined ? round : check(given, [...path, "primaryAvailabilityZone"]),
        };
      }
      const given = config?.replicaAvailabilityZones?.[node - 1];
      return {
        id,
        zone:
          given === undefined
            ? round
            : check(given, [...path, "replicaAvailabilityZones", node - 1]),
      };
    });
    return { id: pad(shard + 1, 4), nodes };
  });
}
