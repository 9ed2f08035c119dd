import { describeTarget, type FaultKind, nothingToHeal, type SettingsOf } from "./fault-kind.ts";
import { bindNodes, bindSentinels } from "./targets.ts";

/** A process dies and a supervisor starts it again: under its old id and in its old role, but empty. */
export const nodeRestart: FaultKind<SettingsOf<"node-restart">> = {
  kind: "node-restart",
  summary: "a node's process dies and comes up again soon, empty, in the role it had",
  overlap: "a node that is down already is not hit again",
  blastRadius: ({ target }) => describeTarget(target),
  fields: [],
  heals: false,
  inject(world, { target, downNs }, chance) {
    const nodes = bindNodes(world, target, chance).filter((node) => node.alive);
    const sentinels = bindSentinels(world, target).filter((sentinel) => sentinel.alive);
    for (const node of nodes) world.restartProcess(node, downNs, "process restarts");
    for (const sentinel of sentinels) world.restartSentinel(sentinel, downNs);
    return { targets: [...nodes, ...sentinels].map(({ id }) => id), heal: nothingToHeal };
  },
};
