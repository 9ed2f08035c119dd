import type { CheckContext } from "../context.ts";
import type { InvariantVerdict } from "../verdict.ts";

/**
 * Copies that stand at the same offset of the same history hold the same writes under the same expiry. Looks at every key
 * of every living copy at the end.
 */
export function copiesAgree({ end }: CheckContext): InvariantVerdict {
  const id = "copies-agree";
  const { pairs, divergence } = end.compareCopies();
  if (divergence === null) {
    return { id, verdict: "pass", checked: pairs, reason: `${pairs} pairs of copies, all alike` };
  }
  const { nodes, history, offset, key, writeIds } = divergence;
  const holds = (at: 0 | 1): string => (writeIds[at] === 0 ? "nothing" : `write ${writeIds[at]}`);
  const expiry = writeIds[0] === writeIds[1] ? ", with another expiry" : "";
  const reason =
    `${nodes[0]} and ${nodes[1]} both stand at offset ${offset} of history ${history}, but under key ${key} of their ` +
    `shard one holds ${holds(0)} and the other ${holds(1)}${expiry}`;
  return { id, verdict: "fail", checked: pairs, reason };
}
