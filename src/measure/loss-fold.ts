/**
 * Which acknowledged writes were lost: those whose (history, offset) is not in the history that won.
 *
 * Reads acknowledged writes and `history-ended` records. Keeps each write only until every living copy has it; older
 * ones are kept as sums over a second, so memory does not grow with the number of writes.
 */
import type { Nanos } from "../base/nanos.ts";
import type { OperationColumns } from "../journal/operation-columns.ts";
import type {
  Copy,
  FailoverRecord,
  HistoryEndedRecord,
  HistoryResumedRecord,
  NodeStateRecord,
  OffsetsRecord,
} from "../journal/records.ts";
import { withStruck } from "./struck-copies.ts";

/** What one ended history lost. */
export interface LossWindow {
  readonly failover: number | null;
  readonly cache: string;
  readonly shard: number;
  readonly history: number;
  readonly keptOffset: number;
  readonly failedAt: Nanos;
  readonly endedAt: Nanos;
  readonly cause: string;
  writesLost: number;
  bytesLost: number;
  /** Acknowledged by the old primary after the new one led. */
  splitBrainWrites: number;
  /** Acknowledgements of lost writes, ns; Infinity and -1 when none was lost. */
  firstAckAt: Nanos;
  lastAckAt: Nanos;
  /** The key that lost most writes, and how many. */
  worstKey: number;
  worstKeyWrites: number;
  /** What an oracle that promotes the best surviving copy at once would have lost. */
  oracleWritesLost: number;
  oracleFirstAckAt: Nanos;
  readonly byKey: Map<number, number>;
  /** Writes that the old primary acknowledged although they began after the new one led, thinned out, in order. */
  readonly late: LateWrite[];
  /** Best surviving copy outside the faulted places when the failover began. */
  readonly best: Copy | null;
}

/** A write that a primary acknowledged which another had replaced before the write began. */
export interface LateWrite {
  /** Index into the run's nodes. */
  readonly node: number;
  readonly invokedAt: Nanos;
  readonly ackAt: Nanos;
}

/** An acknowledged write whose primary stood, later, before it. */
export interface Unappended {
  readonly node: string;
  readonly at: Nanos;
  readonly offset: number;
  readonly acknowledged: number;
}

/** Of writes that began in such a time one is kept. */
const LATE_APART_NS: Nanos = 100e6;

/**
 * Width of the window of lost acknowledged writes, ns: from the oldest lost acknowledgement to the failure or, where an
 * isolated primary went on, to the last lost acknowledgement; 0 when none was lost.
 */
export function rpoNs(window: LossWindow): Nanos {
  return window.writesLost === 0
    ? 0
    : Math.max(window.failedAt, window.lastAckAt) - window.firstAckAt;
}

/** The same window for the oracle. */
export function oracleRpoNs(window: LossWindow): Nanos {
  return window.oracleWritesLost === 0 ? 0 : window.failedAt - window.oracleFirstAckAt;
}

/** Writes that every living copy has, summed. */
interface Settled {
  readonly fromOffset: number;
  readonly toOffset: number;
  readonly count: number;
  readonly bytes: number;
  readonly firstAckAt: Nanos;
  readonly lastAckAt: Nanos;
}

/** Numbers of a write that is kept, and their places. */
const FIELDS = 4;
const OFFSET = 0;
const ACK_AT = 1;
const BYTES = 2;
const KEY = 3;

/** Acknowledged writes of one history, with those it inherited. */
class HistoryWrites {
  /** Writes that some living copy may lack, `FIELDS` numbers each. */
  kept = new Float64Array(FIELDS * 64);
  count = 0;
  settled: Settled[] = [];
  window: LossWindow | null = null;
  successor = -1;
  /** The highest offset that was acknowledged in it. */
  readonly highest = new Float64Array(1);
  /** Lowest offset that all living copies of each group have reached. */
  readonly safeOffsets = new Map<string, number>();

  /** Appends a write without its numbers; answers where they go. */
  add(): number {
    const at = this.count++ * FIELDS;
    if (at === this.kept.length) {
      const { kept } = this;
      this.kept = new Float64Array(2 * at);
      this.kept.set(kept);
    }
    return at;
  }

  /** Appends a write of another history. */
  inherit(kept: Float64Array, from: number): void {
    const at = this.add();
    for (let field = 0; field < FIELDS; field++)
      this.kept[at + field] = kept[from + field] as number;
  }
}

export class LossFold {
  readonly windows: LossWindow[] = [];
  private readonly histories: HistoryWrites[] = [];
  private readonly copiesOf = new Map<number, { at: Nanos; copies: readonly Copy[] }>();

  /** The first write that was acknowledged and not appended; null for none, of so many positions looked at. */
  unappended: Unappended | null = null;
  positions = 0;

  /** Row `i` is an acknowledged write. Returns the history in which it lives on, or -1 when it is lost already. */
  acknowledged(batch: OperationColumns, i: number): number {
    let history = batch.history[i] as number;
    const offset = batch.offset[i] as number;
    let writes = this.of(history);
    if (offset > (writes.highest[0] as number)) writes.highest[0] = offset;
    while (writes.window !== null) {
      const { window } = writes;
      late(window, batch, i);
      if (offset > window.keptOffset) {
        const ackAt = batch.returnedAt[i] as number;
        lose(window, offset, ackAt, batch.sizeBytes[i] as number, batch.key[i] as number);
        return -1;
      }
      history = writes.successor;
      writes = this.of(history);
    }
    const at = writes.add();
    const { kept } = writes;
    kept[at + OFFSET] = offset;
    kept[at + ACK_AT] = batch.returnedAt[i] as number;
    kept[at + BYTES] = batch.sizeBytes[i] as number;
    kept[at + KEY] = batch.key[i] as number;
    return history;
  }

  /** An acknowledged write came into a history with its key: it is lost if that history loses it. */
  moved(history: number, offset: number, ackAt: Nanos, key: number): void {
    const writes = this.of(history);
    const at = writes.add();
    writes.kept[at + OFFSET] = offset;
    writes.kept[at + ACK_AT] = ackAt;
    writes.kept[at + BYTES] = 0;
    writes.kept[at + KEY] = key;
  }

  /** A failover began with these copies. */
  failoverStarted({
    failover,
    at,
    copies,
  }: Pick<FailoverRecord, "failover" | "at" | "copies">): void {
    this.copiesOf.set(failover, { at, copies });
  }

  /** A node's state changed: in the instant in which a failover began, its copy was no longer to be had. */
  nodeChanged(record: NodeStateRecord): void {
    for (const started of this.copiesOf.values())
      started.copies = withStruck(started.copies, started.at, record);
  }

  ended(record: HistoryEndedRecord): void {
    const writes = this.of(record.history);
    if (writes.window !== null) return;
    const copies =
      record.failover === null ? [] : (this.copiesOf.get(record.failover)?.copies ?? []);
    const window = windowOf(record, bestSurvivor(copies, record.history));
    writes.window = window;
    writes.successor = record.successor;
    this.windows.push(window);
    const heir = this.of(record.successor);
    const { kept } = writes;
    for (let at = 0; at < writes.count * FIELDS; at += FIELDS) {
      const offset = kept[at + OFFSET] as number;
      if (offset <= record.keptOffset) heir.inherit(kept, at);
      else {
        const ackAt = kept[at + ACK_AT] as number;
        lose(window, offset, ackAt, kept[at + BYTES] as number, kept[at + KEY] as number);
      }
    }
    for (const settled of writes.settled) loseSettled(window, settled, heir);
    writes.count = 0;
    writes.settled = [];
  }

  /** What a history had lost by an end that came to nothing is there again; what its successor alone had is lost. */
  resumed(record: HistoryResumedRecord): void {
    const writes = this.of(record.history);
    const { window } = writes;
    if (window === null) return;
    writes.window = null;
    writes.successor = -1;
    this.windows.splice(this.windows.indexOf(window), 1);
    const { cache, shard, at, cause, keptOffset } = record;
    this.ended({
      kind: "history-ended",
      at,
      cache,
      shard,
      history: record.successor,
      keptOffset,
      successor: record.history,
      failover: null,
      failedAt: at,
      cause,
    });
    const { writesLost: count, bytesLost: bytes, firstAckAt, lastAckAt } = window;
    if (count === 0) return;
    const toOffset = writes.highest[0] as number;
    writes.settled.push({ fromOffset: keptOffset, toOffset, count, bytes, firstAckAt, lastAckAt });
  }

  /** Where the living copies stand: what all of them have needs no single record any more. */
  offsets(record: OffsetsRecord): void {
    const group = `${record.cache}/${record.shard}`;
    const lowest = new Map<number, number>();
    for (const node of record.nodes) {
      if (!node.alive) continue;
      if (node.role === "primary") this.stands(node, record.at);
      lowest.set(
        node.history,
        Math.min(lowest.get(node.history) ?? Number.POSITIVE_INFINITY, node.offset),
      );
    }
    for (const [history, offset] of lowest) {
      const writes = this.of(history);
      if (writes.window !== null) continue;
      writes.safeOffsets.set(group, offset);
      settle(writes, Math.min(...writes.safeOffsets.values()));
    }
  }

  /** A primary holds everything that it acknowledged. */
  private stands(
    node: { readonly node: string; readonly history: number; readonly offset: number },
    at: Nanos,
  ): void {
    this.positions++;
    const acknowledged = this.of(node.history).highest[0] as number;
    if (acknowledged <= node.offset) return;
    this.unappended ??= { node: node.node, at, offset: node.offset, acknowledged };
  }

  private of(history: number): HistoryWrites {
    let writes = this.histories[history];
    if (writes === undefined) {
      writes = new HistoryWrites();
      this.histories[history] = writes;
    }
    return writes;
  }
}

/** The best copy that lived outside the faulted places; of another history than the failed one it counts as nothing. */
function bestSurvivor(copies: readonly Copy[], history: number): Copy | null {
  let best: Copy | null = null;
  for (const copy of copies) {
    if (!copy.alive || copy.faulted || copy.history !== history) continue;
    if (best === null || copy.offset > best.offset) best = copy;
  }
  return best;
}

function windowOf(record: HistoryEndedRecord, best: Copy | null): LossWindow {
  return {
    failover: record.failover,
    cache: record.cache,
    shard: record.shard,
    history: record.history,
    keptOffset: record.keptOffset,
    failedAt: record.failedAt,
    endedAt: record.at,
    cause: record.cause,
    writesLost: 0,
    bytesLost: 0,
    splitBrainWrites: 0,
    firstAckAt: Number.POSITIVE_INFINITY,
    lastAckAt: -1,
    worstKey: -1,
    worstKeyWrites: 0,
    oracleWritesLost: 0,
    oracleFirstAckAt: Number.POSITIVE_INFINITY,
    byKey: new Map(),
    late: [],
    best,
  };
}

/** Keeps a write, row `i`, that began after its primary was replaced. */
function late(window: LossWindow, batch: OperationColumns, i: number): void {
  const invokedAt = batch.invokedAt[i] as number;
  if (invokedAt <= window.endedAt) return;
  const node = batch.node[i] as number;
  const last = window.late[window.late.length - 1];
  const apart =
    last === undefined || last.node !== node || invokedAt > last.invokedAt + LATE_APART_NS;
  if (apart) window.late.push({ node, invokedAt, ackAt: batch.returnedAt[i] as number });
}

function lose(window: LossWindow, offset: number, ackAt: Nanos, bytes: number, key: number): void {
  window.writesLost++;
  window.bytesLost += bytes;
  window.firstAckAt = Math.min(window.firstAckAt, ackAt);
  window.lastAckAt = Math.max(window.lastAckAt, ackAt);
  if (ackAt > window.endedAt) window.splitBrainWrites++;
  const ofKey = (window.byKey.get(key) ?? 0) + 1;
  window.byKey.set(key, ofKey);
  if (ofKey > window.worstKeyWrites) {
    window.worstKey = key;
    window.worstKeyWrites = ofKey;
  }
  if (ackAt <= window.failedAt && offset > (window.best?.offset ?? -1)) {
    window.oracleWritesLost++;
    window.oracleFirstAckAt = Math.min(window.oracleFirstAckAt, ackAt);
  }
}

/** Settled writes are lost whole or kept whole, unless the history ended inside their second: then by share of offsets. */
function loseSettled(window: LossWindow, settled: Settled, heir: HistoryWrites): void {
  if (settled.toOffset <= window.keptOffset) {
    heir.settled.push(settled);
    return;
  }
  const width = settled.toOffset - settled.fromOffset;
  const share = Math.min(1, (settled.toOffset - window.keptOffset) / Math.max(1, width));
  const count = Math.round(settled.count * share);
  window.writesLost += count;
  window.bytesLost += Math.round(settled.bytes * share);
  window.firstAckAt = Math.min(window.firstAckAt, settled.firstAckAt);
  window.lastAckAt = Math.max(window.lastAckAt, settled.lastAckAt);
  if (settled.toOffset > (window.best?.offset ?? -1)) {
    window.oracleWritesLost += count;
    window.oracleFirstAckAt = Math.min(window.oracleFirstAckAt, settled.firstAckAt);
  }
}

/** Sums up what all living copies have: all writes up to an offset. */
function settle(writes: HistoryWrites, safeOffset: number): void {
  const { kept: numbers } = writes;
  const end = writes.count * FIELDS;
  let count = 0;
  let bytes = 0;
  let firstAckAt = Number.POSITIVE_INFINITY;
  let lastAckAt = -1;
  let fromOffset = Number.POSITIVE_INFINITY;
  let toOffset = -1;
  let to = 0;
  for (let at = 0; at < end; at += FIELDS) {
    const offset = numbers[at + OFFSET] as number;
    const ackAt = numbers[at + ACK_AT] as number;
    const size = numbers[at + BYTES] as number;
    if (offset <= safeOffset) {
      count++;
      bytes += size;
      if (ackAt < firstAckAt) firstAckAt = ackAt;
      if (ackAt > lastAckAt) lastAckAt = ackAt;
      if (offset - size < fromOffset) fromOffset = offset - size;
      if (offset > toOffset) toOffset = offset;
    } else {
      for (let field = 0; field < FIELDS; field++)
        numbers[to + field] = numbers[at + field] as number;
      to += FIELDS;
    }
  }
  writes.count = to / FIELDS;
  if (count > 0) writes.settled.push({ fromOffset, toOffset, count, bytes, firstAckAt, lastAckAt });
}
