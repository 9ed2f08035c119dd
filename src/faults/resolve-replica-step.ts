/** Reads steps that add and remove replicas: the service's rules, and which nodes will come. */
import { listWithNearest } from "../base/nearest-word.ts";
import { quotas } from "../catalog/quotas.ts";
import type { Reading } from "../model/kinds/contract.ts";
import type { ReplicationGroupSettings } from "../model/kinds/replication-group-settings.ts";
import type { StepSettings } from "./contract.ts";
import type { MethodWorld, ReplicaChanges } from "./method-world.ts";
import type { AddReplicaWords, RemoveReplicaWords } from "./words.gen.ts";

type Words = AddReplicaWords | RemoveReplicaWords;
type Shard = ReplicationGroupSettings["shards"][number];

export function resolveReplicaStep(
  words: Words,
  world: MethodWorld,
  reading: Reading,
): StepSettings | null {
  const cache = world.caches.find((group) => group.name === words.cache);
  const wrong = (path: string, found: string, expected: string): null => {
    reading.problem({ path: [path], found, expected });
    return null;
  };
  if (cache === undefined) {
    const names = listWithNearest(
      world.caches.map((group) => group.name),
      words.cache,
    );
    return wrong("cache", `is "${words.cache}"`, `one of the caches: ${names}`);
  }
  if (cache.kind === "self-managed")
    return wrong(
      "cache",
      `is "${cache.name}", self-managed`,
      "a replication group: the managed service adds and removes replicas",
    );
  const number = words.shard ?? 1;
  const shard = cache.shards[number - 1];
  if (shard === undefined)
    return wrong("shard", `is ${number}`, `a shard of ${cache.name}: 1 to ${cache.shards.length}`);
  for (const trigger of ["every", "random"] as const)
    if (words[trigger] !== undefined)
      return wrong(trigger, "is given", "at, when or after: such a step is taken once");
  const key = `${cache.name} ${number}`;
  const changes = world.changes.get(key) ?? { added: [], removed: 0 };
  world.changes.set(key, changes);
  const replicas = shard.nodes.length - 1 + changes.added.length - changes.removed;
  const given = { words, cache, shard, number, changes, replicas };
  return words.step === "add-replica" ? add(given, wrong, reading) : remove(given, wrong);
}

interface Given {
  readonly words: Words;
  readonly cache: ReplicationGroupSettings;
  readonly shard: Shard;
  readonly number: number;
  readonly changes: ReplicaChanges;
  /** Of the shard, once the steps before this one are taken. */
  readonly replicas: number;
}

type Wrong = (path: string, found: string, expected: string) => null;

/** Source: ElastiCache user guide, quotas: five replicas per node group. */
function add(
  { words, cache, shard, number, changes, replicas }: Given,
  wrong: Wrong,
  reading: Reading,
): StepSettings | null {
  if (replicas >= quotas.replicasPerShard) {
    const expected = `at most ${quotas.replicasPerShard}, the service's limit`;
    return wrong(
      "step",
      `gives shard ${number} of ${cache.name} ${replicas + 1} replicas`,
      expected,
    );
  }
  const zones = reading.regions.find(({ name }) => name === cache.region)?.zones ?? [];
  const { zone } = words as AddReplicaWords;
  if (zone !== undefined && !zones.includes(zone))
    return wrong(
      "zone",
      `is "${zone}"`,
      `a zone of ${cache.region}: ${listWithNearest(zones, zone)}`,
    );
  const nodes = [...shard.nodes, ...changes.added];
  const next = String(nodes.length + 1).padStart(3, "0");
  const id =
    cache.clusterMode === "enabled" ? `${cache.name}-${shard.id}-${next}` : `${cache.name}-${next}`;
  changes.added.push({ id, zone: zone ?? emptiest(zones, nodes) });
  return { step: "add-replica", node: id };
}

function emptiest(zones: readonly string[], nodes: readonly { readonly zone: string }[]): string {
  const count = (zone: string): number => nodes.filter((node) => node.zone === zone).length;
  return zones.reduce(
    (best, zone) => (count(zone) < count(best) ? zone : best),
    zones[0] as string,
  );
}

/**
 * Source: ElastiCache user guide, decreasing the number of replicas: down to one with Multi-AZ where cluster mode is
 * disabled, else down to none.
 */
function remove(
  { words, cache, shard, number, changes, replicas }: Given,
  wrong: Wrong,
): StepSettings | null {
  const least = cache.clusterMode === "disabled" && cache.multiAz ? 1 : 0;
  if (replicas <= least) {
    const expected =
      least === 1 ? "at least one, with multiAZEnabled: true" : "a shard that has a replica left";
    return wrong(
      "step",
      `leaves shard ${number} of ${cache.name} ${replicas - 1} replicas`,
      expected,
    );
  }
  const { node } = words as RemoveReplicaWords;
  const ids = [...shard.nodes, ...changes.added].map(({ id }) => id);
  if (node !== undefined && !ids.includes(node))
    return wrong("node", `is "${node}"`, `a node of the shard: ${ids.join(", ")}`);
  changes.removed++;
  return { step: "remove-replica", cache: cache.name, shard: number, node: node ?? null };
}
