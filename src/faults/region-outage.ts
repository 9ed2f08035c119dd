import type { FaultKind, SettingsOf } from "./fault-kind.ts";
import { bindHosts, hostsOutside } from "./targets.ts";

/** Cuts every link over a Region's border. What is inside lives on. */
export const regionOutage: FaultKind<SettingsOf<"region-outage">> = {
  kind: "region-outage",
  summary: "a Region is cut off from the world",
  overlap: "each link stays cut until every instance that cuts it has healed",
  blastRadius: ({ region }) => `Region ${region}`,
  fields: ["Network.cuts"],
  heals: true,
  inject(world, { region }, chance) {
    const inside = bindHosts(world, { kind: "region", region }, chance);
    const outside = hostsOutside(world, inside);
    world.network.changeCuts(inside, outside, 1);
    return { targets: [region], heal: () => world.network.changeCuts(inside, outside, -1) };
  },
};
