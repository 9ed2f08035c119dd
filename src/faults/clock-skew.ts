import { describeTarget, type FaultKind, type SettingsOf } from "./fault-kind.ts";
import { bindNodes, bindSentinels, onPresentHosts } from "./targets.ts";

/** A host's clock jumps: what expires by it lives shorter or longer than was meant, a sentinel trusts itself no more. */
export const clockSkew: FaultKind<SettingsOf<"clock-skew">> = {
  kind: "clock-skew",
  summary: "a node's clock runs ahead or behind, and keys expire by it",
  overlap: "the offsets of instances that hold a node add up",
  blastRadius: ({ target }) => describeTarget(target),
  fields: ["RedisNode.clockSkewNs", "Sentinel.clockSkewNs"],
  heals: true,
  inject(world, { target, byNs }, chance) {
    const nodes = bindNodes(world, target, chance);
    const sentinels = bindSentinels(world, target);
    const forSameHosts = onPresentHosts(nodes);
    for (const node of nodes) node.changeClock(byNs);
    for (const sentinel of sentinels) sentinel.clockSkewNs += byNs;
    return {
      targets: [...nodes, ...sentinels].map(({ id }) => id),
      heal() {
        forSameHosts((node) => node.changeClock(-byNs));
        for (const sentinel of sentinels) sentinel.clockSkewNs -= byNs;
      },
    };
  },
};
