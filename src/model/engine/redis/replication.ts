/**
 * Who follows whom: connecting, partial and full resynchronisation, promotion; for all nodes of a run.
 *
 * Models: the 1 Hz replication cron with its reconnects, one immediate try after a disconnect, PSYNC by replication id
 * and offset (after a promotion too), diskless full synchronisation (delay by the source's cron and in whole seconds,
 * transfer of the snapshot over the path into a file, load, and the stream that starts with the first acknowledgement
 * after the source has reaped its child), a follower that keeps what it had, answers with it and may lead until it loads,
 * and that loads to the end once it has begun, followers that wait for one fork and share its child, at the pace of the slowest, or wait
 * until another child is reaped; acknowledgements once a second, min-replicas-to-write, limits of the output buffer, with
 * each block of the stream and each cron, while a follower synchronises too; repl-timeout.
 * Leaves out: sources that save to disk, followers that load from the connection (repl-diskless-load), a transfer that
 * stalls in a cut that heals before it ends.
 * Source: valkey 8.0.1 replication.c:830-905, 1340, 1790, 1836-1850, 3865-3884, 4207-4223, 4678-4724;
 * networking.c:4365-4446; server.c:1446-1448. Measured with redis-server 7.0.15: a replica that was receiving a snapshot
 * answered with what it had, and was elected 2.5 s after its primary's death (node timeout 1 s).
 */
import { MILLISECOND, type Nanos, SECOND } from "../../../base/nanos.ts";
import type { Kernel } from "../../../kernel/kernel.ts";
import type { Network } from "../../network/network.ts";
import type { Recorder } from "../../recorder.ts";
import type { LogReader } from "./history-log.ts";
import type { Keyspace } from "./keyspace.ts";
import type { RedisNode } from "./redis-node.ts";
import { ReplicationLink } from "./replication-link.ts";
import { PING_STREAM_BYTES } from "./resp.ts";
import { SECOND_CRON_PERIOD as CRON_PERIOD, SERVER_CRON_PERIOD } from "./server-cron.ts";
import type { EngineStrategies } from "./strategies.ts";

/** A stream that starts so much later than its follower is up is a stall. */
const STALL_MIN: Nanos = 100 * MILLISECOND;
/** repl-ping-replica-period, in cron periods. */
const PING_EVERY = 10;
/** repl-backlog-ttl. Source: valkey 8.0.1 replication.c:4600-4635. */
const BACKLOG_TTL: Nanos = 3600 * SECOND;
/** TCP handshake, then the pipelined PING, AUTH, REPLCONF and PSYNC. */
const HANDSHAKE_ROUND_TRIPS = 2;

/** A full synchronisation under way. */
interface FullSync {
  readonly source: RedisNode;
  readonly sourceIncarnation: number;
  readonly link: ReplicationLink;
  readonly snapshot: Keyspace;
  readonly offset: number;
  transferredAt: Nanos;
  /** The link broke while the follower loads: it has the snapshot, and nothing after it. */
  cutOff: boolean;
}

/** A source's child, or the synchronisation without one in its place. */
interface Save {
  readonly followers: RedisNode[];
  /** When the source's cron reaps the child; until then no other begins. */
  readonly reapedAt: Nanos;
}

/** One node's attempts to follow; `generation` makes events of an abandoned attempt stale. */
interface Following {
  generation: number;
  connecting: boolean;
  sync: FullSync | null;
  /** Of whose fork it will have a copy; null while it waits for none. */
  waitsFor: RedisNode | null;
  /** What it sends to others. */
  save: Save | null;
  /** What waits for it in its source's memory, bytes, when last looked at. */
  bufferedBytes: number;
  cronCount: number;
  /** Faults that keep it from its upstream. */
  blocks: number;
  /** When its last acknowledgement left. */
  acknowledgedAt: Nanos;
  /** A source that has not been told that it left: its host lost power, or the path is cut. */
  missedBy: { readonly source: RedisNode; readonly incarnation: number } | null;
  /** When it last had followers. */
  followedAt: Nanos;
  /** Since when its output buffer is beyond the soft limit; Infinity while it is not. */
  bufferedSince: Nanos;
  /** Phases of its two crons, ns. */
  readonly cronPhase: Nanos;
  readonly serverCronPhase: Nanos;
}

export class Replication {
  readonly nodes: RedisNode[] = [];
  /** Told when a node has loaded a snapshot, whether or not its source is still there. */
  loadedBy: ((node: RedisNode) => void) | null = null;
  private readonly targets: number[] = [];
  private readonly following: Following[] = [];
  private readonly cronKind: number;
  private readonly psyncKind: number;
  private readonly forkKind: number;
  private readonly receivedKind: number;
  private readonly loadedKind: number;
  private readonly resetKind: number;
  private readonly reapKind: number;

  private readonly spares: Keyspace[] = [];

  constructor(
    private readonly kernel: Kernel,
    private readonly network: Network,
    private readonly recorder: Recorder,
    private readonly strategies: EngineStrategies,
  ) {
    this.cronKind = kernel.kind("replication-cron", (_t, node) =>
      this.cron(this.nodes[node] as RedisNode),
    );
    this.psyncKind = kernel.kind("psync", (_t, node, generation) =>
      this.psync(this.nodes[node] as RedisNode, generation),
    );
    this.forkKind = kernel.kind("full-sync-fork", (_t, node, generation) =>
      this.fork(this.nodes[node] as RedisNode, generation),
    );
    this.receivedKind = kernel.kind("full-sync-received", (_t, node, generation) =>
      this.received(this.nodes[node] as RedisNode, generation),
    );
    this.loadedKind = kernel.kind("full-sync-loaded", (_t, node, generation) =>
      this.loaded(this.nodes[node] as RedisNode, generation),
    );
    this.resetKind = kernel.kind("replication-reset", (_t, node, generation) =>
      this.linkReset(this.nodes[node] as RedisNode, generation),
    );
    this.reapKind = kernel.kind("full-sync-reaped", (_t, node) =>
      this.reap(this.nodes[node] as RedisNode),
    );
    network.listen({
      beforeChange: () => this.settle(),
      afterChange: () => {
        for (const node of this.nodes) node.link?.pathChanged(this.kernel.now);
      },
    });
  }

  /** Adds a node; nodes come in order of their index. */
  add(node: RedisNode, target: number): void {
    this.nodes.push(node);
    this.targets.push(target);
    const { streams } = this.kernel;
    const cronPhase = Math.floor(
      streams.stream(`node/${node.id}`, "replication-cron").next() * CRON_PERIOD,
    );
    const serverCronPhase = Math.floor(
      streams.stream(`node/${node.id}`, "server-cron").next() * SERVER_CRON_PERIOD,
    );
    this.following.push({
      generation: 0,
      connecting: false,
      sync: null,
      waitsFor: null,
      save: null,
      bufferedBytes: 0,
      cronCount: 0,
      blocks: 0,
      acknowledgedAt: 0,
      missedBy: null,
      followedAt: 0,
      bufferedSince: Number.POSITIVE_INFINITY,
      cronPhase,
      serverCronPhase,
    });
    this.kernel.schedule(cronPhase, this.cronKind, target, node.index, 0);
  }

  /** Applies on every follower what has arrived by now. */
  settle(): void {
    for (const node of this.nodes) node.link?.advance(this.kernel.now);
  }

  /** Starts a follower that already holds what its source holds: the state of a group that has run for long. */
  startInSync(replica: RedisNode, source: RedisNode): void {
    replica.upstream = source;
    replica.leads = false;
    replica.appliedOffset = source.log.headOffset;
    this.openLink(replica, source, source.log.next);
  }

  /** Makes a node follow another from now on: it disconnects and tries to connect at once. */
  follow(replica: RedisNode, source: RedisNode): void {
    if (replica.upstream === source && replica.link !== null) return;
    this.disconnect(replica);
    replica.upstream = source;
    this.tryConnect(replica);
  }

  /** Gives its upstream up, and follows nobody. */
  leave(node: RedisNode): void {
    this.disconnect(node);
    node.upstream = null;
  }

  /** Leaves its upstream and begins a history of its own at its offset. Followers lose their link and try again. */
  promote(node: RedisNode, history: number): void {
    const offset = node.offsetAt(this.kernel.now);
    const parent = node.log;
    this.disconnect(node);
    this.stopLoading(node);
    node.upstream = null;
    node.linkDownSince = Number.POSITIVE_INFINITY;
    node.log = parent.fork(history, offset);
    node.history = history;
    this.strategies.promoted(node.keyspace, this.kernel.now);
    for (const other of this.nodes) {
      if (other.link?.source === node) this.lost(other);
    }
  }

  /** A follower without upstream offers what it holds as a history of its own, without leading. */
  becomeSource(node: RedisNode, history: number): void {
    this.promote(node, history);
  }

  /** A node becomes a follower: its own stream ends, and its followers lose their link. */
  demote(node: RedisNode): void {
    node.appliedOffset = node.offsetAt(this.kernel.now);
    node.history = node.log.history;
    node.staleSince = this.kernel.now;
  }

  /** Before a node's process dies: settles its stream and tells its followers what TCP tells them. */
  nodeDies(node: RedisNode, withHost: boolean): void {
    const now = this.kernel.now;
    node.link?.advance(now);
    for (const other of this.nodes) {
      if (other.link?.source === node) {
        if (withHost) other.link.sourceHostDied(now);
        else {
          other.link.sourceProcessDied(now);
          const due = now + this.network.oneWayNs(node.host, other.host);
          const generation = (this.following[other.index] as Following).generation;
          this.kernel.schedule(
            due,
            this.resetKind,
            this.targets[other.index] as number,
            other.index,
            generation,
          );
        }
      }
      const sync = (this.following[other.index] as Following).sync;
      if (sync !== null && sync.source === node) this.abandon(other);
    }
    this.disconnect(node, withHost);
    this.stopLoading(node);
    (this.following[node.index] as Following).save = null;
  }

  /** Keeps (+1) a follower's link to its upstream closed, or lets (-1) it connect again at its next cron. */
  changeBlocks(node: RedisNode, by: 1 | -1): void {
    const following = this.following[node.index] as Following;
    following.blocks += by;
    if (following.blocks > 0) this.disconnect(node);
  }

  /** What faults write here, for comparison with a run that had none. */
  faultState(): readonly number[] {
    return this.following.map(({ blocks }) => blocks);
  }

  /** @param unheard - nothing tells its source: the host has no power */
  private disconnect(node: RedisNode, unheard = false): void {
    if (node.link !== null) {
      const source = node.link.source as RedisNode;
      node.link.advance(this.kernel.now);
      node.staleSince = Math.min(node.link.silentSince, this.kernel.now);
      node.link.close();
      node.link = null;
      this.left(node, source, unheard || !this.network.reachable(node.host, source.host));
    }
    this.abandon(node);
    if (node.linkDownSince === Number.POSITIVE_INFINITY) node.linkDownSince = this.kernel.now;
  }

  /** Gives up what it waits for. A snapshot that it has begun to load it loads to the end. */
  private abandon(node: RedisNode): void {
    const following = this.following[node.index] as Following;
    const { sync } = following;
    if (sync !== null) {
      sync.link.close();
      this.leaveSave(sync.source, node);
      if (sync.transferredAt <= this.kernel.now && node.loading) {
        sync.cutOff = true;
        return;
      }
    }
    following.generation++;
    following.connecting = false;
    following.waitsFor = null;
    following.sync = null;
    node.syncing = false;
  }

  /** The process is gone, or leads with what it has. */
  private stopLoading(node: RedisNode): void {
    const following = this.following[node.index] as Following;
    following.generation++;
    following.sync = null;
    node.syncing = false;
    node.loading = false;
  }

  /** A follower needs the child no more; one that nobody waits for is killed. */
  private leaveSave(source: RedisNode, follower: RedisNode): void {
    const following = this.following[source.index] as Following;
    const { save } = following;
    const at = save?.followers.indexOf(follower) ?? -1;
    if (save === null || at < 0) return;
    save.followers.splice(at, 1);
    if (save.followers.length === 0) this.endSave(source);
  }

  private endSave(source: RedisNode): void {
    (this.following[source.index] as Following).save = null;
    source.memory.endSave(source.usedBytes);
  }

  /** The source's cron sees that its child has ended. */
  private reap(source: RedisNode): void {
    const { save } = this.following[source.index] as Following;
    if (save !== null && save.reapedAt === this.kernel.now) this.endSave(source);
  }

  /** A source wrote another block of its stream: what waits for its followers is measured against the limits. */
  blockBegun(source: RedisNode): void {
    const { now } = this.kernel;
    // Those that are dropped leave the list while it is read.
    for (let at = source.log.readers.length - 1; at >= 0; at--) {
      const link = source.log.readers[at] as LogReader & { readonly replica?: RedisNode };
      const node = link?.replica;
      if (node === undefined) continue;
      const following = this.following[node.index] as Following;
      const own = node.link === link ? node.link : following.sync?.link;
      if (own === link && own.source === source && this.overflows(node, following, now))
        this.drop(node);
    }
  }

  /** A source counts its good replicas anew when it hears that one has left; of one it does not hear from it finds out by lag. */
  private left(node: RedisNode, source: RedisNode, unheard: boolean): void {
    const { incarnation } = source;
    (this.following[node.index] as Following).missedBy = unheard ? { source, incarnation } : null;
    if (source.settings.minReplicasToWrite > 0) this.countGoodReplicas(source, this.kernel.now);
  }

  private linkReset(node: RedisNode, generation: number): void {
    const { link } = node;
    if ((this.following[node.index] as Following).generation !== generation || link === null)
      return;
    // The end of a stream is read after all that stands before it.
    const drainedAt = link.drainedAt(this.kernel.now);
    if (drainedAt > this.kernel.now) {
      const target = this.targets[node.index] as number;
      this.kernel.schedule(drainedAt, this.resetKind, target, node.index, generation);
    } else this.lost(node);
  }

  /** The link is gone: one try at once, then one a second. */
  private lost(node: RedisNode): void {
    this.disconnect(node);
    this.tryConnect(node);
  }

  private tryConnect(node: RedisNode): void {
    const following = this.following[node.index] as Following;
    const source = node.upstream;
    if (source === null || !node.responds || following.connecting || following.sync !== null)
      return;
    if (following.blocks > 0) return;
    if (!this.network.reachable(node.host, source.host) || !source.responds) return;
    const roundTrip =
      this.network.oneWayNs(node.host, source.host) + this.network.oneWayNs(source.host, node.host);
    following.connecting = true;
    const due = this.kernel.now + HANDSHAKE_ROUND_TRIPS * roundTrip;
    const target = this.targets[node.index] as number;
    this.kernel.schedule(due, this.psyncKind, target, node.index, following.generation);
  }

  /** The source decides: partial or full. */
  private psync(node: RedisNode, generation: number): void {
    const following = this.following[node.index] as Following;
    if (following.generation !== generation) return;
    following.connecting = false;
    const source = node.upstream;
    if (source === null || !node.responds || !source.responds || source.loading) return;
    if (!this.network.reachable(node.host, source.host)) return;
    if (source.link === null && source.upstream !== null) return; // it follows nobody yet: it has no stream to offer
    if (streamsFrom(source, node)) return; // two that follow each other have nothing to say
    const offset = node.offsetAt(this.kernel.now);
    const held = source.offsetAt(this.kernel.now);
    if (this.strategies.canContinue(source.log, node.history, offset, held)) {
      this.recorder.mark("partial-resync", `${node.cache}/shard ${node.shardNumber}`);
      const next = this.strategies.firstEntry(source.log, offset);
      this.stateResync(node, source, { mode: "partial", history: node.history, offset, next });
      this.openLink(node, source, next);
      this.recorder.node(node, `partial resynchronisation with ${source.id}`);
      return;
    }
    const why = source.log.whyNot(node.history, offset, held);
    const shard = `${node.cache}/shard ${node.shardNumber}`;
    if (why === "outrun") this.recorder.mark("backlog-outrun", shard);
    if (why === "diverged") this.recorder.mark("resync-diverged", shard);
    node.syncing = true;
    this.recorder.node(node, `full synchronisation from ${source.id}`);
    const due = this.forkAt(source, node.settings.replDisklessSyncDelayNs);
    this.kernel.schedule(
      due,
      this.forkKind,
      this.targets[node.index] as number,
      node.index,
      generation,
    );
    following.connecting = true;
    following.waitsFor = source;
  }

  /** The source forks at a look of its cron, once so many whole seconds of its clock have passed; at once without a delay. */
  private forkAt(source: RedisNode, delayNs: Nanos): Nanos {
    const { now } = this.kernel;
    if (delayNs === 0) return now;
    const earliest = Math.floor(now / SECOND) * SECOND + delayNs;
    const { cronPhase } = this.following[source.index] as Following;
    return nextTick(Math.max(now, earliest), cronPhase, CRON_PERIOD);
  }

  /**
   * The source forks and streams its keys to all that wait for it; writes from here on follow in the stream. While it has
   * a child, those that came too late for it wait for the next.
   */
  private fork(node: RedisNode, generation: number): void {
    const following = this.following[node.index] as Following;
    if (following.generation !== generation || following.waitsFor === null) return;
    const source = following.waitsFor;
    if (!source.responds || source !== node.upstream || !this.canReach(node, source)) {
      following.connecting = false;
      following.waitsFor = null;
      node.syncing = false;
      return;
    }
    const { save, cronPhase } = this.following[source.index] as Following;
    if (save !== null) {
      const target = this.targets[node.index] as number;
      const due = nextTick(save.reapedAt + 1, cronPhase, CRON_PERIOD);
      this.kernel.schedule(due, this.forkKind, target, node.index, generation);
      return;
    }
    const followers = this.nodes.filter(
      (other) =>
        (this.following[other.index] as Following).waitsFor === source &&
        other.responds &&
        other.upstream === source &&
        this.canReach(other, source),
    );
    source.offsetAt(this.kernel.now); // what has arrived is part of the snapshot
    const { capacity } = source.keyspace;
    const snapshot = source.keyspace.snapshot(this.takeSpare(capacity));
    const bytesPerSecond = this.snapshotRate(source, followers);
    const transferNs = Math.ceil((snapshot.snapshotBytes / bytesPerSecond) * SECOND);
    const { now } = this.kernel;
    const { serverCronPhase } = this.following[source.index] as Following;
    const reapedAt = nextTick(now + transferNs, serverCronPhase, SERVER_CRON_PERIOD);
    (this.following[source.index] as Following).save = { followers, reapedAt };
    source.memory.beginSave(source.usedBytes);
    this.kernel.schedule(
      reapedAt,
      this.reapKind,
      this.targets[source.index] as number,
      source.index,
      0,
    );
    for (const [at, follower] of followers.entries()) {
      // A follower that loads its copy gives its own keys' room in exchange.
      const own = at === 0 ? snapshot : snapshot.snapshot(this.takeSpare(capacity));
      this.beginSync(follower, source, own, transferNs);
    }
  }

  private canReach(node: RedisNode, source: RedisNode): boolean {
    return this.network.reachable(node.host, source.host);
  }

  /** Bytes per second of a snapshot: one child feeds all followers, who share the source's network, at the slowest's pace. */
  private snapshotRate(source: RedisNode, followers: readonly RedisNode[]): number {
    const { fullSyncBytesPerSecond, networkBytesPerSecond } = source.settings;
    let slowest = Math.min(fullSyncBytesPerSecond, networkBytesPerSecond / followers.length);
    for (const { host } of followers)
      slowest = Math.min(slowest, this.network.bandwidth(source.host, host));
    return slowest;
  }

  private beginSync(
    node: RedisNode,
    source: RedisNode,
    snapshot: Keyspace,
    transferNs: Nanos,
  ): void {
    const following = this.following[node.index] as Following;
    const { generation } = following;
    following.connecting = false;
    following.waitsFor = null;
    const now = this.kernel.now;
    const offset = source.offsetAt(now);
    this.recorder.mark("full-sync", `${node.cache}/shard ${node.shardNumber}`);
    following.sync = {
      source,
      sourceIncarnation: source.incarnation,
      link: new ReplicationLink(
        source,
        node,
        source.log,
        { next: source.log.entryAfter(offset), at: now },
        this.network,
      ),
      snapshot,
      offset,
      transferredAt: now + transferNs,
      cutOff: false,
    };
    // What a flush of strings takes is part of `snapshotFlushNs`.
    const flushNs = node.settings.lazyFree.replicaFlush ? 0 : Math.ceil(node.keyspace.flushNs);
    const loadNs = flushNs + Math.ceil((snapshot.parts / node.settings.loadKeysPerSecond) * SECOND);
    const receivedAt = now + transferNs + this.network.oneWayNs(source.host, node.host);
    const target = this.targets[node.index] as number;
    this.kernel.schedule(receivedAt, this.receivedKind, target, node.index, generation);
    const due = receivedAt + node.settings.snapshotFlushNs + loadNs;
    this.kernel.schedule(due, this.loadedKind, target, node.index, generation);
  }

  /** The snapshot is there in full: the follower drops what it had, and loads. */
  private received(node: RedisNode, generation: number): void {
    const following = this.following[node.index] as Following;
    const { sync } = following;
    if (following.generation !== generation || sync === null) return;
    if (!this.isIntact(node, sync)) {
      this.lost(node);
      return;
    }
    node.loading = true;
    for (const other of this.nodes) if (other.link?.source === node) this.lost(other);
  }

  /** The source still writes the stream that follows the snapshot, and is in reach. */
  private isIntact(
    node: RedisNode,
    { source, sourceIncarnation, link, cutOff }: FullSync,
  ): boolean {
    return (
      !cutOff &&
      source.incarnation === sourceIncarnation &&
      source.log === link.log &&
      this.network.reachable(node.host, source.host)
    );
  }

  /** What a node held before it loaded a snapshot: room for the next one. */
  private takeSpare(capacity: number): Keyspace | undefined {
    const at = this.spares.findIndex((spare) => spare.capacity === capacity);
    return at < 0 ? undefined : this.spares.splice(at, 1)[0];
  }

  private loaded(node: RedisNode, generation: number): void {
    const following = this.following[node.index] as Following;
    const sync = following.sync;
    if (following.generation !== generation || sync === null) return;
    following.sync = null;
    node.keyspace.load(sync.snapshot);
    this.spares.push(sync.snapshot);
    node.appliedOffset = sync.offset;
    node.loading = false;
    node.syncing = false;
    const { log } = sync.link;
    if (!this.isIntact(node, sync)) {
      sync.link.close();
      node.log = log;
      node.history = log.history;
      this.recorder.node(node, `holds the snapshot of ${sync.source.id}, whose stream is gone`);
      this.tryConnect(node);
      this.loadedBy?.(node);
      return;
    }
    const resumesAt = this.strategies.resumesAt(sync.offset, sync.source.offsetAt(this.kernel.now));
    sync.link.next = log.entryAfter(resumesAt);
    this.stateResync(node, sync.source, {
      mode: "full",
      history: log.history,
      offset: sync.offset,
      next: sync.link.next,
    });
    const startAt = this.streamStart(node, sync);
    sync.link.startAt(startAt);
    if (startAt - this.kernel.now >= STALL_MIN)
      this.recorder.mark("stream-stalled", `${node.cache}/shard ${node.shardNumber}`);
    this.install(node, sync.link);
    this.recorder.node(node, `full synchronisation from ${sync.source.id} complete`);
    this.loadedBy?.(node);
  }

  /**
   * When the first entry after a full synchronisation arrives: the source starts the stream at the first acknowledgement
   * after its cron has reaped the child. The one that follows the load comes too early more often than not, and the next
   * is the follower's cron's.
   */
  private streamStart(node: RedisNode, sync: FullSync): Nanos {
    const { now } = this.kernel;
    const { source } = sync;
    const there = this.network.oneWayNs(node.host, source.host);
    const back = this.network.oneWayNs(source.host, node.host);
    const { serverCronPhase } = this.following[source.index] as Following;
    const reapedAt = nextTick(sync.transferredAt, serverCronPhase, SERVER_CRON_PERIOD);
    const { cronPhase } = this.following[node.index] as Following;
    const acknowledged =
      now + there >= reapedAt
        ? now
        : nextTick(Math.max(now + 1, reapedAt - there), cronPhase, CRON_PERIOD);
    return acknowledged + there + back;
  }

  /** States on what grounds a stream goes on, with which entry, to a follower that stands at (history, offset). */
  private stateResync(
    node: RedisNode,
    source: RedisNode,
    given: {
      readonly mode: "partial" | "full";
      readonly history: number;
      readonly offset: number;
      readonly next: number;
    },
  ): void {
    const { mode, history, offset, next } = given;
    const { now } = this.kernel;
    const { log } = source;
    this.recorder.write({
      kind: "resync",
      at: now,
      cache: node.cache,
      shard: node.shardNumber,
      node: node.id,
      source: source.id,
      mode,
      history,
      offset,
      sourceHistory: log.history,
      parentHistory: log.parent,
      forkOffset: log.forkOffset,
      backlogStart: log.backlogStart(source.offsetAt(now)),
      fromOffset: log.startOffset(next),
    });
  }

  private openLink(replica: RedisNode, source: RedisNode, next: number): void {
    const start = { next, at: this.kernel.now };
    this.install(replica, new ReplicationLink(source, replica, source.log, start, this.network));
  }

  private install(replica: RedisNode, link: ReplicationLink): void {
    const changed = replica.log !== link.log;
    replica.link = link;
    replica.log = link.log;
    replica.history = link.log.history;
    replica.linkDownSince = Number.POSITIVE_INFINITY;
    const following = this.following[replica.index] as Following;
    following.acknowledgedAt = this.kernel.now;
    following.missedBy = null;
    following.bufferedSince = Number.POSITIVE_INFINITY;
    if (link.source.settings.minReplicasToWrite > 0)
      this.countGoodReplicas(link.source, this.kernel.now);
    if (!changed) return;
    for (const other of this.nodes) {
      if (other.link?.source === replica && other.link.log !== link.log) this.lost(other);
    }
  }

  private cron(node: RedisNode): void {
    const now = this.kernel.now;
    const following = this.following[node.index] as Following;
    this.kernel.schedule(
      now + CRON_PERIOD,
      this.cronKind,
      this.targets[node.index] as number,
      node.index,
      0,
    );
    if (!node.responds) return;
    following.cronCount++;
    if (node.link !== null) {
      node.link.advance(now);
      if (node.link.silentSince === Number.POSITIVE_INFINITY) following.acknowledgedAt = now;
      if (this.overflows(node, following, now)) this.drop(node);
      else if (now - node.link.silentSince > node.settings.replTimeoutNs) this.lost(node);
    } else if (following.sync !== null) {
      if (!following.sync.cutOff && this.overflows(node, following, now)) this.drop(node);
    } else if (node.upstream !== null) this.tryConnect(node);
    else if (node.writable && !node.holdsWrites && following.cronCount % PING_EVERY === 0) {
      node.log.append(PING_STREAM_BYTES, now, -1, 0, 0, 0);
    }
    if (node.settings.minReplicasToWrite > 0) this.countGoodReplicas(node, now);
    if (node.upstream === null) this.keepBacklog(node, following, now);
    node.memory.outputBufferBytes = this.bufferedFor(node);
    node.memory.weigh(node.usedBytes);
  }

  /** A primary without followers frees its backlog after an hour, and takes another id: whoever comes then needs it all. */
  private keepBacklog(node: RedisNode, following: Following, now: Nanos): void {
    if (node.log.readers.length > 0) following.followedAt = now;
    else if (now - following.followedAt > BACKLOG_TTL) node.log.freeBacklog();
  }

  /** Bytes that wait for followers in a node's memory, as of the last look at each. */
  private bufferedFor(source: RedisNode): number {
    let bytes = 0;
    for (const reader of source.log.readers) {
      const { replica } = reader as LogReader & { readonly replica?: RedisNode };
      if (replica === undefined) continue;
      const { sync, bufferedBytes } = this.following[replica.index] as Following;
      if ((replica.link?.source ?? sync?.source) === source) bytes += bufferedBytes;
    }
    return bytes;
  }

  /** Followers whose last acknowledgement is at most max-lag old, in whole seconds of the clock, gone or not as far as it knows. */
  private countGoodReplicas(node: RedisNode, now: Nanos): void {
    let good = 0;
    for (const other of this.nodes) {
      const { acknowledgedAt, missedBy } = this.following[other.index] as Following;
      const follows = other.link !== null && other.link.source === node && !other.loading;
      const isMissed = missedBy?.source === node && missedBy.incarnation === node.incarnation;
      if (!follows && !isMissed) continue;
      const age = (Math.floor(now / SECOND) - Math.floor(acknowledgedAt / SECOND)) * SECOND;
      if (age <= node.settings.minReplicasMaxLagNs) good++;
    }
    node.goodReplicas = good;
  }

  /** What waits for the follower in its source's memory is beyond a limit. */
  private overflows(node: RedisNode, following: Following, now: Nanos): boolean {
    const { hardBytes, softBytes, softNs } = node.settings.outputBuffer;
    const { sync } = following;
    // Nothing of the stream is sent before the snapshot is.
    const buffered =
      sync === null
        ? (node.link?.bufferedBytes(now) ?? 0)
        : sync.source.offsetAt(now) - sync.offset;
    following.bufferedBytes = buffered;
    if (buffered <= softBytes) following.bufferedSince = Number.POSITIVE_INFINITY;
    else following.bufferedSince = Math.min(following.bufferedSince, now);
    // The limit is never below the backlog, which the buffer shares its blocks with.
    const hard = Math.max(hardBytes, node.settings.replBacklogBytes);
    return buffered > hard || now - following.bufferedSince > softNs;
  }

  /** The source closes the link of a follower that does not keep up. */
  private drop(node: RedisNode): void {
    this.recorder.mark("output-buffer-overflow", `${node.cache}/shard ${node.shardNumber}`);
    this.lost(node);
  }
}

/** Whether what a node offers comes from another in the end. */
function streamsFrom(source: RedisNode, node: RedisNode): boolean {
  let at: RedisNode | null = source;
  while (at !== null && at !== node) at = at.link === null ? null : at.upstream;
  return at === node;
}

/** The first tick of a cron at or after `from`. */
function nextTick(from: Nanos, phase: Nanos, period: Nanos): Nanos {
  return phase + Math.ceil((from - phase) / period) * period;
}
