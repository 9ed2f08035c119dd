/**
 * The cluster bus of a group with cluster mode enabled: pings, gossip, failure detection and configuration, message by
 * message. Elections are in `election.ts`, what an operator asks for in `manual-failover.ts`, replicas that change their
 * primary in `replica-migration.ts`.
 *
 * Models: clusterCron every 100 ms, ping and gossip schedules, PFAIL by timeout, FAIL by a majority of primaries'
 * reports, links that break and are opened again, epochs and claims, UPDATE to a stale claimant, loss of the majority,
 * which slots have moved to another shard, from the messages of any primary that knows.
 * Leaves out: MEET handshakes (a replacement is introduced to all at once), a slot that two claim,
 * ports and node ids, bus messages larger than a segment, and what looks like Nagle's algorithm beside delayed
 * acknowledgements: of 96 peers of measured winners (redis-server 7.0.15 on loopback) 25 knew within 13 ms who leads, and
 * 71 within 38 to 49 ms, for the claim followed a request for votes on the same connection.
 * Source: valkey 8.0.1 cluster_legacy.c (line numbers at each rule); Redis 7.0.15 is the same but for rank ties.
 */
import { MILLISECOND, type Nanos, SECOND } from "../../base/nanos.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { Stream } from "../../kernel/streams.ts";
import type { RedisNode } from "../engine/redis/redis-node.ts";
import { SERVER_CRON_PERIOD as CRON_PERIOD } from "../engine/redis/server-cron.ts";
import type { Network } from "../network/network.ts";
import {
  AUTH_ACK,
  AUTH_REQUEST,
  type BusMessage,
  BusMessages,
  FAIL_MESSAGE,
  MANUAL_START,
  PING,
  PONG,
  UPDATE,
} from "./bus-message.ts";
import { BusNode, FAIL, PFAIL } from "./bus-node.ts";
import type { BusSettings } from "./bus-settings.ts";
import { Election } from "./election.ts";
import { ManualFailover, type ManualOption } from "./manual-failover.ts";
import { ReplicaMigration } from "./replica-migration.ts";
import type { ClusterStrategies } from "./strategies.ts";

/** Reports of a failure are valid for this many node timeouts (1551-1565). */
const REPORT_VALIDITY = 2;
/** A primary with slots whose FAIL is older than this many node timeouts is welcome again (2049-2085). */
const FAIL_UNDO = 2;
const REJOIN_DELAY_MIN: Nanos = 500 * MILLISECOND;
const REJOIN_DELAY_MAX: Nanos = 5 * SECOND;
/** A primary that starts waits this long before it serves. */
const WRITABLE_DELAY: Nanos = 2 * SECOND;

/** What the bus tells the group that owns it. */
export interface BusListener {
  /** A quorum agreed that the owner of a shard has failed; first to conclude so was `by`. */
  failureAgreed(owner: RedisNode, by: RedisNode): void;
  electionScheduled(candidate: RedisNode): void;
  /** A primary concluded that a node has failed, by the suspicion of `reporters`. */
  failureConcluded(failed: RedisNode, by: RedisNode, reporters: readonly RedisNode[]): void;
  /** A candidate asks for votes, and knows what its siblings advertised. */
  votesAsked(candidate: RedisNode, asked: VotesAsked): void;
  voteGranted(voter: RedisNode, candidate: RedisNode, epoch: number): void;
  /** A replica won its election, by these votes, and owns the shard under `configEpoch`. */
  won(winner: RedisNode, configEpoch: number, voters: readonly RedisNode[]): void;
  /** A node learnt that another owns its shard under a higher epoch. */
  ownerLearned(node: RedisNode, owner: RedisNode): void;
  /** CLUSTER FAILOVER arrived at a replica. */
  manualAsked(replica: RedisNode, option: ManualOption): void;
  /** It came to nothing in its time. */
  manualGivenUp(replica: RedisNode): void;
  /** A replica leads without votes. */
  tookOver(replica: RedisNode, configEpoch: number): void;
  /** A replica goes over to a primary that has none. */
  replicaMigrates(replica: RedisNode, to: RedisNode): void;
  /** A node's view of the cluster went up or down. */
  stateChanged(node: RedisNode, cause: string): void;
}

/** What a candidate goes by when it asks for votes. */
export interface VotesAsked {
  readonly epoch: number;
  readonly scheduledAt: Nanos;
  readonly offset: number;
  readonly siblings: readonly { readonly node: string; readonly offset: number }[];
  /** It was asked to, and waits for nothing. */
  readonly manual: boolean;
}

/** A node and its place in the cluster. */
export interface BusPlace {
  readonly node: RedisNode;
  /** From 0 within the group. */
  readonly shard: number;
  /** Of its events. */
  readonly target: number;
}

export class ClusterBus {
  /** All that ever were, by index. */
  readonly nodes: BusNode[] = [];
  /** Those that know each other now. */
  readonly members: BusNode[] = [];
  /** The members' indices, ascending as they are. */
  private indices = new Int32Array(0);
  /** As many nodes as there will ever be. */
  private capacity = 0;
  readonly majority: number;
  readonly messages = new BusMessages();
  private readonly streams: Stream[] = [];
  /** Age of a peer's last answer at which it is pinged. */
  private readonly pingAfterNs: Nanos;
  /** Messages with gossip so far, and by node the last one that mentions it. */
  private gossips = 0;
  private mentionedIn = new Float64Array(0);
  private readonly targets: number[] = [];
  private readonly election: Election;
  private readonly manual: ManualFailover;
  private readonly migration: ReplicaMigration;
  private readonly cronKind: number;
  private readonly messageKind: number;
  private readonly brokenKind: number;
  private readonly inboxKind: number;

  constructor(
    readonly kernel: Kernel,
    private readonly network: Network,
    readonly settings: BusSettings,
    readonly shards: number,
    readonly listener: BusListener,
    name: string,
    readonly strategies: ClusterStrategies,
  ) {
    this.majority = Math.floor(shards / 2) + 1;
    this.pingAfterNs = settings.nodeTimeoutNs * settings.protocol.pingShare;
    this.election = new Election(this);
    this.manual = new ManualFailover(this);
    this.migration = new ReplicaMigration(this);
    this.cronKind = kernel.kind(`bus-cron/${name}`, (_t, slot) =>
      this.cron(this.nodes[slot] as BusNode),
    );
    this.messageKind = kernel.kind(`bus-message/${name}`, (_t, slot) => this.arrive(slot));
    this.brokenKind = kernel.kind(`bus-link-broken/${name}`, (_t, slot, word) =>
      this.linkBroken(slot, word),
    );
    this.inboxKind = kernel.kind(`bus-inbox/${name}`, (_t, slot) =>
      this.drainInbox(this.nodes[slot] as BusNode),
    );
  }

  /**
   * Adds the group's nodes, once: the first of each shard owns it under epoch shard + 1.
   *
   * @param more - nodes that may be added later
   */
  start(nodes: readonly BusPlace[], more: number): void {
    this.capacity = nodes.length + more;
    this.mentionedIn = new Float64Array(this.capacity);
    for (const place of nodes) this.addMember(place);
    for (const member of this.members) {
      member.currentEpoch = this.shards;
      for (const peer of this.members) {
        const first = this.members.find((other) => other.shard === peer.shard) as BusNode;
        member.shardOf[peer.index] = peer.shard;
        member.owner[peer.shard] = first.index;
        member.ownerEpoch[peer.shard] = peer.shard + 1;
        if (peer !== first) member.migrateTo[first.index] = 1;
        // Links are older than the run; pongs came at some moment of the last ping period.
        member.linkCreatedAt[peer.index] = -2 * this.settings.nodeTimeoutNs;
        const age = this.stream(member).next() * this.pingAfterNs;
        member.pongReceived[peer.index] = -Math.floor(age);
        member.dataReceived[peer.index] = -Math.floor(age);
        member.offset[peer.index] = peer.node.offsetAt(0);
      }
      const owner = this.nodes[member.owner[member.shard] as number] as BusNode;
      member.configEpoch = owner.index === member.index ? member.shard + 1 : 0;
      member.node.knownOwner = owner.node.index;
      this.startCron(member);
    }
  }

  private addMember({ node, shard, target }: BusPlace): BusNode {
    const member = new BusNode(this.nodes.length, node, shard, this.capacity, this.shards);
    this.nodes.push(member);
    this.members.push(member);
    this.indices = Int32Array.from(this.members, ({ index }) => index);
    this.targets.push(target);
    this.streams.push(this.kernel.streams.stream(`node/${node.id}`, "cluster-bus"));
    return member;
  }

  private startCron(member: BusNode): void {
    const phase = Math.floor(this.stream(member).next() * CRON_PERIOD);
    // Processes were started at different times: what they do in every tenth period is spread over a second.
    member.cronCount = Math.floor(this.stream(member).next() * 10);
    this.schedule(this.kernel.now + phase, this.cronKind, member, member.index, 0);
  }

  /** A new node, whose process runs, meets all others as a replica of a shard. */
  meet(node: RedisNode, leader: RedisNode): void {
    const member = this.addMember(this.placeOf(node));
    this.startCron(member);
    this.join(node, leader);
  }

  /** All forget a node (CLUSTER FORGET), whose process has ended. */
  forget(node: RedisNode): void {
    const gone = this.of(node);
    this.members.splice(this.members.indexOf(gone), 1);
    this.indices = Int32Array.from(this.members, ({ index }) => index);
    gone.isForgotten = true;
    for (const slot of gone.inbox.splice(0)) this.messages.release(slot);
    for (const member of this.members) {
      member.setFlags(gone.index, 0);
      if (member.linkUp[gone.index] === 0) member.setLink(gone.index, 1);
      member.linkGeneration[gone.index] = (member.linkGeneration[gone.index] as number) + 1;
      member.reports.delete(gone.index);
      for (const reports of member.reports.values()) reports.delete(gone.index);
      member.stateDirty = true;
    }
  }

  readonly placeOf = (node: RedisNode): BusPlace => ({
    node,
    shard: node.shardNumber - 1,
    target: this.kernel.target(`node/${node.id}`),
  });

  of(node: RedisNode): BusNode {
    return this.nodes.find((member) => member.node === node) as BusNode;
  }

  stream(member: BusNode): Stream {
    return this.streams[member.index] as Stream;
  }

  /** The process of a node died. Peers learn it from their links, unless the host died with it. */
  nodeDied(node: RedisNode, withHost: boolean): void {
    const dead = this.of(node);
    for (const slot of dead.inbox.splice(0)) this.messages.release(slot);
    this.manual.end(dead);
    if (withHost) return;
    for (const peer of this.members) {
      if (peer !== dead) this.breakLinkSoon(dead, peer);
    }
  }

  /**
   * A replacement under the node's id is introduced as a replica of its shard to all members that it can reach. Others go
   * on trying to reach the node that they knew. The node that it replaces had another id on the bus: whoever still takes
   * that for the shard's owner must not take the newcomer for it.
   *
   * @param leader - of its shard, as the service knows; the node itself where no copy was left
   */
  join(node: RedisNode, leader: RedisNode): void {
    const now = this.kernel.now;
    const member = this.of(node);
    const reaches = (peer: BusNode) => this.network.reachable(node.host, peer.node.host);
    const teacher = this.members.find(
      (peer) => peer !== member && peer.node.responds && !peer.node.loading && reaches(peer),
    );
    if (teacher !== undefined) {
      member.owner.set(teacher.owner);
      member.ownerEpoch.set(teacher.ownerEpoch);
      member.currentEpoch = teacher.currentEpoch;
      member.shardOf.set(teacher.shardOf);
      member.node.movedSlots.set(teacher.node.movedSlots);
      member.migrateTo.set(teacher.migrateTo);
    }
    member.configEpoch = 0;
    member.reports.clear();
    member.election.dueAt = Number.NEGATIVE_INFINITY;
    const owner = this.of(leader).index;
    const correct = (of: BusNode) => {
      if (of.owner[member.shard] === member.index) of.owner[member.shard] = owner;
    };
    correct(member);
    for (const peer of this.members) {
      this.greet(member, peer, now);
      if (!reaches(peer)) {
        // Neither has a connection to the other, even where one of them could be heard: TCP takes both ways.
        this.dropLink(member, peer);
        if (peer.linkUp[member.index] === 1) this.dropLink(peer, member);
        continue;
      }
      this.greet(peer, member, now);
      peer.shardOf[member.index] = member.shard;
      correct(peer);
    }
    for (const peer of this.members) peer.migrateTo[peer.owner[member.shard] as number] = 1;
    member.stateDirty = true;
    node.knownOwner = this.ownerOf(member).node.index;
  }

  /**
   * A process starts again and reads what it knew from its file: epochs and owners stay, links are opened anew, and a
   * primary waits before it serves (CLUSTER_WRITABLE_DELAY, 5303-5308).
   */
  restarted(node: RedisNode): void {
    const now = this.kernel.now;
    const member = this.of(node);
    for (const peer of this.members) {
      if (peer === member) continue;
      const i = peer.index;
      member.setFlags(i, 0);
      member.pingSent[i] = 0;
      member.pongReceived[i] = now;
      member.dataReceived[i] = now;
      member.offset[i] = 0;
      if (member.linkUp[i] === 1) this.dropLink(member, peer);
    }
    member.reports.clear();
    member.election.dueAt = Number.NEGATIVE_INFINITY;
    member.nextWatchAt = now;
    if (!member.isPrimary) return;
    const timeout = this.settings.nodeTimeoutNs;
    const rejoinDelay = Math.min(Math.max(timeout, REJOIN_DELAY_MIN), REJOIN_DELAY_MAX);
    member.lastMinorityAt = now + WRITABLE_DELAY - rejoinDelay;
    member.node.clusterUp = false;
    member.stateDirty = true;
  }

  /** CLUSTER FAILOVER is sent to a node. False when that refuses it. */
  failOver(node: RedisNode, option: ManualOption): boolean {
    return this.manual.ask(this.of(node), option);
  }

  /** A replica looks whether it may ask for votes now. */
  elect(member: BusNode): void {
    this.election.cron(member, this.kernel.now);
  }

  /** The service makes a node the owner of its shard without votes (CLUSTER FAILOVER TAKEOVER). Returns its new epoch. */
  takeOver(node: RedisNode): number {
    const member = this.of(node);
    for (const peer of this.members) {
      if (peer.node.alive) member.currentEpoch = Math.max(member.currentEpoch, peer.currentEpoch);
    }
    member.currentEpoch++;
    this.claim(member, member.currentEpoch);
    return member.configEpoch;
  }

  /** A paused process goes on: bus messages are read after the commands that waited. */
  resumed(node: RedisNode, afterNs: Nanos): void {
    const member = this.of(node);
    this.schedule(this.kernel.now + afterNs, this.inboxKind, member, member.index, 0);
  }

  /** Makes a member own its shard in its own view and tells everybody. */
  claim(member: BusNode, epoch: number): void {
    member.configEpoch = epoch;
    member.owner[member.shard] = member.index;
    member.ownerEpoch[member.shard] = epoch;
    member.node.knownOwner = member.node.index;
    member.stateDirty = true;
    this.updateState(member);
    this.manual.end(member);
    for (const peer of this.members) if (peer !== member) this.send(PONG, member, peer);
  }

  ownerOf(member: BusNode): BusNode {
    return this.nodes[member.owner[member.shard] as number] as BusNode;
  }

  /** Sends on the sender's own link; `fill` sets what the type carries beyond header and gossip. */
  send(type: number, from: BusNode, to: BusNode, fill?: (message: BusMessage) => void): void {
    if (from.linkUp[to.index] === 0) return;
    const slot = this.messages.allocate();
    const message = this.messages.messages[slot] as BusMessage;
    message.linkOwner = from.index;
    message.linkPeer = to.index;
    message.linkGeneration = from.linkGeneration[to.index] as number;
    this.fillHeader(message, type, from, to);
    fill?.(message);
    this.depart(slot, message, 0);
  }

  private cron(member: BusNode): void {
    if (member.isForgotten) return;
    const now = this.kernel.now;
    this.schedule(now + CRON_PERIOD, this.cronKind, member, member.index, 0);
    if (!member.node.responds) return;
    if (member.linksDown > 0) this.openLinks(member, now);
    member.pfailCount = member.suspected;
    if (member.cronCount++ % 10 === 0) this.pingOldest(member);
    if (now > member.nextWatchAt) this.watchAll(member, now);
    if (member.manual !== null) this.manual.cron(member, now);
    if (!member.isPrimary) {
      this.election.cron(member, now);
      this.migration.cron(member, now);
    }
    if (member.stateDirty || !member.node.clusterUp) this.updateState(member);
  }

  private openLinks(member: BusNode, now: Nanos): void {
    member.pfailCount = 0;
    const { flags, linkUp } = member;
    if (member.suspected === 0) {
      for (let index = linkUp.indexOf(0); index >= 0; index = linkUp.indexOf(0, index + 1))
        this.openLink(member, this.nodes[index] as BusNode, now);
      return;
    }
    for (const index of this.indices) {
      if (index === member.index) continue;
      if (flags[index] === PFAIL) member.pfailCount++;
      if (linkUp[index] === 0) this.openLink(member, this.nodes[index] as BusNode, now);
    }
  }

  private watchAll(member: BusNode, now: Nanos): void {
    const { pingAfterNs, nodes } = this;
    const { pingSent, linkUp, pongReceived } = member;
    let next = Number.POSITIVE_INFINITY;
    for (const index of this.indices) {
      if (index === member.index) continue;
      // Most peers have a link, no ping in flight, and answered of late.
      let due = (pongReceived[index] as number) + pingAfterNs;
      if (pingSent[index] !== 0 || linkUp[index] === 0 || now > due) {
        this.watch(member, nodes[index] as BusNode, now);
        due = member.watchAfter(index, this.settings.nodeTimeoutNs, pingAfterNs);
      }
      if (due < next) next = due;
    }
    member.nextWatchAt = next;
  }

  /** Every second: of five random peers, ping the one whose pong is oldest (4958-4979). */
  private pingOldest(member: BusNode): void {
    const stream = this.stream(member);
    let oldest: BusNode | null = null;
    for (let i = 0; i < 5; i++) {
      const peer = this.members[Math.floor(stream.next() * this.members.length)] as BusNode;
      if (peer === member || member.linkUp[peer.index] === 0 || member.pingSent[peer.index] !== 0)
        continue;
      const older =
        oldest === null ||
        (member.pongReceived[oldest.index] as number) > (member.pongReceived[peer.index] as number);
      if (older) oldest = peer;
    }
    if (oldest !== null) this.ping(member, oldest);
  }

  private ping(member: BusNode, peer: BusNode): void {
    if (member.pingSent[peer.index] === 0) member.pingSent[peer.index] = this.kernel.now;
    this.send(PING, member, peer);
  }

  /** Link reset, due pings and PFAIL of one peer (5016-5073). */
  private watch(member: BusNode, peer: BusNode, now: Nanos): void {
    const timeout = this.settings.nodeTimeoutNs;
    const i = peer.index;
    const pingSent = member.pingSent[i] as number;
    const dataDelay = now - (member.dataReceived[i] as number);
    if (
      member.linkUp[i] === 1 &&
      now - (member.linkCreatedAt[i] as number) > timeout &&
      pingSent !== 0 &&
      now - pingSent > timeout / 2 &&
      dataDelay > timeout / 2
    ) {
      this.dropLink(member, peer);
    }
    if (
      pingSent === 0 &&
      member.linkUp[i] === 1 &&
      now - (member.pongReceived[i] as number) > this.pingAfterNs
    ) {
      this.ping(member, peer);
      return;
    }
    if (pingSent === 0) return;
    if (Math.min(now - pingSent, dataDelay) > timeout && (member.flags[i] as number) === 0) {
      member.setFlags(i, PFAIL);
      member.stateDirty = true;
      // With one primary that has slots, its own view is the majority.
      if (this.majority === 1 && member.isPrimary) this.concludeFailure(member, peer);
    }
  }

  /**
   * Connects anew. A PING goes out once connected; until then no ping counts as in flight unless one was before, so a
   * crash and a silent hang are noticed equally late (4870-4884).
   */
  private openLink(member: BusNode, peer: BusNode, now: Nanos): void {
    const i = peer.index;
    member.setLink(i, 1);
    member.linkCreatedAt[i] = now;
    const connects = peer.node.alive && this.network.reachable(member.node.host, peer.node.host);
    if (connects && member.pingSent[i] === 0) member.pingSent[i] = now;
    member.linkConnected[i] = connects ? 1 : 0;
    const slot = this.messages.allocate();
    const message = this.messages.messages[slot] as BusMessage;
    message.linkOwner = member.index;
    message.linkPeer = i;
    message.linkGeneration = member.linkGeneration[i] as number;
    this.fillHeader(message, PING, member, peer);
    const roundTrip =
      this.network.oneWayNs(member.node.host, peer.node.host) +
      this.network.oneWayNs(peer.node.host, member.node.host);
    this.depart(slot, message, roundTrip);
  }

  private dropLink(member: BusNode, peer: BusNode): void {
    member.setLink(peer.index, 0);
    member.linkDroppedAt[peer.index] = this.kernel.now;
    member.linkGeneration[peer.index] = (member.linkGeneration[peer.index] as number) + 1;
  }

  private breakLinkSoon(dead: BusNode, peer: BusNode): void {
    const due = this.kernel.now + this.network.oneWayNs(dead.node.host, peer.node.host);
    this.schedule(
      due,
      this.brokenKind,
      peer,
      peer.index * this.capacity + dead.index,
      peer.linkGeneration[dead.index] as number,
    );
  }

  private linkBroken(slot: number, generation: number): void {
    const member = this.nodes[Math.floor(slot / this.capacity)] as BusNode;
    const peer = this.nodes[slot % this.capacity] as BusNode;
    if (member.linkUp[peer.index] === 1 && member.linkGeneration[peer.index] === generation)
      this.dropLink(member, peer);
  }

  private greet(member: BusNode, peer: BusNode, now: Nanos): void {
    const i = peer.index;
    member.setFlags(i, 0);
    member.pingSent[i] = 0;
    member.pongReceived[i] = now;
    member.dataReceived[i] = now;
    member.setLink(i, 1);
    member.linkConnected[i] = 1;
    member.linkCreatedAt[i] = now;
    member.linkGeneration[i] = (member.linkGeneration[i] as number) + 1;
    member.offset[i] = 0;
    member.reports.delete(i);
    member.stateDirty = true;
  }

  private fillHeader(message: BusMessage, type: number, from: BusNode, to: BusNode): void {
    message.type = type;
    message.from = from.index;
    message.to = to.index;
    message.senderIncarnation = from.node.incarnation;
    message.currentEpoch = from.currentEpoch;
    message.claims = from.isPrimary;
    message.shard = from.shard;
    message.configEpoch = from.isPrimary
      ? from.configEpoch
      : (from.ownerEpoch[from.shard] as number);
    message.offset = from.node.offsetAt(this.kernel.now);
    message.paused = from.manual !== null && from.isPrimary;
    message.gossipCount = 0;
    for (let move = 0; move < from.node.movedSlots.length; move++)
      message.movedSlots[move] = from.node.movedSlots[move] as number;
    if (type === PING || type === PONG) this.fillGossip(message, from, to);
  }

  /** Some random peers, and all that the sender suspects (3936-3946). */
  private fillGossip(message: BusMessage, from: BusNode, to: BusNode): void {
    const { indices, mentionedIn } = this;
    const { flags, linkUp } = from;
    const total = indices.length;
    const wanted = Math.min(Math.max(3, Math.floor(total / 10)), total - 2);
    const stream = this.stream(from);
    const stamp = ++this.gossips;
    let fresh = total - 2;
    let mentioned = 0;
    for (let tries = wanted * 3; tries > 0 && mentioned < wanted && fresh > 0; tries--) {
      const about = indices[Math.floor(stream.next() * total)] as number;
      if (about === from.index || flags[about] === PFAIL) continue;
      if (linkUp[about] === 0 && !from.owns(about)) {
        fresh--;
        continue;
      }
      if (mentionedIn[about] === stamp) continue;
      mentionedIn[about] = stamp;
      fresh--;
      mentioned++;
      // What is said of the receiver takes a place too, and tells it nothing.
      if (about !== to.index) this.gossipAbout(message, from, about);
    }
    if (from.pfailCount === 0) return;
    for (const index of indices) {
      if (flags[index] === PFAIL && index !== to.index) this.gossipAbout(message, from, index);
    }
  }

  private gossipAbout(message: BusMessage, from: BusNode, about: number): void {
    const at = message.gossipCount++;
    message.gossipNode[at] = about;
    message.gossipFlags[at] = from.flags[about] as number;
    message.gossipPong[at] = from.pongReceived[about] as number;
  }

  private depart(slot: number, message: BusMessage, extraNs: Nanos): void {
    const now = this.kernel.now;
    message.sentAt = now;
    message.firstSentAt = now;
    const from = (this.nodes[message.from] as BusNode).node.host;
    const to = this.nodes[message.to] as BusNode;
    this.schedule(
      now + extraNs + this.network.oneWayNs(from, to.node.host),
      this.messageKind,
      to,
      slot,
      message.type,
    );
  }

  /** Some living member takes a node for the owner of its shard, or will read what it sent since. */
  hasHeardOf(winner: RedisNode, since: Nanos): boolean {
    const { index, shard } = this.of(winner);
    const sent = (slot: number): boolean => {
      const message = this.messages.messages[slot] as BusMessage;
      return message.from === index && message.sentAt >= since;
    };
    return this.members.some(
      (member) =>
        member.index !== index &&
        member.node.alive &&
        (member.owner[shard] === index || member.inbox.some(sent)),
    );
  }

  private schedule(due: Nanos, kind: number, member: BusNode, slot: number, word: number): void {
    this.kernel.schedule(due, kind, this.targets[member.index] as number, slot, word);
  }

  private arrive(slot: number): void {
    const message = this.messages.messages[slot] as BusMessage;
    const from = this.nodes[message.from] as BusNode;
    const to = this.nodes[message.to] as BusNode;
    const owner = this.nodes[message.linkOwner] as BusNode;
    const linkStands = owner.linkGeneration[message.linkPeer] === message.linkGeneration;
    const senderStands = from.node.incarnation === message.senderIncarnation;
    const powerLost = !from.node.alive && from.node.diedWithHost;
    const strangers = from.isForgotten || to.isForgotten;
    // TCP was to send it again, but its connection was closed before.
    const neverSent =
      !linkStands && message.sentAt > (owner.linkDroppedAt[message.linkPeer] as number);
    if (neverSent || !senderStands || powerLost || !to.node.hostUp || strangers) {
      this.messages.release(slot);
    } else if (this.isLost(message, owner, from, to)) {
      if (!linkStands || !from.node.alive) this.messages.release(slot);
      else this.sendAgain(slot, message, from, to);
    } else if (!to.node.processUp) {
      if (linkStands && owner === from) this.breakLinkSoon(to, from);
      this.messages.release(slot);
    } else if (to.node.paused) {
      to.inbox.push(slot);
    } else {
      this.receive(message, from, to);
      this.messages.release(slot);
    }
  }

  /** Caught by a cut; or on a link that never connected, because its handshake's answer is caught. */
  private isLost(message: BusMessage, owner: BusNode, from: BusNode, to: BusNode): boolean {
    const { network } = this;
    if (network.lost(from.node.host, to.node.host, message.sentAt)) return true;
    if (owner.linkConnected[message.linkPeer] === 1) return false;
    if (network.isCut(to.node.host, from.node.host)) return true;
    owner.linkConnected[message.linkPeer] = 1;
    return false;
  }

  private sendAgain(slot: number, message: BusMessage, from: BusNode, to: BusNode): void {
    message.sentAt = this.network.retransmitAt(message.firstSentAt, this.kernel.now);
    const due = message.sentAt + this.network.oneWayNs(from.node.host, to.node.host);
    this.schedule(due, this.messageKind, to, slot, message.type);
  }

  private drainInbox(member: BusNode): void {
    if (member.node.paused) return;
    for (const slot of member.inbox.splice(0)) {
      const message = this.messages.messages[slot] as BusMessage;
      if (member.node.alive) this.receive(message, this.nodes[message.from] as BusNode, member);
      this.messages.release(slot);
    }
  }

  private receive(message: BusMessage, from: BusNode, to: BusNode): void {
    const now = this.kernel.now;
    to.dataReceived[from.index] = now;
    to.currentEpoch = Math.max(to.currentEpoch, message.currentEpoch);
    to.offset[from.index] = message.offset;
    to.shardOf[from.index] = message.shard;
    if (message.claims) this.readMovedSlots(to, message);
    if (message.paused) this.manual.heard(to, from, message);
    switch (message.type) {
      case FAIL_MESSAGE:
        this.markFailed(to, message.subject);
        return;
      case AUTH_REQUEST:
        this.election.vote(to, from, message);
        return;
      case AUTH_ACK:
        this.election.countVote(to, message);
        return;
      case MANUAL_START:
        this.manual.hold(to, from);
        return;
      case UPDATE:
        this.learnOwner(to, message.subjectShard, message.subject, message.subjectEpoch);
        return;
      default:
    }
    if (message.type === PONG) this.pongArrived(to, from, now);
    else this.answer(message, to, from);
    this.readClaim(to, from, message);
    this.readGossip(to, from, message, now);
  }

  /** Slots go one way only: whoever knows of more of them is right. */
  private readMovedSlots(to: BusNode, message: BusMessage): void {
    const { movedSlots } = to.node;
    for (let move = 0; move < movedSlots.length; move++)
      movedSlots[move] = Math.max(movedSlots[move] as number, message.movedSlots[move] as number);
  }

  /**
   * CLUSTER SETSLOT NODE: a node takes a slot, under a new epoch unless its own is the highest that it knows
   * (clusterBumpConfigEpochWithoutConsensus), and tells everybody.
   */
  takeSlots(node: RedisNode, move: number, count: number): void {
    const member = this.of(node);
    node.movedSlots[move] = count;
    if (member.configEpoch !== member.currentEpoch) {
      member.currentEpoch++;
      member.configEpoch = member.currentEpoch;
      member.ownerEpoch[member.shard] = member.configEpoch;
    }
    for (const peer of this.members) if (peer !== member) this.send(PONG, member, peer);
  }

  private pongArrived(to: BusNode, from: BusNode, now: Nanos): void {
    to.pongReceived[from.index] = now;
    to.pingSent[from.index] = 0;
    to.nextWatchAt = Math.min(to.nextWatchAt, now + this.pingAfterNs);
    const flags = to.flags[from.index] as number;
    if (flags === PFAIL) {
      to.setFlags(from.index, 0);
      to.stateDirty = true;
    } else if (flags === FAIL) {
      const owns = to.owns(from.index);
      if (
        !owns ||
        now - (to.failedAt[from.index] as number) > FAIL_UNDO * this.settings.nodeTimeoutNs
      ) {
        to.setFlags(from.index, 0);
        to.stateDirty = true;
      }
    }
  }

  /** A PONG goes back on the link on which the PING came. */
  private answer(ping: BusMessage, from: BusNode, to: BusNode): void {
    const slot = this.messages.allocate();
    const pong = this.messages.messages[slot] as BusMessage;
    pong.linkOwner = ping.linkOwner;
    pong.linkPeer = ping.linkPeer;
    pong.linkGeneration = ping.linkGeneration;
    this.fillHeader(pong, PONG, from, to);
    this.depart(slot, pong, 0);
  }

  private readClaim(to: BusNode, from: BusNode, message: BusMessage): void {
    if (!message.claims) return;
    const { shard } = message;
    const known = to.ownerEpoch[shard] as number;
    if (to.owner[shard] === from.index) {
      to.ownerEpoch[shard] = Math.max(known, message.configEpoch);
    } else if (message.configEpoch > known) {
      this.learnOwner(to, shard, from.index, message.configEpoch);
    } else if (message.configEpoch < known) {
      // A claim that was superseded: tell its holder who owns the shard now.
      this.send(UPDATE, to, from, (update) => {
        update.subject = to.owner[shard] as number;
        update.subjectShard = shard;
        update.subjectEpoch = known;
      });
    }
  }

  private learnOwner(member: BusNode, shard: number, owner: number, epoch: number): void {
    if (epoch <= (member.ownerEpoch[shard] as number) || owner === member.index) return;
    member.owner[shard] = owner;
    member.ownerEpoch[shard] = epoch;
    member.shardOf[owner] = shard;
    member.migrateTo[owner] = 1;
    member.stateDirty = true;
    this.updateState(member);
    if (shard !== member.shard) return;
    const ownerNode = (this.nodes[owner] as BusNode).node;
    member.node.knownOwner = ownerNode.index;
    this.listener.ownerLearned(member.node, ownerNode);
    this.manual.end(member);
  }

  private readGossip(to: BusNode, from: BusNode, message: BusMessage, now: Nanos): void {
    const fromVoter = to.owns(from.index);
    for (let i = 0; i < message.gossipCount; i++) {
      const about = message.gossipNode[i] as number;
      if (about === to.index) continue;
      const flags = message.gossipFlags[i] as number;
      if (fromVoter && flags !== 0) {
        to.report(about, from.index, now);
        this.concludeIfAgreed(to, about);
      } else if (fromVoter) to.retract(about, from.index);
      const pong = message.gossipPong[i] as number;
      const known = to.pongReceived[about] as number;
      const clean = flags === 0 && to.flags[about] === 0 && to.pingSent[about] === 0;
      if (clean && to.countReports(about, now, this.reportValidityNs) === 0 && pong > known) {
        to.pongReceived[about] = Math.max(known, Math.floor(pong / SECOND) * SECOND); // 1 s resolution (2269-2281)
      }
    }
  }

  private get reportValidityNs(): Nanos {
    return REPORT_VALIDITY * this.settings.nodeTimeoutNs;
  }

  /** FAIL needs the node's own suspicion and a majority of primaries (2018-2043). */
  private concludeIfAgreed(member: BusNode, about: number): void {
    if (member.flags[about] !== PFAIL) return;
    const reports = member.countReports(about, this.kernel.now, this.reportValidityNs);
    const needed = this.strategies.reportsNeeded(this.majority);
    if (reports + (member.isPrimary ? 1 : 0) >= needed)
      this.concludeFailure(member, this.nodes[about] as BusNode);
  }

  private concludeFailure(member: BusNode, failed: BusNode): void {
    this.markFailed(member, failed.index);
    this.listener.failureConcluded(failed.node, member.node, this.reportersOf(member, failed));
    if (member.owns(failed.index)) this.listener.failureAgreed(failed.node, member.node);
    for (const peer of this.members) {
      if (peer === member || peer === failed) continue;
      this.send(FAIL_MESSAGE, member, peer, (message) => {
        message.subject = failed.index;
      });
    }
  }

  /** The primaries whose suspicion of a node a member knows, its own among them. */
  private reportersOf(member: BusNode, failed: BusNode): RedisNode[] {
    const reporters = [...(member.reports.get(failed.index)?.keys() ?? [])].map(
      (index) => (this.nodes[index] as BusNode).node,
    );
    return member.isPrimary ? [member.node, ...reporters] : reporters;
  }

  private markFailed(member: BusNode, failed: number): void {
    if (failed === member.index || member.flags[failed] === FAIL) return;
    member.setFlags(failed, FAIL);
    member.failedAt[failed] = this.kernel.now;
    member.stateDirty = true;
  }

  /** Cluster state in one node's view (5291-5375). */
  updateState(member: BusNode): void {
    const now = this.kernel.now;
    member.stateDirty = false;
    let reachable = 0;
    let covered = true;
    for (let shard = 0; shard < this.shards; shard++) {
      const flags = member.flags[member.owner[shard] as number] as number;
      if (flags === 0) reachable++;
      if (flags === FAIL) covered = false;
    }
    const minority = !this.strategies.mayServe(reachable, this.majority);
    if (minority) member.lastMinorityAt = now;
    let up = !minority && (covered || !this.settings.requireFullCoverage);
    const timeout = this.settings.nodeTimeoutNs;
    const rejoinDelay = Math.min(Math.max(timeout, REJOIN_DELAY_MIN), REJOIN_DELAY_MAX);
    const waiting = member.isPrimary && now - member.lastMinorityAt < rejoinDelay;
    if (up && !member.node.clusterUp && waiting) up = false;
    if (up === member.node.clusterUp) return;
    member.node.clusterUp = up;
    const cause = up
      ? "cluster state ok"
      : minority
        ? "cannot reach the majority of primaries"
        : "a shard has no owner";
    this.listener.stateChanged(member.node, cause);
  }
}
