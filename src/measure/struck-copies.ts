/**
 * Copies of a shard when its failover began, and what struck them in the same instant: of two faults at one time the second
 * takes its copies away after the failover's record was written, and no promotion at that time could have used them.
 */
import type { Nanos } from "../base/nanos.ts";
import type { Copy, NodeStateRecord } from "../journal/records.ts";

/** The copies after a node's state changed, at the time of the record; as they were where that is later than `startedAt`. */
export function withStruck(
  copies: readonly Copy[],
  startedAt: Nanos,
  record: NodeStateRecord,
): readonly Copy[] {
  if (record.at !== startedAt || record.state === "serving") return copies;
  return copies.map((copy) =>
    copy.node === record.node
      ? { ...copy, alive: copy.alive && record.state !== "down", faulted: true }
      : copy,
  );
}
