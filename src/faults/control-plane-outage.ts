import type { FaultKind, SettingsOf } from "./fault-kind.ts";

/** The managed service in a Region notices nothing and does nothing; engines and cluster buses go on by themselves. */
export const controlPlaneOutage: FaultKind<SettingsOf<"control-plane-outage">> = {
  kind: "control-plane-outage",
  summary:
    "the managed service in a Region is out: no failover by it, no replacement, no DNS change",
  overlap: "the service works again when every instance in the Region has healed",
  blastRadius: ({ region }) => `region ${region}`,
  fields: ["ControlPlane.outages"],
  heals: true,
  inject(world, { region }) {
    const planes = world.controlPlanes.filter((plane) => plane.group.region === region);
    for (const plane of planes) plane.changeOutages(1);
    return {
      targets: planes.length === 0 ? [] : [region],
      heal() {
        for (const plane of planes) plane.changeOutages(-1);
      },
    };
  },
};
