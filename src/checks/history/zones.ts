/**
 * Linearizability of a register whose values are each written once, in O(n log n).
 *
 * The write of a value and the reads of it are a cluster, which stands together in any order that is legal. Between the
 * first return and the last invocation of a cluster, where these come in this order, the register must hold its value:
 * a forward zone. Where they come in the other order, every moment between the two will do for the whole cluster: a
 * backward zone. An order exists exactly when no read returns before its write was invoked, no two forward zones
 * overlap, and no backward zone lies within a forward one.
 *
 * A write of unknown outcome never returns: where nobody read it, its zone has no end, and lies within none.
 *
 * Source: P. B. Gibbons, E. Korach, Testing Shared Memories, SIAM J. Comput. 26 (1997), section 4 (read-mapping known).
 */
import { FAIL, type History, NIL, NONE, OK, READ, WRITE } from "./history.ts";
import { type Failure, type Finding, failure, operationText, PASS, valueName } from "./verdicts.ts";

/** Forward: `from` is the first return, `to` the last invocation. Backward: the other way round. */
interface Zone {
  readonly value: number;
  readonly from: number;
  readonly to: number;
  /** Rows whose moments these are; NONE for the initial value. */
  readonly fromRow: number;
  readonly toRow: number;
}

/** Who wrote each value of one key; scratch for a whole history, cleared after each key. */
export class Writers {
  private readonly writer: Int32Array;

  constructor(values: number) {
    this.writer = new Int32Array(values).fill(NONE);
  }

  /** Row of the write of a value, NONE if nobody wrote it, or it is NONE itself. */
  of(value: number): number {
    return this.writer[value] ?? NONE;
  }

  /** Enters what `rows` wrote and did not fail to; false where a value was written twice, or is the initial one. */
  enter({ kind, outcome, value }: History, rows: Int32Array): boolean {
    let unique = true;
    for (const row of rows) {
      if (kind[row] === READ || outcome[row] === FAIL) continue;
      const written = value[row] as number;
      if (written === NIL || this.writer[written] !== NONE) unique = false;
      this.writer[written] = row;
    }
    return unique;
  }

  clear({ kind, value }: History, rows: Int32Array): void {
    for (const row of rows) if (kind[row] !== READ) this.writer[value[row] as number] = NONE;
  }
}

/** Judges a register's rows, in order of invocation; `writers` holds their writes, each value once. */
export function judgeZones(history: History, rows: Int32Array, writers: Writers): Finding {
  const clusters = clustersOf(history, rows, writers);
  if (!(clusters instanceof Map)) return clusters;
  const forward: Zone[] = [];
  const backward: Zone[] = [];
  for (const zone of clusters.values()) {
    if (zone.from < zone.to) forward.push(zone);
    else
      backward.push({
        ...zone,
        from: zone.to,
        to: zone.from,
        fromRow: zone.toRow,
        toRow: zone.fromRow,
      });
  }
  forward.sort((a, b) => a.from - b.from || a.value - b.value);
  for (let at = 1; at < forward.length; at++) {
    const [before, zone] = [forward[at - 1] as Zone, forward[at] as Zone];
    if (zone.from < before.to) return overlap(history, before, zone);
  }
  for (const zone of backward) {
    const around = lastBefore(forward, zone.from);
    if (around !== null && zone.to < around.to) return within(history, zone, around);
  }
  return PASS;
}

function clustersOf(
  history: History,
  rows: Int32Array,
  writers: Writers,
): Map<number, Zone> | Failure {
  const { kind, outcome, value, invoked, returned } = history;
  const clusters = new Map<number, Zone>();
  for (const row of rows) {
    if (kind[row] !== WRITE || outcome[row] === FAIL) continue;
    const to = invoked[row] as number;
    const from = returned[row] as number;
    clusters.set(value[row] as number, {
      value: value[row] as number,
      from,
      to,
      fromRow: row,
      toRow: row,
    });
  }
  const before = Number.NEGATIVE_INFINITY;
  clusters.set(NIL, { value: NIL, from: before, to: before, fromRow: NONE, toRow: NONE });
  for (const row of rows) {
    const read = value[row] as number;
    if (kind[row] !== READ || outcome[row] !== OK || read === NONE) continue;
    const zone = clusters.get(read);
    if (zone === undefined) return failure(unwritten(history, rows, row), [row]);
    const writer = writers.of(read);
    if (read !== NIL && (returned[row] as number) < (invoked[writer] as number)) {
      const reason = `${operationText(history, row)} returned before ${operationText(history, writer)} began`;
      return failure(reason, [row, writer]);
    }
    const isFirst = (returned[row] as number) < zone.from;
    const isLast = (invoked[row] as number) > zone.to;
    if (!isFirst && !isLast) continue;
    clusters.set(read, {
      value: read,
      from: isFirst ? (returned[row] as number) : zone.from,
      fromRow: isFirst ? row : zone.fromRow,
      to: isLast ? (invoked[row] as number) : zone.to,
      toRow: isLast ? row : zone.toRow,
    });
  }
  return clusters;
}

/** Why a read's value was never there. */
export function unwritten(history: History, rows: Int32Array, read: number): string {
  const { kind, outcome, value } = history;
  const failed = rows.find(
    (row) => kind[row] !== READ && outcome[row] === FAIL && value[row] === value[read],
  );
  const why =
    failed === undefined ? "nobody wrote that" : `${operationText(history, failed)} had failed`;
  return `${operationText(history, read)} returned what was never there: ${why}`;
}

/** Why a CAS cannot have succeeded. */
export const unmet = (history: History, cas: number): string =>
  `${operationText(history, cas)} took effect although nobody wrote what it expected`;

/** The last zone that begins before `moment`. Zones are in order and do not overlap. */
function lastBefore(zones: readonly Zone[], moment: number): Zone | null {
  let low = 0;
  let high = zones.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((zones[middle] as Zone).from < moment) low = middle + 1;
    else high = middle;
  }
  return zones[low - 1] ?? null;
}

/** The rows that pin zones. */
const pins = (...zones: readonly Zone[]): number[] =>
  zones.flatMap(({ fromRow, toRow }) => [fromRow, toRow]);

function holds(history: History, { value, fromRow, toRow }: Zone): string {
  const name = valueName(history, value);
  const to = operationText(history, toRow);
  if (fromRow === NONE) return `the register must hold ${name} from the start until ${to} began`;
  const from = operationText(history, fromRow);
  return `the register must hold ${name} from the return of ${from} at the latest until ${to} began`;
}

function overlap(history: History, a: Zone, b: Zone): Failure {
  const reason = `the register would have to hold ${valueName(history, a.value)} and ${valueName(history, b.value)} at once`;
  return failure(reason, pins(a, b), [holds(history, a), holds(history, b)]);
}

function within(history: History, zone: Zone, around: Zone): Failure {
  const name = valueName(history, zone.value);
  const reason = `${name} was there while the register had to hold ${valueName(history, around.value)}`;
  const first = operationText(history, zone.fromRow);
  const last = operationText(history, zone.toRow);
  const own =
    zone.fromRow === zone.toRow
      ? `${first} began and returned meanwhile`
      : `${first} began and ${last} returned meanwhile`;
  return failure(reason, pins(around, zone), [holds(history, around), own]);
}
