import { describeTarget, type FaultKind, type SettingsOf } from "./fault-kind.ts";
import { bindHosts, hostsOutside } from "./targets.ts";

/** Adds delay, and jitter if asked, to every link between two sides, both ways. */
export const networkLatency: FaultKind<SettingsOf<"network-latency">> = {
  kind: "network-latency",
  summary: "links between two sides become slower",
  overlap: "delays and jitters of instances on one link add up",
  blastRadius: ({ from, to }) => {
    const side = (targets: readonly { readonly kind: string }[]): string =>
      targets.map(describeTarget).join(", ");
    return `${side(from)} to ${to === null ? "everything else" : side(to)}`;
  },
  fields: ["Network.delay", "Network.jitter"],
  heals: true,
  inject(world, { from, to, addNs, jitterNs }, chance) {
    const bind = (targets: typeof from): number[] => [
      ...new Set(targets.flatMap((target) => bindHosts(world, target, chance))),
    ];
    const side = bind(from);
    const others =
      to === null ? hostsOutside(world, side) : bind(to).filter((host) => !side.includes(host));
    world.network.changeDelay(side, others, addNs, jitterNs);
    return {
      targets:
        side.length === 0 || others.length === 0
          ? []
          : side.map((host) => world.hosts.names[host] as string),
      heal: () => world.network.changeDelay(side, others, -addNs, -jitterNs),
    };
  },
};
