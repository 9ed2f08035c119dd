import type { RedisNode } from "../engine/redis/redis-node.ts";

/** In words, for the record of a failover. */
export function whyUnhealthy(node: RedisNode): string {
  if (!node.hostUp) return `host of ${node.id} lost power`;
  if (!node.processUp) return `process of ${node.id} died`;
  if (node.paused) return `process of ${node.id} is paused`;
  return `${node.id} cannot be reached`;
}
