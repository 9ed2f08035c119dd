/** Choices of the engine that a planted bug may replace. */
import type { Nanos } from "../../../base/nanos.ts";
import type { Frames } from "../../network/frames.ts";
import type { HistoryLog } from "./history-log.ts";
import type { Keyspace } from "./keyspace.ts";
import { delStreamBytes } from "./resp.ts";

/** What a strategy may know of a node. */
export interface NodeData {
  readonly keyspace: Keyspace;
  readonly appliedOffset: number;
  readonly history: number;
  readonly loading: boolean;
}

export interface EngineStrategies {
  /** Appends a write that will be acknowledged; returns the offset after it. */
  append(
    log: HistoryLog,
    bytes: number,
    sentAt: Nanos,
    key: number,
    writeId: number,
    expireAt: Nanos,
    valueBytes: number,
  ): number;
  /** Tells the followers that a key expired or was evicted. */
  appendDeletion(log: HistoryLog, keyBytes: number, now: Nanos, key: number): void;
  /** The answer to a write that a node refuses: `refusal` is a status. */
  answerRefused(node: NodeData, frames: Frames, frame: number, refusal: number): number;
  /** A replica becomes a primary. */
  promoted(keyspace: Keyspace, now: Nanos): void;
  /** Whether a follower that stands at (history, offset) can go on from a source that holds up to `heldOffset`. */
  canContinue(log: HistoryLog, history: number, offset: number, heldOffset: number): boolean;
  /** Number of the entry with which the stream to such a follower goes on. */
  firstEntry(log: HistoryLog, offset: number): number;
  /** Offset at which the stream goes on after a full synchronisation, when the source has moved on to `sourceOffset`. */
  resumesAt(snapshotOffset: number, sourceOffset: number): number;
}

/** The engine as it is. Source: valkey 8.0.1 replication.c:830-905, server.c:3500-3600, expire.c. */
export const engineStrategies: EngineStrategies = {
  append: (log, bytes, sentAt, key, writeId, expireAt, valueBytes) =>
    log.append(bytes, sentAt, key, writeId, expireAt, valueBytes),
  appendDeletion: (log, keyBytes, now, key) => {
    log.append(delStreamBytes(keyBytes), now, key, 0, 0, 0);
  },
  answerRefused: (_node, _frames, _frame, refusal) => refusal,
  promoted: () => undefined,
  canContinue: (log, history, offset, heldOffset) => log.canContinue(history, offset, heldOffset),
  firstEntry: (log, offset) => log.entryAfter(offset),
  resumesAt: (snapshotOffset) => snapshotOffset,
};
