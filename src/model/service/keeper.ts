import type { RedisNode } from "../engine/redis/redis-node.ts";
import type { Group } from "./group.ts";

/** Who looks after a group: the managed service, or nobody but its own processes and what supervises them. */
export interface Keeper {
  readonly group: Group;
  /** Looks at every node anew; called after anything that may have changed a node's health or a zone's power. */
  review(): void;
  /** A dead process comes up again under its old id, empty. */
  restart(node: RedisNode, cause: string): void;
  /** A node has loaded a snapshot; without a link, its source is gone. */
  loaded(node: RedisNode): void;
  /** The cluster bus completed a failover. */
  announceFailover(from: string, to: string): void;
  /** To a node, its cluster is up: it serves, where it leads. */
  serves(node: RedisNode): void;
}
