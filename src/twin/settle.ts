import type { ReplicationGroupSettings } from "../model/kinds/replication-group-settings.ts";
import type { TwinNode } from "./cluster.ts";
import { settledConfiguration } from "./node-configuration.ts";
import { until } from "./until.ts";

/** Gives servers that are set up and filled the rest of the scenario's settings. */
export async function settle(
  settings: ReplicationGroupSettings,
  nodes: readonly TwinNode[],
): Promise<void> {
  for (const { admin } of nodes)
    for (const [name, value] of settledConfiguration(settings))
      await admin.config("SET", name, value);
  const replicas = (settings.shards[0]?.nodes.length ?? 1) - 1;
  const needed = Math.min(settings.engine.minReplicasToWrite, replicas);
  if (needed === 0) return;
  const primaries = nodes.filter((node, at) => nodes[at - 1]?.shard !== node.shard);
  await until("every primary has its good replicas", primaries, async ({ admin }) => {
    const good = /min_slaves_good_slaves:(\d+)/.exec(await admin.info("replication"))?.[1];
    return Number(good) >= needed;
  });
}
