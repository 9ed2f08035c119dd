/**
 * A failover by Sentinel: who may lead it, which replica is promoted, and how the others learn of it.
 *
 * Models: attempts at least two failover timeouts apart; one vote per epoch, first come; a leader by the votes of a
 * majority of all sentinels and of the quorum; selection by state, age of what is known, priority, offset and run id;
 * REPLICAOF NO ONE and the wait until INFO shows it; replicas told of the new primary, `parallelSyncs` at a time; abort
 * and end by timeout.
 * Leaves out: SENTINEL FAILOVER by an operator, scripts, the time to write the configuration to disk.
 * Source: valkey 8.0.1 sentinel.c:4525-4620 (votes), 4697-4747 (start), 4777-4845 (selection), 4849-4880 and on (steps);
 * redis 7.0.15 alike.
 */
import type { Nanos } from "../../base/nanos.ts";
import { SECOND } from "../../base/nanos.ts";
import type { Stream } from "../../kernel/streams.ts";
import {
  RECONFIGURE_DONE,
  RECONFIGURE_NONE,
  RECONFIGURE_SENT,
  RECONFIGURE_UNDER_WAY,
  type Sentinel,
  type WatchedNode,
} from "./sentinel.ts";
import { NOBODY } from "./sentinel-message.ts";
import type { SentinelSettings } from "./sentinel-settings.ts";

/** A replica that has not moved for so long is taken for reconfigured; it will be mended later. */
const RECONFIGURE_TIMEOUT: Nanos = 10 * SECOND;
/** Answers to PING, and INFO while the primary is down, that are older than this many ping periods exclude a replica. */
const VALIDITY_PINGS = 5;
/** INFO may be so many of its usual periods old when the primary is not down in this sentinel's view. */
const VALIDITY_INFOS = 3;
/** A replica's link may have been down for the primary's own time and this many times `downAfter`. */
const LINK_DOWN_FACTOR = 10;

/** What a failover needs of the sentinels. */
export interface FailoverPorts {
  readonly settings: SentinelSettings;
  stream(sentinel: Sentinel): Stream;
  said(sentinel: Sentinel, event: string, subject: number): void;
  /** Sends REPLICAOF, NO ONE for NOBODY. False without a connection. */
  replicaOf(sentinel: Sentinel, node: number, primary: number): boolean;
  selected(sentinel: Sentinel, node: number): void;
  aborted(sentinel: Sentinel, why: string): void;
}

export class SentinelFailover {
  constructor(private readonly ports: FailoverPorts) {}

  /** Starts an attempt where one is due; true when it did. */
  startIfDue(sentinel: Sentinel, now: Nanos): boolean {
    const { settings } = this.ports;
    if (!sentinel.objectivelyDown || sentinel.failingOver) return false;
    if (now - sentinel.failoverStartedAt < 2 * settings.failoverTimeoutNs) return false;
    sentinel.failoverEpoch = ++sentinel.currentEpoch;
    this.ports.said(sentinel, "+try-failover", sentinel.primary);
    sentinel.failoverStartedAt = now + this.desync(sentinel);
    this.enter(sentinel, "wait-start", now);
    return true;
  }

  /** One step of the attempt under way. */
  step(sentinel: Sentinel, now: Nanos): void {
    switch (sentinel.state) {
      case "wait-start":
        this.waitStart(sentinel, now);
        return;
      case "select":
        this.select(sentinel, now);
        return;
      case "send-no-one":
        this.sendNoOne(sentinel, now);
        return;
      case "wait-promotion":
        if (now - sentinel.stateSince > this.ports.settings.failoverTimeoutNs)
          this.abort(sentinel, "-failover-abort-slave-timeout", now);
        return;
      case "reconfigure":
        this.reconfigureNext(sentinel, now);
        return;
      default:
    }
  }

  /** A sentinel is asked for its vote, or counts for itself. Returns whom it voted for in `leaderEpoch`. */
  vote(sentinel: Sentinel, epoch: number, candidate: number, now: Nanos): number {
    sentinel.currentEpoch = Math.max(sentinel.currentEpoch, epoch);
    if (sentinel.leaderEpoch < epoch && sentinel.currentEpoch <= epoch) {
      sentinel.leader = candidate;
      sentinel.leaderEpoch = sentinel.currentEpoch;
      this.ports.said(sentinel, "+vote-for-leader", this.endpointOf(sentinel, candidate));
      // It leaves the one that it voted for the time to do it.
      if (candidate !== sentinel.index) sentinel.failoverStartedAt = now + this.desync(sentinel);
    }
    return sentinel.leader;
  }

  /** INFO shows that the chosen replica leads. */
  promotionSeen(sentinel: Sentinel, now: Nanos): void {
    sentinel.configEpoch = sentinel.failoverEpoch;
    this.ports.said(sentinel, "+promoted-slave", sentinel.promoted);
    this.enter(sentinel, "reconfigure", now);
  }

  private enter(sentinel: Sentinel, state: Sentinel["state"], now: Nanos): void {
    sentinel.state = state;
    sentinel.stateSince = now;
  }

  private abort(sentinel: Sentinel, why: string, now: Nanos): void {
    this.ports.said(sentinel, why, sentinel.primary);
    this.enter(sentinel, "none", now);
    sentinel.promoted = NOBODY;
    this.ports.aborted(sentinel, why);
  }

  private waitStart(sentinel: Sentinel, now: Nanos): void {
    const { settings } = this.ports;
    if (this.leaderOf(sentinel, now) === sentinel.index) {
      this.ports.said(sentinel, "+elected-leader", sentinel.primary);
      this.enter(sentinel, "select", now);
      return;
    }
    const timeout = Math.min(settings.protocol.electionTimeoutNs, settings.failoverTimeoutNs);
    if (now - sentinel.failoverStartedAt > timeout)
      this.abort(sentinel, "-failover-abort-not-elected", now);
  }

  /** Who leads the attempt's epoch: a majority of all sentinels that are known, and at least the quorum. */
  private leaderOf(sentinel: Sentinel, now: Nanos): number {
    const votes = sentinel.peers.map(() => 0);
    let winner = NOBODY;
    const count = (candidate: number): void => {
      votes[candidate] = (votes[candidate] as number) + 1;
      const most = winner === NOBODY ? 0 : (votes[winner] as number);
      if ((votes[candidate] as number) > most) winner = candidate;
    };
    for (const [index, peer] of sentinel.peers.entries()) {
      if (index === sentinel.index || peer.leader === NOBODY) continue;
      if (peer.leaderEpoch === sentinel.currentEpoch) count(peer.leader);
    }
    const own = winner === NOBODY ? sentinel.index : winner;
    const vote = this.vote(sentinel, sentinel.failoverEpoch, own, now);
    if (vote !== NOBODY && sentinel.leaderEpoch === sentinel.failoverEpoch) count(vote);
    if (winner === NOBODY) return NOBODY;
    const needed = Math.max(Math.floor(sentinel.peers.length / 2) + 1, this.ports.settings.quorum);
    return (votes[winner] as number) >= needed ? winner : NOBODY;
  }

  private select(sentinel: Sentinel, now: Nanos): void {
    const chosen = this.bestReplica(sentinel, now);
    if (chosen === NOBODY) {
      this.abort(sentinel, "-failover-abort-no-good-slave", now);
      return;
    }
    sentinel.promoted = chosen;
    this.ports.said(sentinel, "+selected-slave", chosen);
    this.enter(sentinel, "send-no-one", now);
    this.ports.selected(sentinel, chosen);
  }

  /** By priority, then offset, then run id, among those that are known well enough. */
  private bestReplica(sentinel: Sentinel, now: Nanos): number {
    const { settings } = this.ports;
    const { pingPeriodNs, infoPeriodNs } = settings.protocol;
    const primary = sentinel.nodes[sentinel.primary] as WatchedNode;
    const linkDownMax =
      (primary.isDown ? now - primary.downSince : 0) + LINK_DOWN_FACTOR * settings.downAfterNs;
    const infoAgeMax = primary.isDown
      ? VALIDITY_PINGS * pingPeriodNs
      : VALIDITY_INFOS * infoPeriodNs;
    let best = NOBODY;
    for (const [index, node] of sentinel.nodes.entries()) {
      if (index === sentinel.primary || node.isDown || node.link.disconnected) continue;
      if (now - node.link.availableAt > VALIDITY_PINGS * pingPeriodNs) continue;
      if (settings.priorities[index] === 0 || now - node.infoAt > infoAgeMax) continue;
      if (node.linkDownNs > linkDownMax) continue;
      if (best === NOBODY || this.isBetter(sentinel, index, best)) best = index;
    }
    return best;
  }

  private isBetter(sentinel: Sentinel, a: number, b: number): boolean {
    const { priorities } = this.ports.settings;
    const byPriority = (priorities[a] as number) - (priorities[b] as number);
    if (byPriority !== 0) return byPriority < 0;
    const [one, other] = [sentinel.nodes[a] as WatchedNode, sentinel.nodes[b] as WatchedNode];
    return one.offset === other.offset ? one.runId < other.runId : one.offset > other.offset;
  }

  private sendNoOne(sentinel: Sentinel, now: Nanos): void {
    if (this.ports.replicaOf(sentinel, sentinel.promoted, NOBODY)) {
      this.ports.said(sentinel, "+failover-state-wait-promotion", sentinel.promoted);
      this.enter(sentinel, "wait-promotion", now);
    } else if (now - sentinel.stateSince > this.ports.settings.failoverTimeoutNs)
      this.abort(sentinel, "-failover-abort-slave-timeout", now);
  }

  private reconfigureNext(sentinel: Sentinel, now: Nanos): void {
    const others = sentinel.nodes.filter(
      (_, index) => index !== sentinel.promoted && index !== sentinel.primary,
    );
    let underWay = 0;
    for (const { reconfigure } of others)
      if (reconfigure === RECONFIGURE_SENT || reconfigure === RECONFIGURE_UNDER_WAY) underWay++;
    for (const node of others) {
      if (underWay >= this.ports.settings.parallelSyncs) break;
      if (node.reconfigure === RECONFIGURE_DONE) continue;
      const sent = node.reconfigure === RECONFIGURE_SENT;
      if (sent && now - node.reconfigureSentAt > RECONFIGURE_TIMEOUT)
        node.reconfigure = RECONFIGURE_DONE;
      if (node.reconfigure === RECONFIGURE_NONE && this.tell(sentinel, node, now)) underWay++;
    }
    this.endIfDone(sentinel, others, now);
  }

  private tell(sentinel: Sentinel, node: WatchedNode, now: Nanos): boolean {
    const index = sentinel.nodes.indexOf(node);
    if (!this.ports.replicaOf(sentinel, index, sentinel.promoted)) return false;
    node.reconfigure = RECONFIGURE_SENT;
    node.reconfigureSentAt = now;
    this.ports.said(sentinel, "+slave-reconf-sent", index);
    return true;
  }

  /** Over when every replica that can be reached follows the new primary, or by timeout. */
  private endIfDone(sentinel: Sentinel, others: readonly WatchedNode[], now: Nanos): void {
    if (sentinel.nodes[sentinel.promoted]?.isDown !== false) return;
    const left = others.some((node) => node.reconfigure !== RECONFIGURE_DONE && !node.isDown);
    const late = now - sentinel.stateSince > this.ports.settings.failoverTimeoutNs;
    if (left && !late) return;
    if (late) {
      this.ports.said(sentinel, "+failover-end-for-timeout", sentinel.primary);
      for (const node of others)
        if (node.reconfigure === RECONFIGURE_NONE) this.tell(sentinel, node, now);
    }
    this.ports.said(sentinel, "+failover-end", sentinel.primary);
    this.enter(sentinel, "update-config", now);
  }

  private desync(sentinel: Sentinel): Nanos {
    const ms = this.ports.settings.protocol.desyncMaxNs / 1e6;
    return Math.floor(this.ports.stream(sentinel).next() * ms) * 1e6;
  }

  private endpointOf(sentinel: Sentinel, candidate: number): number {
    return sentinel.nodes.length + candidate;
  }
}
