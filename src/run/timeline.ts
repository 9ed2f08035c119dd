/** The journal as sentences. */
import { toSeconds } from "../base/nanos.ts";
import type { JournalRecord } from "../journal/records.ts";
import type { TimelineEntry } from "./result.ts";

/** Entries in order of time; positions, marks and the roles at the start are left out. */
export function timelineOf(records: readonly JournalRecord[]): TimelineEntry[] {
  const entries: TimelineEntry[] = [];
  for (const record of records) {
    const said = record.kind === "node-state" && record.at === 0 ? null : sentence(record);
    if (said !== null) entries.push({ at: toSeconds(record.at), kind: record.kind, ...said });
  }
  return entries;
}

function sentence(record: JournalRecord): { subject: string; text: string } | null {
  switch (record.kind) {
    case "fault-injected":
      return { subject: record.faultKind, text: `injected: ${list(record.targets)}` };
    case "fault-healed":
      return { subject: record.faultKind, text: `healed: ${list(record.targets)}` };
    case "step": {
      const after =
        record.decidedAfterNs === null
          ? ""
          : `, decided ${toSeconds(record.decidedAfterNs)} s after what it follows`;
      return { subject: record.step, text: `${list(record.targets)}${after}` };
    }
    case "service-event":
      return { subject: record.source, text: record.text };
    case "node-state":
      return { subject: record.node, text: `${record.role}, ${record.state}: ${record.cause}` };
    case "failover-started":
    case "failover-detected":
    case "failover-decided":
    case "failover-promoted":
    case "failover-abandoned": {
      const of = record.globalDatastore ?? `${record.cache} shard ${record.shard}`;
      return {
        subject: of,
        text: `failover ${record.kind.slice("failover-".length)}: ${record.cause}`,
      };
    }
    case "history-ended":
      return {
        subject: `${record.cache} shard ${record.shard}`,
        text: `history ${record.history} ends at offset ${record.keptOffset}, history ${record.successor} goes on: ${record.cause}`,
      };
    case "history-resumed":
      return {
        subject: `${record.cache} shard ${record.shard}`,
        text: `history ${record.history} goes on, history ${record.successor} ends at offset ${record.keptOffset}: ${record.cause}`,
      };
    case "client-learned":
    case "client-connected":
      return {
        subject: record.client,
        text: `${record.cache} shard ${record.shard}: ${record.node}, ${record.cause}`,
      };
    case "dns-updated":
      return {
        subject: record.cache,
        text: `${record.endpoint} endpoint now names ${list(record.nodes)}`,
      };
    case "sentinel-event":
      return { subject: record.sentinel, text: `${record.event} ${record.subject}` };
    case "primary-claim":
      return record.at === 0
        ? null
        : {
            subject: record.node,
            text: `leads ${record.cache} shard ${record.shard} under epoch ${record.configEpoch}`,
          };
    case "evicted":
    case "mark":
    case "offsets":
    case "failure-concluded":
    case "election-asked":
    case "vote-granted":
    case "election-won":
    case "resync":
    case "keys-moved":
      return null;
  }
}

const list = (names: readonly string[]): string =>
  names.length === 0 ? "nothing" : names.join(", ");
