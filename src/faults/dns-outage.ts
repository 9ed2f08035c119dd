import type { FaultKind, SettingsOf } from "./fault-kind.ts";

/** Clients in a Region resolve no names: connections to endpoints whose cached answer is too old cannot be opened. */
export const dnsOutage: FaultKind<SettingsOf<"dns-outage">> = {
  kind: "dns-outage",
  summary: "clients in a Region cannot resolve endpoint names; open connections live on",
  overlap: "names are resolved again when every instance in the Region has healed",
  blastRadius: ({ region }) => `region ${region}`,
  fields: ["Resolvers.outages"],
  heals: true,
  inject(world, { region }) {
    const index = world.hosts.regionIndex(region);
    world.resolvers.change(index, 1);
    return { targets: [region], heal: () => world.resolvers.change(index, -1) };
  },
};
