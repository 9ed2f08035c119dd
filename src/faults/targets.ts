/** Binds targets to nodes and hosts at the moment of injection. */
import type { RedisNode } from "../model/engine/redis/redis-node.ts";
import { REGIONAL } from "../model/place/hosts.ts";
import type { Sentinel } from "../model/sentinel/sentinel.ts";
import type { Group } from "../model/service/group.ts";
import type { World } from "../model/world.ts";
import type { NodeTarget, PlaceTarget } from "./contract.ts";

/** The nodes a target means now; of a place, all that stand there. `chance` draws seeded choices, [0, 1). */
export function bindNodes(
  world: World,
  target: NodeTarget | PlaceTarget,
  chance: () => number,
): RedisNode[] {
  if (target.kind === "node") return world.nodes.filter((node) => node.id === target.node);
  if (target.kind === "sentinel") return [];
  if (target.kind === "zone" || target.kind === "region") {
    const hosts = new Set(bindHosts(world, target, chance));
    const members = world.groups.flatMap((of) => of.shards.flatMap((shard) => shard.nodes));
    return members.filter(({ host }) => hosts.has(host));
  }
  const group = world.groups.find((candidate) => candidate.name === target.cache) as Group;
  const shards = group.shards.filter(
    (shard) => target.shard === null || shard.number === target.shard,
  );
  if (target.kind === "primary") return shards.map((shard) => shard.leader);
  const nodes = shards.flatMap((shard) =>
    shard.nodes.filter((node) => node.alive && (target.kind === "any" || node !== shard.leader)),
  );
  const count =
    target.kind === "any" ? target.count : Math.max(1, Math.round(nodes.length * target.share));
  const chosen: RedisNode[] = [];
  const left = [...nodes];
  while (chosen.length < count && left.length > 0) {
    const at = count >= nodes.length ? 0 : Math.floor(chance() * left.length);
    chosen.push(...left.splice(at, 1));
  }
  return chosen;
}

/** The sentinels a target means; none for a target that means nodes. */
export function bindSentinels(world: World, target: NodeTarget | PlaceTarget): readonly Sentinel[] {
  if (target.kind !== "sentinel") return [];
  const group = world.groups.find((candidate) => candidate.name === target.cache) as Group;
  const { number } = target;
  return (group.sentinels?.all ?? []).filter(
    ({ index }) => number === null || index === number - 1,
  );
}

/** The hosts a node or place means now. With a zone or a Region come its clients, origins and control plane. */
export function bindHosts(
  world: World,
  target: NodeTarget | PlaceTarget,
  chance: () => number,
): number[] {
  const { hosts } = world;
  if (target.kind === "zone") {
    const zone = hosts.zoneIndex(target.zone);
    return hosts.zone.flatMap((of, host) => (of === zone ? [host] : []));
  }
  if (target.kind === "region") {
    const region = hosts.regionIndex(target.region);
    return hosts.region.flatMap((of, host) => (of === region ? [host] : []));
  }
  const processes = [...bindNodes(world, target, chance), ...bindSentinels(world, target)];
  return processes.map(({ host }) => host);
}

/** Later acts on those of the nodes that still run on the hosts they run on now: a replacement has none of what ails the old. */
export function onPresentHosts(
  nodes: readonly RedisNode[],
): (act: (node: RedisNode) => void) => void {
  const hosts = nodes.map(({ hostNumber }) => hostNumber);
  return (act) => {
    for (const [at, node] of nodes.entries()) if (node.hostNumber === hosts[at]) act(node);
  };
}

/** Two sides of links: the hosts of each, none on both, and what is hit in words (nothing when a side is empty). */
export function bindSides(
  world: World,
  given: {
    readonly from: readonly (NodeTarget | PlaceTarget)[];
    readonly to: readonly (NodeTarget | PlaceTarget)[] | null;
  },
  chance: () => number,
): { readonly side: number[]; readonly others: number[]; readonly targets: string[] } {
  const bind = (targets: typeof given.from): number[] => [
    ...new Set(targets.flatMap((target) => bindHosts(world, target, chance))),
  ];
  const side = bind(given.from);
  const others =
    given.to === null
      ? hostsOutside(world, side)
      : bind(given.to).filter((host) => !side.includes(host));
  const hit = side.length > 0 && others.length > 0;
  return {
    side,
    others,
    targets: hit ? side.map((host) => world.hosts.names[host] as string) : [],
  };
}

/** Client hosts that stand in the zones of the given hosts. */
export function clientHostsBeside(world: World, hosts: readonly number[]): number[] {
  const zones = new Set(hosts.map((host) => world.hosts.zone[host]));
  zones.delete(REGIONAL);
  return world.fleet.sessions
    .filter((session) => zones.has(session.zone))
    .map((session) => session.host);
}

/** All hosts but the given ones. */
export function hostsOutside(world: World, hosts: readonly number[]): number[] {
  const inside = new Set(hosts);
  return world.hosts.names.flatMap((_, host) => (inside.has(host) ? [] : [host]));
}
