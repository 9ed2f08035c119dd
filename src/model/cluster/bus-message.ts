/** Messages of the cluster bus, pooled: a slot is reused once its message was handled or dropped. */
import type { Nanos } from "../../base/nanos.ts";

export const PING = 0;
export const PONG = 1;
export const FAIL_MESSAGE = 2;
export const AUTH_REQUEST = 3;
export const AUTH_ACK = 4;
export const UPDATE = 5;
/** A replica asks its primary to hold writes for a manual failover. */
export const MANUAL_START = 6;

export class BusMessage {
  type = PING;
  from = 0;
  to = 0;
  senderIncarnation = 0;
  /** The link it travels on belongs to `linkOwner` and leads to `linkPeer`. */
  linkOwner = 0;
  linkPeer = 0;
  linkGeneration = 0;
  sentAt: Nanos = 0;
  firstSentAt: Nanos = 0;
  // Header
  currentEpoch = 0;
  configEpoch = 0;
  /** The sender's shard. */
  shard = 0;
  /** It claims that shard's slots. */
  claims = false;
  offset = 0;
  /** The sender holds its clients' writes for a manual failover: `offset` will not move. */
  paused = false;
  /** AUTH_REQUEST: voters need not have found the primary failed. */
  forced = false;
  /** FAIL: who failed. UPDATE: who owns the shard. */
  subject = -1;
  subjectShard = -1;
  subjectEpoch = 0;
  /** By move of slots: how many have gone over, as the sender knows. */
  readonly movedSlots: number[] = [];
  // Gossip sections
  gossipCount = 0;
  readonly gossipNode: number[] = [];
  readonly gossipFlags: number[] = [];
  readonly gossipPong: number[] = [];
}

export class BusMessages {
  readonly messages: BusMessage[] = [];
  private readonly free: number[] = [];

  allocate(): number {
    const slot = this.free.pop();
    if (slot !== undefined) return slot;
    this.messages.push(new BusMessage());
    return this.messages.length - 1;
  }

  release(slot: number): void {
    this.free.push(slot);
  }
}
