import type { Nanos } from "../../../base/nanos.ts";
import type { HistoryLog, LogReader } from "./history-log.ts";

/** How a node follows another; see `ReplicationLink`. Apart from it, so that a node need not know what links are made of. */
export interface Following extends LogReader {
  /** The node that is followed. */
  readonly source: object;
  readonly log: HistoryLog;
  /** Since when nothing has come through; Infinity while it flows. */
  readonly silentSince: Nanos;
  advance(now: Nanos): void;
  lagAt(now: Nanos): Nanos;
  receivableOffset(): number;
  /** Bytes that the source has written and not put on the wire by `now`. */
  bufferedBytes(now: Nanos): number;
  /** When an entry that its writer sent at `sentAt` arrives, or arrived. */
  arrivalOf(sentAt: Nanos): Nanos;
  /** When it will have applied the last that will ever come from a source whose process died, at least `now`. */
  drainedAt(now: Nanos): Nanos;
  sourceProcessDied(at: Nanos): void;
  sourceHostDied(at: Nanos): void;
  pathChanged(now: Nanos): void;
  close(): void;
}
