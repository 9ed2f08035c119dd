import { describeTarget, type FaultKind, type SettingsOf } from "./fault-kind.ts";
import { bindHosts, clientHostsBeside, hostsOutside } from "./targets.ts";

/** Cuts every link between the isolated hosts and the rest, both ways. Packets in flight on these links are lost. */
export const networkPartition: FaultKind<SettingsOf<"network-partition">> = {
  kind: "network-partition",
  summary: "some nodes or places are cut off from the rest",
  overlap: "each link stays cut until every instance that cuts it has healed",
  blastRadius: ({ isolate }) => isolate.map(describeTarget).join(", "),
  fields: ["Network.cuts"],
  heals: true,
  inject(world, { isolate, withClients }, chance) {
    const bound = new Set(isolate.flatMap((target) => bindHosts(world, target, chance)));
    const isolated = [...bound];
    if (withClients)
      isolated.push(...clientHostsBeside(world, isolated).filter((host) => !bound.has(host)));
    const others = hostsOutside(world, isolated);
    world.network.changeCuts(isolated, others, 1);
    return {
      targets: isolated.map((host) => world.hosts.names[host] as string),
      heal: () => world.network.changeCuts(isolated, others, -1),
    };
  },
};
