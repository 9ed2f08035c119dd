/**
 * The managed service of one replication group: notices failures, fails over groups with cluster mode disabled, replaces
 * dead nodes, changes DNS.
 *
 * Models: a node that does not answer the service for `monitorDetection` is dealt with; promotion of the least-lagged
 * replica and the DNS flip after it; replacement under the same id in the same zone, empty, once the zone has power;
 * no promotion where automatic failover is off: the replacement takes its data from a replica, then serves; an old
 * primary that returns is demoted. Where a primary is dead and the cluster cannot elect, for no majority of its primaries
 * is left, the best copy takes over after `clusterTakeover`; after twice that time also where it could and does not; at the
 * latest when the replacement comes up. So a group of one or two shards survives the loss of a primary too.
 * While the service itself is out it notices nothing and does nothing; what was due is done when it is back.
 * Replicas that are added take as long as a replacement, and a full synchronisation; those that are removed leave the
 * reader endpoint's record first.
 * Leaves out: replacement of nodes that are alive but unreachable, takeover where a primary is cut off and alive, other scaling, maintenance.
 * Source: ElastiCache user guide, AutoFailover, FaultTolerance, changing the number of replicas, events; FAQ.
 */
import { toSeconds } from "../../base/nanos.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { RedisNode } from "../engine/redis/redis-node.ts";
import type { Replication } from "../engine/redis/replication.ts";
import type { Hosts } from "../place/hosts.ts";
import type { Recorder } from "../recorder.ts";
import type { Group, GroupShard } from "./group.ts";
import type { Keeper } from "./keeper.ts";
import type { ServiceStrategies } from "./strategies.ts";
import { whyUnhealthy } from "./why-unhealthy.ts";

/** What the service knows of one node. */
interface Watch {
  healthy: boolean;
  /** Tells decisions of an earlier failure apart. */
  generation: number;
  replacing: "no" | "rebooting" | "waits-for-zone" | "provisioning" | "joining" | "removed";
  /** It has not served yet: it is no replacement. */
  isNew: boolean;
}

export class ControlPlane implements Keeper {
  private readonly watches = new Map<RedisNode, Watch>();
  private readonly nodes: RedisNode[] = [];
  private readonly decideKind: number;
  private readonly promoteKind: number;
  private readonly dnsKind: number;
  private readonly provisionedKind: number;
  private readonly removeKind: number;
  private readonly takeoverKind: number;
  private readonly target: number;
  /** Faults that hold the service still, and what it would have done meanwhile. */
  private outages = 0;
  private readonly deferred: (() => void)[] = [];
  /** Replica that was chosen for a shard, by shard number. */
  private readonly chosen = new Map<number, RedisNode>();
  /** Who took over a shard and serves once its cluster is up again, by shard number. */
  private readonly heirs = new Map<number, { readonly node: RedisNode; readonly cause: string }>();

  constructor(
    readonly group: Group,
    private readonly ports: {
      readonly kernel: Kernel;
      readonly hosts: Hosts;
      readonly replication: Replication;
      readonly recorder: Recorder;
      readonly strategies: ServiceStrategies;
      /** A node's process and host are no more. */
      readonly endProcess: (node: RedisNode, cause: string) => void;
    },
  ) {
    const { kernel } = ports;
    this.target = kernel.target(`service/${group.name}`);
    this.decideKind = kernel.kind(`service-decides/${group.name}`, (_t, node, word) =>
      this.whenIn(() => this.decide(this.nodes[node] as RedisNode, word)),
    );
    this.promoteKind = kernel.kind(`service-promotes/${group.name}`, (_t, shard) =>
      this.whenIn(() => this.promote(group.shards[shard - 1] as GroupShard)),
    );
    this.dnsKind = kernel.kind(`dns-update/${group.name}`, (_t, shard) =>
      this.whenIn(() => this.updateDns(group.shards[shard - 1] as GroupShard)),
    );
    this.provisionedKind = kernel.kind(`node-provisioned/${group.name}`, (_t, node) =>
      this.whenIn(() => this.provisioned(this.nodes[node] as RedisNode)),
    );
    this.removeKind = kernel.kind(`node-removed/${group.name}`, (_t, node) =>
      this.whenIn(() => this.remove(this.nodes[node] as RedisNode)),
    );
    this.takeoverKind = kernel.kind(`service-takes-over/${group.name}`, (_t, node, word) =>
      this.whenIn(() => this.takeOverWhereStuck(this.nodes[node] as RedisNode, word)),
    );
    for (const node of group.nodes()) {
      this.nodes.push(node);
      this.watches.set(node, { healthy: true, generation: 0, replacing: "no", isNew: false });
    }
  }

  /** Looks at every node anew; called after anything that may have changed a node's health or a zone's power. */
  review(): void {
    if (this.outages === 0)
      for (const [slot, node] of this.nodes.entries()) this.reviewNode(node, slot);
    for (const shard of this.group.shards) this.reviewShard(shard);
  }

  /** The service works and answers calls. */
  get works(): boolean {
    return this.outages === 0;
  }

  /** Stops the service (+1), or lets it go on (-1) with what was due meanwhile. */
  changeOutages(by: 1 | -1): void {
    this.outages += by;
    if (this.outages > 0) return;
    for (const act of this.deferred.splice(0)) act();
    this.review();
  }

  /** What faults write here, for comparison with a run that had none. */
  faultState(): number {
    return this.outages;
  }

  /** An operator reboots a node: the service takes that for no failure. */
  reboot(node: RedisNode): void {
    this.watch(node).replacing = "rebooting";
    this.ports.recorder.serviceEvent("cache-cluster", node.id, "Cache node 0001 shutdown");
  }

  /** A process comes up again under its old id. */
  restart(node: RedisNode, cause: string): void {
    this.group.restart(node, cause);
    const watch = this.watch(node);
    if (watch.replacing !== "rebooting") return;
    watch.replacing = "no";
    this.ports.recorder.serviceEvent("cache-cluster", node.id, "Cache node 0001 restarted");
  }

  private whenIn(act: () => void): void {
    if (this.outages === 0) act();
    else this.deferred.push(act);
  }

  /** A node has loaded a snapshot; without a link, its source is gone. */
  loaded(node: RedisNode): void {
    const watch = this.watch(node);
    const shard = this.group.shardOf(node);
    this.reconsider(shard, node);
    if (watch.replacing !== "joining" || node.link === null) return;
    if (shard.leader === node && !node.leads) this.leadAfterReplacement(shard, node, null);
    this.recovered(node, watch);
  }

  /** TestFailover: the service takes the primary of a node group down, and all that follows is as in a failure. */
  announceTestFailover(shard: GroupShard): void {
    const id = String(shard.number).padStart(4, "0");
    this.ports.recorder.serviceEvent(
      "replication-group",
      this.group.name,
      `Test Failover API called for node group ${id}`,
    );
  }

  /** IncreaseReplicaCount: a node that was to come is launched. False when the service does not answer. */
  addReplica(node: RedisNode): boolean {
    if (!this.works || !this.group.later.includes(node)) return false;
    const watch: Watch = { healthy: true, generation: 0, replacing: "no", isNew: true };
    this.group.adopt(node);
    this.nodes.push(node);
    this.watches.set(node, watch);
    this.announceReplicas("Started");
    if (this.ports.hosts.zoneHasPower(node.zone)) this.provision(node, watch);
    else watch.replacing = "waits-for-zone";
    return true;
  }

  /** Its process runs: all that belong to the group meet it. */
  private arrived(node: RedisNode): void {
    const { recorder, hosts } = this.ports;
    this.group.bus?.meet(node, this.group.shardOf(node).leader);
    const text = `Added cache node 0001 in availability zone ${hosts.zoneNames[node.zone]}`;
    recorder.serviceEvent("cache-cluster", node.id, text);
  }

  private announceReplicas(phase: "Started" | "Finished"): void {
    const { name } = this.group;
    const text = `ElastiCache:ReplicationGroupIncreaseReplicaCount${phase} : ${name}`;
    this.ports.recorder.serviceEvent("replication-group", name, text);
  }

  /**
   * DecreaseReplicaCount: a replica leaves the reader endpoint's record and then the group. Without a name the service
   * chooses: one whose loss leaves the others in most zones, and of these the one that is furthest behind.
   *
   * @returns the replica; null when the service refuses (a primary cannot be removed, nor a node that is being replaced)
   */
  removeReplica(shard: GroupShard, named: RedisNode | null): RedisNode | null {
    if (!this.works) return null;
    const node = named ?? this.mostDispensable(shard);
    const may = node !== null && shard.nodes.includes(node) && node !== shard.leader;
    if (!may || this.watch(node).replacing !== "no") return null;
    const { kernel } = this.ports;
    const due = kernel.now + this.group.service.dnsUpdateNs;
    kernel.schedule(due, this.removeKind, this.target, this.nodes.indexOf(node), 0);
    return node;
  }

  private mostDispensable(shard: GroupShard): RedisNode | null {
    const { now } = this.ports.kernel;
    const zonesWithout = (node: RedisNode): number =>
      new Set(shard.nodes.filter((other) => other !== node).map(({ zone }) => zone)).size;
    let chosen: RedisNode | null = null;
    for (const node of shard.nodes) {
      if (node === shard.leader || this.watch(node).replacing !== "no") continue;
      if (chosen === null) chosen = node;
      else {
        const more = zonesWithout(node) - zonesWithout(chosen);
        const behind = chosen.offsetAt(now) - node.offsetAt(now);
        if (more > 0 || (more === 0 && behind > 0)) chosen = node;
      }
    }
    return chosen;
  }

  /** The replica goes, unless it leads by now. */
  private remove(node: RedisNode): void {
    const shard = this.group.shardOf(node);
    const watch = this.watch(node);
    if (shard.leader === node || watch.replacing !== "no") return;
    const { recorder, endProcess } = this.ports;
    watch.replacing = "removed";
    this.group.release(node);
    if (!this.group.clusterEnabled) this.refreshReader(shard);
    node.removed = true;
    endProcess(node, "removed by the service");
    this.group.bus?.forget(node);
    recorder.node(node, "removed by the service");
    recorder.serviceEvent("cache-cluster", node.id, "Cache cluster deleted");
  }

  /** Records a failover that the cluster bus completed. */
  announceFailover(from: string, to: string): void {
    const text = `Failover from primary node ${from} to replica node ${to} completed`;
    this.ports.recorder.serviceEvent("cache-cluster", from, text);
    this.ports.recorder.serviceEvent("replication-group", this.group.name, text);
  }

  private watch(node: RedisNode): Watch {
    return this.watches.get(node) as Watch;
  }

  private reviewNode(node: RedisNode, slot: number): void {
    const { kernel, hosts } = this.ports;
    const watch = this.watch(node);
    if (watch.replacing === "removed") return;
    if (watch.replacing === "waits-for-zone" && hosts.zoneHasPower(node.zone))
      this.provision(node, watch);
    const healthy = this.group.isHealthy(node);
    if (healthy === watch.healthy) return;
    watch.healthy = healthy;
    watch.generation++;
    if (!healthy) {
      const due = kernel.now + this.group.service.monitorDetectionNs;
      kernel.schedule(due, this.decideKind, this.target, slot, watch.generation);
    } else if (watch.replacing === "no") this.welcomeBack(node);
  }

  /** A node that was cut off or paused answers again. */
  private welcomeBack(node: RedisNode): void {
    if (this.group.clusterEnabled) return; // the cluster bus tells it
    const shard = this.group.shardOf(node);
    if (shard.leader === node) return;
    this.ports.strategies.returned(() =>
      this.group.demote(node, shard.leader, `told to follow ${shard.leader.id}`),
    );
    this.refreshReader(shard);
    this.reconsider(shard, node);
  }

  /** Nobody could be promoted when the primary was found dead, and now there is one who can. */
  private reconsider(shard: GroupShard, node: RedisNode): void {
    const { leader, open, number } = shard;
    if (this.group.clusterEnabled || !this.group.automaticFailover || node === leader) return;
    if (leader.alive || open === null || this.chosen.has(number)) return;
    if (open.reached.has("failover-detected")) this.chooseReplica(shard, `${node.id} can lead`);
  }

  /** Opens a failover when a shard's primary stops answering; abandons it when the primary is back first. */
  private reviewShard(shard: GroupShard): void {
    const { recorder } = this.ports;
    this.group.takeBack(shard);
    const { leader, number } = shard;
    const healthy = this.group.isHealthy(leader) && leader.leads;
    const isWaiting = this.chosen.has(number) || this.heirs.get(number)?.node === leader;
    if (!healthy && shard.open === null) {
      const of = {
        cache: this.group.name,
        shard: shard.number,
        globalDatastore: null,
        fromNode: leader.id,
      };
      this.group.recordOffsets(shard);
      shard.open = recorder.startFailover(of, whyUnhealthy(leader), this.group.copies(shard));
    } else if (healthy && shard.open !== null && !shard.planned && !isWaiting) {
      recorder.failover(shard.open, "failover-abandoned", null, `${leader.id} answers again`);
      shard.open = null;
    }
  }

  private decide(node: RedisNode, generation: number): void {
    const watch = this.watch(node);
    if (watch.generation !== generation || watch.healthy) return;
    if (watch.replacing === "rebooting") return;
    const shard = this.group.shardOf(node);
    const silent = `no answer for ${toSeconds(this.group.service.monitorDetectionNs)} s`;
    if (shard.leader === node && !this.group.clusterEnabled && shard.open !== null) {
      if (this.group.automaticFailover) this.chooseReplica(shard, silent);
      else this.detected(shard, `service monitor: ${silent}`);
    }
    if (this.group.clusterEnabled) {
      if (this.isStuck(shard, node))
        this.detected(shard, `service monitor: ${silent}, and no majority of primaries is left`);
      this.scheduleTakeover(shard, node, generation);
    }
    if (!node.alive && watch.replacing === "no") {
      if (this.ports.hosts.zoneHasPower(node.zone)) this.provision(node, watch);
      else watch.replacing = "waits-for-zone";
    }
  }

  private scheduleTakeover(shard: GroupShard, node: RedisNode, generation: number): void {
    if (node.alive || !this.group.automaticFailover || shard.leader !== node) return;
    const { kernel } = this.ports;
    const due = kernel.now + this.group.service.clusterTakeoverNs;
    kernel.schedule(due, this.takeoverKind, this.target, this.nodes.indexOf(node), generation);
  }

  /** The primary of a shard is dead, and of all primaries no majority is left that could vote for another. */
  private isStuck({ leader }: GroupShard, node: RedisNode): boolean {
    if (leader !== node || node.alive) return false;
    const { shards } = this.group;
    const living = shards.filter((shard) => this.group.isHealthy(shard.leader)).length;
    return 2 * living <= shards.length;
  }

  /**
   * A dead primary's shard has waited for a winner. Where there can be one it waits once more: there is none after all
   * where the data of its replicas are too old for the cluster's rules.
   */
  private takeOverWhereStuck(node: RedisNode, generation: number): void {
    const shard = this.group.shardOf(node);
    if (this.watch(node).generation !== generation || shard.leader !== node || node.alive) return;
    const { monitorDetectionNs, clusterTakeoverNs } = this.group.service;
    const waitedNs = this.ports.kernel.now - (shard.open?.failedAt ?? 0);
    const isLong = waitedNs >= monitorDetectionNs + 2 * clusterTakeoverNs;
    const best = this.bestCopy(shard, node);
    if (best !== null && (isLong || this.isStuck(shard, node))) this.takeOver(shard, best);
    else this.scheduleTakeover(shard, node, generation);
  }

  private detected(shard: GroupShard, cause: string): void {
    if (shard.open === null || shard.open.reached.has("failover-detected")) return;
    this.ports.recorder.failover(shard.open, "failover-detected", null, cause);
  }

  private chooseReplica(shard: GroupShard, silent: string): void {
    const { kernel, recorder, strategies } = this.ports;
    if (shard.open === null) return;
    this.detected(shard, `service monitor: ${silent}`);
    const candidates = shard.nodes.filter(
      (node) => node !== shard.leader && this.group.isHealthy(node) && !node.loading,
    );
    if (candidates.length === 0) return; // nothing to promote: a replacement must come up
    // Who waits for a full synchronisation may hold another history, whose offsets say nothing of this one.
    const own = candidates.filter(({ history }) => history === shard.leader.history);
    const standings = (own.length > 0 ? own : candidates).map((node) => ({
      node,
      offset: node.offsetAt(kernel.now),
    }));
    const choice = strategies.chooseReplica(standings);
    this.chosen.set(shard.number, choice.node);
    const cause = `${strategies.choiceName}: ${choice.node.id} at offset ${choice.offset}`;
    recorder.failover(
      shard.open,
      "failover-decided",
      choice.node.id,
      cause,
      this.group.copies(shard, "applied"),
    );
    strategies.chosen(() => this.namePrimary(choice.node));
    kernel.schedule(
      kernel.now + this.group.service.promotionTimeNs,
      this.promoteKind,
      this.target,
      shard.number,
      0,
    );
  }

  private promote(shard: GroupShard): void {
    const { kernel, recorder } = this.ports;
    const node = this.chosen.get(shard.number);
    const { open } = shard;
    this.chosen.delete(shard.number);
    if (node === undefined || open === null) return;
    if (!this.group.isHealthy(node)) {
      this.reviewShard(shard); // the primary may be back: then there is nothing to choose any more
      this.chooseReplica(shard, `${node.id} is gone too`);
      return;
    }
    const from = shard.leader;
    const cause = "promoted by the service";
    this.group.takeLead(node, null, { cause, failover: open, failedAt: open.failedAt });
    recorder.failover(open, "failover-promoted", node.id, cause);
    shard.open = null;
    this.announceFailover(from.id, node.id);
    // It came back while its heir was being promoted: too late to be kept, and nothing else will tell it.
    if (from !== node && from.leads && this.group.isHealthy(from)) this.welcomeBack(from);
    kernel.schedule(
      kernel.now + this.group.service.dnsUpdateNs,
      this.dnsKind,
      this.target,
      shard.number,
      0,
    );
    this.reviewShard(shard);
  }

  private updateDns(shard: GroupShard): void {
    if (!this.ports.strategies.updatesDns) return;
    this.namePrimary(shard.leader);
    this.refreshReader(shard);
  }

  /** Makes the primary endpoint name a node. */
  private namePrimary(node: RedisNode): void {
    const { kernel, recorder } = this.ports;
    if (this.group.primaryEndpoint.nodes[0] === node.index) return;
    this.group.primaryEndpoint.nodes = [node.index];
    recorder.write({
      kind: "dns-updated",
      at: kernel.now,
      cache: this.group.name,
      endpoint: "primary",
      nodes: [node.id],
    });
  }

  private refreshReader(shard: GroupShard): void {
    const { kernel, recorder } = this.ports;
    const replicas = shard.nodes.filter(
      (node) => node !== shard.leader && this.group.isHealthy(node),
    );
    const nodes = replicas.length > 0 ? replicas : [shard.leader];
    const indices = nodes.map((node) => node.index);
    if (indices.join() === this.group.readerEndpoint.nodes.join()) return;
    this.group.readerEndpoint.nodes = indices;
    recorder.write({
      kind: "dns-updated",
      at: kernel.now,
      cache: this.group.name,
      endpoint: "reader",
      nodes: nodes.map((node) => node.id),
    });
  }

  private provision(node: RedisNode, watch: Watch): void {
    const { kernel, recorder } = this.ports;
    watch.replacing = "provisioning";
    node.provisioning = true;
    if (watch.isNew) recorder.node(node, "the service launches a replica");
    else {
      recorder.serviceEvent("cache-cluster", node.id, "Recovering cache nodes 0001");
      recorder.node(node, "the service launches a replacement");
      // Where no copy is left nobody is elected: the service is the one who notices.
      const shard = this.group.shardOf(node);
      if (shard.leader === node && this.bestCopy(shard, node) === null)
        this.detected(shard, "the service replaces the primary");
    }
    const due = kernel.now + this.group.service.replacementProvisioningNs;
    kernel.schedule(due, this.provisionedKind, this.target, this.nodes.indexOf(node), 0);
  }

  /** The replacement's process runs: empty, under the old id. */
  private provisioned(node: RedisNode): void {
    const { hosts, replication } = this.ports;
    const watch = this.watch(node);
    if (!hosts.zoneHasPower(node.zone)) {
      watch.replacing = "waits-for-zone";
      node.provisioning = false;
      this.ports.recorder.node(node, "its zone lost power again");
      return;
    }
    watch.replacing = "joining";
    const shard = this.group.shardOf(node);
    const wasLeader = shard.leader === node;
    node.leads = false;
    node.readOnly = false;
    const best = this.bestCopy(shard, node);
    if (wasLeader && best !== null && this.group.automaticFailover) this.takeOver(shard, best);
    node.moveToNewHost();
    node.start(this.group.emptyHistory(node));
    if (watch.isNew) this.arrived(node);
    else this.group.bus?.join(node, shard.leader);
    if (shard.leader !== node) this.joinAsReplica(shard, node);
    else if (this.group.following !== null) this.followRegion(shard, node);
    else if (best === null) this.leadAfterReplacement(shard, node, node.log.history);
    else {
      // No automatic failover: the new primary takes its data from a replica before it serves.
      this.detected(shard, "the service replaces the primary");
      if (shard.open !== null) {
        this.ports.recorder.failover(
          shard.open,
          "failover-decided",
          node.id,
          `replacement of ${node.id}`,
          this.group.copies(shard),
        );
      }
      replication.becomeSource(best, this.ports.recorder.newHistory());
      node.loading = true;
      replication.follow(node, best);
    }
    this.ports.recorder.node(node, watch.isNew ? "replica started" : "replacement started");
    this.review();
    if (shard.leader === node && node.leads) this.recovered(node, watch);
  }

  private joinAsReplica(shard: GroupShard, node: RedisNode): void {
    node.knownOwner = shard.leader.index;
    node.loading = true;
    this.ports.replication.follow(node, shard.leader);
  }

  private followRegion(shard: GroupShard, node: RedisNode): void {
    const cause = "replacement leads the secondary Region's shard";
    this.replacesPrimary(shard, node);
    this.group.takeLead(node, this.group.bus?.takeOver(node) ?? null, {
      cause,
      failover: shard.open,
      failedAt: this.ports.kernel.now,
    });
    this.completed(shard, node, cause);
  }

  /** The primary comes back as a replacement: states what was noticed and decided, if it was not before. */
  private replacesPrimary(shard: GroupShard, node: RedisNode): void {
    this.detected(shard, "the service replaces the primary");
    if (shard.open === null || shard.open.reached.has("failover-decided")) return;
    this.ports.recorder.failover(
      shard.open,
      "failover-decided",
      node.id,
      `replacement of ${node.id}`,
      this.group.copies(shard),
    );
  }

  /** The replacement leads: with what a replica gave it, or with nothing. */
  private leadAfterReplacement(
    shard: GroupShard,
    node: RedisNode,
    emptyHistory: number | null,
  ): void {
    const failedAt = shard.open?.failedAt ?? this.ports.kernel.now;
    const cause =
      emptyHistory === null
        ? "replacement serves with a replica's data"
        : "replacement serves, empty: no copy was left";
    this.replacesPrimary(shard, node);
    const epoch = this.group.bus?.takeOver(node) ?? null;
    this.group.takeLead(node, epoch, { cause, failover: shard.open, failedAt });
    this.completed(shard, node, cause);
  }

  /** The cluster could not elect: the service lets the best copy take over. */
  private takeOver(shard: GroupShard, best: RedisNode): void {
    const cause = "takeover by the service: the cluster could not elect";
    const { open } = shard;
    this.detected(shard, "service monitor");
    if (open !== null && !open.reached.has("failover-decided")) {
      this.ports.recorder.failover(
        open,
        "failover-decided",
        best.id,
        cause,
        this.group.copies(shard),
      );
    }
    const epoch = this.group.bus?.takeOver(best) ?? null;
    this.group.takeLead(best, epoch, {
      cause,
      failover: open,
      failedAt: open?.failedAt ?? this.ports.kernel.now,
    });
    if (best.clusterUp) this.completed(shard, best, cause);
    else this.heirs.set(shard.number, { node: best, cause });
  }

  /** A node's cluster is up: who took over accepts writes from now on. */
  serves(node: RedisNode): void {
    const shard = this.group.shardOf(node);
    const heir = this.heirs.get(shard.number);
    if (heir?.node === node && shard.leader === node) this.completed(shard, node, heir.cause);
  }

  private completed(shard: GroupShard, node: RedisNode, cause: string): void {
    const { kernel, recorder } = this.ports;
    this.heirs.delete(shard.number);
    if (shard.open !== null) {
      recorder.failover(shard.open, "failover-promoted", node.id, cause);
      if (shard.open.fromNode !== node.id) this.announceFailover(shard.open.fromNode, node.id);
      shard.open = null;
    }
    if (!this.group.clusterEnabled) {
      kernel.schedule(
        kernel.now + this.group.service.dnsUpdateNs,
        this.dnsKind,
        this.target,
        shard.number,
        0,
      );
    }
  }

  private bestCopy(shard: GroupShard, except: RedisNode): RedisNode | null {
    const { now } = this.ports.kernel;
    let best: RedisNode | null = null;
    for (const node of shard.nodes) {
      if (node === except || !this.group.isHealthy(node) || node.loading) continue;
      if (best === null || node.offsetAt(now) > best.offsetAt(now)) best = node;
    }
    return best;
  }

  private recovered(node: RedisNode, watch: Watch): void {
    watch.replacing = "no";
    const { recorder } = this.ports;
    if (watch.isNew) {
      recorder.serviceEvent("cache-cluster", node.id, "Cache cluster created");
      this.announceReplicas("Finished");
    } else
      recorder.serviceEvent("cache-cluster", node.id, "Finished recovery for cache nodes 0001");
    watch.isNew = false;
    this.refreshReaderOf(node);
    this.review();
  }

  private refreshReaderOf(node: RedisNode): void {
    if (!this.group.clusterEnabled) this.refreshReader(this.group.shardOf(node));
  }
}
