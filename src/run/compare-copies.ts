/** What copies of one position hold: the same, whatever way each got there. */
import type { Nanos } from "../base/nanos.ts";
import type { Divergence } from "../measure/run-facts.ts";
import type { RedisNode } from "../model/engine/redis/redis-node.ts";

/** Compares each living node with the first that stands at the same offset of the same history. */
export function compareCopies(
  nodes: readonly RedisNode[],
  now: Nanos,
): { readonly pairs: number; readonly divergence: Divergence | null } {
  const first = new Map<string, RedisNode>();
  let pairs = 0;
  for (const node of nodes) {
    if (!node.alive || node.loading) continue;
    const position = `${node.history}/${node.offsetAt(now)}`;
    const other = first.get(position);
    if (other === undefined) {
      first.set(position, node);
      continue;
    }
    pairs++;
    const divergence = firstDifference(other, node, now);
    if (divergence !== null) return { pairs, divergence };
  }
  return { pairs, divergence: null };
}

function firstDifference(a: RedisNode, b: RedisNode, now: Nanos): Divergence | null {
  const key = a.keyspace.firstDifference(b.keyspace);
  if (key < 0) return null;
  return {
    nodes: [a.id, b.id],
    history: a.history,
    offset: a.offsetAt(now),
    key,
    writeIds: [a.keyspace.writeId(key), b.keyspace.writeId(key)],
  };
}
