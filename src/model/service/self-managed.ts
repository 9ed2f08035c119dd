/**
 * A group that no service looks after: its nodes, what supervises their processes, and what the sentinels make of them.
 *
 * Models: processes that stay dead unless a supervisor starts them, after a time and empty; hosts that are back with their
 * zone's power and hosts that never are; nodes that start in the role that their own configuration names, so that a
 * primary that was replaced meanwhile comes back as a second one; a chosen replica that leads by itself, and becomes the
 * shard's leader when the sentinels see it.
 * Leaves out: replacement by people, persistence to disk.
 */
import type { Nanos } from "../../base/nanos.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { RedisNode } from "../engine/redis/redis-node.ts";
import type { Replication } from "../engine/redis/replication.ts";
import type { Hosts } from "../place/hosts.ts";
import type { Recorder } from "../recorder.ts";
import type { Sentinel } from "../sentinel/sentinel.ts";
import type { Group, GroupShard } from "./group.ts";
import type { Keeper } from "./keeper.ts";
import { whyUnhealthy } from "./why-unhealthy.ts";

/** A process, and whether its supervisor is to start it. */
interface Supervised {
  readonly process: RedisNode | Sentinel;
  state: "up" | "lost" | "dark" | "starting";
}

export class SelfManaged implements Keeper {
  private readonly supervised: Supervised[];
  /** Whom each node follows by its own configuration file; null: nobody, it leads. */
  private readonly configured = new Map<RedisNode, RedisNode | null>();
  private readonly restartKind: number;
  private readonly target: number;
  /** A replica was chosen and may be leading already. */
  private deciding = false;

  constructor(
    readonly group: Group,
    private readonly ports: {
      readonly kernel: Kernel;
      readonly hosts: Hosts;
      readonly replication: Replication;
      readonly recorder: Recorder;
      /** From a process's end to its start by a supervisor; null: there is none. */
      readonly restartAfterNs: Nanos | null;
      /** Closes all client connections of a node. */
      readonly killClients: (node: RedisNode) => void;
    },
  ) {
    const { kernel } = ports;
    this.target = kernel.target(`supervisor/${group.name}`);
    this.restartKind = kernel.kind(`supervisor-restart/${group.name}`, (_t, at, incarnation) =>
      this.restartDue(this.supervised[at] as Supervised, incarnation),
    );
    for (const node of group.nodes()) {
      const { leader } = group.shardOf(node);
      this.configured.set(node, node === leader ? null : leader);
    }
    this.supervised = [...group.nodes()].map((process) => ({ process, state: "up" }));
  }

  /** Sentinels come after the nodes that they watch. */
  supervise(sentinels: readonly Sentinel[]): void {
    for (const process of sentinels) this.supervised.push({ process, state: "up" });
  }

  review(): void {
    for (const [at, supervised] of this.supervised.entries()) this.supervisorLooks(supervised, at);
    for (const shard of this.group.shards) this.reviewShard(shard);
  }

  restart(node: RedisNode, cause: string): void {
    const { group } = this;
    const shard = group.shardOf(node);
    const upstream = this.configured.get(node) ?? null;
    if (group.bus !== null || (upstream === null && shard.leader === node)) {
      node.leads = shard.leader === node && (group.bus === null || node.leads);
      group.restart(node, cause);
    } else if (upstream === null) this.comeBackAsSecond(shard, node, cause);
    else {
      node.start(group.emptyHistory(node));
      node.leads = false;
      this.ports.replication.follow(node, upstream);
      this.ports.recorder.node(node, cause);
    }
    group.sentinels?.nodeStarted(node);
    this.review();
  }

  loaded(): void {
    // Nobody waits for it: sentinels learn it from INFO, the cluster bus from gossip.
  }

  announceFailover(): void {
    // No service, no events.
  }

  serves(): void {
    // No service, no takeover of its own.
  }

  /** A quorum of sentinels found the primary down. */
  objectivelyDown(primary: RedisNode, by: Sentinel): void {
    const shard = this.group.shardOf(primary);
    if (shard.leader !== primary || shard.open === null) return;
    if (shard.open.reached.has("failover-detected")) return;
    const cause = `+odown: a quorum of sentinels found ${primary.id} down, concluded by ${by.id}`;
    this.ports.recorder.failover(shard.open, "failover-detected", null, cause);
  }

  /** The leading sentinel chose a replica. */
  selected(replica: RedisNode, by: Sentinel): void {
    const { recorder } = this.ports;
    const shard = this.group.shardOf(replica);
    const open = this.opened(shard, `the sentinels found ${shard.leader.id} down`);
    if (!open.reached.has("failover-detected")) {
      const cause = `+odown: a quorum of sentinels found ${shard.leader.id} down`;
      recorder.failover(open, "failover-detected", null, cause);
    }
    this.deciding = true;
    if (open.reached.has("failover-decided")) return;
    const cause = `+selected-slave: ${by.id} leads the failover and chose ${replica.id}`;
    recorder.failover(open, "failover-decided", replica.id, cause, this.group.copies(shard));
  }

  aborted(): void {
    this.deciding = false;
    this.review();
  }

  /** The leading sentinel saw the chosen replica lead: the configuration names it from now on. */
  promoted(replica: RedisNode, configEpoch: number, by: Sentinel): void {
    const { recorder } = this.ports;
    const shard = this.group.shardOf(replica);
    this.selected(replica, by);
    const open = this.opened(shard, "");
    const cause = `+promoted-slave: ${by.id} saw ${replica.id} lead, epoch ${configEpoch}`;
    this.group.recognise(replica, configEpoch, {
      cause,
      failover: open,
      failedAt: open.failedAt,
    });
    recorder.failover(open, "failover-promoted", replica.id, cause);
    shard.open = null;
    this.deciding = false;
    this.review();
  }

  /** REPLICAOF arrived. Its transaction rewrites the configuration and closes the connections of all clients. */
  toldToFollow(node: RedisNode, upstream: RedisNode | null): void {
    const { recorder, replication, killClients } = this.ports;
    this.configured.set(node, upstream);
    killClients(node);
    if (upstream === null) {
      if (node.leads) return;
      replication.promote(node, recorder.newHistory());
      node.leads = true;
      node.readOnly = false;
      node.knownOwner = node.index;
      recorder.node(node, "told to lead by a sentinel");
      return;
    }
    const shard = this.group.shardOf(node);
    const deposed = shard.leader === node && node.leads && upstream.leads;
    this.group.demote(node, upstream, `told by a sentinel to follow ${upstream.id}`);
    if (deposed) this.goBackTo(shard, upstream);
  }

  /** A sentinel that did not know better made the shard's leader follow another primary: that one's data win. */
  private goBackTo(shard: GroupShard, upstream: RedisNode): void {
    const { kernel, recorder, replication } = this.ports;
    replication.promote(upstream, recorder.newHistory());
    const cause = `${shard.leader.id} was told to follow ${upstream.id}`;
    this.group.recognise(upstream, null, { cause, failover: null, failedAt: kernel.now });
  }

  /** A primary whose place was taken while it was dead does not know it: what it acknowledges will be lost. */
  private comeBackAsSecond(shard: GroupShard, node: RedisNode, cause: string): void {
    const { kernel, recorder } = this.ports;
    node.start(this.group.emptyHistory(node));
    node.leads = true;
    node.readOnly = false;
    node.upstream = null;
    node.linkDownSince = Number.POSITIVE_INFINITY;
    node.knownOwner = node.index;
    recorder.node(node, cause);
    recorder.write({
      kind: "history-ended",
      at: kernel.now,
      cache: this.group.name,
      shard: shard.number,
      history: node.log.history,
      keptOffset: 0,
      successor: shard.history,
      failover: null,
      failedAt: kernel.now,
      cause: `${node.id} came back as a primary beside ${shard.leader.id}`,
    });
  }

  private opened(shard: GroupShard, cause: string): NonNullable<GroupShard["open"]> {
    if (shard.open !== null) return shard.open;
    const of = {
      cache: this.group.name,
      shard: shard.number,
      globalDatastore: null,
      fromNode: shard.leader.id,
    };
    this.group.recordOffsets(shard);
    shard.open = this.ports.recorder.startFailover(of, cause, this.group.copies(shard));
    return shard.open;
  }

  /** Opens a failover when a shard's primary stops answering; abandons it when the primary is back first. */
  private reviewShard(shard: GroupShard): void {
    const { leader } = shard;
    const healthy = this.group.isHealthy(leader) && leader.leads;
    if (!healthy) this.opened(shard, whyUnhealthy(leader));
    else if (shard.open !== null && !shard.planned && !this.deciding) {
      const cause = `${leader.id} answers again`;
      this.ports.recorder.failover(shard.open, "failover-abandoned", null, cause);
      shard.open = null;
    }
  }

  private supervisorLooks(supervised: Supervised, at: number): void {
    const { process } = supervised;
    const { kernel, hosts, restartAfterNs } = this.ports;
    const powered = hosts.zoneHasPower(process.zone);
    if (process.alive) {
      supervised.state = "up";
      return;
    }
    if (supervised.state === "up" && !process.hostUp) supervised.state = powered ? "lost" : "dark";
    if (supervised.state === "dark" && powered) {
      process.hostUp = true; // the host starts; its processes only where something starts them
      supervised.state = "up";
    }
    if (supervised.state === "up" && restartAfterNs !== null) {
      supervised.state = "starting";
      const due = kernel.now + restartAfterNs;
      kernel.schedule(due, this.restartKind, this.target, at, process.incarnation);
    } else if (supervised.state === "starting" && !process.hostUp) {
      supervised.state = powered ? "lost" : "dark";
    }
  }

  private restartDue(supervised: Supervised, incarnation: number): void {
    const { process, state } = supervised;
    if (state !== "starting" || process.alive || process.incarnation !== incarnation) return;
    supervised.state = "up";
    if ("keyspace" in process) this.restart(process, "started by its supervisor, empty");
    else {
      this.group.sentinels?.sentinelStarted(process);
      this.review();
    }
  }
}
