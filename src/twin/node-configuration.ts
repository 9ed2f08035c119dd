import type { ReplicationGroupSettings } from "../model/kinds/replication-group-settings.ts";
import type { Configuration } from "./server-process.ts";

/** Lines of the configuration that every node has, clustered or not: the scenario's, without persistence. */
export function nodeConfiguration({ engine }: ReplicationGroupSettings): Configuration {
  return [
    ["save", ""],
    ["appendonly", "no"],
    ["repl-backlog-size", engine.replBacklogBytes],
    ["repl-timeout", Math.round(engine.replTimeoutNs / 1e9)],
    ["maxmemory-policy", engine.maxmemoryPolicy],
    // While the servers are set up; later the scenario's.
    ["repl-diskless-sync-delay", 0],
  ];
}
