/**
 * Elections of a replica whose primary has failed.
 *
 * Models: eligibility by the age of the data, delay by random part and rank, rank by last advertised offsets (dead
 * replicas count), stale timers of back-to-back failovers, one vote per epoch and per primary in two node timeouts.
 * A manual failover (`manual-failover.ts`) waits for nothing, but for voters' rest and the timers of an earlier election.
 * Leaves out: replicas that may not fail over.
 * Source: valkey 8.0.1 cluster_legacy.c:4286-4381 (votes), 4391-4413 (rank), 4511-4662 (elections).
 */
import { MILLISECOND, type Nanos, SECOND } from "../../base/nanos.ts";
import type { Stream } from "../../kernel/streams.ts";
import type { RedisNode } from "../engine/redis/redis-node.ts";
import { AUTH_ACK, AUTH_REQUEST, type BusMessage, PONG } from "./bus-message.ts";
import { type BusNode, FAIL } from "./bus-node.ts";
import type { BusSettings } from "./bus-settings.ts";
import type { ClusterStrategies } from "./strategies.ts";

const AUTH_TIMEOUT_MIN: Nanos = 2 * SECOND;
/** repl-ping-replica-period, part of the age that data may have. */
const PING_PERIOD: Nanos = 10 * SECOND;
/** A voter votes once for replicas of one primary in this many node timeouts. */
const VOTE_REST = 2;

/** What an election needs of its bus. */
export interface ElectionBus {
  readonly kernel: { readonly now: Nanos };
  readonly settings: BusSettings;
  readonly majority: number;
  readonly nodes: readonly BusNode[];
  readonly members: readonly BusNode[];
  readonly listener: {
    electionScheduled(candidate: RedisNode): void;
    votesAsked(
      candidate: RedisNode,
      asked: {
        readonly epoch: number;
        readonly scheduledAt: Nanos;
        readonly offset: number;
        readonly siblings: readonly { readonly node: string; readonly offset: number }[];
        readonly manual: boolean;
      },
    ): void;
    voteGranted(voter: RedisNode, candidate: RedisNode, epoch: number): void;
    won(winner: RedisNode, configEpoch: number, voters: readonly RedisNode[]): void;
  };
  readonly strategies: ClusterStrategies;
  ownerOf(member: BusNode): BusNode;
  stream(member: BusNode): Stream;
  send(type: number, from: BusNode, to: BusNode, fill?: (message: BusMessage) => void): void;
  claim(member: BusNode, epoch: number): void;
}

export class Election {
  constructor(private readonly bus: ElectionBus) {}

  /** Runs on every cron of a replica. */
  cron(member: BusNode, now: Nanos): void {
    const { bus } = this;
    if (!this.mayLead(member, now)) return;
    const manual = isManual(member);
    const state = member.election;
    const { rankDelayNs } = bus.settings.protocol;
    const { authTimeout } = this;
    if (now - state.dueAt > 2 * authTimeout) {
      if (manual) this.dueAtOnce(state, now);
      else {
        this.set(member, now);
        return;
      }
    }
    if (!state.sent && member.manual === null) {
      const rank = this.rank(member, now);
      state.dueAt += (rank - state.rank) * rankDelayNs;
      state.rank = rank;
    }
    if (now < state.dueAt || now - state.dueAt > authTimeout) return;
    if (state.sent) this.winIfElected(member);
    else this.ask(member, now, manual);
  }

  /** Fixes when a replica will ask for votes, and tells its siblings where it stands. */
  private set(member: BusNode, now: Nanos): void {
    const { bus } = this;
    const state = member.election;
    state.rank = this.rank(member, now);
    const { electionDelayNs, electionRandomNs, rankDelayNs } = bus.settings.protocol;
    const randomMs = electionRandomNs / MILLISECOND;
    const random = Math.floor(bus.stream(member).next() * randomMs) * MILLISECOND;
    state.dueAt = now + electionDelayNs + random + state.rank * rankDelayNs;
    state.scheduledAt = now;
    state.sent = false;
    state.voters.clear();
    this.tellSiblings(member);
    bus.listener.electionScheduled(member.node);
  }

  /** 4585-4590. */
  private dueAtOnce(state: BusNode["election"], now: Nanos): void {
    state.dueAt = now;
    state.scheduledAt = now;
    state.rank = 0;
    state.sent = false;
    state.voters.clear();
  }

  private ask(member: BusNode, now: Nanos, manual: boolean): void {
    const { bus } = this;
    const state = member.election;
    member.currentEpoch = bus.strategies.epochToAsk(member.currentEpoch);
    state.epoch = member.currentEpoch;
    state.sent = true;
    state.voters.clear();
    bus.listener.votesAsked(member.node, {
      epoch: state.epoch,
      scheduledAt: state.scheduledAt,
      offset: member.node.offsetAt(now),
      siblings: this.siblings(member).map((peer) => ({
        node: peer.node.id,
        offset: member.offset[peer.index] as number,
      })),
      manual,
    });
    for (const peer of bus.members) {
      if (peer === member) continue;
      bus.send(AUTH_REQUEST, member, peer, (request) => {
        request.forced = manual;
      });
    }
  }

  /** A primary is asked for its vote. */
  vote(voter: BusNode, candidate: BusNode, request: BusMessage): void {
    const { bus } = this;
    const now = bus.kernel.now;
    if (!voter.isPrimary || request.currentEpoch < voter.currentEpoch) return;
    if (voter.lastVoteEpoch === voter.currentEpoch) return;
    const owner = voter.owner[request.shard] as number;
    if (owner === candidate.index || (voter.flags[owner] !== FAIL && !request.forced)) return;
    const rest = VOTE_REST * bus.settings.nodeTimeoutNs;
    if (now - (voter.votedAt[owner] as number) < rest) return;
    if ((voter.ownerEpoch[request.shard] as number) > request.configEpoch) return;
    voter.lastVoteEpoch = voter.currentEpoch;
    voter.votedAt[owner] = now;
    bus.listener.voteGranted(voter.node, candidate.node, voter.lastVoteEpoch);
    bus.send(AUTH_ACK, voter, candidate);
  }

  /**
   * Of primaries only, and good for as long as the election lasts and there is a reason to lead: votes that a voter which
   * was paused gives after all do not make who lost its shard since lead it again.
   */
  countVote(member: BusNode, ack: BusMessage): void {
    const { bus } = this;
    const now = bus.kernel.now;
    const state = member.election;
    if (member.isPrimary || !state.sent || ack.currentEpoch < state.epoch) return;
    if (!member.owns(ack.from)) return;
    state.voters.add(ack.from);
    if (this.mayLead(member, now) && now - state.dueAt <= this.authTimeout)
      this.winIfElected(member);
  }

  private winIfElected(member: BusNode): void {
    const { bus } = this;
    const state = member.election;
    if (state.voters.size < bus.strategies.votesNeeded(bus.majority)) return;
    const voters = [...state.voters].map((index) => (bus.nodes[index] as BusNode).node);
    state.voters.clear();
    // The winner leads before it tells: what it says of itself must already be true.
    bus.listener.won(member.node, state.epoch, voters);
    bus.claim(member, state.epoch);
  }

  private get authTimeout(): Nanos {
    return Math.max(2 * this.bus.settings.nodeTimeoutNs, AUTH_TIMEOUT_MIN);
  }

  /** Its primary has failed and its data are young enough, or an operator asked it to lead. */
  private mayLead(member: BusNode, now: Nanos): boolean {
    if (member.node.loading) return false;
    if (isManual(member)) return true;
    return member.flags[this.bus.ownerOf(member).index] === FAIL && this.isFresh(member, now);
  }

  /** The replica's data are young enough to lead (4545-4565). */
  private isFresh(member: BusNode, now: Nanos): boolean {
    const { nodeTimeoutNs, replicaValidityFactor } = this.bus.settings;
    if (replicaValidityFactor === 0) return true;
    const { node } = member;
    const since = Math.min(node.link?.silentSince ?? Number.POSITIVE_INFINITY, node.linkDownSince);
    let age = since === Number.POSITIVE_INFINITY ? 0 : now - since;
    if (age > nodeTimeoutNs) age -= nodeTimeoutNs;
    return age <= PING_PERIOD + nodeTimeoutNs * replicaValidityFactor;
  }

  /** How many replicas of the same primary advertised a higher offset. */
  private rank(member: BusNode, now: Nanos): number {
    const mine = member.node.offsetAt(now);
    let rank = 0;
    for (const peer of this.siblings(member)) {
      const theirs = member.offset[peer.index] as number;
      const tie =
        this.bus.settings.rankTieBreakByNodeId && theirs === mine && peer.node.id < member.node.id;
      if (theirs > mine || tie) rank++;
    }
    return this.bus.strategies.place(rank);
  }

  /** The other replicas of its primary. */
  private siblings(member: BusNode): BusNode[] {
    const owner = this.bus.ownerOf(member);
    return this.bus.members.filter(
      (peer) => peer !== member && peer !== owner && member.shardOf[peer.index] === member.shard,
    );
  }

  private tellSiblings(member: BusNode): void {
    for (const peer of this.bus.members) {
      if (peer !== member && member.shardOf[peer.index] === member.shard)
        this.bus.send(PONG, member, peer);
    }
  }
}

const isManual = (member: BusNode): boolean => member.manual?.mayStart === true;
