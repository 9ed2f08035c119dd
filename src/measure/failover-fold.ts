/** Failovers as they went, from the journal's records. */
import type { Nanos } from "../base/nanos.ts";
import type { Copy, FailoverRecord, JournalRecord } from "../journal/records.ts";
import { withStruck } from "./struck-copies.ts";

/** A boundary between two phases: when, and the cause that its record gives. */
export interface Boundary {
  readonly at: Nanos;
  readonly cause: string;
}

export interface Failover {
  readonly number: number;
  readonly cache: string;
  readonly shard: number;
  readonly globalDatastore: string | null;
  readonly fromNode: string;
  toNode: string | null;
  readonly started: Boundary;
  /** Less what other faults of the same instant took away. */
  copiesAtStart: readonly Copy[];
  copiesAtDecision: readonly Copy[];
  detected: Boundary | null;
  decided: Boundary | null;
  promoted: Boundary | null;
  abandoned: Boundary | null;
}

/** Failovers of a run, in order of their start. */
export function foldFailovers(records: readonly JournalRecord[]): Failover[] {
  const failovers = new Map<number, Failover>();
  for (const record of records) {
    if (record.kind === "node-state")
      for (const failover of failovers.values())
        failover.copiesAtStart = withStruck(failover.copiesAtStart, failover.started.at, record);
    if (!isFailover(record)) continue;
    const boundary = { at: record.at, cause: record.cause };
    if (record.kind === "failover-started") {
      failovers.set(record.failover, {
        number: record.failover,
        cache: record.cache,
        shard: record.shard,
        globalDatastore: record.globalDatastore,
        fromNode: record.fromNode,
        toNode: null,
        started: boundary,
        copiesAtStart: record.copies,
        copiesAtDecision: [],
        detected: null,
        decided: null,
        promoted: null,
        abandoned: null,
      });
      continue;
    }
    const failover = failovers.get(record.failover);
    if (failover !== undefined) reach(failover, record, boundary);
  }
  return [...failovers.values()];
}

function isFailover(record: JournalRecord): record is FailoverRecord {
  return record.kind.startsWith("failover-");
}

function reach(failover: Failover, record: FailoverRecord, boundary: Boundary): void {
  failover.toNode = record.toNode ?? failover.toNode;
  switch (record.kind) {
    case "failover-detected":
      failover.detected ??= boundary;
      return;
    case "failover-decided":
      failover.decided = boundary; // a choice that could not be carried out is made again
      failover.copiesAtDecision = record.copies;
      return;
    case "failover-promoted":
      failover.promoted = boundary;
      return;
    case "failover-abandoned":
      failover.abandoned = boundary;
      return;
    case "failover-started":
      return;
  }
}
