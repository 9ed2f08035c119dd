import { describeTarget, type FaultKind, nothingToHeal, type SettingsOf } from "./fault-kind.ts";
import { bindNodes, bindSentinels } from "./targets.ts";

/** Ends a node's process (SIGKILL). Its kernel lives: connections are reset, and what it was handed still arrives. */
export const nodeCrash: FaultKind<SettingsOf<"node-crash">> = {
  kind: "node-crash",
  summary: "a node's process dies; the service replaces it",
  overlap: "a dead process cannot die again: later instances hit nothing until it was replaced",
  blastRadius: ({ target }) => describeTarget(target),
  fields: [],
  heals: false,
  inject(world, { target }, chance) {
    const nodes = bindNodes(world, target, chance).filter((node) => node.alive);
    const sentinels = bindSentinels(world, target).filter((sentinel) => sentinel.alive);
    for (const node of nodes) world.crashProcess(node, "process crashed");
    for (const sentinel of sentinels) world.crashSentinel(sentinel, false);
    return { targets: [...nodes, ...sentinels].map(({ id }) => id), heal: nothingToHeal };
  },
};
