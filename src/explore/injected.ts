/** The faults of a run, and the phases between them, as its journal tells of them. */
import { toSeconds } from "../base/nanos.ts";
import { isEvent } from "../faults/method.ts";
import { CACHE_EVENTS } from "../faults/words.ts";
import type { JournalRecord } from "../journal/records.ts";
import type { ResolvedScenario } from "../scenario/resolved.ts";
import type { InjectedFault, Phase } from "./schedule.ts";

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

/** First events of each kind that entries can wait for, in order of time. */
export function phasesOf(
  records: readonly JournalRecord[],
  { caches }: Pick<ResolvedScenario, "caches">,
): Phase[] {
  const kinds = new Set(
    records.flatMap((record) => (record.kind === "fault-injected" ? [record.faultKind] : [])),
  );
  const first = (event: Parameters<typeof isEvent>[0]) =>
    records.find((record) => isEvent(event, record));
  const phase = (record: JournalRecord | undefined, after: Phase["after"]): Phase[] =>
    record === undefined ? [] : [{ atNs: record.at, after }];
  const ofCaches = caches.flatMap(({ name: cache }) =>
    CACHE_EVENTS.flatMap((event) =>
      phase(first({ kind: "cache-event", event, cache }), { event, of: cache }),
    ),
  );
  const ofFaults = [...kinds].flatMap((fault) => [
    ...phase(first({ kind: "fault", fault, phase: "injected" }), { fault }),
    ...phase(first({ kind: "fault", fault, phase: "healed" }), { heal: fault }),
  ]);
  return [...ofCaches, ...ofFaults].sort((a, b) => a.atNs - b.atNs);
}
