/**
 * Operations kept whole, in columns, for checks of histories: those of the keys that some traffic sources share. Nothing
 * is kept where no check asks for it, and no more than a budget.
 */
import type { Nanos } from "../base/nanos.ts";
import {
  COMMAND_GET,
  COMMAND_SET,
  HIT_HIT,
  type OperationColumns,
  OUTCOME_NONE,
  OUTCOME_OK,
} from "../journal/operation-columns.ts";

/** Operations of one history, 53 bytes each. */
export const HISTORY_OPERATIONS_MAX = 2_000_000;

const FIRST_ROWS = 1024;

export class HistoryFold {
  count = 0;
  /** More came than are kept: no check can tell. */
  isOver = false;
  command = new Uint8Array(FIRST_ROWS);
  outcome = new Uint8Array(FIRST_ROWS);
  /** A write that was sent again without an answer to it: it may have been executed twice. */
  isDoubtful = new Uint8Array(FIRST_ROWS);
  session = new Int32Array(FIRST_ROWS);
  key = new Int32Array(FIRST_ROWS);
  shard = new Int32Array(FIRST_ROWS);
  writeId = new Float64Array(FIRST_ROWS);
  invokedAt = new Float64Array(FIRST_ROWS);
  returnedAt = new Float64Array(FIRST_ROWS);

  /** Writes, and reads that returned a value: a miss says nothing of what was written, for a cache may forget. */
  operation(batch: OperationColumns, i: number): void {
    const command = batch.command[i] as number;
    const outcome = batch.outcome[i] as number;
    if (outcome === OUTCOME_NONE) return;
    const isRead = command === COMMAND_GET && outcome === OUTCOME_OK && batch.hit[i] === HIT_HIT;
    if (!isRead && command !== COMMAND_SET) return;
    if (this.count === HISTORY_OPERATIONS_MAX) {
      this.isOver = true;
      return;
    }
    if (this.count === this.command.length) this.grow();
    const row = this.count++;
    this.command[row] = command;
    this.outcome[row] = outcome;
    this.isDoubtful[row] = batch.inDoubt[i] === 1 && (batch.attempts[i] as number) > 1 ? 1 : 0;
    this.session[row] = batch.session[i] as number;
    this.key[row] = batch.key[i] as number;
    this.shard[row] = batch.shard[i] as number;
    this.writeId[row] = batch.writeId[i] as number;
    this.invokedAt[row] = batch.invokedAt[i] as Nanos;
    this.returnedAt[row] = batch.returnedAt[i] as Nanos;
  }

  private grow(): void {
    const bytes = (of: Uint8Array) => copyInto(new Uint8Array(2 * of.length), of);
    const words = (of: Int32Array) => copyInto(new Int32Array(2 * of.length), of);
    const doubles = (of: Float64Array) => copyInto(new Float64Array(2 * of.length), of);
    this.command = bytes(this.command);
    this.outcome = bytes(this.outcome);
    this.isDoubtful = bytes(this.isDoubtful);
    this.session = words(this.session);
    this.key = words(this.key);
    this.shard = words(this.shard);
    this.writeId = doubles(this.writeId);
    this.invokedAt = doubles(this.invokedAt);
    this.returnedAt = doubles(this.returnedAt);
  }
}

function copyInto<To extends { set(from: ArrayLike<number>): void }>(
  to: To,
  from: ArrayLike<number>,
): To {
  to.set(from);
  return to;
}
