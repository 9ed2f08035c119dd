import { describeTarget, type FaultKind, type SettingsOf } from "./fault-kind.ts";
import { bindNodes, bindSentinels } from "./targets.ts";

/** A host's clock jumps: what expires by it lives shorter or longer than was meant, a sentinel trusts itself no more. */
export const clockSkew: FaultKind<SettingsOf<"clock-skew">> = {
  kind: "clock-skew",
  summary: "a node's clock runs ahead or behind, and keys expire by it",
  overlap: "the offsets of instances that hold a node add up",
  blastRadius: ({ target }) => describeTarget(target),
  fields: ["RedisNode.clockSkewNs", "Sentinel.clockSkewNs"],
  heals: true,
  inject(world, { target, byNs }, chance) {
    const processes = [...bindNodes(world, target, chance), ...bindSentinels(world, target)];
    for (const process of processes) process.clockSkewNs += byNs;
    return {
      targets: processes.map(({ id }) => id),
      heal() {
        for (const process of processes) process.clockSkewNs -= byNs;
      },
    };
  },
};
