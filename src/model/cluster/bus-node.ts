/**
 * What one node of a cluster believes: its epochs, and its view of every peer and of who owns each shard.
 *
 * Models: flags, reports of failure and their age, advertised offsets, configuration epochs, links, the last vote.
 * Leaves out: single slots (a shard's slots have one owner, but for those that are being moved), nodes.conf on disk: a node
 * that comes back knows its id, its epochs and who owned what.
 */
import type { Nanos } from "../../base/nanos.ts";
import type { RedisNode } from "../engine/redis/redis-node.ts";

export const PFAIL = 1;
export const FAIL = 2;

/** A replica's election: valkey's failover_auth_* fields. */
export class ElectionState {
  dueAt: Nanos = Number.NEGATIVE_INFINITY;
  sent = false;
  epoch = 0;
  rank = 0;
  scheduledAt: Nanos = 0;
  /** Who voted for it in this election: indices within the group. */
  readonly voters = new Set<number>();
}

/** valkey's mf_* fields. */
export interface ManualState {
  readonly endsAt: Nanos;
  /** Of a primary: the replica that asked. Null at the replica. */
  readonly replica: BusNode | null;
  /** Of a replica: where its primary stopped; -1 until that has said so. */
  offset: number;
  /** Of a replica: it holds all that its primary wrote, or need not. */
  mayStart: boolean;
}

export class BusNode {
  currentEpoch = 0;
  configEpoch = 0;
  lastVoteEpoch = 0;
  /** Owner of each shard: index within the group, and the epoch of its claim. */
  readonly owner: Int32Array;
  readonly ownerEpoch: Float64Array;
  /** When it last voted for a replica of each primary, by that primary's index. */
  readonly votedAt: Float64Array;
  /** 0 when no ping is in flight. */
  readonly pingSent: Float64Array;
  readonly pongReceived: Float64Array;
  readonly dataReceived: Float64Array;
  readonly flags: Uint8Array;
  readonly failedAt: Float64Array;
  readonly offset: Float64Array;
  /** The shard of each peer, as it last said. */
  readonly shardOf: Int32Array;
  /** Primaries that have had replicas, and so may get another's (CLUSTER_NODE_MIGRATE_TO). */
  readonly migrateTo: Uint8Array;
  /** Since when a primary has no working replica, as far as this node looked. 0: it has. */
  readonly orphanedSince: Float64Array;
  /** The node's own link to each peer exists (open, or connecting). */
  readonly linkUp: Uint8Array;
  /** Its handshake has been through, so that what is sent on it can arrive. */
  readonly linkConnected: Uint8Array;
  readonly linkCreatedAt: Float64Array;
  /** When it last gave a link up. */
  readonly linkDroppedAt: Float64Array;
  readonly linkGeneration: Int32Array;
  /** Who reported a peer as failing, and when. */
  readonly reports = new Map<number, Map<number, Nanos>>();
  readonly election = new ElectionState();
  /** A manual failover under way: this node is to lead, or holds writes for the replica that is. */
  manual: ManualState | null = null;
  /** Messages that wait in the sockets of a paused process. */
  readonly inbox: number[] = [];
  cronCount = 0;
  /** The others no longer know it. */
  isForgotten = false;
  /** No peer needs a ping, a new link or a suspicion before; a cron in between has nothing to look for. */
  nextWatchAt: Nanos = Number.NEGATIVE_INFINITY;
  /** Peers that are flagged PFAIL, those flagged FAIL, and peers without a link. */
  suspected = 0;
  failed = 0;
  linksDown = 0;
  pfailCount = 0;
  stateDirty = true;
  lastMinorityAt: Nanos = Number.NEGATIVE_INFINITY;

  constructor(
    /** Index within the group. */
    readonly index: number,
    readonly node: RedisNode,
    /** Shard from 0 within the group. */
    public shard: number,
    nodes: number,
    shards: number,
  ) {
    this.owner = new Int32Array(shards);
    this.ownerEpoch = new Float64Array(shards);
    this.votedAt = new Float64Array(nodes).fill(Number.NEGATIVE_INFINITY);
    this.pingSent = new Float64Array(nodes);
    this.pongReceived = new Float64Array(nodes);
    this.dataReceived = new Float64Array(nodes);
    this.flags = new Uint8Array(nodes);
    this.failedAt = new Float64Array(nodes);
    this.offset = new Float64Array(nodes);
    this.shardOf = new Int32Array(nodes);
    this.migrateTo = new Uint8Array(nodes);
    this.orphanedSince = new Float64Array(nodes);
    this.linkUp = new Uint8Array(nodes).fill(1);
    this.linkConnected = new Uint8Array(nodes).fill(1);
    this.linkCreatedAt = new Float64Array(nodes);
    this.linkDroppedAt = new Float64Array(nodes);
    this.linkGeneration = new Int32Array(nodes);
  }

  setFlags(peer: number, flags: number): void {
    if (this.flags[peer] === PFAIL) this.suspected--;
    if (flags === PFAIL) this.suspected++;
    if (this.flags[peer] === FAIL) this.failed--;
    if (flags === FAIL) this.failed++;
    this.flags[peer] = flags;
  }

  setLink(peer: number, up: 0 | 1): void {
    this.linksDown += (this.linkUp[peer] as number) - up;
    this.linkUp[peer] = up;
    if (up === 1) this.nextWatchAt = Number.NEGATIVE_INFINITY;
  }

  /** After when a peer will need attention, if nothing is heard of it until then. */
  watchAfter(peer: number, timeoutNs: Nanos, pingAfterNs: Nanos): Nanos {
    const linked = this.linkUp[peer] === 1;
    const pingSent = this.pingSent[peer] as number;
    if (pingSent === 0)
      return linked ? (this.pongReceived[peer] as number) + pingAfterNs : Number.POSITIVE_INFINITY;
    const silentSince = Math.max(pingSent, this.dataReceived[peer] as number);
    const reset = linked
      ? Math.max(silentSince + timeoutNs / 2, (this.linkCreatedAt[peer] as number) + timeoutNs)
      : Number.POSITIVE_INFINITY;
    return this.flags[peer] === 0 ? Math.min(reset, silentSince + timeoutNs) : reset;
  }

  /** In this node's view it owns its shard. */
  get isPrimary(): boolean {
    return this.owner[this.shard] === this.index;
  }

  /** In this node's view a peer owns its shard. */
  owns(peer: number): boolean {
    return this.owner[this.shardOf[peer] as number] === peer;
  }

  failing(peer: number): boolean {
    return this.flags[peer] !== 0;
  }

  /** Reporters of a peer whose reports are younger than `validity`. */
  countReports(peer: number, now: Nanos, validity: Nanos): number {
    const reports = this.reports.get(peer);
    if (reports === undefined) return 0;
    for (const [reporter, at] of reports) if (now - at > validity) reports.delete(reporter);
    return reports.size;
  }

  report(peer: number, reporter: number, at: Nanos): void {
    let reports = this.reports.get(peer);
    if (reports === undefined) {
      reports = new Map();
      this.reports.set(peer, reports);
    }
    reports.set(reporter, at);
  }

  retract(peer: number, reporter: number): void {
    this.reports.get(peer)?.delete(reporter);
  }
}
