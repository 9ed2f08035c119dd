import { describeTarget, type FaultKind, type SettingsOf } from "./fault-kind.ts";
import { bindNodes } from "./targets.ts";

/** Stops a node's process (SIGSTOP): its kernel goes on accepting, and on resume it serves what its sockets hold. */
export const nodePause: FaultKind<SettingsOf<"node-pause">> = {
  kind: "node-pause",
  summary: "a node's process stands still, then goes on as if nothing had been",
  overlap: "a node stays paused until every instance that holds it has healed",
  blastRadius: ({ target }) => describeTarget(target),
  fields: ["RedisNode.pauses"],
  heals: true,
  inject(world, { target }, chance) {
    const nodes = bindNodes(world, target, chance).filter((node) => node.alive);
    const incarnations = nodes.map((node) => node.incarnation);
    for (const node of nodes) world.pauseProcess(node, "process paused");
    return {
      targets: nodes.map((node) => node.id),
      heal() {
        for (const [i, node] of nodes.entries()) {
          // A process that died meanwhile took this hold with it.
          if (node.incarnation === incarnations[i]) world.resumeProcess(node, "process resumed");
        }
      },
    };
  },
};
