import type { FaultKind, SettingsOf } from "./fault-kind.ts";

/**
 * Takes the power of a whole Availability Zone: its nodes, its client hosts, origins that stand in it.
 * Source: named after AWS FIS's ElastiCache action and its AZ availability scenario.
 */
export const azPowerInterruption: FaultKind<SettingsOf<"az-power-interruption">> = {
  kind: "az-power-interruption",
  summary: "a zone loses power; its clients return with it, its nodes are replaced once it is back",
  overlap: "a zone stays dark until every instance that holds it has healed",
  blastRadius: ({ zone }) => `zone ${zone}`,
  fields: ["Hosts.zoneOutages"],
  heals: true,
  inject(world, { zone }) {
    const index = world.hosts.zoneIndex(zone);
    world.cutZonePower(index);
    return { targets: [zone], heal: () => world.restoreZonePower(index) };
  },
};
