/** Messages between sentinels and what they watch, pooled: a slot is reused once its message was handled or dropped. */
import type { Nanos } from "../../base/nanos.ts";

export const PING = 0;
export const PONG = 1;
export const INFO = 2;
export const INFO_REPLY = 3;
/** PUBLISH on the hello channel; a node passes it on to its subscribers, a sentinel reads it. */
export const HELLO = 4;
export const HELLO_RELAYED = 5;
/** SENTINEL is-master-down-by-addr, and its answer. */
export const ASK = 6;
export const ASK_REPLY = 7;
/** REPLICAOF, with CONFIG REWRITE and CLIENT KILL in one transaction. */
export const REPLICA_OF = 8;

/** No node, no sentinel. */
export const NOBODY = -1;

export class SentinelMessage {
  type = PING;
  /** Endpoints: nodes by their index within the group, then sentinels. */
  from = 0;
  to = 0;
  senderIncarnation = 0;
  /** The connection it travels on belongs to a sentinel and leads to an endpoint. */
  owner = 0;
  peer = 0;
  generation = 0;
  sentAt: Nanos = 0;
  firstSentAt: Nanos = 0;
  /** Hello: who said it. */
  speaker = NOBODY;
  currentEpoch = 0;
  configEpoch = 0;
  /** The primary that is meant or told of; REPLICA_OF: NOBODY for NO ONE. */
  primary = NOBODY;
  // Answers
  isDown = false;
  leader = NOBODY;
  leaderEpoch = 0;
  isPrimary = false;
  linkUp = false;
  linkDownNs: Nanos = 0;
  offset = 0;
  runId = 0;
}

export class SentinelMessages {
  readonly messages: SentinelMessage[] = [];
  private readonly free: number[] = [];

  allocate(): number {
    const slot = this.free.pop();
    if (slot !== undefined) return slot;
    this.messages.push(new SentinelMessage());
    return this.messages.length - 1;
  }

  release(slot: number): void {
    this.free.push(slot);
  }
}
