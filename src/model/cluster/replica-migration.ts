/**
 * Replicas that go over to a primary which has lost all of its own.
 *
 * Models: of the primaries with most working replicas, the replica with the lowest id goes, once a primary that had
 * replicas has been without for more than five seconds, as long as its own primary keeps more than
 * cluster-migration-barrier; what it held is of no use there, so it needs a full synchronisation.
 * Leaves out: primaries without slots, which become replicas of whoever took their last slot.
 * Source: valkey 8.0.1 cluster_legacy.c:4690-4768 (the replica), 5076-5110 (when it looks).
 */
import { type Nanos, SECOND } from "../../base/nanos.ts";
import type { RedisNode } from "../engine/redis/redis-node.ts";
import { type BusNode, FAIL } from "./bus-node.ts";
import type { BusSettings } from "./bus-settings.ts";

/** CLUSTER_REPLICA_MIGRATION_DELAY. */
export const MIGRATION_DELAY: Nanos = 5 * SECOND;

/** What migration needs of its bus. */
export interface MigrationBus {
  readonly settings: BusSettings;
  readonly shards: number;
  readonly nodes: readonly BusNode[];
  readonly members: readonly BusNode[];
  readonly listener: { replicaMigrates(replica: RedisNode, to: RedisNode): void };
}

export class ReplicaMigration {
  /** Working replicas by shard, in the view of the member that looks. */
  private readonly working: number[] = [];

  constructor(private readonly bus: MigrationBus) {}

  /** Runs on every cron of a replica. Costs a look at every peer while some peer counts as failed, and nothing else. */
  cron(member: BusNode, now: Nanos): void {
    if (member.failed === 0 || !this.bus.settings.allowReplicaMigration) return;
    const most = this.count(member);
    const own = this.working[member.shard] as number;
    if (most < 2 || own !== most || !this.someOrphan(member)) return;
    if (!member.node.clusterUp || own <= this.bus.settings.migrationBarrier) return;
    const target = this.orphan(member, now);
    if (target === null || this.candidate(member, most) !== member) return;
    if (now - (member.orphanedSince[target.index] as number) <= MIGRATION_DELAY) return;
    member.shard = target.shard;
    member.shardOf[member.index] = target.shard;
    member.node.knownOwner = target.node.index;
    this.bus.listener.replicaMigrates(member.node, target.node);
  }

  /** Counts working replicas by shard; answers the most that any primary has. */
  private count(member: BusNode): number {
    const { working } = this;
    for (let shard = 0; shard < this.bus.shards; shard++) working[shard] = 0;
    for (const { index } of this.bus.members) {
      const shard = member.shardOf[index] as number;
      if (member.flags[index] !== FAIL && !member.owns(index))
        working[shard] = (working[shard] as number) + 1;
    }
    let most = 0;
    for (const [shard, count] of working.entries())
      if (member.flags[member.owner[shard] as number] !== FAIL) most = Math.max(most, count);
    return most;
  }

  private someOrphan(member: BusNode): boolean {
    return this.working.some((count, shard) => count === 0 && this.mayGet(member, shard));
  }

  private mayGet(member: BusNode, shard: number): boolean {
    const owner = member.owner[shard] as number;
    return member.flags[owner] !== FAIL && member.migrateTo[owner] === 1;
  }

  /** The first primary without a working replica; notes since when each is without. */
  private orphan(member: BusNode, now: Nanos): BusNode | null {
    let found: BusNode | null = null;
    for (const [shard, count] of this.working.entries()) {
      const owner = member.owner[shard] as number;
      if (count > 0 || !this.mayGet(member, shard)) {
        member.orphanedSince[owner] = 0;
        continue;
      }
      if (member.orphanedSince[owner] === 0) member.orphanedSince[owner] = now;
      found ??= this.bus.nodes[owner] as BusNode;
    }
    return found;
  }

  /** Who goes: the lowest id among replicas of primaries that have most. */
  private candidate(member: BusNode, most: number): BusNode {
    let chosen = member;
    for (const peer of this.bus.members) {
      const shard = member.shardOf[peer.index] as number;
      const eligible =
        !member.owns(peer.index) &&
        member.flags[member.owner[shard] as number] !== FAIL &&
        this.working[shard] === most;
      if (eligible && peer.node.id < chosen.node.id) chosen = peer;
    }
    return chosen;
  }
}
