/**
 * Operations as columns: one row per finished cache operation (a request is one operation, or on a miss a GET and the
 * SET that fills the cache). Rows come in order of return time; they are handed to readers in batches of
 * `OPERATION_BATCH` and then overwritten, so memory does not grow with the number of requests.
 */

export const OPERATION_BATCH = 256;

/** Command codes in the `command` column. */
export const COMMAND_GET = 0;
export const COMMAND_SET = 1;
/** The request ended without a cache operation (the origin answered after the cache had failed): outcome is NONE. */
export const COMMAND_NONE = 2;

/** Outcomes in the `outcome` and `requestOutcome` columns. */
export const OUTCOME_NONE = 0; // requestOutcome only: the request goes on after this operation
export const OUTCOME_OK = 1;
export const OUTCOME_FAIL = 2; // did not happen
export const OUTCOME_INFO = 3; // may have happened
export const OUTCOME_CLIENT_LOST = 4; // requestOutcome only: the client's own place went down; the operation is `info`

/**
 * Why the last attempt of a request came to nothing, in the `cause` column: an engine's refusal has the number that the
 * model's frames give it. 0: nothing failed, or nobody knows.
 */
export const CAUSE_TIMEOUT = 64;
/** Refused, reset, closed or never made. */
export const CAUSE_CONNECTION = 65;
/** The origin refused, or took too long. */
export const CAUSE_ORIGIN = 66;

/** Words of causes: for a refusal the engine's own error. */
export const causeWords: ReadonlyMap<number, string> = new Map([
  [2, "MOVED"],
  [3, "READONLY"],
  [4, "CLUSTERDOWN"],
  [5, "LOADING"],
  [6, "OOM"],
  [7, "NOREPLICAS"],
  [8, "WAIT"],
  [9, "ASK"],
  [10, "TRYAGAIN"],
  [CAUSE_TIMEOUT, "timeout"],
  [CAUSE_CONNECTION, "connection"],
  [CAUSE_ORIGIN, "origin"],
]);

/** Reads, in the `hit` column: -1 for writes and for reads without an answer. */
export const HIT_NONE = -1;
export const HIT_MISS = 0;
export const HIT_HIT = 1;

export interface OperationColumns {
  /** Rows that are filled, 0..OPERATION_BATCH. */
  readonly count: number;
  /** Index into the run's traffic sources, in scenario order. */
  readonly traffic: Uint16Array;
  /** Client session: index of the client host within the run. */
  readonly session: Uint16Array;
  /** Number of the request within its traffic source, from 0. */
  readonly request: Float64Array;
  readonly key: Int32Array;
  readonly command: Uint8Array;
  /** When the operation was invoked and when its outcome was known, ns. */
  readonly invokedAt: Float64Array;
  readonly returnedAt: Float64Array;
  readonly outcome: Uint8Array;
  /** Id written by a SET (unique in the run, from 1), or read by a GET (0: nothing; negative: prefilled). */
  readonly writeId: Float64Array;
  /** Position in the replication history: for an acknowledged SET its own; for a GET answered, the node's. 0 if unknown. */
  readonly offset: Float64Array;
  /** Replication history of `offset`, -1 if unknown. */
  readonly history: Int32Array;
  /** Index into the run's nodes of the node that answered, -1 if none. */
  readonly node: Int16Array;
  /** Index into the run's shards (all caches, scenario order), -1 if it never was routed. */
  readonly shard: Int16Array;
  readonly hit: Int8Array;
  /** Bytes the write added to the replication stream, or bytes of the value read. */
  readonly sizeBytes: Int32Array;
  /** Expiry of the value written or read, absolute ns; 0 for none. */
  readonly expireAt: Float64Array;
  /** The answering node believed itself primary (1) or replica (0). */
  readonly fromPrimary: Uint8Array;
  /** SET: the node held this very write already (1), because an earlier attempt had been executed. */
  readonly repeated: Uint8Array;
  /** SET: the answer to some attempt never came (1), so that it may have been executed. */
  readonly inDoubt: Uint8Array;
  /** Why the request's last attempt came to nothing; 0 where it did not. */
  readonly cause: Uint8Array;
  /** Attempts used, 1 and up. */
  readonly attempts: Uint8Array;
  /** Outcome of the whole request where this operation ends it, else OUTCOME_NONE. */
  readonly requestOutcome: Uint8Array;
  /** Arrival of the request, ns. Its latency is `returnedAt - arrivedAt` on the row that ends it. */
  readonly arrivedAt: Float64Array;
}
