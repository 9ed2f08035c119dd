import { describeTarget, type FaultKind, nothingToHeal, type SettingsOf } from "./fault-kind.ts";
import { bindNodes, bindSentinels } from "./targets.ts";

/** Takes the power of a node's host: silence on all its connections, and what was in flight from it is gone. */
export const hostPowerLoss: FaultKind<SettingsOf<"host-power-loss">> = {
  kind: "host-power-loss",
  summary: "a node's host loses power; the service replaces the node",
  overlap:
    "a host without power cannot lose it again: later instances hit nothing until it was replaced",
  blastRadius: ({ target }) => describeTarget(target),
  fields: [],
  heals: false,
  inject(world, { target }, chance) {
    const nodes = bindNodes(world, target, chance).filter((node) => node.hostUp);
    const sentinels = bindSentinels(world, target).filter((sentinel) => sentinel.hostUp);
    for (const node of nodes) world.cutHostPower(node, "host lost power");
    for (const sentinel of sentinels) world.crashSentinel(sentinel, true);
    return { targets: [...nodes, ...sentinels].map(({ id }) => id), heal: nothingToHeal };
  },
};
