/**
 * Moves a range of slots to another shard while both serve: what a resharding does, whoever started it.
 *
 * Models: slot by slot, IMPORTING at the target and MIGRATING at the source, MIGRATE of some keys at a time, during which
 * both threads are busy, SETSLOT NODE at the target and then at the source; the other nodes and the clients learn by
 * messages. It waits while a side does not answer or has no room, and goes on with whoever leads. A replica that takes over
 * knows of an open slot from Valkey 8 on; in older engines the slot is opened again at its next step, and until then the
 * new primary takes missing keys for misses.
 * Leaves out: that redis-cli, which stops at its first error, starts over instead of going on where it was, the slots that a target with more
 * memory would get first, two that move slots at once, a moved slot that its former owner claims again after a failover.
 * Source: Redis cluster specification, live reconfiguration; redis 7.0.15 cluster.c, getNodeByQuery and SETSLOT; redis-cli
 * --cluster reshard, which migrates 10 keys at a time; Valkey 8.0 release notes: replicas are told of open slots.
 */
import { type Nanos, SECOND } from "../../base/nanos.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import { snapshotBytes } from "../engine/redis/memory.ts";
import type { RedisNode } from "../engine/redis/redis-node.ts";
import type { OpenSlot, SlotMove } from "../engine/redis/slot-moves.ts";
import type { Network } from "../network/network.ts";
import type { Recorder } from "../recorder.ts";
import type { Group, GroupShard } from "./group.ts";

const KEYS_AT_ONCE = 10;

interface Progress {
  readonly group: Group;
  readonly move: SlotMove;
  /** From 0 within the range: the slot at hand. */
  slot: number;
  /** Positions of the keys that are on the way. */
  batch: number[];
  source: RedisNode | null;
  target: RedisNode | null;
}

export class SlotMigrations {
  private readonly stepKind: number;
  private readonly arriveKind: number;
  private readonly running: Progress[] = [];

  constructor(
    private readonly kernel: Kernel,
    private readonly network: Network,
    private readonly recorder: Recorder,
  ) {
    this.stepKind = kernel.kind("slot-migration", (_t, at) =>
      this.step(this.running[at] as Progress, at),
    );
    this.arriveKind = kernel.kind("slot-migration-keys", (_t, at) =>
      this.keysArrived(this.running[at] as Progress, at),
    );
  }

  /** Begins a move; false when it has begun before. */
  start(group: Group, number: number): boolean {
    const move = group.moves?.moves[number];
    if (move === undefined || this.running.some((of) => of.move === move)) return false;
    const at = this.running.push({ group, move, slot: 0, batch: [], source: null, target: null });
    this.step(this.running[at - 1] as Progress, at - 1);
    return true;
  }

  /** Opens the slot at hand, sends its next keys, or closes it and goes on. */
  private step(progress: Progress, at: number): void {
    const { group, move } = progress;
    const { from, to, slots, retryAfterNs } = move.settings;
    const source = (group.shards[from] as GroupShard).leader;
    const target = (group.shards[to] as GroupShard).leader;
    if (!this.canTalk(group, source, target)) {
      this.later(progress, at, retryAfterNs);
      return;
    }
    const isOpen =
      isOpenTo(source.migrating, progress, target) && isOpenTo(target.importing, progress, source);
    if (!isOpen) {
      this.open(progress, source, target);
      this.later(progress, at, this.roundTrips(group, source, target));
      return;
    }
    const batch: number[] = [];
    const end = move.firstOf[progress.slot + 1] as number;
    for (let key = move.firstOf[progress.slot] as number; key < end; key++) {
      if (batch.length === KEYS_AT_ONCE) break;
      if (source.keyspace.writeId(move.locals[key] as number) !== 0) batch.push(key);
    }
    if (batch.length > 0) {
      this.send(progress, at, { batch, source, target });
      return;
    }
    this.close(progress, source, target);
    if (progress.slot === slots) {
      this.recorder.mark("slots-moved", `${group.name}/shard ${to + 1}`);
      return;
    }
    this.later(progress, at, this.roundTrips(group, source, target));
  }

  private canTalk(group: Group, source: RedisNode, target: RedisNode): boolean {
    return (
      group.isHealthy(source) &&
      group.isHealthy(target) &&
      source.leads &&
      target.leads &&
      !source.loading &&
      !target.loading &&
      !source.holdsWrites &&
      !target.holdsWrites &&
      this.network.reachable(source.host, target.host)
    );
  }

  private open({ group, move, slot }: Progress, source: RedisNode, target: RedisNode): void {
    target.importing = { move, slot, peer: source.index };
    const migrating = { move, slot, peer: target.index };
    const { engine, engineVersion } = source.settings;
    const replicasKnow = engine === "valkey" && Number.parseInt(engineVersion, 10) >= 8;
    source.migrating = migrating;
    if (!replicasKnow) return;
    for (const node of (group.shards[move.settings.from] as GroupShard).nodes)
      node.migrating = migrating;
    for (const node of (group.shards[move.settings.to] as GroupShard).nodes)
      node.importing = target.importing;
  }

  private close(progress: Progress, source: RedisNode, target: RedisNode): void {
    const { group, move } = progress;
    progress.slot++;
    group.bus?.takeSlots(target, move.number, progress.slot);
    source.movedSlots[move.number] = progress.slot;
    for (const shard of [move.settings.from, move.settings.to])
      for (const node of (group.shards[shard] as GroupShard).nodes) {
        if (node.migrating?.move === move) node.migrating = null;
        if (node.importing?.move === move) node.importing = null;
      }
  }

  /** MIGRATE: the source serves nobody until the target has answered. */
  private send(
    progress: Progress,
    at: number,
    { batch, source, target }: { batch: number[]; source: RedisNode; target: RedisNode },
  ): void {
    let bytes = 0;
    for (const key of batch) {
      const local = progress.move.locals[key] as number;
      bytes += snapshotBytes(1, 0, source.keyspace.valueBytes(local), 0);
    }
    const there = this.network.oneWayNs(source.host, target.host);
    const back = this.network.oneWayNs(target.host, source.host);
    const rate = Math.min(
      source.settings.networkBytesPerSecond,
      target.settings.networkBytesPerSecond,
      this.network.bandwidth(source.host, target.host),
    );
    const transferNs = Number.isFinite(rate) ? Math.ceil((bytes / rate) * SECOND) : 0;
    const restoreNs = Math.ceil((batch.length / target.settings.loadKeysPerSecond) * SECOND);
    target.blockFor(restoreNs);
    const until = source.blockFor(there + transferNs + restoreNs + back);
    progress.batch = batch;
    progress.source = source;
    progress.target = target;
    this.kernel.schedule(until, this.arriveKind, this.targetOf(progress), at, 0);
  }

  /** The target has the keys, and the source deletes them: unless one of them is gone, or was cut off meanwhile. */
  private keysArrived(progress: Progress, at: number): void {
    const { group, move, batch, source, target } = progress;
    const { from, to, retryAfterNs } = move.settings;
    const stands =
      source !== null &&
      target !== null &&
      source === (group.shards[from] as GroupShard).leader &&
      target === (group.shards[to] as GroupShard).leader &&
      this.canTalk(group, source, target);
    if (!stands) {
      this.later(progress, at, retryAfterNs);
      return;
    }
    const { now } = this.kernel;
    const moved: { key: number; writeId: number; expireAt: Nanos; offset: number }[] = [];
    for (const position of batch) {
      const local = move.locals[position] as number;
      const { keyspace } = source;
      const writeId = keyspace.writeId(local);
      if (writeId === 0) continue;
      const expireAt = keyspace.expireAt(local);
      const value = { writeId, expireAt, valueBytes: keyspace.valueBytes(local) };
      const offset = target.takeOver(move.base + position, value, now);
      if (offset === null) break; // no room: it stays where it is
      source.handOver(local, now);
      moved.push({ key: move.keys[position] as number, writeId, expireAt, offset });
    }
    const fromHistory = source.log.history;
    const toHistory = target.log.history;
    if (moved.length > 0) {
      this.recorder.write({
        kind: "keys-moved",
        at: now,
        cache: group.name,
        fromHistory,
        toHistory,
        keys: moved,
      });
    }
    // CLUSTER GETKEYSINSLOT and the next MIGRATE: who waited at the source is served in between.
    const askNs = this.tripNs(group, source) * 2;
    this.later(progress, at, moved.length > 0 ? askNs : retryAfterNs);
  }

  /** Commands to both sides, one after the other. */
  private roundTrips(group: Group, source: RedisNode, target: RedisNode): Nanos {
    return this.tripNs(group, source) + this.tripNs(group, target);
  }

  private tripNs({ controlHost }: Group, { host }: RedisNode): Nanos {
    return this.network.oneWayNs(controlHost, host) + this.network.oneWayNs(host, controlHost);
  }

  private later(progress: Progress, at: number, afterNs: Nanos): void {
    const due = this.kernel.now + afterNs;
    this.kernel.schedule(due, this.stepKind, this.targetOf(progress), at, 0);
  }

  private targetOf({ group, move }: Progress): number {
    return this.kernel.target(`slots/${group.name}/${move.number}`);
  }
}

/** A node knows that the slot at hand is on its way to or from another. */
const isOpenTo = (open: OpenSlot | null, { move, slot }: Progress, peer: RedisNode): boolean =>
  open?.move === move && open.slot === slot && open.peer === peer.index;
