/** The faults of a run as its journal tells of them. */
import { toSeconds } from "../base/nanos.ts";
import type { JournalRecord } from "../journal/records.ts";
import type { InjectedFault } from "./schedule.ts";

/**
 * Faults in the order in which they were injected.
 *
 * @param detail - roles of all nodes at the time of each are wanted
 */
export function injectedFaults(
  records: readonly JournalRecord[],
  detail: boolean,
): InjectedFault[] {
  const roles = new Map<string, string>();
  const faults = new Map<number, InjectedFault>();
  for (const record of records) {
    if (record.kind === "node-state") {
      const role =
        record.role === "primary" || record.role === "secondary-primary" ? "primary" : "replica";
      roles.set(record.node, `${role} of ${record.cache}/shard ${record.shard}`);
    } else if (record.kind === "fault-injected") {
      const { fault, faultKind, targets, at } = record;
      faults.set(fault, {
        kind: faultKind,
        targets,
        roles: detail ? Object.fromEntries(roles) : {},
        injectedAt: toSeconds(at),
        healedAt: null,
      });
    } else if (record.kind === "fault-healed") {
      const fault = faults.get(record.fault);
      if (fault !== undefined)
        faults.set(record.fault, { ...fault, healedAt: toSeconds(record.at) });
    }
  }
  return [...faults.values()];
}
