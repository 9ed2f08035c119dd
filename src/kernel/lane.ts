/**
 * A lane holds events of one kind whose due times never decrease: timeouts of a fixed length, armed
 * per request and mostly cancelled. A ring instead of a heap: scheduling and cancelling are O(1),
 * and only one event of the lane stands in the kernel's queue, its anchor. The order in which events
 * fire is the same as with `Kernel.schedule`, since each keeps the sequence it was scheduled with.
 */
import { invariant } from "../base/invariant.ts";
import type { Nanos } from "../base/nanos.ts";

/** Events of one kind in order of time; see `Kernel.lane`. */
export interface Lane {
  /**
   * Schedules an event; the answer cancels it. Handles of a lane are its own.
   *
   * @param dueNs - not before now, nor before the lane's last one
   */
  schedule(dueNs: Nanos, target: number, slot?: number, word?: number): number;
  /** Cancels; false when the event has fired or was cancelled. */
  cancel(handle: number): boolean;
}

/** What a lane needs of its kernel. */
export interface LaneHost {
  /** Checks an event's facts and answers its order word. */
  nextOrder(dueNs: Nanos, kind: number, target: number): number;
  /** Puts the anchor of lane number `lane` into the queue. */
  pushAnchor(dueNs: Nanos, order: number, lane: number): void;
  /** Counts events that are scheduled and not cancelled. */
  pending: number;
}

/** In place of a target: a cancelled event. */
const GONE = -1;

/** A lane as a ring of entries. */
export class RingLane implements Lane {
  /** Number of the entry that the anchor in the queue stands for; 0 without an anchor. */
  private anchor = 0;
  /** Entries have numbers from 1; those from `head` to before `tail` are in the ring. */
  private head = 1;
  private tail = 1;
  private mask = 63;
  private dues = new Float64Array(64);
  private orders = new Uint32Array(64);
  /** [target, slot, word] per entry. */
  private words = new Int32Array(3 * 64);

  constructor(
    private readonly host: LaneHost,
    readonly kind: number,
    private readonly index: number,
  ) {}

  schedule(dueNs: Nanos, target: number, slot = 0, word = 0): number {
    const lastDue = this.dues[(this.tail - 1) & this.mask] as number;
    if (!(dueNs >= lastDue)) {
      invariant(false, "due times on a lane never decrease", { dueNs, lastDue });
    }
    const order = this.host.nextOrder(dueNs, this.kind, target);
    if (this.tail - this.head > this.mask) this.grow();
    const entry = this.tail++;
    const at = entry & this.mask;
    this.dues[at] = dueNs;
    this.orders[at] = order;
    this.words[3 * at] = target;
    this.words[3 * at + 1] = slot;
    this.words[3 * at + 2] = word;
    this.host.pending++;
    // An anchor of an entry since cancelled is earlier than this one: it will find it.
    if (this.anchor === 0) this.drop(entry);
    return entry;
  }

  cancel(handle: number): boolean {
    if (!(handle >= this.head && handle < this.tail)) return false;
    const at = 3 * (handle & this.mask);
    if (this.words[at] === GONE) return false;
    this.words[at] = GONE;
    this.host.pending--;
    if (handle === this.head) this.skipGone();
    return true;
  }

  /** True when the entry that the anchor stands for was not cancelled: it is the head. */
  get anchorIsAlive(): boolean {
    return this.anchor === this.head && this.head < this.tail;
  }

  /** Puts a new anchor in the queue, for the head; the old one was taken off it. */
  moveAnchor(): void {
    this.anchor = 0;
    if (this.head < this.tail) this.drop(this.head);
  }

  headTarget(): number {
    return this.words[3 * (this.head & this.mask)] as number;
  }

  headSlot(): number {
    return this.words[3 * (this.head & this.mask) + 1] as number;
  }

  headWord(): number {
    return this.words[3 * (this.head & this.mask) + 2] as number;
  }

  /** Takes the head off, because it fires, and anchors the next; the old anchor was taken off. */
  removeHead(): void {
    this.words[3 * (this.head & this.mask)] = GONE;
    this.skipGone();
    this.moveAnchor();
  }

  /** Adds the order words of all entries in the ring. */
  collectOrders(orders: number[]): void {
    for (let entry = this.head; entry < this.tail; entry++) {
      orders.push(this.orders[entry & this.mask] as number);
    }
  }

  /** Replaces every order word, and anchors the head anew; the old anchor was taken off. */
  renumber(newOrder: (order: number) => number): void {
    for (let entry = this.head; entry < this.tail; entry++) {
      const at = entry & this.mask;
      this.orders[at] = newOrder(this.orders[at] as number);
    }
    this.moveAnchor();
  }

  private drop(entry: number): void {
    const at = entry & this.mask;
    this.anchor = entry;
    this.host.pushAnchor(this.dues[at] as number, this.orders[at] as number, this.index);
  }

  private skipGone(): void {
    while (this.head < this.tail && this.words[3 * (this.head & this.mask)] === GONE) this.head++;
  }

  private grow(): void {
    const { dues, orders, words, mask } = this;
    const length = 2 * (mask + 1);
    this.dues = new Float64Array(length);
    this.orders = new Uint32Array(length);
    this.words = new Int32Array(3 * length);
    this.mask = length - 1;
    for (let entry = this.head; entry < this.tail; entry++) {
      const from = entry & mask;
      const to = entry & this.mask;
      this.dues[to] = dues[from] as number;
      this.orders[to] = orders[from] as number;
      for (let i = 0; i < 3; i++) this.words[3 * to + i] = words[3 * from + i] as number;
    }
  }
}
