import type { FaultKind, SettingsOf } from "./fault-kind.ts";

/** One key becomes famous: a share of all requests goes to it, and to the shard that owns it. */
export const hotKey: FaultKind<SettingsOf<"hot-key">> = {
  kind: "hot-key",
  summary: "a share of a traffic source's requests goes to one key",
  overlap: "each instance diverts its share of what the ones before it left",
  blastRadius: ({ traffic }) => `traffic ${traffic}`,
  fields: ["TrafficSource.hotShares"],
  heals: true,
  inject(world, { traffic, share }) {
    const found = world.traffic.filter(({ name }) => name === traffic);
    for (const each of found) each.changeHotShare(share, 1);
    return {
      targets: found.map(({ name }) => name),
      heal() {
        for (const each of found) each.changeHotShare(share, -1);
      },
    };
  },
};
