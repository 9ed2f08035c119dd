/** Roles and states of nodes over time, from the journal's records. */
import type { Nanos } from "../base/nanos.ts";
import type { JournalRecord, NodeRole, NodeState } from "../journal/records.ts";

export interface Interval {
  readonly from: Nanos;
  readonly to: Nanos;
  readonly role: NodeRole;
  readonly state: Exclude<NodeState, "removed">;
}

/** By node id; intervals touch, and cover the time that the node belongs to its group. Intervals of no length are left out. */
export function foldNodeIntervals(
  records: readonly JournalRecord[],
  endNs: Nanos,
): Map<string, Interval[]> {
  const intervals = new Map<string, Interval[]>();
  const current = new Map<string, { from: Nanos; role: NodeRole; state: Interval["state"] }>();
  const close = (node: string, to: Nanos): void => {
    const open = current.get(node);
    if (open === undefined || to <= open.from) return;
    const list = intervals.get(node) ?? [];
    list.push({ ...open, to });
    intervals.set(node, list);
  };
  for (const record of records) {
    if (record.kind !== "node-state") continue;
    close(record.node, record.at);
    const { at, role, state } = record;
    if (state === "removed") current.delete(record.node);
    else current.set(record.node, { from: at, role, state });
  }
  for (const node of current.keys()) close(node, endNs);
  return intervals;
}
