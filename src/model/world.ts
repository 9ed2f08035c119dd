/** Everything that exists in a run, by name and by room: what faults act on and metrics look at. */

import type { Nanos } from "../base/nanos.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { ClientFleet } from "./client/client-fleet.ts";
import type { RedisNode } from "./engine/redis/redis-node.ts";
import type { Replication } from "./engine/redis/replication.ts";
import { Resolvers } from "./network/dns.ts";
import type { Network } from "./network/network.ts";
import type { Transport } from "./network/transport.ts";
import type { Origin } from "./origin/origin.ts";
import type { Hosts } from "./place/hosts.ts";
import type { Recorder } from "./recorder.ts";
import type { ControlPlane } from "./service/control-plane.ts";
import type { GlobalDatastore } from "./service/global-datastore.ts";
import type { Group } from "./service/group.ts";
import type { TrafficSource } from "./traffic/traffic-source.ts";

export class World {
  readonly groups: Group[] = [];
  readonly controlPlanes: ControlPlane[] = [];
  readonly datastores: GlobalDatastore[] = [];
  /** By node index. */
  readonly nodes: RedisNode[] = [];
  readonly origins: Origin[] = [];
  readonly originZones: (number | null)[] = [];
  readonly traffic: TrafficSource[] = [];
  readonly resolvers: Resolvers;
  fleet!: ClientFleet;
  private readonly restartKind: number;
  private readonly restarts: { readonly node: RedisNode; readonly incarnation: number }[] = [];

  constructor(
    readonly kernel: Kernel,
    readonly hosts: Hosts,
    readonly network: Network,
    readonly transport: Transport,
    readonly replication: Replication,
    readonly recorder: Recorder,
  ) {
    this.resolvers = new Resolvers(hosts.regionNames.length);
    this.restartKind = kernel.kind("process-restart", (_t, restart) => this.restarted(restart));
  }

  groupOf(node: RedisNode): Group {
    return this.groups.find((group) => group.name === node.cache) as Group;
  }

  /** The process dies at once; its kernel resets its connections. No effect on a dead process. */
  crashProcess(node: RedisNode, cause: string): void {
    if (!node.alive) return;
    this.replication.nodeDies(node, false);
    this.fleet.serverDied(node.index);
    node.die(false);
    this.groupOf(node).bus?.nodeDied(node, false);
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
    this.groupOf(node).bus?.resumed(node, node.queuedNs());
    this.recorder.node(node, cause);
  }

  private restarted(restart: number): void {
    const { node, incarnation } = this.restarts[restart] as (typeof this.restarts)[number];
    const idle = node.hostUp && !node.processUp && !node.provisioning;
    if (!idle || node.incarnation !== incarnation) return;
    this.groupOf(node).restart(node, "process restarted, empty");
    this.controlPlanes[this.groups.indexOf(this.groupOf(node))]?.restarted(node);
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
    for (const plane of this.controlPlanes) plane.review();
    for (const datastore of this.datastores) datastore.review();
  }
}
