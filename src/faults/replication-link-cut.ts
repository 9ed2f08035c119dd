import { describeTarget, type FaultKind, type SettingsOf } from "./fault-kind.ts";
import { bindNodes } from "./targets.ts";

/** Closes the replication link of followers and keeps it closed; clients and the cluster bus notice nothing. */
export const replicationLinkCut: FaultKind<SettingsOf<"replication-link-cut">> = {
  kind: "replication-link-cut",
  summary: "a replica loses its replication link and cannot connect again",
  overlap: "a link stays closed until every instance that closes it has healed",
  blastRadius: ({ target }) => describeTarget(target),
  fields: ["Replication.following.blocks"],
  heals: true,
  inject(world, { target }, chance) {
    const nodes = bindNodes(world, target, chance).filter((node) => node.upstream !== null);
    for (const node of nodes) world.replication.changeBlocks(node, 1);
    return {
      targets: nodes.map((node) => node.id),
      heal() {
        for (const node of nodes) world.replication.changeBlocks(node, -1);
      },
    };
  },
};
