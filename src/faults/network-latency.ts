import { describeTarget, type FaultKind, type SettingsOf } from "./fault-kind.ts";
import { bindSides } from "./targets.ts";

/** Adds delay, and jitter if asked, to every link between two sides, both ways. */
export const networkLatency: FaultKind<SettingsOf<"network-latency">> = {
  kind: "network-latency",
  summary: "links between two sides become slower",
  overlap: "delays and jitters of instances on one link add up",
  blastRadius: ({ from, to }) => {
    const side = (targets: readonly { readonly kind: string }[]): string =>
      targets.map(describeTarget).join(", ");
    return `${side(from)} to ${to === null ? "everything else" : side(to)}`;
  },
  fields: ["Network.delay", "Network.jitter"],
  heals: true,
  inject(world, { from, to, addNs, jitterNs }, chance) {
    const { side, others, targets } = bindSides(world, { from, to }, chance);
    world.network.changeDelay(side, others, addNs, jitterNs);
    return {
      targets,
      heal: () => world.network.changeDelay(side, others, -addNs, -jitterNs),
    };
  },
};
