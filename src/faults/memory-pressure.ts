import { describeTarget, type FaultKind, type SettingsOf } from "./fault-kind.ts";
import { bindNodes, onPresentHosts } from "./targets.ts";

/** Something else on the host takes memory, so that less is left for data: eviction, or refused writes. */
export const memoryPressure: FaultKind<SettingsOf<"memory-pressure">> = {
  kind: "memory-pressure",
  summary: "memory that data could use is taken away on a node",
  overlap: "what instances take on one node adds up",
  blastRadius: ({ target }) => describeTarget(target),
  fields: ["RedisNode.pressureBytes"],
  heals: true,
  inject(world, { target, bytes }, chance) {
    const nodes = bindNodes(world, target, chance);
    for (const node of nodes) node.changePressure(bytes);
    const forSameHosts = onPresentHosts(nodes);
    return {
      targets: nodes.map((node) => node.id),
      heal() {
        forSameHosts((node) => node.changePressure(-bytes));
      },
    };
  },
};
