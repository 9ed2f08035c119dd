/** Reads the steps of a method: what people and the service do on purpose. */
import { listWithNearest } from "../base/nearest-word.ts";
import type { Reading } from "../model/kinds/contract.ts";
import type { ReplicationGroupSettings } from "../model/kinds/replication-group-settings.ts";
import type { StepSettings } from "./contract.ts";
import type { MethodWorld } from "./method-world.ts";
import { resolveMigrateSlots } from "./resolve-migrate-slots.ts";
import { resolveReplicaStep } from "./resolve-replica-step.ts";
import type { ClusterFailoverWords, MethodEntryWords, RebootNodeWords } from "./words.gen.ts";

type StepWords = Extract<MethodEntryWords, { readonly step: string }>;

/** The group that a node belongs to. */
function groupOfNode(node: string, world: MethodWorld): ReplicationGroupSettings | undefined {
  return world.caches.find((cache) =>
    cache.shards.some((shard) => shard.nodes.some(({ id }) => id === node)),
  );
}

const anyNode = (world: MethodWorld): string =>
  `a node of the scenario, such as "${world.caches[0]?.shards[0]?.nodes[0]?.id}"`;

function resolveClusterFailover(
  { node, option }: ClusterFailoverWords,
  world: MethodWorld,
  reading: Reading,
): StepSettings | null {
  const group = groupOfNode(node, world);
  if (group === undefined && world.unread.length > 0) return null;
  const wrong = (found: string, expected: string): null => {
    reading.problem({ path: ["node"], found, expected });
    return null;
  };
  if (group === undefined) return wrong(`is "${node}"`, anyNode(world));
  if (group.kind !== "self-managed")
    return wrong(
      `is "${node}" of a replication group`,
      "a node of a self-managed group: the service keeps CLUSTER FAILOVER to itself; step: test-failover",
    );
  if (group.clusterMode !== "enabled")
    return wrong(
      `is "${node}" of ${group.name}, which sentinels watch`,
      "a node of a group with clusterMode: enabled",
    );
  return { step: "cluster-failover", node, option: option ?? "default" };
}

function resolveReboot(
  { node }: RebootNodeWords,
  world: MethodWorld,
  reading: Reading,
): StepSettings | null {
  const group = groupOfNode(node, world);
  if (group === undefined && world.unread.length > 0) return null;
  if (group?.kind === "self-managed") {
    const expected = "a node of a replication group; fault: node-restart restarts this one";
    reading.problem({ path: ["node"], found: `is "${node}" of a self-managed group`, expected });
    return null;
  }
  if (group === undefined || group.clusterMode === "enabled") {
    const found = group === undefined ? `is "${node}"` : `is "${node}" of ${group.name}`;
    const expected =
      group === undefined
        ? anyNode(world)
        : "a node of a group with clusterMode: disabled; the service reboots no others";
    reading.problem({ path: ["node"], found, expected });
    return null;
  }
  return { step: "reboot-node", node, downNs: group.service.rebootTimeNs };
}

/** Reads a step; null when a problem leaves nothing to do. */
export function resolveStep(
  words: StepWords,
  world: MethodWorld,
  reading: Reading,
): StepSettings | null {
  if (words.step === "reboot-node") return resolveReboot(words, world, reading);
  if (words.step === "add-replica" || words.step === "remove-replica")
    return resolveReplicaStep(words, world, reading);
  if (words.step === "migrate-slots") return resolveMigrateSlots(words, world, reading);
  if (words.step === "cluster-failover") return resolveClusterFailover(words, world, reading);
  if (words.step === "test-failover") {
    const cache = world.caches.find((group) => group.name === words.cache);
    if (world.unread.includes(words.cache)) return null;
    if (cache === undefined) {
      reading.problem({
        path: ["cache"],
        found: `is "${words.cache}"`,
        expected: `one of the caches: ${listWithNearest(
          world.caches.map((group) => group.name),
          words.cache,
        )}`,
      });
      return null;
    }
    const { shard = 1 } = words;
    if (shard > cache.shards.length) {
      reading.problem({
        path: ["shard"],
        found: `is ${shard}`,
        expected: `a shard of ${cache.name}: 1 to ${cache.shards.length}`,
      });
      return null;
    }
    if (cache.kind === "self-managed") {
      const expected = "a replication group: TestFailover is the managed service's";
      reading.problem({ path: ["cache"], found: `is "${cache.name}", self-managed`, expected });
      return null;
    }
    if (!cache.automaticFailover) {
      reading.problem({
        path: ["cache"],
        found: `is "${cache.name}" without automatic failover`,
        expected: "automaticFailoverEnabled: true, which TestFailover needs",
      });
    }
    return { step: "test-failover", cache: cache.name, shard };
  }
  const store = world.datastores.find((candidate) => candidate.name === words.globalDatastore);
  if (store === undefined) {
    const known = world.datastores.map((candidate) => candidate.name);
    reading.problem({
      path: ["globalDatastore"],
      found: `is "${words.globalDatastore}"`,
      expected:
        known.length === 0
          ? "a Global Datastore of the scenario, which has none"
          : `one of ${listWithNearest(known, words.globalDatastore)}`,
    });
    return null;
  }
  const { to } = words;
  if (!store.secondaries.includes(to) && store.primary !== to) {
    reading.problem({
      path: ["to"],
      found: `is "${to}"`,
      expected: `a member of ${store.name}: ${[...store.secondaries].join(", ")}`,
    });
    return null;
  }
  return { step: "promote-secondary-region", globalDatastore: store.name, to };
}
