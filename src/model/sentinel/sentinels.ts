/**
 * The sentinels of a self-managed group, message by message: timers, pings, INFO, hellos, who is down and who says so.
 * Failovers are in `sentinel-failover.ts`.
 *
 * Models: a timer of random period; connections that break, are opened again once a second and closed when silent;
 * PING, INFO and PUBLISH by their periods; subjectively down by the age of the oldest unanswered ping, objectively by the
 * quorum's answers; hellos through nodes and directly, with epochs and the newest configuration; a primary that is known as
 * a replica made one again, a replica of the wrong primary mended, each after its delay; TILT when the clock jumps or the
 * process stood still.
 * Leaves out: discovery (all know each other from the start), several groups watched by one sentinel, authentication,
 * BUSY scripts, a restarted primary noted as down (master-reboot-down-after-period, off by default).
 * Source: valkey 8.0.1 sentinel.c (line numbers at each rule); redis 7.0.15 alike.
 */
import { MICROSECOND, MILLISECOND, type Nanos, SECOND } from "../../base/nanos.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { Stream } from "../../kernel/streams.ts";
import type { RedisNode } from "../engine/redis/redis-node.ts";
import type { Network } from "../network/network.ts";
import {
  NOT_PINGED,
  RECONFIGURE_DONE,
  RECONFIGURE_SENT,
  RECONFIGURE_UNDER_WAY,
  type Sentinel,
  type SentinelLink,
  type Watched,
  type WatchedNode,
  type WatchedSentinel,
} from "./sentinel.ts";
import { SentinelFailover } from "./sentinel-failover.ts";
import {
  ASK,
  ASK_REPLY,
  HELLO,
  HELLO_RELAYED,
  INFO,
  INFO_REPLY,
  NOBODY,
  PING,
  PONG,
  REPLICA_OF,
  type SentinelMessage,
  SentinelMessages,
} from "./sentinel-message.ts";
import type { SentinelSettings } from "./sentinel-settings.ts";

const NEVER: Nanos = Number.NEGATIVE_INFINITY;
/** The timer's poll rounds up to whole milliseconds, as that of every server: see `server-cron.ts`. */
const TIMER_LATENESS: Nanos = 750 * MICROSECOND;
/** A silent connection is closed at the earliest so long after it was opened. */
const LINK_AGE_MIN: Nanos = 15 * SECOND;
const TILT_TRIGGER: Nanos = 2 * SECOND;
const TILT_PERIOD: Nanos = 30 * SECOND;
/** Answers of other sentinels are forgotten after so many ask periods. */
const ANSWER_VALIDITY = 5;
/** A primary that should be a replica is left alone for so many hello periods: there may be news. */
const CONVERT_HELLOS = 4;

/** What the sentinels tell the group that they watch. */
export interface SentinelListener {
  /** A line of a sentinel's log, about a node or another sentinel. */
  said(sentinel: Sentinel, event: string, subject: string): void;
  objectivelyDown(primary: RedisNode, by: Sentinel): void;
  selected(replica: RedisNode, by: Sentinel): void;
  aborted(by: Sentinel, why: string): void;
  /** The leader of the failover saw that the replica leads. */
  promoted(replica: RedisNode, configEpoch: number, by: Sentinel): void;
  /** A sentinel answers with another primary from now on. */
  switched(sentinel: Sentinel, primary: RedisNode): void;
  /** A node was told to follow another, or (null) to lead. */
  toldToFollow(node: RedisNode, upstream: RedisNode | null): void;
}

export class Sentinels {
  private readonly messages = new SentinelMessages();
  private readonly failover: SentinelFailover;
  private readonly streams: readonly Stream[];
  private readonly targets: readonly number[];
  /** Run id of each node's process, and messages in the sockets of paused ones. */
  private readonly runIds: number[] = [];
  private readonly inboxes: number[][] = [];
  private readonly timerKind: number;
  private readonly messageKind: number;
  private readonly brokenKind: number;
  private readonly inboxKind: number;

  constructor(
    private readonly kernel: Kernel,
    private readonly network: Network,
    readonly settings: SentinelSettings,
    /** The primary at the start comes first. */
    readonly nodes: readonly RedisNode[],
    readonly all: readonly Sentinel[],
    private readonly listener: SentinelListener,
    name: string,
  ) {
    this.failover = new SentinelFailover({
      settings,
      stream: (sentinel) => this.stream(sentinel),
      said: (sentinel, event, subject) => this.said(sentinel, event, subject),
      replicaOf: (sentinel, node, primary) => this.sendReplicaOf(sentinel, node, primary),
      selected: (sentinel, node) => listener.selected(nodes[node] as RedisNode, sentinel),
      aborted: (sentinel, why) => listener.aborted(sentinel, why),
    });
    this.streams = all.map(({ id }) => kernel.streams.stream(`sentinel/${id}`, "sentinel"));
    this.targets = [...nodes, ...all].map(({ id }) => kernel.target(`sentinel-endpoint/${id}`));
    this.timerKind = kernel.kind(`sentinel-timer/${name}`, (_t, at) =>
      this.timer(all[at] as Sentinel),
    );
    this.messageKind = kernel.kind(`sentinel-message/${name}`, (_t, slot) => this.arrive(slot));
    this.brokenKind = kernel.kind(`sentinel-link-broken/${name}`, (_t, slot, word) =>
      this.linkBroken(slot, word),
    );
    this.inboxKind = kernel.kind(`sentinel-inbox/${name}`, (_t, endpoint) =>
      this.drainInbox(endpoint),
    );
  }

  /** The group has run for long: connections stand, and each period is somewhere on its way. */
  start(): void {
    const { pingPeriodNs, infoPeriodNs, helloPeriodNs } = this.settings.protocol;
    for (const [index, node] of this.nodes.entries()) {
      this.inboxes[index] = [];
      this.drawRunId(index, node);
    }
    for (const sentinel of this.all) {
      const stream = this.stream(sentinel);
      const ago = (period: Nanos): Nanos => -Math.floor(stream.next() * period);
      for (const watched of [...sentinel.nodes, ...sentinel.peers]) {
        const { link } = watched;
        link.pongAt = ago(pingPeriodNs);
        link.pingedAt = link.pongAt;
        link.availableAt = link.pongAt;
        link.helloAt = ago(helloPeriodNs);
      }
      for (const [index, watched] of sentinel.nodes.entries()) {
        watched.infoAt = ago(infoPeriodNs);
        watched.saysPrimary = index === sentinel.primary;
        watched.upstream = index === sentinel.primary ? NOBODY : sentinel.primary;
        watched.offset = (this.nodes[index] as RedisNode).offsetAt(0);
        watched.runId = this.runIds[index] as number;
      }
      this.schedule(Math.floor(stream.next() * 100 * MILLISECOND), this.timerKind, sentinel, 0);
    }
  }

  stream(sentinel: Sentinel): Stream {
    return this.streams[sentinel.index] as Stream;
  }

  /** The process of a node died. Sentinels learn it from their connections, unless the host died with it. */
  nodeDied(node: RedisNode, withHost: boolean): void {
    const endpoint = this.nodes.indexOf(node);
    for (const slot of (this.inboxes[endpoint] as number[]).splice(0)) this.messages.release(slot);
    if (!withHost) this.breakLinks(endpoint);
  }

  nodeStarted(node: RedisNode): void {
    this.drawRunId(this.nodes.indexOf(node), node);
  }

  /** A paused process goes on: what it finds of these messages is read after the commands that waited. */
  nodeResumed(node: RedisNode, afterNs: Nanos): void {
    const endpoint = this.nodes.indexOf(node);
    const due = this.kernel.now + afterNs;
    this.kernel.schedule(due, this.inboxKind, this.targets[endpoint] as number, endpoint, 0);
  }

  sentinelDied(sentinel: Sentinel, withHost: boolean): void {
    for (const slot of sentinel.inbox.splice(0)) this.messages.release(slot);
    sentinel.die(withHost);
    if (!withHost) this.breakLinks(this.endpointOf(sentinel));
  }

  sentinelStarted(sentinel: Sentinel): void {
    sentinel.start(this.clock(sentinel));
  }

  sentinelResumed(sentinel: Sentinel): void {
    this.drainInbox(this.endpointOf(sentinel));
  }

  /** The node that a sentinel answers a client with. */
  primaryFor(sentinel: Sentinel): RedisNode {
    return this.nodes[sentinel.currentPrimary] as RedisNode;
  }

  private clock(sentinel: Sentinel): Nanos {
    return this.kernel.now + sentinel.clockSkewNs;
  }

  private drawRunId(index: number, node: RedisNode): void {
    const stream = this.kernel.streams.stream(`node/${node.id}`, "run-id");
    this.runIds[index] = stream.nextInt(2 ** 31);
  }

  private endpointOf(sentinel: Sentinel): number {
    return this.nodes.length + sentinel.index;
  }

  private endpoint(at: number): RedisNode | Sentinel {
    return at < this.nodes.length
      ? (this.nodes[at] as RedisNode)
      : (this.all[at - this.nodes.length] as Sentinel);
  }

  private watched(sentinel: Sentinel, endpoint: number): Watched {
    return endpoint < this.nodes.length
      ? (sentinel.nodes[endpoint] as WatchedNode)
      : (sentinel.peers[endpoint - this.nodes.length] as WatchedSentinel);
  }

  private said(sentinel: Sentinel, event: string, subject: number): void {
    this.listener.said(sentinel, event, this.endpoint(subject).id);
  }

  private schedule(due: Nanos, kind: number, sentinel: Sentinel, word: number): void {
    const target = this.targets[this.endpointOf(sentinel)] as number;
    this.kernel.schedule(due, kind, target, sentinel.index, word);
  }

  private timer(sentinel: Sentinel): void {
    const { timerHz } = this.settings.protocol;
    const hz = timerHz + this.stream(sentinel).nextInt(timerHz);
    const period = Math.floor(1000 / hz) * MILLISECOND + TIMER_LATENESS;
    this.schedule(this.kernel.now + period, this.timerKind, sentinel, 0);
    if (!sentinel.responds) return;
    const now = this.clock(sentinel);
    this.checkTilt(sentinel, now);
    this.watchNode(sentinel, sentinel.primary, now);
    if (!sentinel.tilted) this.watchPrimary(sentinel, now);
    for (let at = 0; at < this.nodes.length; at++)
      if (at !== sentinel.primary) this.watchNode(sentinel, at, now);
    for (let at = 0; at < this.all.length; at++)
      if (at !== sentinel.index) this.watchEndpoint(sentinel, this.nodes.length + at, now);
    if (sentinel.state === "update-config") this.switchTo(sentinel, sentinel.promoted, now);
  }

  /** The clock jumped, or the process stood still: it watches on and acts no more for a while. */
  private checkTilt(sentinel: Sentinel, now: Nanos): void {
    const delta = now - sentinel.timerAt;
    if (delta < 0 || delta > TILT_TRIGGER) {
      sentinel.tiltedSince = now;
      this.listener.said(sentinel, "+tilt", sentinel.id);
    } else if (sentinel.tilted && now - sentinel.tiltedSince >= TILT_PERIOD) {
      sentinel.tiltedSince = NEVER;
      this.listener.said(sentinel, "-tilt", sentinel.id);
    }
    sentinel.timerAt = now;
  }

  private watchNode(sentinel: Sentinel, at: number, now: Nanos): void {
    const node = sentinel.nodes[at] as WatchedNode;
    const { infoPeriodNs, infoPeriodDownNs } = this.settings.protocol;
    this.reconnect(sentinel, at, node.link, now);
    const isReplica = at !== sentinel.primary;
    const hurried =
      isReplica && (sentinel.objectivelyDown || sentinel.failingOver || node.linkDownNs !== 0);
    if (!node.link.disconnected && now - node.infoAt > (hurried ? infoPeriodDownNs : infoPeriodNs))
      this.request(INFO, sentinel, at);
    this.sendPeriodic(sentinel, at, node.link, now);
    this.checkDown(sentinel, at, now);
  }

  private watchEndpoint(sentinel: Sentinel, at: number, now: Nanos): void {
    const { link } = this.watched(sentinel, at);
    this.reconnect(sentinel, at, link, now);
    this.sendPeriodic(sentinel, at, link, now);
    this.checkDown(sentinel, at, now);
  }

  private watchPrimary(sentinel: Sentinel, now: Nanos): void {
    this.checkObjectivelyDown(sentinel, now);
    if (this.failover.startIfDue(sentinel, now)) this.ask(sentinel, now, true);
    this.failover.step(sentinel, now);
    this.ask(sentinel, now, false);
  }

  /** One try a second; a PING goes out with it (2988-2991). */
  private reconnect(sentinel: Sentinel, at: number, link: SentinelLink, now: Nanos): void {
    if (!link.disconnected || now - link.triedAt < this.settings.protocol.pingPeriodNs) return;
    link.triedAt = now;
    link.openedAt = now;
    link.disconnected = false;
    link.established = this.network.reachable(sentinel.host, this.endpoint(at).host);
    this.ping(sentinel, at, link, now, this.roundTripNs(sentinel, at));
  }

  private roundTripNs(sentinel: Sentinel, at: number): Nanos {
    const { host } = this.endpoint(at);
    return this.network.oneWayNs(sentinel.host, host) + this.network.oneWayNs(host, sentinel.host);
  }

  private ping(
    sentinel: Sentinel,
    at: number,
    link: SentinelLink,
    now: Nanos,
    extraNs: Nanos,
  ): void {
    link.pingedAt = now;
    if (link.pingedSince === NOT_PINGED) link.pingedSince = now;
    this.depart(this.fill(PING, sentinel, at), extraNs);
  }

  private sendPeriodic(sentinel: Sentinel, at: number, link: SentinelLink, now: Nanos): void {
    if (link.disconnected) return;
    const { downAfterNs, protocol } = this.settings;
    const period = Math.min(protocol.pingPeriodNs, downAfterNs);
    if (now - link.pongAt > period && now - link.pingedAt > period / 2)
      this.ping(sentinel, at, link, now, 0);
    if (now - link.helloAt > protocol.helloPeriodNs) {
      link.helloAt = now;
      const slot = this.fill(HELLO, sentinel, at);
      this.fillHello(this.messages.messages[slot] as SentinelMessage, sentinel);
      this.depart(slot, 0);
    }
  }

  private fillHello(hello: SentinelMessage, sentinel: Sentinel): void {
    hello.speaker = sentinel.index;
    hello.currentEpoch = sentinel.currentEpoch;
    hello.configEpoch = sentinel.configEpoch;
    hello.primary = sentinel.currentPrimary;
  }

  /** Subjectively down (4318-4380). */
  private checkDown(sentinel: Sentinel, at: number, now: Nanos): void {
    if (sentinel.tilted) return;
    const { downAfterNs, protocol } = this.settings;
    const watched = this.watched(sentinel, at);
    const { link } = watched;
    const pinged = link.pingedSince !== NOT_PINGED;
    if (
      !link.disconnected &&
      pinged &&
      now - link.openedAt > LINK_AGE_MIN &&
      now - link.pingedSince > downAfterNs / 2 &&
      now - link.pongAt > downAfterNs / 2
    )
      link.close();
    const silent = pinged ? now - link.pingedSince : link.disconnected ? now - link.availableAt : 0;
    const node = at < this.nodes.length ? (watched as WatchedNode) : null;
    const deserted =
      at === sentinel.primary &&
      node?.saysPrimary === false &&
      now - node.roleSince > downAfterNs + 2 * protocol.infoPeriodNs;
    const isDown = silent > downAfterNs || deserted;
    if (isDown === watched.isDown) return;
    watched.isDown = isDown;
    if (isDown) watched.downSince = now;
    this.said(sentinel, isDown ? "+sdown" : "-sdown", at);
  }

  /** Objectively down: enough sentinels say so (4383-4412). */
  private checkObjectivelyDown(sentinel: Sentinel, now: Nanos): void {
    let agree = 1;
    for (const peer of sentinel.peers) if (peer.saysDown) agree++;
    const isDown =
      (sentinel.nodes[sentinel.primary] as WatchedNode).isDown && agree >= this.settings.quorum;
    if (isDown === sentinel.objectivelyDown) return;
    sentinel.objectivelyDown = isDown;
    if (isDown) sentinel.objectivelyDownSince = now;
    this.said(sentinel, isDown ? "+odown" : "-odown", sentinel.primary);
    if (isDown) this.listener.objectivelyDown(this.nodes[sentinel.primary] as RedisNode, sentinel);
  }

  /** Asks the others whether the primary is down, and for their vote once a failover was begun. */
  private ask(sentinel: Sentinel, now: Nanos, forced: boolean): void {
    const { askPeriodNs } = this.settings.protocol;
    const { isDown } = sentinel.nodes[sentinel.primary] as WatchedNode;
    for (const [index, peer] of sentinel.peers.entries()) {
      if (index === sentinel.index) continue;
      const age = now - peer.answeredAt;
      if (age > ANSWER_VALIDITY * askPeriodNs) {
        peer.saysDown = false;
        peer.leader = NOBODY;
      }
      if (!isDown || peer.link.disconnected || (!forced && age < askPeriodNs)) continue;
      const slot = this.fill(ASK, sentinel, this.nodes.length + index);
      const message = this.messages.messages[slot] as SentinelMessage;
      message.primary = sentinel.primary;
      message.currentEpoch = sentinel.currentEpoch;
      message.leader = sentinel.failingOver ? sentinel.index : NOBODY;
      this.depart(slot, 0);
    }
  }

  /** Tells all, and whoever listens to them, with the next timer: the configuration is new. */
  private forceHellos(sentinel: Sentinel): void {
    for (const { link } of sentinel.nodes) link.helloAt = NEVER;
    for (const { link } of sentinel.peers) link.helloAt = NEVER;
  }

  private switchTo(sentinel: Sentinel, primary: number, now: Nanos): void {
    sentinel.watch(primary, now);
    this.said(sentinel, "+switch-master", primary);
    this.listener.switched(sentinel, this.nodes[primary] as RedisNode);
  }

  private sendReplicaOf(sentinel: Sentinel, at: number, primary: number): boolean {
    if ((sentinel.nodes[at] as WatchedNode).link.disconnected) return false;
    const slot = this.fill(REPLICA_OF, sentinel, at);
    (this.messages.messages[slot] as SentinelMessage).primary = primary;
    this.depart(slot, 0);
    return true;
  }

  private request(type: number, sentinel: Sentinel, at: number): void {
    this.depart(this.fill(type, sentinel, at), 0);
  }

  /** A message on a sentinel's own connection. */
  private fill(type: number, sentinel: Sentinel, at: number): number {
    const slot = this.messages.allocate();
    const message = this.messages.messages[slot] as SentinelMessage;
    message.type = type;
    message.from = this.endpointOf(sentinel);
    message.to = at;
    message.senderIncarnation = sentinel.incarnation;
    message.owner = sentinel.index;
    message.peer = at;
    message.generation = this.watched(sentinel, at).link.generation;
    return slot;
  }

  /** An answer goes back on the connection on which the question came. */
  private answer(question: SentinelMessage, type: number): number {
    const slot = this.messages.allocate();
    const message = this.messages.messages[slot] as SentinelMessage;
    message.type = type;
    message.from = question.to;
    message.to = question.from;
    message.senderIncarnation = this.endpoint(question.to).incarnation;
    message.owner = question.owner;
    message.peer = question.peer;
    message.generation = question.generation;
    return slot;
  }

  private depart(slot: number, extraNs: Nanos): void {
    const message = this.messages.messages[slot] as SentinelMessage;
    const { now } = this.kernel;
    message.sentAt = now;
    message.firstSentAt = now;
    this.send(slot, message, now + extraNs);
  }

  private send(slot: number, message: SentinelMessage, leavesAt: Nanos): void {
    const from = this.endpoint(message.from).host;
    const due = leavesAt + this.network.oneWayNs(from, this.endpoint(message.to).host);
    const target = this.targets[message.to] as number;
    this.kernel.schedule(due, this.messageKind, target, slot, message.type);
  }

  private arrive(slot: number): void {
    const message = this.messages.messages[slot] as SentinelMessage;
    const [from, to] = [this.endpoint(message.from), this.endpoint(message.to)];
    const { link } = this.watched(this.all[message.owner] as Sentinel, message.peer);
    const stands = link.generation === message.generation && !link.disconnected;
    const isAnswer = message.from === message.peer;
    const senderGone =
      from.incarnation !== message.senderIncarnation || (!from.alive && from.diedWithHost);
    if (senderGone || !to.hostUp || (isAnswer && !stands)) {
      this.messages.release(slot);
    } else if (this.isLost(message, link, from.host, to.host)) {
      if (stands && from.alive) this.sendAgain(slot, message);
      else this.messages.release(slot);
    } else if (!to.processUp) {
      if (stands && !isAnswer) this.breakLinkSoon(message.owner, message.peer);
      this.messages.release(slot);
    } else if (to.paused) {
      this.inboxOf(message.to).push(slot);
    } else {
      this.receive(message);
      this.messages.release(slot);
    }
  }

  /** Caught by a cut; or on a connection that was never made, because its handshake's answer is caught. */
  private isLost(message: SentinelMessage, link: SentinelLink, from: number, to: number): boolean {
    if (this.network.lost(from, to, message.sentAt)) return true;
    if (link.established || message.from === message.peer) return false;
    if (this.network.isCut(to, from)) return true;
    link.established = true;
    return false;
  }

  private sendAgain(slot: number, message: SentinelMessage): void {
    message.sentAt = this.network.retransmitAt(message.firstSentAt, this.kernel.now);
    this.send(slot, message, message.sentAt);
  }

  private inboxOf(endpoint: number): number[] {
    return endpoint < this.nodes.length
      ? (this.inboxes[endpoint] as number[])
      : (this.all[endpoint - this.nodes.length] as Sentinel).inbox;
  }

  private drainInbox(endpoint: number): void {
    const process = this.endpoint(endpoint);
    if (process.paused) return;
    for (const slot of this.inboxOf(endpoint).splice(0)) {
      if (process.alive) this.receive(this.messages.messages[slot] as SentinelMessage);
      this.messages.release(slot);
    }
  }

  /** The kernel of a living host resets the connections to a process that died. */
  private breakLinks(endpoint: number): void {
    for (const sentinel of this.all) {
      if (this.endpointOf(sentinel) !== endpoint) this.breakLinkSoon(sentinel.index, endpoint);
    }
  }

  private breakLinkSoon(owner: number, endpoint: number): void {
    const sentinel = this.all[owner] as Sentinel;
    const due =
      this.kernel.now + this.network.oneWayNs(this.endpoint(endpoint).host, sentinel.host);
    const { link } = this.watched(sentinel, endpoint);
    const slot = owner * (this.nodes.length + this.all.length) + endpoint;
    const target = this.targets[this.endpointOf(sentinel)] as number;
    this.kernel.schedule(due, this.brokenKind, target, slot, link.generation);
  }

  private linkBroken(slot: number, generation: number): void {
    const endpoints = this.nodes.length + this.all.length;
    const sentinel = this.all[Math.floor(slot / endpoints)] as Sentinel;
    const endpoint = slot % endpoints;
    const { link } = this.watched(sentinel, endpoint);
    if (this.network.isCut(this.endpoint(endpoint).host, sentinel.host)) return;
    if (!link.disconnected && link.generation === generation) link.close();
  }

  private receive(message: SentinelMessage): void {
    switch (message.type) {
      case PING:
        this.reply(this.answer(message, PONG), message.to);
        return;
      case INFO:
        this.reply(this.fillInfo(this.answer(message, INFO_REPLY), message.to), message.to);
        return;
      case REPLICA_OF: {
        const upstream = message.primary === NOBODY ? null : this.nodes[message.primary];
        this.listener.toldToFollow(this.nodes[message.to] as RedisNode, upstream ?? null);
        return;
      }
      case HELLO:
        if (message.to < this.nodes.length) this.relay(message);
        else this.readHello(this.all[message.to - this.nodes.length] as Sentinel, message);
        return;
      default:
        this.receiveAsSentinel(this.all[message.to - this.nodes.length] as Sentinel, message);
    }
  }

  private receiveAsSentinel(sentinel: Sentinel, message: SentinelMessage): void {
    const now = this.clock(sentinel);
    switch (message.type) {
      case PONG: {
        const { link } = this.watched(sentinel, message.peer);
        link.pongAt = now;
        link.availableAt = now;
        link.pingedSince = NOT_PINGED;
        return;
      }
      case INFO_REPLY:
        this.readInfo(sentinel, message, now);
        return;
      case HELLO_RELAYED:
        this.readHello(sentinel, message);
        return;
      case ASK:
        this.readQuestion(sentinel, message, now);
        return;
      case ASK_REPLY: {
        const peer = this.watched(sentinel, message.peer) as WatchedSentinel;
        peer.answeredAt = now;
        peer.saysDown = message.isDown;
        if (message.leader === NOBODY) return;
        peer.leader = message.leader;
        peer.leaderEpoch = message.leaderEpoch;
        return;
      }
      default:
    }
  }

  /** A node answers once it has served the commands that came before. */
  private reply(slot: number, from: number): void {
    const delay = from < this.nodes.length ? (this.nodes[from] as RedisNode).busyForNs() : 0;
    this.depart(slot, delay);
  }

  private fillInfo(slot: number, at: number): number {
    const { now } = this.kernel;
    const node = this.nodes[at] as RedisNode;
    const info = this.messages.messages[slot] as SentinelMessage;
    info.isPrimary = node.leads;
    info.primary = node.upstream === null ? NOBODY : this.nodes.indexOf(node.upstream);
    info.linkUp = node.link !== null && !node.loading;
    // In whole seconds, as INFO says it.
    info.linkDownNs =
      node.link === null && !node.leads
        ? Math.floor(Math.max(0, now - node.linkDownSince) / SECOND) * SECOND
        : 0;
    info.offset = node.offsetAt(now);
    info.runId = this.runIds[at] as number;
    return slot;
  }

  /** A node passes a hello on to all that subscribe: every sentinel that is connected to it. */
  private relay(hello: SentinelMessage): void {
    for (const sentinel of this.all) {
      const { link } = sentinel.nodes[hello.to] as WatchedNode;
      if (sentinel.index === hello.speaker || link.disconnected || !link.established) continue;
      const slot = this.messages.allocate();
      const message = this.messages.messages[slot] as SentinelMessage;
      message.type = HELLO_RELAYED;
      message.from = hello.to;
      message.to = this.endpointOf(sentinel);
      message.senderIncarnation = (this.nodes[hello.to] as RedisNode).incarnation;
      message.owner = sentinel.index;
      message.peer = hello.to;
      message.generation = link.generation;
      message.speaker = hello.speaker;
      message.currentEpoch = hello.currentEpoch;
      message.configEpoch = hello.configEpoch;
      message.primary = hello.primary;
      this.depart(slot, 0);
    }
  }

  private readHello(sentinel: Sentinel, hello: SentinelMessage): void {
    sentinel.currentEpoch = Math.max(sentinel.currentEpoch, hello.currentEpoch);
    if (hello.configEpoch <= sentinel.configEpoch) return;
    sentinel.configEpoch = hello.configEpoch;
    if (hello.primary === sentinel.primary) return;
    this.said(sentinel, "+config-update-from", this.nodes.length + hello.speaker);
    if (sentinel.failingOver) this.listener.aborted(sentinel, "a newer configuration came");
    this.switchTo(sentinel, hello.primary, this.clock(sentinel));
  }

  private readQuestion(sentinel: Sentinel, question: SentinelMessage, now: Nanos): void {
    const known = question.primary === sentinel.primary;
    const slot = this.answer(question, ASK_REPLY);
    const reply = this.messages.messages[slot] as SentinelMessage;
    reply.isDown =
      !sentinel.tilted && known && (sentinel.nodes[question.primary] as WatchedNode).isDown;
    reply.leader = NOBODY;
    if (known && question.leader !== NOBODY) {
      reply.leader = this.failover.vote(sentinel, question.currentEpoch, question.leader, now);
      reply.leaderEpoch = sentinel.leaderEpoch;
    }
    this.depart(slot, 0);
  }

  private readInfo(sentinel: Sentinel, info: SentinelMessage, now: Nanos): void {
    const at = info.peer;
    const node = sentinel.nodes[at] as WatchedNode;
    node.infoAt = now;
    node.linkDownNs = info.linkDownNs;
    node.linkUp = info.linkUp;
    node.offset = info.offset;
    if (node.runId !== info.runId) {
      if (node.runId >= 0) this.said(sentinel, "+reboot", at);
      node.runId = info.runId;
    }
    if (info.primary !== node.upstream) {
      node.upstream = info.primary;
      node.upstreamSince = now;
    }
    if (info.isPrimary !== node.saysPrimary) {
      node.saysPrimary = info.isPrimary;
      node.roleSince = now;
      if (!info.isPrimary) node.upstreamSince = now;
    }
    if (sentinel.tilted || at === sentinel.primary) return;
    if (info.isPrimary) this.replicaLeads(sentinel, at, now);
    else this.replicaFollows(sentinel, at, now);
  }

  private replicaLeads(sentinel: Sentinel, at: number, now: Nanos): void {
    if (sentinel.promoted === at) {
      if (sentinel.state !== "wait-promotion") return;
      this.failover.promotionSeen(sentinel, now);
      this.forceHellos(sentinel);
      this.listener.promoted(this.nodes[at] as RedisNode, sentinel.configEpoch, sentinel);
      return;
    }
    const node = sentinel.nodes[at] as WatchedNode;
    const wait = CONVERT_HELLOS * this.settings.protocol.helloPeriodNs;
    if (!this.primaryLooksSane(sentinel, now) || !node.wasUpFor(wait, now)) return;
    if (now - node.roleSince <= wait) return;
    if (this.sendReplicaOf(sentinel, at, sentinel.primary))
      this.said(sentinel, "+convert-to-slave", at);
  }

  private replicaFollows(sentinel: Sentinel, at: number, now: Nanos): void {
    const node = sentinel.nodes[at] as WatchedNode;
    const wait = this.settings.failoverTimeoutNs;
    if (
      node.upstream !== sentinel.primary &&
      this.primaryLooksSane(sentinel, now) &&
      node.wasUpFor(wait, now) &&
      now - node.upstreamSince > wait &&
      this.sendReplicaOf(sentinel, at, sentinel.primary)
    )
      this.said(sentinel, "+fix-slave-config", at);
    if (node.reconfigure === RECONFIGURE_SENT && node.upstream === sentinel.promoted) {
      node.reconfigure = RECONFIGURE_UNDER_WAY;
      this.said(sentinel, "+slave-reconf-inprog", at);
    }
    if (node.reconfigure === RECONFIGURE_UNDER_WAY && node.linkUp) {
      node.reconfigure = RECONFIGURE_DONE;
      this.said(sentinel, "+slave-reconf-done", at);
    }
  }

  private primaryLooksSane(sentinel: Sentinel, now: Nanos): boolean {
    const primary = sentinel.nodes[sentinel.primary] as WatchedNode;
    return (
      primary.saysPrimary &&
      !primary.isDown &&
      !sentinel.objectivelyDown &&
      now - primary.infoAt < 2 * this.settings.protocol.infoPeriodNs
    );
  }
}
