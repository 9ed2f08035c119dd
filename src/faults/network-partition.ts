import { describeTarget, type FaultKind, type SettingsOf } from "./fault-kind.ts";
import { bindHosts, clientHostsBeside, hostsOutside } from "./targets.ts";

/** Cuts every link between two sides, both ways or one way. Packets in flight on these links are lost. */
export const networkPartition: FaultKind<SettingsOf<"network-partition">> = {
  kind: "network-partition",
  summary: "some nodes or places are cut off from others, both ways or one way, but for a bridge",
  overlap: "each link stays cut, in each direction, until every instance that cuts it has healed",
  blastRadius: ({ isolate, to, direction, bridge }) => {
    const words = (side: readonly { readonly kind: string }[]): string =>
      side.map(describeTarget).join(", ");
    const arrow = { both: "from", to: "to", from: "hearing of" }[direction];
    const others = to === null ? "everything else" : words(to);
    const sides = to === null && direction === "both" ? "" : ` ${arrow} ${others}`;
    return `${words(isolate)}${sides}${bridge.length === 0 ? "" : ` but for ${words(bridge)}`}`;
  },
  fields: ["Network.cuts"],
  heals: true,
  inject(world, { isolate, to, direction, bridge, withClients }, chance) {
    const bind = (targets: typeof isolate): number[] => [
      ...new Set(targets.flatMap((target) => bindHosts(world, target, chance))),
    ];
    const bridging = new Set(bind(bridge));
    const isolated = bind(isolate).filter((host) => !bridging.has(host));
    if (withClients) {
      const beside = clientHostsBeside(world, isolated);
      isolated.push(...beside.filter((host) => !isolated.includes(host) && !bridging.has(host)));
    }
    const others = (to === null ? hostsOutside(world, isolated) : bind(to)).filter(
      (host) => !isolated.includes(host) && !bridging.has(host),
    );
    world.network.changeCuts(isolated, others, 1, direction);
    return {
      targets: others.length === 0 ? [] : isolated.map((host) => world.hosts.names[host] as string),
      heal: () => world.network.changeCuts(isolated, others, -1, direction),
    };
  },
};
