/**
 * Failover that somebody asks of a replica: CLUSTER FAILOVER, and its variants FORCE and TAKEOVER.
 *
 * Models: the replica asks its primary to hold writes, the primary says in its bus messages where it stopped, the replica
 * asks for votes once it holds all of that, at once and whatever voters think of the primary; writes that were held are
 * refused or run when the primary learns who leads, or when five seconds have passed; FORCE asks for votes without its
 * primary, TAKEOVER leads without votes. What limits an election limits this one too: a voter's rest of two node timeouts,
 * and the timers of an earlier election.
 * Leaves out: replicas of replicas.
 * Source: valkey 8.0.1 cluster_legacy.c:3518-3521 (primary), 4585-4590 (election), 4827-4850 (replica), 6708-6718 (command).
 */
import { type Nanos, SECOND } from "../../base/nanos.ts";
import type { RedisNode } from "../engine/redis/redis-node.ts";
import { type BusMessage, MANUAL_START, PING } from "./bus-message.ts";
import type { BusNode } from "./bus-node.ts";

/** CLUSTER_MF_TIMEOUT. */
export const MANUAL_TIMEOUT: Nanos = 5 * SECOND;

export type ManualOption = "default" | "force" | "takeover";

/** What a manual failover needs of its bus. */
export interface ManualBus {
  readonly kernel: { readonly now: Nanos };
  readonly nodes: readonly BusNode[];
  readonly listener: {
    manualAsked(replica: RedisNode, option: ManualOption): void;
    manualGivenUp(replica: RedisNode): void;
    tookOver(replica: RedisNode, configEpoch: number): void;
  };
  ownerOf(member: BusNode): BusNode;
  send(type: number, from: BusNode, to: BusNode): void;
  takeOver(node: RedisNode): number;
  /** Lets a replica look whether it may ask for votes. */
  elect(member: BusNode): void;
}

export class ManualFailover {
  constructor(private readonly bus: ManualBus) {}

  /** The command arrives at a replica. False when it is refused: the node leads, or is loading, or follows nobody alive. */
  ask(member: BusNode, option: ManualOption): boolean {
    const { bus } = this;
    const primary = bus.ownerOf(member);
    if (member.isPrimary || !member.node.responds || member.node.loading) return false;
    // "Master is down or failed, please use CLUSTER FAILOVER FORCE"
    if (option === "default" && member.failing(primary.index)) return false;
    this.end(member);
    bus.listener.manualAsked(member.node, option);
    if (option === "takeover") {
      bus.listener.tookOver(member.node, bus.takeOver(member.node));
      return true;
    }
    const endsAt = bus.kernel.now + MANUAL_TIMEOUT;
    member.manual = { endsAt, replica: null, offset: -1, mayStart: option === "force" };
    if (option === "force") bus.elect(member);
    else bus.send(MANUAL_START, member, primary);
    return true;
  }

  /** A primary is asked to hold writes, and says where it stands. */
  hold(primary: BusNode, replica: BusNode): void {
    const { bus } = this;
    if (!primary.isPrimary || bus.ownerOf(replica) !== primary) return;
    this.end(primary);
    const endsAt = bus.kernel.now + MANUAL_TIMEOUT;
    primary.manual = { endsAt, replica, offset: -1, mayStart: false };
    primary.node.holdWrites();
    bus.send(PING, primary, replica);
  }

  /** Any message from a primary may say that it holds writes. */
  heard(member: BusNode, from: BusNode, message: BusMessage): void {
    const { manual } = member;
    if (manual === null || manual.replica !== null || !message.paused || manual.offset >= 0) return;
    if (this.bus.ownerOf(member) !== from) return;
    manual.offset = message.offset;
    this.proceed(member);
  }

  /** Runs on every cron. */
  cron(member: BusNode, now: Nanos): void {
    const { manual } = member;
    if (manual === null) return;
    if (manual.endsAt < now) {
      this.end(member);
      if (manual.replica === null) this.bus.listener.manualGivenUp(member.node);
    } else if (manual.replica !== null) this.bus.send(PING, member, manual.replica);
    else this.proceed(member);
  }

  /** The failover is over, whichever way: writes that were held go on. */
  end(member: BusNode): void {
    if (member.manual === null) return;
    member.manual = null;
    member.node.releaseWrites();
  }

  /** A replica that holds all that its primary wrote asks for votes. */
  private proceed(member: BusNode): void {
    const { manual } = member;
    if (manual === null || manual.mayStart || manual.offset < 0) return;
    if (member.node.offsetAt(this.bus.kernel.now) !== manual.offset) return;
    manual.mayStart = true;
    this.bus.elect(member);
  }
}
