import { describeTarget, type FaultKind, type SettingsOf } from "./fault-kind.ts";
import { bindNodes } from "./targets.ts";

/** A host's clock jumps: what expires by it lives shorter or longer than was meant. */
export const clockSkew: FaultKind<SettingsOf<"clock-skew">> = {
  kind: "clock-skew",
  summary: "a node's clock runs ahead or behind, and keys expire by it",
  overlap: "the offsets of instances that hold a node add up",
  blastRadius: ({ target }) => describeTarget(target),
  fields: ["RedisNode.clockSkewNs"],
  heals: true,
  inject(world, { target, byNs }, chance) {
    const nodes = bindNodes(world, target, chance);
    for (const node of nodes) node.clockSkewNs += byNs;
    return {
      targets: nodes.map((node) => node.id),
      heal() {
        for (const node of nodes) node.clockSkewNs -= byNs;
      },
    };
  },
};
