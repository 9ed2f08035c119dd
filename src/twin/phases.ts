/** Phases of each failover, from a journal: of a simulation, or of a real run. */
import type { Nanos } from "../base/nanos.ts";
import { MILLISECOND } from "../base/nanos.ts";
import type { Journal } from "../journal/journal.ts";
import { COMMAND_SET, OUTCOME_OK } from "../journal/operation-columns.ts";
import type { JournalRecord } from "../journal/records.ts";
import { type Failover, foldFailovers } from "../measure/failover-fold.ts";
import type { RunIndex } from "../measure/run-facts.ts";

/**
 * `detect`: from the fault until FAIL is agreed. `promote`: from there until a replica leads. `write`: from there until
 * it has acknowledged a write. `alone`: from the fault until the last write that the old primary acknowledged.
 */
export const PHASES = ["detect", "promote", "write", "alone"] as const;
export type PhaseName = (typeof PHASES)[number];

export interface Phase {
  readonly name: PhaseName;
  /** From 1. */
  readonly shard: number;
  /** Which failover of the shard, from 1. */
  readonly ordinal: number;
  readonly ns: Nanos;
}

/** What was on its way when the fault struck is still acknowledged within this. */
const ON_ITS_WAY: Nanos = 50 * MILLISECOND;

/** Acknowledged writes: by whom and when. */
export class AcknowledgedWrites {
  private readonly acks: { readonly node: number; readonly shard: number; readonly at: Nanos }[] =
    [];

  constructor(private readonly index: RunIndex) {}

  attach(journal: Journal): void {
    journal.subscribe({
      operations: ({ count, command, outcome, node, shard, returnedAt }) => {
        for (let i = 0; i < count; i++) {
          if (command[i] !== COMMAND_SET || outcome[i] !== OUTCOME_OK) continue;
          const row = { node: node[i] as number, shard: shard[i] as number };
          this.acks.push({ ...row, at: returnedAt[i] as number });
        }
      },
    });
  }

  /** When a node acknowledged writes of a shard (from 1), in order. */
  of(node: string, shard: number): Nanos[] {
    const index = this.index.nodes.findIndex(({ id }) => id === node);
    return this.acks
      .filter((ack) => ack.node === index && ack.shard === shard - 1)
      .map(({ at }) => at);
  }
}

export function phasesOf(records: readonly JournalRecord[], writes: AcknowledgedWrites): Phase[] {
  const failovers = foldFailovers(records).filter(({ abandoned }) => abandoned === null);
  return failovers.flatMap((failover) => {
    const ofShard = failovers.filter(({ shard }) => shard === failover.shard);
    const later = ofShard.slice(ofShard.indexOf(failover) + 1);
    const lengths = lengthsOf(failover, later, writes);
    return PHASES.flatMap((name) => {
      const ns = lengths[name];
      const ordinal = ofShard.indexOf(failover) + 1;
      return ns === null ? [] : [{ name, shard: failover.shard, ordinal, ns }];
    });
  });
}

function lengthsOf(
  { shard, fromNode, toNode, started, detected, promoted }: Failover,
  later: readonly Failover[],
  writes: AcknowledgedWrites,
): Record<PhaseName, Nanos | null> {
  const between = (from: Nanos | undefined, to: Nanos | undefined): Nanos | null =>
    from === undefined || to === undefined ? null : to - from;
  const firstWrite =
    promoted === null || toNode === null
      ? undefined
      : writes.of(toNode, shard).find((at) => at >= promoted.at - ON_ITS_WAY);
  // The old primary may lead again, later.
  const leadsAgain = later.find((failover) => failover.toNode === fromNode)?.promoted?.at;
  const lastAlone = writes
    .of(fromNode, shard)
    .findLast(
      (at) => at > started.at + ON_ITS_WAY && at < (leadsAgain ?? Number.POSITIVE_INFINITY),
    );
  const write = between(promoted?.at, firstWrite);
  return {
    detect: between(started.at, detected?.at),
    promote: between(detected?.at, promoted?.at),
    write: write === null ? null : Math.max(0, write),
    alone: promoted === null ? null : between(started.at, lastAlone),
  };
}
