/**
 * Answers of single operations that contradict what was said of a write before: the first of each kind.
 *
 * Reads rows that ended ok. Costs a comparison or two per row where nothing is wrong.
 */
import type { Nanos } from "../base/nanos.ts";
import type { OperationColumns } from "../journal/operation-columns.ts";
import type { DurabilityFold } from "./durability-fold.ts";

/** The row that contradicts. */
export interface Contradiction {
  readonly key: number;
  readonly writeId: number;
  /** Index into the run's nodes. */
  readonly node: number;
  readonly invokedAt: Nanos;
  /** Of the value, absolute; 0 for none. */
  readonly expireAt: Nanos;
}

export class ContradictionsFold {
  reads = 0;
  writes = 0;
  /** A read returned a value that had expired before it began, or that has lost its expiry. */
  expiredRead: Contradiction | null = null;
  /** A read returned a write that a client had reported as failed. */
  failedRead: Contradiction | null = null;
  /** A write was executed again although no answer to it was missing. */
  repeated: Contradiction | null = null;
  /** A write was acknowledged by a node that did not lead. */
  byFollower: Contradiction | null = null;
  /** A clock runs wrong: what expires when is not judged. */
  private clocksWrong = false;

  clockSkewed(): void {
    this.clocksWrong = true;
  }

  /** A read that hit. */
  read(batch: OperationColumns, i: number, writes: DurabilityFold): void {
    this.reads++;
    const expireAt = batch.expireAt[i] as number;
    if (expireAt === 0 ? writes.forgotExpiry(batch, i) : expireAt < (batch.invokedAt[i] as number))
      if (!this.clocksWrong) this.expiredRead ??= rowOf(batch, i);
    if (writes.failed.size === 0) return;
    if (writes.failed.get(batch.key[i] as number) === batch.writeId[i])
      this.failedRead ??= rowOf(batch, i);
  }

  /** A write that was acknowledged. */
  write(batch: OperationColumns, i: number): void {
    this.writes++;
    if (batch.repeated[i] === 1 && batch.inDoubt[i] === 0) this.repeated ??= rowOf(batch, i);
    if (batch.fromPrimary[i] === 0) this.byFollower ??= rowOf(batch, i);
  }
}

function rowOf(batch: OperationColumns, i: number): Contradiction {
  return {
    key: batch.key[i] as number,
    writeId: batch.writeId[i] as number,
    node: batch.node[i] as number,
    invokedAt: batch.invokedAt[i] as number,
    expireAt: batch.expireAt[i] as number,
  };
}
