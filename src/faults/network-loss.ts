import { describeTarget, type FaultKind, type SettingsOf } from "./fault-kind.ts";
import { bindSides } from "./targets.ts";

/** Messages between two sides are lost in bursts, both ways; TCP sends each again after its timeout. */
export const networkLoss: FaultKind<SettingsOf<"network-loss">> = {
  kind: "network-loss",
  summary: "links between two sides lose a share of all messages, in bursts",
  overlap: "losses of instances on one link are independent of each other; the longest burst holds",
  blastRadius: ({ from, to }) =>
    `${from.map(describeTarget).join(", ")} to ${to === null ? "everything else" : to.map(describeTarget).join(", ")}`,
  fields: ["Network.lossy"],
  heals: true,
  inject(world, { from, to, share, burst }, chance) {
    const { side, others, targets } = bindSides(world, { from, to }, chance);
    world.network.changeLoss(side, others, { share, burst }, 1);
    return {
      targets,
      heal: () => world.network.changeLoss(side, others, { share, burst }, -1),
    };
  },
};
