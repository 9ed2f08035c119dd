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
  for (let key = 0; key < a.keyspace.capacity; key++) {
    const writeIds = [a.keyspace.writeId(key), b.keyspace.writeId(key)] as const;
    const alike =
      writeIds[0] === writeIds[1] &&
      (writeIds[0] === 0 || a.keyspace.expireAt(key) === b.keyspace.expireAt(key));
    if (alike) continue;
    return {
      nodes: [a.id, b.id],
      history: a.history,
      offset: a.offsetAt(now),
      key,
      writeIds,
    };
  }
  return null;
}
