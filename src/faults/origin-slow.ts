import type { FaultKind, SettingsOf } from "./fault-kind.ts";

/** The database takes longer for each request that it begins to serve. */
export const originSlow: FaultKind<SettingsOf<"origin-slow">> = {
  kind: "origin-slow",
  summary: "an origin takes several times as long for every request",
  overlap: "the factors of instances that hold an origin multiply",
  blastRadius: ({ origin }) => `origin ${origin}`,
  fields: ["Origin.slowness"],
  heals: true,
  inject(world, { origin, factor }) {
    const found = world.origins.filter(({ name }) => name === origin);
    for (const each of found) each.slowness.change(factor, 1);
    return {
      targets: found.map(({ name }) => name),
      heal() {
        for (const each of found) each.slowness.change(factor, -1);
      },
    };
  },
};
