import { describeTarget, type FaultKind, type SettingsOf } from "./fault-kind.ts";
import { bindNodes, bindSentinels } from "./targets.ts";

/** Stops a node's process (SIGSTOP): its kernel goes on accepting, and on resume it serves what its sockets hold. */
export const nodePause: FaultKind<SettingsOf<"node-pause">> = {
  kind: "node-pause",
  summary: "a node's process stands still, then goes on as if nothing had been",
  overlap: "a node stays paused until every instance that holds it has healed",
  blastRadius: ({ target }) => describeTarget(target),
  fields: ["RedisNode.pauses", "Sentinel.pauses"],
  heals: true,
  inject(world, { target }, chance) {
    const nodes = bindNodes(world, target, chance).filter((node) => node.alive);
    const sentinels = bindSentinels(world, target).filter((sentinel) => sentinel.alive);
    const incarnations = nodes.map((node) => node.incarnation);
    const watching = sentinels.map((sentinel) => sentinel.incarnation);
    for (const node of nodes) world.pauseProcess(node, "process paused");
    for (const sentinel of sentinels) sentinel.pause();
    return {
      targets: [...nodes, ...sentinels].map(({ id }) => id),
      heal() {
        for (const [i, node] of nodes.entries()) {
          // A process that died meanwhile took this hold with it.
          if (node.incarnation === incarnations[i]) world.resumeProcess(node, "process resumed");
        }
        for (const [i, sentinel] of sentinels.entries())
          if (sentinel.incarnation === watching[i]) world.resumeSentinel(sentinel);
      },
    };
  },
};
