/** The whole table: theory, then measurements of real servers. */
import { type Distortion, undistorted } from "./lab.ts";
import { evictionRows } from "./measured/eviction.ts";
import { failoverRows } from "./measured/failovers.ts";
import { itemRows } from "./measured/memory.ts";
import { replicationRows } from "./measured/replication.ts";
import type { VerifyPart, VerifyRow } from "./row.ts";
import { cachingRows } from "./theory/caching.ts";
import { faultRows } from "./theory/faults.ts";
import { queueRows } from "./theory/queues.ts";
import { replicaRows } from "./theory/replicas.ts";

/** One step of the work: some rows that belong together. */
export interface VerifyStep {
  readonly part: VerifyPart;
  readonly name: string;
  readonly rows: () => readonly VerifyRow[];
}

/**
 * The steps in order; each takes some seconds. For tests `distort` changes what is run, and `itemOverhead` by how much too
 * large the bytes of an item beside its key and value are, which no setting says.
 */
export function verifySteps(
  distort: Distortion = undistorted,
  itemOverhead = 1,
): readonly VerifyStep[] {
  return [
    { part: "theory", name: "queues", rows: queueRows },
    { part: "theory", name: "caching", rows: cachingRows },
    { part: "theory", name: "loss and availability", rows: () => faultRows(distort) },
    { part: "theory", name: "replicas behind", rows: () => replicaRows(distort) },
    { part: "measured", name: "failovers", rows: () => failoverRows(distort) },
    { part: "measured", name: "replication", rows: () => replicationRows(distort) },
    { part: "measured", name: "memory", rows: () => itemRows(itemOverhead) },
    { part: "measured", name: "eviction", rows: () => evictionRows(distort) },
  ];
}
