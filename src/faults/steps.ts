/** Human acts of a method. */
import type { RedisNode } from "../model/engine/redis/redis-node.ts";
import type { GlobalDatastore } from "../model/service/global-datastore.ts";
import type { Group, GroupShard } from "../model/service/group.ts";
import type { World } from "../model/world.ts";
import type { StepSettings } from "./contract.ts";

/** Takes a step; returns its targets in words. */
export function takeStep(world: World, step: StepSettings): readonly string[] {
  switch (step.step) {
    case "test-failover": {
      const group = world.groups.find(({ name }) => name === step.cache) as Group;
      const shard = group.shards[step.shard - 1] as GroupShard;
      world.controlPlaneOf(group)?.announceTestFailover(shard);
      world.crashProcess(shard.leader, "taken down by TestFailover");
      return [shard.leader.id];
    }
    case "reboot-node": {
      const node = world.nodes.find(({ id }) => id === step.node) as RedisNode;
      if (!node.alive) return [];
      world.controlPlaneOf(world.groupOf(node))?.reboot(node);
      world.restartProcess(node, step.downNs, "rebooted by an operator");
      return [node.id];
    }
    case "add-replica": {
      const node = world.nodes.find(({ id }) => id === step.node) as RedisNode;
      const plane = world.controlPlaneOf(world.groupOf(node));
      return plane?.addReplica(node) === true ? [node.id] : [];
    }
    case "remove-replica": {
      const group = world.groups.find(({ name }) => name === step.cache) as Group;
      const named = world.nodes.find(({ id }) => id === step.node) ?? null;
      const shard = group.shards[step.shard - 1] as GroupShard;
      const removed = world.controlPlaneOf(group)?.removeReplica(shard, named);
      return removed ? [removed.id] : [];
    }
    case "migrate-slots": {
      const group = world.groups.find(({ name }) => name === step.cache) as Group;
      const { from, to } = { from: step.shard - 1, to: step.to - 1 };
      const number = (group.moves?.moves ?? []).findIndex(
        ({ settings }) => settings.from === from && settings.to === to,
      );
      const target = (group.shards[to] as GroupShard).leader;
      return world.slotMigrations.start(group, number) ? [target.id] : [];
    }
    case "cluster-failover": {
      const node = world.nodes.find(({ id }) => id === step.node) as RedisNode;
      return world.groupOf(node).bus?.failOver(node, step.option) === true ? [node.id] : [];
    }
    case "promote-secondary-region": {
      const datastore = world.datastores.find(
        (candidate) => candidate.name === step.globalDatastore,
      ) as GlobalDatastore;
      const to = world.groups.find((group) => group.name === step.to) as Group;
      datastore.promote(to);
      return [to.name];
    }
  }
}

/** Every step, for `list steps`. */
export const stepKinds: readonly {
  readonly step: StepSettings["step"];
  readonly summary: string;
}[] = [
  {
    step: "test-failover",
    summary: "the service takes the primary of one node group down, as TestFailover does",
  },
  {
    step: "reboot-node",
    summary: "an operator reboots a node: no failover, and it comes back empty",
  },
  {
    step: "add-replica",
    summary: "the service adds a replica to a node group: launched, filled, then read from",
  },
  {
    step: "remove-replica",
    summary: "the service takes a replica out of a node group",
  },
  {
    step: "migrate-slots",
    summary: "online resharding: slots of a shard go to another, one by one, while both serve",
  },
  {
    step: "cluster-failover",
    summary: "an operator sends CLUSTER FAILOVER to a replica, which takes its primary's place",
  },
  {
    step: "promote-secondary-region",
    summary: "an operator makes a secondary of a Global Datastore the primary Region",
  },
];
