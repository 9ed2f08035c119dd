/**
 * A replication group as the service, the cluster bus and the clients see it: its shards, nodes, endpoints and leaders.
 *
 * Models: which history a shard writes, and what of it a new leader keeps; a winner that dies unheard of, whose shard the
 * primary before it leads on; a process that comes back empty in the role that it had; replicas that go over to another
 * shard; health as those see it who look after the group.
 * Leaves out: data that survives a restart (snapshots on disk, append-only files), nodes shared by groups.
 */
import type { Nanos } from "../../base/nanos.ts";
import type { Copy } from "../../journal/records.ts";
import type { ClusterBus } from "../cluster/cluster-bus.ts";
import { HistoryLog } from "../engine/redis/history-log.ts";
import type { RedisNode } from "../engine/redis/redis-node.ts";
import type { Replication } from "../engine/redis/replication.ts";
import type { SlotMoves } from "../engine/redis/slot-moves.ts";
import type { Endpoint } from "../network/dns.ts";
import type { Network } from "../network/network.ts";
import type { OpenFailover, Recorder } from "../recorder.ts";
import type { Sentinels } from "../sentinel/sentinels.ts";
import type { ServiceSettings } from "./service-settings.ts";

export interface GroupShard {
  /** Index into the run's shards. */
  readonly index: number;
  /** From 1 within the group. */
  readonly number: number;
  readonly nodes: RedisNode[];
  /** The node that leads, or led last, as the service knows it. */
  leader: RedisNode;
  /** History that the leader writes, or that a secondary Region follows. */
  history: number;
  open: OpenFailover | null;
  /** The open failover was asked for: its primary may be well. */
  planned: boolean;
}

/** What a group tells its surroundings. */
export interface GroupListener {
  /** A shard has a new leader. */
  leaderChanged(group: Group, shard: GroupShard): void;
}

export class Group {
  bus: ClusterBus | null = null;
  /** Slots that change their shard during the run; null where none does. */
  moves: SlotMoves | null = null;
  /** Who watch a self-managed group with cluster mode disabled. */
  /** The service's own engines run it; false: hosts of one's own. */
  isManaged = true;
  sentinels: Sentinels | null = null;
  /** Hosts whose majority must reach a node that is to count as healthy: the service's own, where it looks after the group. */
  observers: readonly number[];
  /** A secondary Region's group follows another group, shard by shard, and takes no writes. */
  following: Group | null = null;
  readonly primaryEndpoint: Endpoint = { nodes: [] };
  readonly readerEndpoint: Endpoint = { nodes: [] };
  listener: GroupListener | null = null;
  private claims = 0;
  /** By number of a shard, who led before its leader won an election, and since when that leads. */
  private readonly before = new Map<number, { readonly node: RedisNode; readonly until: Nanos }>();
  /** Nodes that steps may add. */
  readonly later: RedisNode[] = [];
  private readonly gone: RedisNode[] = [];

  constructor(
    readonly name: string,
    readonly region: string,
    readonly clusterEnabled: boolean,
    readonly automaticFailover: boolean,
    readonly service: ServiceSettings,
    readonly shards: readonly GroupShard[],
    /** The service's own host in the group's Region. */
    readonly controlHost: number,
    private readonly ports: {
      readonly clock: { readonly now: Nanos };
      readonly network: Network;
      readonly replication: Replication;
      readonly recorder: Recorder;
    },
  ) {
    this.observers = [controlHost];
  }

  *nodes(): Iterable<RedisNode> {
    for (const shard of this.shards) yield* shard.nodes;
  }

  /** Those to come and those that are gone too. */
  everyNode(): readonly RedisNode[] {
    return [...this.nodes(), ...this.later, ...this.gone];
  }

  /** A node that was to come belongs to its shard from now on. */
  adopt(node: RedisNode): void {
    this.later.splice(this.later.indexOf(node), 1);
    this.shardOf(node).nodes.push(node);
  }

  /** A node belongs to its shard no more. */
  release(node: RedisNode): void {
    const { nodes } = this.shardOf(node);
    nodes.splice(nodes.indexOf(node), 1);
    this.gone.push(node);
  }

  shardOf(node: RedisNode): GroupShard {
    return this.shards[node.shardNumber - 1] as GroupShard;
  }

  /** Who owns a shard, from 0, as a node of a cluster sees it: node index. */
  ownerSeenBy(node: RedisNode, shard: number): number {
    const { bus } = this;
    if (bus === null) return (this.shards[shard] as GroupShard).leader.index;
    const owner = bus.nodes[bus.of(node).owner[shard] as number];
    return owner === undefined ? -1 : owner.node.index;
  }

  /** Whoever looks after the group gets an answer from the node. */
  isHealthy(node: RedisNode): boolean {
    if (!node.responds) return false;
    let reached = 0;
    for (const host of this.observers) if (this.ports.network.reachable(host, node.host)) reached++;
    return 2 * reached > this.observers.length;
  }

  /**
   * Where every copy of a shard stands now: with what it has, what is on its way from a dead process included, or by what
   * it has applied, as it tells who asks.
   */
  copies(shard: GroupShard, by: "received" | "applied" = "received"): Copy[] {
    const { now } = this.ports.clock;
    return shard.nodes.map((node) => ({
      node: node.id,
      history: node.history,
      offset: Math.max(
        node.offsetAt(now),
        by === "received" ? (node.link?.receivableOffset() ?? 0) : 0,
      ),
      alive: node.alive,
      faulted: !this.isHealthy(node),
      loading: node.loading,
    }));
  }

  /** States where every copy of a shard stands. */
  recordOffsets(shard: GroupShard): void {
    const { clock, recorder } = this.ports;
    recorder.write({
      kind: "offsets",
      at: clock.now,
      cache: this.name,
      shard: shard.number,
      nodes: shard.nodes.map((node) => ({
        node: node.id,
        role: node.currentRole(),
        history: node.history,
        offset: node.offsetAt(clock.now),
        alive: node.alive,
      })),
    });
  }

  /** States who leads each shard at the start of the run. */
  claimAtStart(): void {
    for (const shard of this.shards) {
      if (this.following === null) this.recordClaim(shard, shard.leader, shard.number);
      for (const node of shard.nodes) this.ports.recorder.node(node, "start");
      this.recordOffsets(shard);
    }
    this.claims = this.shards.length;
  }

  /**
   * A node leads its shard from now on, and its group follows it. Ends the shard's history where the new leader stands.
   *
   * @param configEpoch - of the election or takeover; null: the service counts for itself
   */
  takeLead(
    node: RedisNode,
    configEpoch: number | null,
    because: {
      readonly cause: string;
      readonly failover: OpenFailover | null;
      readonly failedAt: Nanos;
    },
  ): void {
    const shard = this.shardOf(node);
    const { replication, recorder } = this.ports;
    const old = shard.leader;
    this.recordOffsets(shard);
    this.before.set(shard.number, { node: old, until: this.ports.clock.now });
    node.leads = true;
    node.readOnly = this.following !== null;
    if (this.following !== null) {
      shard.leader = node;
      node.knownOwner = node.index;
      replication.follow(node, (this.following.shards[shard.number - 1] as GroupShard).leader);
    } else this.beginHistory(shard, node, configEpoch, because);
    if (old !== node && !old.alive) {
      old.leads = false;
      recorder.node(old, `${node.id} leads the shard`);
    }
    recorder.node(node, because.cause);
    for (const other of shard.nodes) {
      if (other !== node && !other.leads && this.isHealthy(other)) replication.follow(other, node);
    }
    this.listener?.leaderChanged(this, shard);
  }

  /**
   * Where the winner of an election lost its host before anybody had heard of it, the primary before it leads as if nothing
   * had been. What of the winner was in flight is gone with the host; what it had told in time is known to others.
   * The history that the winner parted from goes on, unless the primary came back empty meanwhile: then nothing is left of it.
   */
  takeBack(shard: GroupShard): void {
    const { clock, recorder, replication } = this.ports;
    const { bus } = this;
    const winner = shard.leader;
    const before = this.before.get(shard.number);
    if (bus === null || before === undefined || winner.alive || !winner.diedWithHost) return;
    const { node } = before;
    const { history: successor, parent, forkOffset } = winner.log;
    const stands = node !== winner && node.alive && node.leads && node.upstream === null;
    if (!stands || successor !== shard.history || successor === node.log.history) return;
    if (bus.hasHeardOf(winner, before.until)) return;
    const at = clock.now;
    const { history } = node.log;
    const where = { cache: this.name, shard: shard.number };
    const cause = `${winner.id} died before anybody had heard of its election; ${node.id} leads on`;
    shard.leader = node;
    shard.history = history;
    winner.leads = false;
    if (parent === history) {
      const kind = "history-resumed";
      recorder.write({ kind, at, ...where, history, keptOffset: forkOffset, successor, cause });
    } else this.endEmptied(shard, successor, winner.diedAt, `${cause}, empty`);
    recorder.node(winner, cause);
    for (const other of shard.nodes)
      if (other !== node && !other.leads && this.isHealthy(other)) replication.follow(other, node);
    this.listener?.leaderChanged(this, shard);
  }

  /**
   * A node that was told to lead, and does so already, is the shard's leader from now on. Ends the shard's history where
   * that of the node parted from it.
   *
   * @param configEpoch - null: nobody claims the shard under an epoch
   */
  recognise(
    node: RedisNode,
    configEpoch: number | null,
    because: {
      readonly cause: string;
      readonly failover: OpenFailover | null;
      readonly failedAt: Nanos;
    },
  ): void {
    const shard = this.shardOf(node);
    const { clock, recorder } = this.ports;
    const old = shard.leader;
    const ended = shard.history;
    const { log } = node;
    this.recordOffsets(shard);
    shard.leader = node;
    shard.history = log.history;
    if (log.history !== ended) {
      recorder.write({
        kind: "history-ended",
        at: clock.now,
        cache: this.name,
        shard: shard.number,
        history: ended,
        keptOffset: log.parent === ended ? log.forkOffset : 0,
        successor: log.history,
        failover: because.failover?.number ?? null,
        failedAt: because.failedAt,
        cause: because.cause,
      });
    }
    if (configEpoch !== null) this.recordClaim(shard, node, configEpoch);
    if (old !== node && !old.alive) {
      old.leads = false;
      recorder.node(old, `${node.id} leads the shard`);
    }
    recorder.node(node, because.cause);
    this.listener?.leaderChanged(this, shard);
  }

  /** A replica goes over to another shard, whose data it has none of. */
  moveReplica(node: RedisNode, to: RedisNode, cause: string): void {
    const from = this.shardOf(node);
    const shard = this.shardOf(to);
    from.nodes.splice(from.nodes.indexOf(node), 1);
    shard.nodes.push(node);
    this.ports.replication.leave(node);
    node.joinShard(shard, to.keyspace, this.emptyHistory(node));
    this.ports.replication.follow(node, to);
    this.ports.recorder.mark("replica-migrated", `${this.name}/shard ${shard.number}`);
    this.ports.recorder.node(node, cause);
  }

  /** A node that led becomes a follower of the shard's leader. */
  demote(node: RedisNode, leader: RedisNode, cause: string): void {
    if (node.leads) {
      this.ports.replication.demote(node);
      node.leads = false;
      node.readOnly = false;
      node.knownOwner = leader.index;
    }
    this.ports.replication.follow(node, leader);
    this.ports.recorder.node(node, cause);
  }

  /** A process starts again under its old id and host, empty: in the role it had, unless another leads its shard now. */
  restart(node: RedisNode, cause: string): void {
    const shard = this.shardOf(node);
    const leads = shard.leader === node && node.leads;
    node.start(this.emptyHistory(node));
    this.bus?.restarted(node);
    const upstream = leads ? this.following?.shards[shard.number - 1]?.leader : shard.leader;
    node.knownOwner = leads ? node.index : shard.leader.index;
    if (upstream === undefined) {
      node.upstream = null;
      node.linkDownSince = Number.POSITIVE_INFINITY;
      if (this.bus === null) this.serves(node);
    } else {
      node.leads = leads;
      // Whose Region gave up the lead while it was dead takes no writes when it is back.
      if (leads) node.readOnly = true;
      node.loading = true;
      this.ports.replication.follow(node, upstream);
    }
    this.ports.recorder.node(node, cause);
  }

  /** A primary that came back empty takes commands again: the history that it led is over. */
  serves(node: RedisNode): void {
    const shard = this.shardOf(node);
    const ended = shard.history;
    const emptied = node.leads && shard.leader === node && node.upstream === null;
    if (!emptied || node.log.history === ended) return;
    shard.history = node.log.history;
    const cause = `${node.id} came back empty, and its replicas empty themselves`;
    this.endEmptied(shard, ended, node.diedAt, cause);
  }

  /** States that nothing of a history lives on in the one that the shard writes now. */
  private endEmptied(shard: GroupShard, history: number, failedAt: Nanos, cause: string): void {
    this.ports.recorder.write({
      kind: "history-ended",
      at: this.ports.clock.now,
      cache: this.name,
      shard: shard.number,
      history,
      keptOffset: 0,
      successor: shard.history,
      failover: null,
      failedAt,
      cause,
    });
  }

  /** A fresh history without data, for a shard that lost its last copy. */
  emptyHistory(node: RedisNode): HistoryLog {
    return new HistoryLog(this.ports.recorder.newHistory(), -1, 0, node.settings.replBacklogBytes);
  }

  /** Ends the shard's history at the node's position and lets the node write the next one. */
  beginHistory(
    shard: GroupShard,
    node: RedisNode,
    configEpoch: number | null,
    because: {
      readonly cause: string;
      readonly failover: OpenFailover | null;
      readonly failedAt: Nanos;
    },
  ): void {
    const { clock, replication, recorder } = this.ports;
    const ended = shard.history;
    const offset = node.offsetAt(clock.now);
    const keptOffset =
      node.history === ended
        ? offset
        : node.log.parent === ended && node.history === node.log.history
          ? Math.min(offset, node.log.forkOffset)
          : 0;
    const successor = recorder.newHistory();
    replication.promote(node, successor);
    shard.history = successor;
    shard.leader = node;
    node.knownOwner = node.index;
    recorder.write({
      kind: "history-ended",
      at: clock.now,
      cache: this.name,
      shard: shard.number,
      history: ended,
      keptOffset,
      successor,
      failover: because.failover?.number ?? null,
      failedAt: because.failedAt,
      cause: because.cause,
    });
    this.recordClaim(shard, node, configEpoch);
  }

  private recordClaim(shard: GroupShard, node: RedisNode, configEpoch: number | null): void {
    const { clock, recorder } = this.ports;
    recorder.write({
      kind: "primary-claim",
      at: clock.now,
      cache: this.name,
      shard: shard.number,
      node: node.id,
      configEpoch: configEpoch ?? ++this.claims,
      history: shard.history,
      offset: node.offsetAt(clock.now),
    });
  }
}
