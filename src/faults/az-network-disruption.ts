import type { FaultKind, SettingsOf } from "./fault-kind.ts";
import { bindHosts, hostsOutside } from "./targets.ts";

/** Cuts every link over the zone's border; what is inside lives on and sees itself. */
export const azNetworkDisruption: FaultKind<SettingsOf<"az-network-disruption">> = {
  kind: "az-network-disruption",
  summary: "an Availability Zone is cut off from everything outside it",
  overlap: "each link stays cut until every instance that cuts it has healed",
  blastRadius: ({ zone }) => `zone ${zone}`,
  fields: ["Network.cuts"],
  heals: true,
  inject(world, { zone }, chance) {
    const inside = bindHosts(world, { kind: "zone", zone }, chance);
    const outside = hostsOutside(world, inside);
    world.network.changeCuts(inside, outside, 1);
    return {
      targets: inside.length === 0 ? [] : [zone],
      heal: () => world.network.changeCuts(inside, outside, -1),
    };
  },
};
