import { describeTarget, type FaultKind, type SettingsOf } from "./fault-kind.ts";
import { bindNodes, onPresentHosts } from "./targets.ts";

/** A gray failure: the node answers, and every command takes longer. */
export const nodeSlow: FaultKind<SettingsOf<"node-slow">> = {
  kind: "node-slow",
  summary: "a node's commands take several times as long, though nothing is down",
  overlap: "the factors of instances that hold a node multiply",
  blastRadius: ({ target }) => describeTarget(target),
  fields: ["RedisNode.slowness"],
  heals: true,
  inject(world, { target, factor }, chance) {
    const nodes = bindNodes(world, target, chance);
    for (const node of nodes) node.changeSlowness(factor, 1);
    const forSameHosts = onPresentHosts(nodes);
    return {
      targets: nodes.map((node) => node.id),
      heal() {
        forSameHosts((node) => node.changeSlowness(factor, -1));
      },
    };
  },
};
