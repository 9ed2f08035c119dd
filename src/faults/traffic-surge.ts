import type { FaultKind, SettingsOf } from "./fault-kind.ts";

/** More users come: arrivals of a traffic source become more frequent; users of a closed loop think for less long. */
export const trafficSurge: FaultKind<SettingsOf<"traffic-surge">> = {
  kind: "traffic-surge",
  summary: "the arrival rate of a traffic source is multiplied",
  overlap: "the factors of instances that hold a traffic source multiply",
  blastRadius: ({ traffic }) => `traffic ${traffic}`,
  fields: ["TrafficSource.surges"],
  heals: true,
  inject(world, { traffic, factor }) {
    const found = world.traffic.filter(({ name }) => name === traffic);
    for (const each of found) each.changeSurge(factor, 1);
    return {
      targets: found.map(({ name }) => name),
      heal() {
        for (const each of found) each.changeSurge(factor, -1);
      },
    };
  },
};
