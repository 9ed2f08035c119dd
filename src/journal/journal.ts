/**
 * The journal: append-only. The model writes records and operations; readers (folds of `measure/` and `checks/`)
 * subscribe before the run starts. Later floors only read.
 */
import { invariant } from "../base/invariant.ts";
import type { Nanos } from "../base/nanos.ts";
import { OPERATION_BATCH, type OperationColumns } from "./operation-columns.ts";
import type { JournalRecord } from "./records.ts";

/** Reads the journal as it is written. Operations that returned before a record's time are always read before it. */
export interface JournalReader {
  readonly operations?: (batch: OperationColumns) => void;
  readonly record?: (record: JournalRecord) => void;
}

type Mutable<T> = { -readonly [P in keyof T]: T[P] };

function allocateColumns(): Mutable<OperationColumns> {
  const n = OPERATION_BATCH;
  return {
    count: 0,
    traffic: new Uint16Array(n),
    session: new Uint16Array(n),
    request: new Float64Array(n),
    key: new Int32Array(n),
    command: new Uint8Array(n),
    invokedAt: new Float64Array(n),
    returnedAt: new Float64Array(n),
    outcome: new Uint8Array(n),
    writeId: new Float64Array(n),
    offset: new Float64Array(n),
    history: new Int32Array(n),
    node: new Int16Array(n),
    shard: new Int16Array(n),
    hit: new Int8Array(n),
    sizeBytes: new Int32Array(n),
    expireAt: new Float64Array(n),
    fromPrimary: new Uint8Array(n),
    repeated: new Uint8Array(n),
    inDoubt: new Uint8Array(n),
    cause: new Uint8Array(n),
    attempts: new Uint8Array(n),
    requestOutcome: new Uint8Array(n),
    arrivedAt: new Float64Array(n),
  };
}

export class Journal {
  /** The columns being filled. Writers set row `count` of each and then call `commit()`. */
  readonly columns: Mutable<OperationColumns> = allocateColumns();
  /** All records, in order of time. */
  readonly records: JournalRecord[] = [];
  private readonly operationReaders: ((batch: OperationColumns) => void)[] = [];
  private readonly recordReaders: ((record: JournalRecord) => void)[] = [];
  private lastAt: Nanos = 0;

  subscribe(reader: JournalReader): void {
    if (reader.operations) this.operationReaders.push(reader.operations);
    if (reader.record) this.recordReaders.push(reader.record);
  }

  /** Ends the row that was just filled. */
  commit(): void {
    if (++this.columns.count === OPERATION_BATCH) this.flush();
  }

  /** Appends a record, after handing over the operations that returned before it. */
  append(record: JournalRecord): void {
    invariant(record.at >= this.lastAt, "journal records come in order of time", {
      at: record.at,
      lastAt: this.lastAt,
    });
    this.lastAt = record.at;
    this.flush();
    this.records.push(record);
    for (const read of this.recordReaders) read(record);
  }

  /** Hands the filled rows to the readers and starts over. */
  flush(): void {
    if (this.columns.count === 0) return;
    for (const read of this.operationReaders) read(this.columns);
    this.columns.count = 0;
  }
}
