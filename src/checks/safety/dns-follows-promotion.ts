import type { JournalRecord } from "../../journal/records.ts";
import type { CheckContext } from "../context.ts";
import { seconds } from "../context.ts";
import type { InvariantVerdict } from "../verdict.ts";

/** Beyond the assumed time of an update, so that a late one is not taken for none. */
const GRACE_NS = 15e9;

/**
 * With cluster mode disabled the primary endpoint follows every promotion: its record names the promoted node within the
 * assumed time of an update and a quarter of a minute. Promotions too close to the end of the run, or after the service was out, are not
 * judged.
 */
export function dnsFollowsPromotion({
  records,
  measured,
  caches,
  end,
}: CheckContext): InvariantVerdict {
  const id = "dns-follows-promotion";
  let checked = 0;
  for (const failover of measured.failovers) {
    const cache = caches.find((candidate) => candidate.name === failover.cache);
    if (cache?.selfManaged === true) continue; // it has no endpoint
    const { promoted, toNode } = failover;
    if (cache?.clusterMode !== "disabled" || promoted === null || failover.globalDatastore !== null)
      continue;
    if (toNode === failover.fromNode) continue; // a replacement under the old name
    const due = promoted.at + cache.dnsUpdateNs + GRACE_NS;
    if (due > end.at || serviceWasOut(records, due)) continue;
    checked++;
    const later = measured.failovers.some(
      (other) =>
        other.cache === cache.name &&
        (other.promoted?.at ?? 0) > promoted.at &&
        (other.promoted?.at ?? 0) < due,
    );
    const followed = records.some(
      (record) =>
        record.kind === "dns-updated" &&
        record.cache === cache.name &&
        record.endpoint === "primary" &&
        record.at >= promoted.at &&
        record.at <= due &&
        record.nodes.includes(toNode ?? ""),
    );
    if (followed || later) continue;
    const reason =
      `${toNode} was promoted at ${seconds(promoted.at)}, but the primary endpoint of ${cache.name} still named ` +
      `${failover.fromNode} at ${seconds(due)}`;
    return { id, verdict: "fail", checked, reason };
  }
  return {
    id,
    verdict: "pass",
    checked,
    reason: `${checked} promotions with an endpoint, each followed by its DNS record`,
  };
}

/** The service was held still at some time before: what it had to do may be late. */
function serviceWasOut(records: readonly JournalRecord[], before: number): boolean {
  return records.some(
    (record) =>
      record.kind === "fault-injected" &&
      record.faultKind === "control-plane-outage" &&
      record.at <= before,
  );
}
