/**
 * The commands in flight on one connection that takes several, and what of them arrived out of turn.
 *
 * Models: replies in the order of their commands; TCP's order at the server, where a command that was sent again holds
 * back those behind it; commands whose caller has given up, which keep their turn.
 * Leaves out: several commands in one segment, and what batching them saves in system calls.
 */
import type { Nanos } from "../../base/nanos.ts";

/** In place of a request: its caller has given up; the reply is still to come. */
export const GIVEN_UP = -1;
const NO_FRAME = -1;

export class Pipeline {
  /** Tickets from `head` to before `tail` are in flight, in this order. */
  private head = 0;
  private tail = 0;
  /** The ticket that the server takes next. */
  private expected = 0;
  private mask = 15;
  private requests = new Int32Array(16);
  private sentAt = new Float64Array(16);
  private replies = new Int32Array(16).fill(NO_FRAME);
  /** By ticket: frames that reached the server before one that was sent earlier. */
  private readonly early = new Map<number, number>();
  /** Handle of the event that looks whether TCP has given the connection up; -1 for none. */
  watch = -1;

  /** Commands in flight, those given up included. */
  get inFlight(): number {
    return this.tail - this.head;
  }

  /** When the oldest command in flight was sent; only while there is one. */
  get oldestSentAt(): Nanos {
    return this.sentAt[this.head & this.mask] as number;
  }

  /** A command is sent; answers its ticket. */
  push(request: number, now: Nanos): number {
    if (this.inFlight > this.mask) this.grow();
    const ticket = this.tail++;
    const at = ticket & this.mask;
    this.requests[at] = request;
    this.sentAt[at] = now;
    return ticket;
  }

  /** The caller of a command waits no longer. */
  giveUp(ticket: number): void {
    this.requests[ticket & this.mask] = GIVEN_UP;
  }

  /** A reply arrived, maybe before those of earlier commands. */
  replied(ticket: number, frame: number): void {
    this.replies[ticket & this.mask] = frame;
  }

  /** The frame that answers the oldest command, or -1 while it is not here. */
  get nextReply(): number {
    return this.inFlight === 0 ? NO_FRAME : (this.replies[this.head & this.mask] as number);
  }

  /** Takes the oldest command off; answers its request, or GIVEN_UP. */
  shift(): number {
    const at = this.head++ & this.mask;
    this.replies[at] = NO_FRAME;
    return this.requests[at] as number;
  }

  /** A command reached the server: true if it is its turn, else it is kept until then. */
  arrivesInTurn(ticket: number, frame: number): boolean {
    if (ticket === this.expected) {
      this.expected++;
      return true;
    }
    this.early.set(ticket, frame);
    return false;
  }

  /** A frame that was kept and whose turn has come, or -1. */
  nextEarly(): number {
    if (this.early.size === 0) return NO_FRAME;
    const frame = this.early.get(this.expected);
    if (frame === undefined) return NO_FRAME;
    this.early.delete(this.expected++);
    return frame;
  }

  /** The connection is gone: gives every kept frame back, and forgets all. */
  clear(release: (frame: number) => void): void {
    for (const frame of this.early.values()) release(frame);
    this.early.clear();
    for (; this.head < this.tail; this.head++) {
      const at = this.head & this.mask;
      if (this.replies[at] !== NO_FRAME) release(this.replies[at] as number);
      this.replies[at] = NO_FRAME;
    }
    this.head = 0;
    this.tail = 0;
    this.expected = 0;
  }

  /** Requests in flight whose callers still wait, oldest first. */
  waiting(): number[] {
    const found: number[] = [];
    for (let ticket = this.head; ticket < this.tail; ticket++) {
      const request = this.requests[ticket & this.mask] as number;
      if (request !== GIVEN_UP) found.push(request);
    }
    return found;
  }

  private grow(): void {
    const { requests, sentAt, replies, mask } = this;
    const size = 2 * (mask + 1);
    this.mask = size - 1;
    this.requests = new Int32Array(size);
    this.sentAt = new Float64Array(size);
    this.replies = new Int32Array(size).fill(NO_FRAME);
    for (let ticket = this.head; ticket < this.tail; ticket++) {
      const from = ticket & mask;
      const to = ticket & this.mask;
      this.requests[to] = requests[from] as number;
      this.sentAt[to] = sentAt[from] as number;
      this.replies[to] = replies[from] as number;
    }
  }
}
