import { type EngineSettings, usableBytes } from "../model/engine/redis/engine-settings.ts";
import type { ReplicationGroupSettings } from "../model/kinds/replication-group-settings.ts";
import type { Configuration } from "./server-process.ts";

export const yesNo = (value: boolean): string => (value ? "yes" : "no");

/** Connections that the twin itself has to a node: one that asks and one that watches what is executed. */
const OWN_CONNECTIONS = 2;

/**
 * Lines of the configuration that every node has, clustered or not: the scenario's, without persistence. Times and rates
 * of the model are not among them: they are what a real server has by itself.
 */
export function nodeConfiguration({ engine }: ReplicationGroupSettings): Configuration {
  return [
    ["save", ""],
    ["appendonly", "no"],
    ["repl-backlog-size", engine.replBacklogBytes],
    ["repl-timeout", Math.round(engine.replTimeoutNs / 1e9)],
    ["client-output-buffer-limit", outputBufferLimit(engine)],
    ["maxmemory-policy", engine.maxmemoryPolicy],
    ["maxmemory-samples", engine.maxmemorySamples],
    ["lfu-log-factor", engine.lfuLogFactor],
    ["lfu-decay-time", engine.lfuDecayMinutes],
    ["min-replicas-max-lag", Math.round(engine.minReplicasMaxLagNs / 1e9)],
    ["lazyfree-lazy-eviction", yesNo(engine.lazyFree.eviction)],
    ["lazyfree-lazy-expire", yesNo(engine.lazyFree.expire)],
    ["lazyfree-lazy-user-del", yesNo(engine.lazyFree.userDel)],
    ["replica-lazy-flush", yesNo(engine.lazyFree.replicaFlush)],
    ["maxclients", engine.maxclients + OWN_CONNECTIONS],
    // While the servers are set up; later the scenario's.
    ["repl-diskless-sync-delay", 0],
  ];
}

function outputBufferLimit({ outputBuffer }: EngineSettings): string {
  const { hardBytes, softBytes, softNs } = outputBuffer;
  return `replica ${Math.floor(hardBytes)} ${Math.floor(softBytes)} ${Math.round(softNs / 1e9)}`;
}

/** What would hold up the servers' setting up, or refuse or evict what is there at the start. */
export function settledConfiguration(settings: ReplicationGroupSettings): Configuration {
  const { engine, bus, clusterMode } = settings;
  return [
    ["repl-diskless-sync-delay", Math.round(engine.replDisklessSyncDelayNs / 1e9)],
    ["maxmemory", usableBytes(engine)],
    ["min-replicas-to-write", engine.minReplicasToWrite],
    ...(clusterMode === "enabled"
      ? ([["cluster-allow-replica-migration", yesNo(bus.allowReplicaMigration)]] as const)
      : []),
  ];
}
