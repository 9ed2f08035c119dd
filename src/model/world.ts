/**
 * Everything that exists in a run, by name and by room: what faults act on and metrics look at.
 *
 * Models: a zone that loses its power and gets it back, with all that stands in it.
 * Leaves out: power that fails by rack, hosts that come back at different times.
 */

import type { Nanos } from "../base/nanos.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { ClientFleet } from "./client/client-fleet.ts";
import { SentinelDiscovery } from "./client/sentinel-router.ts";
import type { RedisNode } from "./engine/redis/redis-node.ts";
import type { Replication } from "./engine/redis/replication.ts";
import { Resolvers } from "./network/dns.ts";
import type { Network } from "./network/network.ts";
import type { Transport } from "./network/transport.ts";
import type { Origin } from "./origin/origin.ts";
import type { Hosts } from "./place/hosts.ts";
import type { Recorder } from "./recorder.ts";
import type { Sentinel } from "./sentinel/sentinel.ts";
import type { Sentinels } from "./sentinel/sentinels.ts";
import type { ControlPlane } from "./service/control-plane.ts";
import type { GlobalDatastore } from "./service/global-datastore.ts";
import type { Group } from "./service/group.ts";
import type { Keeper } from "./service/keeper.ts";
import { SlotMigrations } from "./service/slot-migration.ts";
import type { TrafficSource } from "./traffic/traffic-source.ts";

export class World {
  readonly groups: Group[] = [];
  /** Who looks after each group, by its index; the managed service among them. */
  readonly keepers: Keeper[] = [];
  readonly controlPlanes: ControlPlane[] = [];
  readonly datastores: GlobalDatastore[] = [];
  /** By node index. */
  readonly nodes: RedisNode[] = [];
  readonly origins: Origin[] = [];
  readonly originZones: (number | null)[] = [];
  readonly traffic: TrafficSource[] = [];
  readonly resolvers: Resolvers;
  readonly discovery: SentinelDiscovery;
  fleet!: ClientFleet;
  private migrations: SlotMigrations | null = null;
  private readonly restartKind: number;
  private readonly restarts: { readonly node: RedisNode; readonly incarnation: number }[] = [];

  private readonly sentinelRestartKind: number;
  private readonly sentinelRestarts: {
    readonly sentinel: Sentinel;
    readonly incarnation: number;
  }[] = [];

  constructor(
    readonly kernel: Kernel,
    readonly hosts: Hosts,
    readonly network: Network,
    readonly transport: Transport,
    readonly replication: Replication,
    readonly recorder: Recorder,
  ) {
    this.resolvers = new Resolvers(hosts.regionNames.length);
    this.discovery = new SentinelDiscovery(kernel, network);
    this.restartKind = kernel.kind("process-restart", (_t, restart) => this.restarted(restart));
    this.sentinelRestartKind = kernel.kind("sentinel-restart", (_t, restart) =>
      this.sentinelRestarted(restart),
    );
  }

  groupOf(node: RedisNode): Group {
    return this.groups.find((group) => group.name === node.cache) as Group;
  }

  keeperOf(group: Group): Keeper {
    return this.keepers[this.groups.indexOf(group)] as Keeper;
  }

  /** What runs the service for a group; undefined where nobody does. */
  controlPlaneOf(group: Group): ControlPlane | undefined {
    return this.controlPlanes.find((plane) => plane.group === group);
  }

  /** Moves slots between shards while both serve. */
  get slotMigrations(): SlotMigrations {
    this.migrations ??= new SlotMigrations(this.kernel, this.network, this.recorder);
    return this.migrations;
  }

  /** The process dies at once; its kernel resets its connections. No effect on a dead process. */
  crashProcess(node: RedisNode, cause: string): void {
    if (!node.alive) return;
    this.replication.nodeDies(node, false);
    this.fleet.serverDied(node.index);
    node.die(false);
    this.groupOf(node).bus?.nodeDied(node, false);
    this.groupOf(node).sentinels?.nodeDied(node, false);
    this.recorder.node(node, cause);
  }

  /** The process dies and comes up again after `downNs`, empty, unless its host died or was replaced meanwhile. */
  restartProcess(node: RedisNode, downNs: Nanos, cause: string): void {
    if (!node.alive) return;
    this.crashProcess(node, cause);
    const { kernel } = this;
    const restart = this.restarts.push({ node, incarnation: node.incarnation }) - 1;
    const target = kernel.target(`node/${node.id}`);
    kernel.schedule(kernel.now + downNs, this.restartKind, target, restart, 0);
  }

  /** The host loses power: silence. A dead process on a living host falls silent too. */
  cutHostPower(node: RedisNode, cause: string): void {
    if (!node.hostUp) return;
    if (!node.processUp) {
      node.hostUp = false;
      return;
    }
    this.replication.nodeDies(node, true);
    node.die(true);
    this.groupOf(node).bus?.nodeDied(node, true);
    this.groupOf(node).sentinels?.nodeDied(node, true);
    this.recorder.node(node, cause);
  }

  pauseProcess(node: RedisNode, cause: string): void {
    if (!node.alive) return;
    node.pause();
    this.recorder.node(node, cause);
  }

  /** One hold less; after the last the process goes on with the commands in its sockets, then with the cluster bus. */
  resumeProcess(node: RedisNode, cause: string): void {
    if (!node.alive || !node.paused) return;
    node.resume();
    if (node.paused) return;
    this.groupOf(node).bus?.resumed(node, node.firstReadsNs);
    this.groupOf(node).sentinels?.nodeResumed(node, node.firstReadsNs);
    this.recorder.node(node, cause);
  }

  private restarted(restart: number): void {
    const { node, incarnation } = this.restarts[restart] as (typeof this.restarts)[number];
    const idle = node.hostUp && !node.processUp && !node.provisioning;
    if (!idle || node.incarnation !== incarnation) return;
    this.keeperOf(this.groupOf(node)).restart(node, "process restarted, empty");
    this.review();
  }

  /** All sentinels of the run. */
  sentinels(): Sentinel[] {
    return this.groups.flatMap((group) => group.sentinels?.all ?? []);
  }

  crashSentinel(sentinel: Sentinel, withHost: boolean): void {
    if (withHost ? !sentinel.hostUp : !sentinel.alive) return;
    if (!sentinel.processUp) sentinel.hostUp = false;
    else this.sentinelsOf(sentinel).sentinelDied(sentinel, withHost);
  }

  /** A sentinel dies and comes up again after `downNs`, unless something else started it, or its host died, meanwhile. */
  restartSentinel(sentinel: Sentinel, downNs: Nanos): void {
    this.crashSentinel(sentinel, false);
    const { kernel } = this;
    const restart = this.sentinelRestarts.push({ sentinel, incarnation: sentinel.incarnation }) - 1;
    const target = kernel.target(`sentinel/${sentinel.id}`);
    kernel.schedule(kernel.now + downNs, this.sentinelRestartKind, target, restart, 0);
  }

  resumeSentinel(sentinel: Sentinel): void {
    if (!sentinel.alive || !sentinel.paused) return;
    sentinel.resume();
    if (!sentinel.paused) this.sentinelsOf(sentinel).sentinelResumed(sentinel);
  }

  private sentinelsOf(sentinel: Sentinel): Sentinels {
    const group = this.groups.find((candidate) => candidate.sentinels?.all.includes(sentinel));
    return (group as Group).sentinels as Sentinels;
  }

  private sentinelRestarted(restart: number): void {
    const { sentinel, incarnation } = this.sentinelRestarts[
      restart
    ] as (typeof this.sentinelRestarts)[number];
    if (!sentinel.hostUp || sentinel.processUp || sentinel.incarnation !== incarnation) return;
    this.sentinelsOf(sentinel).sentinelStarted(sentinel);
    this.review();
  }

  /** A zone goes dark: nodes, client hosts and the origins that stand in it. */
  cutZonePower(zone: number): void {
    if (!this.hosts.cutZonePower(zone)) return;
    const cause = `zone ${this.hosts.zoneNames[zone]} lost power`;
    for (const session of this.fleet.sessions) {
      if (session.zone === zone) this.fleet.powerLost(session);
    }
    for (const node of this.nodes) if (node.zone === zone) this.cutHostPower(node, cause);
    for (const sentinel of this.sentinels())
      if (sentinel.zone === zone) this.crashSentinel(sentinel, true);
    for (const [index, origin] of this.origins.entries()) {
      if (this.originZones[index] === zone) origin.powerLost();
    }
  }

  /** Power is back: client hosts and origins start again; nodes are the service's to replace. */
  restoreZonePower(zone: number): void {
    if (!this.hosts.restoreZonePower(zone)) return;
    for (const session of this.fleet.sessions) {
      if (session.zone === zone) this.fleet.powerRestored(session);
    }
    for (const [index, origin] of this.origins.entries()) {
      if (this.originZones[index] === zone) origin.powerRestored();
    }
  }

  /** Lets the service look at everything anew: after each change that faults make. */
  review(): void {
    for (const keeper of this.keepers) keeper.review();
    for (const datastore of this.datastores) datastore.review();
  }
}
