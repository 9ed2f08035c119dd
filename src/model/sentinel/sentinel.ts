/**
 * One Sentinel process: what it believes of the primary, of the replicas and of the other sentinels.
 *
 * Models: times of the last ping, answer, INFO and hello of each link; epochs, leaders and votes; the state of a failover.
 * Leaves out: several groups watched by one process, its configuration file, scripts, authentication.
 */
import type { Nanos } from "../../base/nanos.ts";
import { NOBODY } from "./sentinel-message.ts";

const NEVER: Nanos = Number.NEGATIVE_INFINITY;
/** `pingedSince` while no ping waits for its answer. */
export const NOT_PINGED: Nanos = Number.POSITIVE_INFINITY;

/** A connection to a node or another sentinel. All times by the clock of its owner. */
export class SentinelLink {
  disconnected = false;
  /** Its handshake has been through, so that what is sent on it can arrive. */
  established = true;
  generation = 0;
  openedAt: Nanos = NEVER;
  triedAt: Nanos = NEVER;
  pingedAt: Nanos = NEVER;
  /** The first ping that has no answer yet. */
  pingedSince: Nanos = NOT_PINGED;
  /** Last answer that says that the process is well, and last answer of any kind. */
  availableAt: Nanos = 0;
  pongAt: Nanos = 0;
  helloAt: Nanos = NEVER;

  close(): void {
    this.disconnected = true;
    this.established = false;
    this.generation++;
  }

  /** A link to what has only just been heard of: it counts as pinged, so that a dead one is noticed in time. */
  begin(now: Nanos): void {
    this.close();
    this.triedAt = NEVER;
    this.pingedAt = NEVER;
    this.pingedSince = now;
    this.availableAt = now;
    this.pongAt = now;
    this.helloAt = NEVER;
  }
}

/** How far a replica has come with a new primary. */
export const RECONFIGURE_NONE = 0;
export const RECONFIGURE_SENT = 1;
export const RECONFIGURE_UNDER_WAY = 2;
export const RECONFIGURE_DONE = 3;

/** What both kinds of watched processes have. */
export class Watched {
  readonly link = new SentinelLink();
  isDown = false;
  downSince: Nanos = NEVER;
}

/** A Redis node in a sentinel's view. */
export class WatchedNode extends Watched {
  infoAt: Nanos = NEVER;
  saysPrimary = false;
  roleSince: Nanos = NEVER;
  /** Whom it says it follows, and since when. */
  upstream = NOBODY;
  upstreamSince: Nanos = NEVER;
  linkUp = true;
  linkDownNs: Nanos = 0;
  offset = 0;
  runId = -1;
  reconfigure = RECONFIGURE_NONE;
  reconfigureSentAt: Nanos = NEVER;

  /** Forgets all: the sentinel looks at the node as at a new one. */
  renew(now: Nanos, saysPrimary: boolean): void {
    this.link.begin(now);
    this.isDown = false;
    this.downSince = NEVER;
    this.infoAt = NEVER;
    this.saysPrimary = saysPrimary;
    this.roleSince = now;
    this.upstream = NOBODY;
    this.upstreamSince = now;
    this.linkUp = false;
    this.linkDownNs = 0;
    this.offset = 0;
    this.reconfigure = RECONFIGURE_NONE;
  }

  /** It has not been found down for at least so long. */
  wasUpFor(ns: Nanos, now: Nanos): boolean {
    return now - this.downSince > ns;
  }
}

/** Another sentinel in a sentinel's view. */
export class WatchedSentinel extends Watched {
  saysDown = false;
  answeredAt: Nanos = NEVER;
  /** Its vote. */
  leader = NOBODY;
  leaderEpoch = 0;
}

export type FailoverState =
  | "none"
  | "wait-start"
  | "select"
  | "send-no-one"
  | "wait-promotion"
  | "reconfigure"
  | "update-config";

export class Sentinel {
  hostUp = true;
  processUp = true;
  paused = false;
  incarnation = 0;
  diedWithHost = false;
  /** What the host's clock says beyond the true time, ns; 0 without faults. */
  clockSkewNs: Nanos = 0;
  private pauses = 0;

  currentEpoch = 1;
  configEpoch = 1;
  /** The node it takes for the primary: index within the group. */
  primary = 0;
  readonly nodes: readonly WatchedNode[];
  readonly peers: readonly WatchedSentinel[];
  objectivelyDown = false;
  objectivelyDownSince: Nanos = NEVER;
  /** Its own vote. */
  leader = NOBODY;
  leaderEpoch = 0;
  state: FailoverState = "none";
  stateSince: Nanos = NEVER;
  failoverEpoch = 0;
  failoverStartedAt: Nanos = NEVER;
  promoted = NOBODY;
  /** Since when it trusts its clock no more; -Infinity: it does. */
  tiltedSince: Nanos = NEVER;
  timerAt: Nanos = 0;
  /** Messages that wait in the sockets of a paused process. */
  readonly inbox: number[] = [];

  constructor(
    readonly id: string,
    /** Index within the group. */
    readonly index: number,
    readonly host: number,
    readonly zone: number,
    counts: { readonly nodes: number; readonly sentinels: number },
  ) {
    this.nodes = Array.from({ length: counts.nodes }, () => new WatchedNode());
    this.peers = Array.from({ length: counts.sentinels }, () => new WatchedSentinel());
  }

  get alive(): boolean {
    return this.hostUp && this.processUp;
  }

  get responds(): boolean {
    return this.alive && !this.paused;
  }

  get tilted(): boolean {
    return this.tiltedSince !== NEVER;
  }

  get failingOver(): boolean {
    return this.state !== "none";
  }

  /** What it answers to get-master-addr-by-name: the new primary once that was seen to lead. */
  get currentPrimary(): number {
    const led = this.state === "reconfigure" || this.state === "update-config";
    return led ? this.promoted : this.primary;
  }

  /** What faults write here, for comparison with a run that had none. */
  faultState(): readonly unknown[] {
    return [this.paused, this.clockSkewNs];
  }

  pause(): void {
    this.pauses++;
    this.paused = true;
  }

  resume(): void {
    this.pauses = Math.max(0, this.pauses - 1);
    this.paused = this.pauses > 0;
  }

  die(withHost: boolean): void {
    this.processUp = false;
    if (withHost) this.hostUp = false;
    this.diedWithHost = withHost;
    this.pauses = 0;
    this.paused = false;
    for (const { link } of [...this.nodes, ...this.peers]) link.close();
  }

  /** A new process reads its rewritten configuration: epochs, vote and primary stay, the rest is looked at anew. */
  start(now: Nanos): void {
    this.hostUp = true;
    this.processUp = true;
    this.incarnation++;
    this.tiltedSince = NEVER;
    this.timerAt = now;
    this.leader = NOBODY;
    for (const peer of this.peers) {
      peer.link.begin(now);
      peer.isDown = false;
      peer.saysDown = false;
      peer.leader = NOBODY;
      peer.answeredAt = NEVER;
    }
    this.watch(this.primary, now);
  }

  /** Watches a primary, and all others as its replicas, as if it had only just heard of them. */
  watch(primary: number, now: Nanos): void {
    this.primary = primary;
    for (const [index, node] of this.nodes.entries()) node.renew(now, index === primary);
    this.objectivelyDown = false;
    this.objectivelyDownSince = NEVER;
    this.leader = NOBODY;
    this.state = "none";
    this.stateSince = NEVER;
    this.failoverStartedAt = NEVER;
    this.promoted = NOBODY;
  }
}
