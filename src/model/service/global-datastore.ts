/**
 * A Global Datastore: one group that takes writes, and groups in other Regions that follow it shard by shard.
 *
 * Models: asynchronous replication between Regions; promotion only when an operator asks, which takes
 * `globalPromotion`; the old primary stops accepting writes once the service can reach it, and follows the new one
 * (what it had accepted beyond the promoted copy is lost); the application is re-pointed `redirectDelay` later.
 * Leaves out: adding and removing members, scaling, parallel promotions (the first that is under way wins).
 * Source: ElastiCache user guide, global datastores; FAQ. Writes of an isolated old primary being lost: assumption.
 */
import type { Nanos } from "../../base/nanos.ts";
import type { Copy } from "../../journal/records.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { Replication } from "../engine/redis/replication.ts";
import type { Network } from "../network/network.ts";
import type { OpenFailover, Recorder } from "../recorder.ts";
import type { Group, GroupShard } from "./group.ts";
import type { GlobalDatastoreSettings } from "./service-settings.ts";
import type { ServiceStrategies } from "./strategies.ts";

export class GlobalDatastore {
  readonly name: string;
  primary: Group;
  private promotingTo: Group | null = null;
  /** Open promotion of each shard, by shard number. */
  private readonly open = new Map<number, OpenFailover>();
  private readonly promoteKind: number;
  private readonly redirectKind: number;
  private readonly target: number;

  constructor(
    readonly settings: GlobalDatastoreSettings,
    readonly groups: readonly Group[],
    private readonly ports: {
      readonly kernel: Kernel;
      readonly network: Network;
      readonly replication: Replication;
      readonly recorder: Recorder;
      /** The application uses another member from now on. */
      readonly redirect: (datastore: GlobalDatastore, to: Group) => void;
      readonly strategies: ServiceStrategies;
    },
  ) {
    this.name = settings.name;
    this.primary = groups[0] as Group;
    const { kernel } = ports;
    this.target = kernel.target(`global-datastore/${settings.name}`);
    this.promoteKind = kernel.kind(`global-promotion/${settings.name}`, () => this.complete());
    this.redirectKind = kernel.kind(`global-redirect/${settings.name}`, () =>
      ports.redirect(this, this.primary),
    );
    for (const group of groups) {
      group.listener = { leaderChanged: (changed, shard) => this.leaderChanged(changed, shard) };
      if (group !== this.primary) group.following = this.primary;
    }
  }

  /** After anything that may have cut or joined Regions. */
  review(): void {
    for (const group of this.groups) {
      if (group !== this.primary && group.following !== this.primary && this.sees(group))
        this.ports.strategies.stepsDown(() => this.demoteGroup(group));
    }
    const cut = this.groups.some((group) => group !== this.primary && !this.sees(group));
    for (const shard of this.primary.shards) {
      const open = this.open.get(shard.number);
      if (cut && open === undefined && this.promotingTo === null) {
        this.start(shard, `Region ${this.primary.region} cannot be reached`);
      } else if (!cut && open !== undefined && this.promotingTo === null) {
        this.ports.recorder.failover(
          open,
          "failover-abandoned",
          null,
          `Region ${this.primary.region} can be reached again`,
        );
        this.open.delete(shard.number);
      }
    }
  }

  /** The operator's call. False when it has no effect: the group leads already, or a promotion is under way. */
  promote(to: Group): boolean {
    if (to === this.primary || this.promotingTo !== null) return false;
    const { kernel, recorder } = this.ports;
    this.promotingTo = to;
    for (const shard of this.primary.shards) {
      const open =
        this.open.get(shard.number) ?? this.start(shard, "the operator moves the primary Region");
      const heir = this.counterpart(to, shard);
      const offset = heir.leader.offsetAt(kernel.now);
      recorder.failover(
        open,
        "failover-detected",
        null,
        "operator called promote-secondary-region",
      );
      recorder.failover(
        open,
        "failover-decided",
        heir.leader.id,
        `operator chose ${to.name}: ${heir.leader.id} at offset ${offset}`,
        this.copies(shard),
      );
      if (this.sees(to))
        this.ports.strategies.stepsDown(() =>
          this.stopWrites(shard, `read-only: ${to.name} is being promoted`),
        );
    }
    kernel.schedule(
      kernel.now + this.settings.globalPromotionNs,
      this.promoteKind,
      this.target,
      0,
      0,
    );
    return true;
  }

  /** How far a member's shard is behind the primary Region, ns. */
  lagAt(group: Group, now: Nanos): Nanos {
    let worst = 0;
    for (const shard of group.shards) worst = Math.max(worst, shard.leader.lagAt(now));
    return worst;
  }

  private start(shard: GroupShard, cause: string): OpenFailover {
    const of = {
      cache: this.primary.name,
      shard: shard.number,
      globalDatastore: this.name,
      fromNode: shard.leader.id,
    };
    for (const group of this.groups) group.recordOffsets(this.counterpart(group, shard));
    const open = this.ports.recorder.startFailover(of, cause, this.copies(shard));
    this.open.set(shard.number, open);
    return open;
  }

  private complete(): void {
    const { kernel, recorder } = this.ports;
    const to = this.promotingTo as Group;
    const from = this.primary;
    this.promotingTo = null;
    const lost = to.shards.some((shard) => !to.isHealthy(shard.leader));
    if (lost) return; // the chosen Region is gone too: the promotion fails, the datastore stays as it is
    this.primary = to;
    to.following = null;
    for (const shard of from.shards) {
      const heir = this.counterpart(to, shard);
      const open = this.open.get(shard.number) as OpenFailover;
      const cause = `${to.name} promoted by the operator`;
      heir.leader.readOnly = false;
      to.beginHistory(heir, heir.leader, to.bus?.takeOver(heir.leader) ?? null, {
        cause,
        failover: open,
        failedAt: open.failedAt,
      });
      recorder.node(heir.leader, cause);
      recorder.failover(open, "failover-promoted", heir.leader.id, cause);
    }
    this.open.clear();
    for (const group of this.groups) {
      if (group !== to && this.sees(group))
        this.ports.strategies.stepsDown(() => this.demoteGroup(group));
    }
    kernel.schedule(
      kernel.now + this.settings.redirectDelayNs,
      this.redirectKind,
      this.target,
      0,
      0,
    );
  }

  /** A member follows the primary Region's group from now on. */
  private demoteGroup(group: Group): void {
    group.following = this.primary;
    for (const shard of group.shards) {
      const { leader } = shard;
      if (!leader.alive) continue;
      const upstream = this.counterpart(this.primary, shard).leader;
      shard.history = this.counterpart(this.primary, shard).history;
      if (!leader.readOnly) this.ports.replication.demote(leader);
      leader.readOnly = true;
      if (leader.upstream === null) this.ports.replication.demote(leader);
      this.ports.replication.follow(leader, upstream);
      this.ports.recorder.node(leader, `follows ${upstream.id}`);
    }
  }

  private stopWrites(shard: GroupShard, cause: string): void {
    if (!shard.leader.alive) return;
    shard.leader.readOnly = true;
    this.ports.recorder.node(shard.leader, cause);
  }

  private leaderChanged(changed: Group, shard: GroupShard): void {
    if (changed !== this.primary) return;
    for (const group of this.groups) {
      if (group === changed || group.following !== changed) continue;
      const own = this.counterpart(group, shard);
      own.history = shard.history;
      if (own.leader.alive) this.ports.replication.follow(own.leader, shard.leader);
    }
  }

  private counterpart(group: Group, shard: GroupShard): GroupShard {
    return group.shards[shard.number - 1] as GroupShard;
  }

  private copies(shard: GroupShard): Copy[] {
    const cut = (group: Group): boolean =>
      group === this.primary && this.groups.some((other) => other !== group && !this.sees(other));
    return this.groups.flatMap((group) =>
      group
        .copies(this.counterpart(group, shard))
        .map((copy) => ({ ...copy, faulted: copy.faulted || cut(group) })),
    );
  }

  /** The service in the primary's Region and in the group's can talk. */
  private sees(group: Group): boolean {
    return this.ports.network.reachable(this.primary.controlHost, group.controlHost);
  }
}
