import { describeTarget, type FaultKind, type SettingsOf } from "./fault-kind.ts";
import { bindSides } from "./targets.ts";

/** Every link between two sides carries so much and no more, each direction for itself. */
export const networkBandwidth: FaultKind<SettingsOf<"network-bandwidth">> = {
  kind: "network-bandwidth",
  summary: "links between two sides carry at most so many bytes per second",
  overlap: "the lowest limit of all instances on a link holds",
  blastRadius: ({ from, to }) =>
    `${from.map(describeTarget).join(", ")} to ${to === null ? "everything else" : to.map(describeTarget).join(", ")}`,
  fields: ["Network.limits"],
  heals: true,
  inject(world, { from, to, bytesPerSecond }, chance) {
    const { side, others, targets } = bindSides(world, { from, to }, chance);
    world.network.changeBandwidth(side, others, bytesPerSecond, 1);
    return {
      targets,
      heal: () => world.network.changeBandwidth(side, others, bytesPerSecond, -1),
    };
  },
};
