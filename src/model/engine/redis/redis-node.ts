/**
 * One Redis or Valkey process on its host.
 *
 * Models: one command thread with a queue; reads and writes of whole values, strings or collections; lazy expiry; eviction before a write; roles;
 * writes refused for want of replicas, and held for a manual failover, while nothing expires;
 * what a paused process finds in its sockets when it goes on; counters of simulated work.
 * Leaves out: I/O threads but for what encryption then costs, that a value's length makes encryption dearer, encryption between
 * nodes, pipelines, transactions, other commands.
 * A command takes effect when its service begins and its reply leaves when it ends.
 */
import { Factors } from "../../../base/factors.ts";
import { ENDLESS, MILLISECOND, type Nanos } from "../../../base/nanos.ts";
import type { NodeRole, NodeState } from "../../../journal/records.ts";
import type { Kernel } from "../../../kernel/kernel.ts";
import {
  FRAME_GET,
  FRAME_SET,
  FRAME_TOPOLOGY,
  type Frames,
  STATUS_ASK,
  STATUS_CLUSTERDOWN,
  STATUS_LOADING,
  STATUS_MOVED,
  STATUS_NOREPLICAS,
  STATUS_OK,
  STATUS_OOM,
  STATUS_READONLY,
  STATUS_TRYAGAIN,
} from "../../network/frames.ts";
import type { Server, Transport } from "../../network/transport.ts";
import type { RecordedNode } from "../../recorder.ts";
import { type EngineSettings, usableBytes } from "./engine-settings.ts";
import type { Eviction } from "./eviction.ts";
import type { Following } from "./following.ts";
import { BLOCK_BYTES, type HistoryLog } from "./history-log.ts";
import { HostMemory } from "./host-memory.ts";
import type { Keyspace } from "./keyspace.ts";
import { emptyServerBytes } from "./memory.ts";
import {
  bulkBytes,
  getBytes,
  MAP_REQUEST_BYTES,
  STATUS_BYTES,
  setBytes,
  setStreamBytes,
} from "./resp.ts";
import type { MovedKey, OpenSlot, SlotMove, SlotMoves } from "./slot-moves.ts";
import { orderReads } from "./socket-reads.ts";
import type { EngineStrategies } from "./strategies.ts";

/** Simulated work since the process's id was first used. */
export class NodeCounters {
  getCommands = 0;
  setCommands = 0;
  hits = 0;
  misses = 0;
  evictions = 0;
  reclaimed = 0;
  bytesIn = 0;
  bytesOut = 0;
  replicationBytes = 0;
  newConnections = 0;
  commandNs = 0;

  constructor() {
    const doubles = ["bytesIn", "bytesOut", "replicationBytes", "commandNs"] as const;
    for (const field of doubles) {
      // V8 throws compiled code away when a field's small integers become doubles: here they are so from the start.
      this[field] = Number.NaN;
      this[field] = 0;
    }
  }
}

/** Identity of a node, fixed for the run. */
export interface NodeIdentity {
  readonly id: string;
  readonly cache: string;
  /** From 1, within its cache. */
  readonly shardNumber: number;
  /** Index into the run's shards. */
  readonly shard: number;
  /** Index into the run's nodes. */
  readonly index: number;
  readonly host: number;
  readonly zone: number;
  readonly clusterEnabled: boolean;
}

export class RedisNode implements Server, RecordedNode {
  readonly id: string;
  readonly cache: string;
  shardNumber: number;
  shard: number;
  readonly index: number;
  readonly host: number;
  readonly zone: number;
  readonly clusterEnabled: boolean;
  readonly maxclients: number;
  readonly counters = new NodeCounters();

  hostUp = true;
  processUp = true;
  paused = false;
  incarnation = 0;
  diedAt: Nanos = Number.NaN;
  diedWithHost = false;
  clientConnections = 0;
  /** The service is launching a process in this node's place. */
  provisioning = false;
  /** It belonged to its group once. */
  removed = false;

  /** Leads its shard within its group. */
  leads = false;
  /** Follows another Region's shard, so it takes no writes although it leads. */
  readOnly = false;
  /** The cluster is up in this node's view. */
  clusterUp = true;
  /** Loads a snapshot, or is new and has none yet: answers LOADING, and cannot lead. */
  loading = false;
  /** Waits for a snapshot, receives it or loads it; until it loads it holds what it had. */
  syncing = false;
  /** Who owns the node's shard in its own view: node index. */
  knownOwner = -1;

  log: HistoryLog;
  /** How this node follows its upstream; null when it leads and follows nobody. */
  link: Following | null = null;
  /** Whom it should follow. */
  upstream: RedisNode | null = null;
  /** Offset up to which a follower has applied. */
  appliedOffset = 0;
  /** History in which `appliedOffset` counts. */
  history: number;
  /** When it last lost its upstream, for the age of its data; Infinity while linked. */
  linkDownSince: Nanos = Number.POSITIVE_INFINITY;
  /** Since when it has heard nothing of its upstream, while it has no link. */
  staleSince: Nanos = Number.NaN;

  /** By move of slots: how many of them have gone over, in this node's view. */
  readonly movedSlots: Int32Array;
  /** A slot that it hands over, and one that it takes. */
  migrating: OpenSlot | null = null;
  importing: OpenSlot | null = null;

  recordedRole: NodeRole | null = null;
  recordedState: NodeState | null = null;

  private pauses = 0;
  private busyUntil: Nanos = Number.NEGATIVE_INFINITY;
  private readonly queue: number[] = [];
  private queueHead = 0;
  private drainScheduled = false;
  /** Of what was queued when it was last resumed: commands that are served before the bus. */
  private readsFirst = 0;
  private limitBytes: number;
  /** Counts the hosts that the node has had: what ails a host does not follow the node to the next. */
  hostNumber = 0;
  /** By how much faults make commands slower. */
  readonly slowness = new Factors();
  /** What the host's clock says beyond the true time, ns; 0 without faults. */
  clockSkewNs: Nanos = 0;
  /** The most that it ever said beyond the true time. */
  clockAheadMaxNs: Nanos = 0;
  /** Of its host. */
  readonly memory: HostMemory;
  /** Offset from which the next block of the stream's buffer begins. */
  private nextBlockAt = 0;
  /** What a GET takes as a client sends it. */
  private readonly getBytes: number;
  /** What TLS adds to a command. */
  private readonly encryptNs: Nanos;
  /** How long the thread has been freeing values, for whom that is not yet counted, ns. */
  private freeingNs: Nanos = 0;
  /** Writes that wait for the end of a manual failover; null while none does. */
  private heldWrites: number[] | null = null;

  constructor(
    identity: NodeIdentity,
    public keyspace: Keyspace,
    log: HistoryLog,
    readonly settings: EngineSettings,
    private readonly eviction: Eviction,
    private readonly ports: {
      readonly kernel: Kernel;
      readonly transport: Transport;
      readonly frames: Frames;
      readonly drainKind: number;
      readonly target: number;
      readonly keyBytes: number;
      /** Replies that wait for replicas. */
      readonly waiting: {
        hold(node: RedisNode, target: number, frame: number, done: Nanos, offset: number): void;
      };
      /** The node has written another block of its stream. */
      readonly blockBegun: (node: RedisNode) => void;
      /** A resident key left memory by eviction. */
      readonly evicted: (node: RedisNode, key: number, writeId: number) => void;
      readonly strategies: EngineStrategies;
      /** Who owns a shard, from 0, in a node's view: node index. */
      readonly ownerOf: (node: RedisNode, shard: number) => number;
      /** Slots of the group that change their shard; null where none does. */
      readonly moves: SlotMoves | null;
    },
  ) {
    this.id = identity.id;
    this.cache = identity.cache;
    this.shardNumber = identity.shardNumber;
    this.shard = identity.shard;
    this.index = identity.index;
    this.host = identity.host;
    this.zone = identity.zone;
    this.clusterEnabled = identity.clusterEnabled;
    this.maxclients = settings.maxclients;
    this.memory = new HostMemory(settings.memory);
    this.encryptNs = settings.transitEncryption?.commandNs ?? 0;
    this.getBytes = getBytes(ports.keyBytes);
    this.movedSlots = new Int32Array(ports.moves?.moves.length ?? 0);
    this.log = log;
    this.history = log.history;
    this.limitBytes = usableBytes(settings);
    this.diedAt = -1;
    this.staleSince = 0;
  }

  /** The process runs, is not paused, and its host has power. */
  get responds(): boolean {
    return this.hostUp && this.processUp && !this.paused;
  }

  /** The process and its data exist. */
  get alive(): boolean {
    return this.hostUp && this.processUp;
  }

  get writable(): boolean {
    return this.leads && !this.readOnly;
  }

  /** Its log is its own: it leads, and follows no other Region's shard. */
  private get writesHistory(): boolean {
    return this.leads && this.upstream === null;
  }

  get usedBytes(): number {
    return this.processUp ? emptyServerBytes(this.clusterEnabled) + this.keyspace.usedBytes : 0;
  }

  /** Bytes that data may take: maxmemory less what is reserved. */
  get usableBytes(): number {
    return this.limitBytes;
  }

  currentRole(): NodeRole {
    if (this.removed || (!this.alive && !this.leads)) return "none";
    if (this.leads) return this.readOnly ? "secondary-primary" : "primary";
    return "replica";
  }

  currentState(): NodeState {
    if (this.removed) return "removed";
    if (this.provisioning) return "provisioning";
    if (!this.alive) return "down";
    if (this.paused) return "paused";
    if (this.loading || this.syncing) return "syncing";
    return this.clusterUp ? "serving" : "minority";
  }

  /** Position in the replication history as of now. */
  offsetAt(now: Nanos): number {
    if (this.link === null) return this.writesHistory ? this.log.headOffset : this.appliedOffset;
    this.link.advance(now);
    return this.appliedOffset;
  }

  /**
   * How far behind its upstream a follower is, ns: the age of the oldest write it has not applied, or without a link the
   * time since it last heard of its upstream; 0 for a node that follows nobody.
   */
  lagAt(now: Nanos): Nanos {
    if (this.link === null) return this.upstream === null ? 0 : now - this.staleSince;
    this.link.advance(now);
    return this.link.lagAt(now);
  }

  receive(frame: number): void {
    const now = this.ports.kernel.now;
    if (this.paused || this.busyUntil > now || this.queue.length > this.queueHead) {
      this.queue.push(frame);
      this.scheduleDrain(now);
      return;
    }
    this.execute(frame);
  }

  /** Serves the next queued frame: the handler of the node's drain event. */
  drain(): void {
    this.drainScheduled = false;
    if (this.paused || this.queue.length === this.queueHead) return;
    const now = this.ports.kernel.now;
    if (this.busyUntil > now) {
      this.scheduleDrain(now);
      return;
    }
    const frame = this.queue[this.queueHead++] as number;
    if (this.queueHead === this.queue.length) {
      this.queue.length = 0;
      this.queueHead = 0;
    }
    this.execute(frame);
    this.scheduleDrain(now);
  }

  /** Something else on the host takes memory (or, negative, gives it back): bytes that data may not use. */
  changePressure(bytes: number): void {
    this.memory.pressureBytes += bytes;
    this.memory.weigh(this.usedBytes);
    this.limitBytes = Math.max(0, usableBytes(this.settings) - this.memory.pressureBytes);
  }

  /** Runs on another host from now on: slowness, lost memory and a wrong clock stay behind with the old one. */
  moveToNewHost(): void {
    this.hostNumber++;
    this.slowness.clear();
    this.clockSkewNs = 0;
    this.changePressure(-this.memory.pressureBytes);
  }

  /** What faults write here, for comparison with a run that had none. */
  faultState(): readonly unknown[] {
    return [this.paused, this.slowness.product, this.clockSkewNs, this.memory.pressureBytes];
  }

  /** The host's clock jumps. */
  changeClock(byNs: Nanos): void {
    this.clockSkewNs += byNs;
    this.clockAheadMaxNs = Math.max(this.clockAheadMaxNs, this.clockSkewNs);
  }

  /** Commands take `factor` times as long from now on (+1), or no more (-1). */
  changeSlowness(factor: number, by: 1 | -1): void {
    this.link?.advance(this.ports.kernel.now);
    this.slowness.change(factor, by);
  }

  /** Main-thread time in which it applies one entry of a stream, ns. */
  get applyNs(): Nanos {
    const { applyNs } = this.settings;
    const { product } = this.slowness;
    return product === 1 ? applyNs : Math.min(ENDLESS, Math.round(applyNs * product));
  }

  /** Holds the process still, once more. */
  pause(): void {
    this.pauses++;
    this.paused = true;
  }

  /** Takes one hold away; after the last the process goes on with what its sockets hold. */
  resume(): void {
    this.pauses = Math.max(0, this.pauses - 1);
    this.paused = this.pauses > 0;
    if (this.paused) return;
    this.queue.splice(0, this.queueHead);
    this.queueHead = 0;
    this.readsFirst = orderReads(this.ports.frames, this.queue, (frame) =>
      this.requestBytes(frame),
    );
    this.scheduleDrain(this.ports.kernel.now);
  }

  /** After `resume`: time until the process has served what it reads before it looks at anything else, ns. */
  get firstReadsNs(): Nanos {
    return Math.round(this.queuedNs(this.readsFirst) * this.slowness.product);
  }

  /** Holds writes from now on, and with them all that would move its offset. */
  holdWrites(): void {
    this.heldWrites ??= [];
  }

  /** Serves the writes that were held and whose clients still wait. */
  releaseWrites(): void {
    const held = this.heldWrites;
    if (held === null) return;
    this.heldWrites = null;
    const { frames, transport } = this.ports;
    for (const frame of held) {
      if (transport.carries(frame)) this.receive(frame);
      else frames.release(frame);
    }
  }

  get holdsWrites(): boolean {
    return this.heldWrites !== null;
  }

  /** Time it will take to serve what is queued, or the first `most` of it, ns. */
  private queuedNs(most = Number.POSITIVE_INFINITY): Nanos {
    let total = 0;
    const end = Math.min(this.queue.length, this.queueHead + most);
    for (let i = this.queueHead; i < end; i++) {
      total += this.ports.frames.serviceNs[this.queue[i] as number] as number;
    }
    return total;
  }

  /** How long a command that comes now waits for those before it, ns. */
  busyForNs(): Nanos {
    const { now } = this.ports.kernel;
    return Math.max(0, this.busyUntil - now) + Math.round(this.queuedNs() * this.slowness.product);
  }

  /** The process dies; with its host, if that lost power. What it held in memory is gone. */
  die(withHost: boolean): void {
    const { frames, kernel } = this.ports;
    for (let i = this.queueHead; i < this.queue.length; i++)
      frames.release(this.queue[i] as number);
    this.queue.length = 0;
    this.queueHead = 0;
    for (const frame of this.heldWrites ?? []) frames.release(frame);
    this.heldWrites = null;
    this.pauses = 0;
    this.paused = false;
    this.processUp = false;
    if (withHost) this.hostUp = false;
    this.diedAt = kernel.now;
    this.diedWithHost = withHost;
    this.clientConnections = 0;
    this.loading = false;
    this.syncing = false;
    this.busyUntil = 0;
    this.freeingNs = 0;
    this.memory.clear();
  }

  /** Belongs to another shard from now on, and holds nothing of it. */
  joinShard(
    shard: { readonly index: number; readonly number: number },
    keys: Keyspace,
    history: HistoryLog,
  ): void {
    this.shard = shard.index;
    this.shardNumber = shard.number;
    this.keyspace = this.keyspace.emptiedFor(keys);
    this.log = history;
    this.history = history.history;
    this.appliedOffset = 0;
  }

  /** There is no such host yet: a step will add it. */
  isToCome(): void {
    this.hostUp = false;
    this.processUp = false;
  }

  /** A new, empty process under the same id. */
  start(history: HistoryLog): void {
    this.hostUp = true;
    this.processUp = true;
    this.provisioning = false;
    this.incarnation++;
    this.keyspace.clear();
    this.log = history;
    this.history = history.history;
    this.appliedOffset = 0;
    this.link = null;
    this.clusterUp = true;
    this.linkDownSince = this.ports.kernel.now;
    this.staleSince = this.ports.kernel.now;
    this.nextBlockAt = 0;
  }

  /** Applies one entry of the stream. */
  apply(log: HistoryLog, entry: number, now: Nanos): void {
    const key = log.key(entry);
    const offset = log.endOffset(entry);
    if (key >= 0) {
      const writeId = log.writeId(entry);
      if (writeId === 0) this.keyspace.remove(key);
      else {
        this.keyspace.set(
          key,
          writeId,
          offset,
          log.history,
          log.expireAt(entry),
          log.valueBytes(entry),
          now,
        );
      }
    }
    this.counters.replicationBytes += offset - this.appliedOffset;
    this.appliedOffset = offset;
  }

  /** Deletes a key whose time has come, and says whether it had. */
  expireIfDue(key: number, now: Nanos): boolean {
    if (this.heldWrites !== null) return false;
    if (!this.keyspace.isExpired(key, now + this.clockSkewNs)) return false;
    this.delete(key, now, this.settings.lazyFree.expire);
    this.counters.reclaimed++;
    return true;
  }

  /** The thread has freed values outside of commands: these wait for it. Returns how long it took. */
  freeBetweenCommands(now: Nanos): Nanos {
    const { freeingNs } = this;
    if (freeingNs === 0) return 0;
    this.freeingNs = 0;
    this.busyUntil = Math.max(now, this.busyUntil) + freeingNs;
    return freeingNs;
  }

  /** Deletes a key and tells the replicas. @param lazy - a large value may be freed by the background thread */
  private delete(key: number, now: Nanos, lazy: boolean): void {
    const { keyspace } = this;
    if (keyspace.collections !== null) this.free(key, lazy);
    keyspace.remove(key);
    const { strategies, keyBytes } = this.ports;
    strategies.appendDeletion(this.log, keyBytes, now, key);
  }

  /** The thread frees what a key holds. */
  private free(key: number, lazy: boolean): void {
    const { keyspace, slowness } = this;
    if (keyspace.collections === null || keyspace.writeId(key) === 0) return;
    const ns = keyspace.collections.freeNs(key, keyspace.valueBytes(key), lazy);
    this.freeingNs += Math.min(ENDLESS, Math.round(ns * slowness.product));
  }

  /** What a command's elements take, ns, and what the value that it replaces takes to free. */
  private elementsNs(frame: number, isWrite: boolean): Nanos {
    const { frames, kernel } = this.ports;
    const { collections } = this.keyspace;
    if (collections === null) return 0;
    const key = frames.key[frame] as number;
    let ns = 0;
    if (isWrite) {
      this.free(key, this.settings.lazyFree.userDel);
      ns = collections.writeNs(key, frames.valueBytes[frame] as number);
    } else if (
      this.keyspace.writeId(key) !== 0 &&
      !this.keyspace.isExpired(key, kernel.now + this.clockSkewNs)
    ) {
      ns = collections.readNs(key, this.keyspace.valueBytes(key));
    }
    return Math.min(ENDLESS, Math.round(ns * this.slowness.product)) + this.takeFreeing();
  }

  private takeFreeing(): Nanos {
    const { freeingNs } = this;
    this.freeingNs = 0;
    return freeingNs;
  }

  private scheduleDrain(now: Nanos): void {
    if (this.drainScheduled || this.paused || this.queue.length === this.queueHead) return;
    this.drainScheduled = true;
    const { kernel, drainKind, target } = this.ports;
    kernel.schedule(Math.max(now, this.busyUntil), drainKind, target, this.index, 0);
  }

  private execute(frame: number): void {
    const { frames, transport, kernel } = this.ports;
    const command = frames.command[frame] as number;
    if (command === FRAME_SET && this.heldWrites !== null) {
      this.heldWrites.push(frame);
      return;
    }
    let serviceNs = (frames.serviceNs[frame] as number) + this.encryptNs;
    if (this.slowness.product !== 1)
      serviceNs = Math.min(ENDLESS, Math.round(serviceNs * this.slowness.product));
    const { memory } = this;
    const slower = command === FRAME_SET ? memory.writeDelayNs : memory.readDelayNs;
    if (slower !== 0) serviceNs += slower;
    this.counters.bytesIn += this.requestBytes(frame);
    frames.redirect[frame] = -1;
    frames.hit[frame] = -1;
    frames.history[frame] = -1;
    if (command >= FRAME_TOPOLOGY) {
      frames.status[frame] = STATUS_OK;
      frames.redirect[frame] = this.index;
    } else {
      const status =
        this.ports.moves === null
          ? this.refusal(command, frames.shard[frame] as number)
          : this.refusalOfMoving(command, frame, this.ports.moves);
      frames.status[frame] = status;
      if (status === STATUS_OK) {
        const isWrite = command === FRAME_SET;
        if (this.keyspace.collections !== null) serviceNs += this.elementsNs(frame, isWrite);
        if (isWrite) this.set(frame, serviceNs);
        else this.get(frame);
        serviceNs += this.takeFreeing();
      } else this.refuse(frame, command, status);
    }
    this.busyUntil = kernel.now + serviceNs;
    this.counters.commandNs += serviceNs;
    this.counters.bytesOut += this.replyBytes(frame);
    const waits = command === FRAME_SET && (frames.waitReplicas[frame] as number) > 0;
    if (waits && frames.status[frame] === STATUS_OK)
      this.ports.waiting.hold(this, this.ports.target, frame, this.busyUntil, this.log.headOffset);
    else transport.sendReply(frame, serviceNs);
  }

  /** Bytes of a command that has not been executed. */
  requestBytes(frame: number): number {
    const { frames, keyBytes } = this.ports;
    const command = frames.command[frame] as number;
    if (command === FRAME_GET) return this.getBytes;
    if (command !== FRAME_SET) return MAP_REQUEST_BYTES;
    const ttlMs = Math.ceil((frames.ttl[frame] as number) / MILLISECOND);
    return setBytes(keyBytes, frames.valueBytes[frame] as number, ttlMs);
  }

  /** Bytes of the answer to a command that has been executed. */
  replyBytes(frame: number): number {
    const { frames } = this.ports;
    const isValue = frames.command[frame] === FRAME_GET && frames.hit[frame] === 1;
    return isValue ? bulkBytes(frames.valueBytes[frame] as number) : STATUS_BYTES;
  }

  private refuse(frame: number, command: number, status: number): void {
    const { frames, strategies } = this.ports;
    if (status === STATUS_ASK) frames.redirect[frame] = this.migrating?.peer ?? -1;
    if (status === STATUS_MOVED)
      frames.redirect[frame] = this.ownerOf(frames.shard[frame] as number);
    if (command === FRAME_SET)
      frames.status[frame] = strategies.answerRefused(this, frames, frame, status);
  }

  /** Who owns a shard, from 0, in its own view: node index. */
  private ownerOf(shard: number): number {
    if (shard === this.shardNumber - 1) return this.knownOwner;
    return this.ports.ownerOf(this, shard);
  }

  /**
   * The same where slots move. Puts the key's index within the shard, and that shard, into a frame that is served here,
   * and into one that is redirected the shard that it should have gone to.
   * Source: valkey 8.0.1 cluster.c, getNodeByQuery.
   */
  private refusalOfMoving(command: number, frame: number, moves: SlotMoves): number {
    const { frames } = this.ports;
    const shard = frames.shard[frame] as number;
    const key = moves.find(shard, frames.key[frame] as number);
    if (key === null) return this.refusal(command, shard);
    const { move, position, slot } = key;
    const { from, to } = move.settings;
    const own = this.shardNumber - 1;
    const isMoved = slot < (this.movedSlots[move.number] as number);
    const imports = this.importing?.move === move && this.importing.slot === slot;
    const asked = own === to && !isMoved && imports && frames.asking[frame] === 1;
    const count =
      command === FRAME_SET ? 1 : (moves.keysPerGet[frames.client[frame] as number] ?? 1);
    if (own === to && (isMoved || asked)) {
      frames.shard[frame] = to;
      frames.key[frame] = move.base + position;
      const status = this.refusal(command, to);
      if (status !== STATUS_OK || !asked || count === 1) return status;
      return this.present(key, count) < count ? STATUS_TRYAGAIN : STATUS_OK;
    }
    if (own === from && !isMoved) {
      const status = this.refusal(command, from);
      if (status !== STATUS_OK || this.migrating?.move !== move || this.migrating.slot !== slot)
        return status;
      const present = this.present(key, count);
      if (present === count) return STATUS_OK;
      frames.shard[frame] = to;
      return present > 0 ? STATUS_TRYAGAIN : STATUS_ASK;
    }
    frames.shard[frame] = isMoved ? to : from;
    return this.clusterUp ? STATUS_MOVED : STATUS_CLUSTERDOWN;
  }

  /** How many of the keys of a command, the first of them given, are here: those of its tag, with the same slot. */
  private present({ move, position }: MovedKey, count: number): number {
    const first = position - ((move.keys[position] as number) % count);
    let present = 0;
    for (let at = first; at < first + count; at++)
      if (this.keyspace.writeId(this.placeOf(move, at)) !== 0) present++;
    return present;
  }

  /** Index of a moving key within this node's shard. */
  private placeOf(move: SlotMove, position: number): number {
    return this.shardNumber - 1 === move.settings.to
      ? move.base + position
      : (move.locals[position] as number);
  }

  /** The thread is busy from now on, or from the end of what it does: returns until when. */
  blockFor(ns: Nanos): Nanos {
    this.busyUntil = Math.max(this.ports.kernel.now, this.busyUntil) + ns;
    this.counters.commandNs += ns;
    return this.busyUntil;
  }

  /** MIGRATE took a key away. */
  handOver(key: number, now: Nanos): void {
    this.delete(key, now, true);
  }

  /** RESTORE: takes a key with its value; false when there is no room. Returns the offset after it. */
  takeOver(
    key: number,
    value: { readonly writeId: number; readonly expireAt: Nanos; readonly valueBytes: number },
    now: Nanos,
  ): number | null {
    if (this.usedBytes > this.limitBytes && !this.makeRoom(now)) return null;
    const { writeId, expireAt, valueBytes } = value;
    const { keyBytes, strategies } = this.ports;
    const hasTtl = expireAt !== 0;
    const bytes =
      this.keyspace.collections?.streamBytes(key, keyBytes, valueBytes, hasTtl) ??
      setStreamBytes(keyBytes, valueBytes, hasTtl);
    const offset = strategies.append(this.log, bytes, now, key, writeId, expireAt, valueBytes);
    this.keyspace.set(key, writeId, offset, this.log.history, expireAt, valueBytes, now);
    this.counters.replicationBytes += bytes;
    if (offset >= this.nextBlockAt) this.beginBlock(offset);
    return offset;
  }

  /** Why the node will not run a command on a key of a shard, from 0; or STATUS_OK. */
  private refusal(command: number, shard: number): number {
    if (this.loading) return STATUS_LOADING;
    const write = command === FRAME_SET;
    if (this.clusterEnabled && shard !== this.shardNumber - 1)
      return this.clusterUp ? STATUS_MOVED : STATUS_CLUSTERDOWN;
    if (this.leads) {
      if (!this.clusterUp && !(this.readsWhenDown && !write)) return STATUS_CLUSTERDOWN;
      if (!write) return STATUS_OK;
      if (this.readOnly) return STATUS_READONLY;
      return this.goodReplicas < this.settings.minReplicasToWrite ? STATUS_NOREPLICAS : STATUS_OK;
    }
    if (this.clusterEnabled) {
      if (!this.clusterUp && !(this.readsWhenDown && !write)) return STATUS_CLUSTERDOWN;
      return write || !this.servesReplicaReads ? STATUS_MOVED : STATUS_OK;
    }
    return write ? STATUS_READONLY : STATUS_OK;
  }

  /** Replicas whose last acknowledgement is young enough, as counted once a second. */
  goodReplicas = Number.POSITIVE_INFINITY;
  /** cluster-allow-reads-when-down. */
  readsWhenDown = false;
  /** Clients that read from replicas said READONLY on their connections. */
  servesReplicaReads = false;

  private get(frame: number): void {
    const { frames, kernel } = this.ports;
    const { now } = kernel;
    const { keyspace, counters } = this;
    const key = frames.key[frame] as number;
    if (this.link !== null) this.link.advance(now);
    counters.getCommands++;
    let writeId = keyspace.writeId(key);
    if (writeId !== 0 && keyspace.isExpired(key, now + this.clockSkewNs)) {
      writeId = 0;
      if (this.writable && this.heldWrites === null) {
        this.delete(key, now, this.settings.lazyFree.expire);
        counters.reclaimed++;
      }
    }
    frames.writeId[frame] = writeId;
    frames.history[frame] = this.history;
    frames.offset[frame] = this.writesHistory ? this.log.headOffset : this.appliedOffset;
    frames.fromPrimary[frame] = this.writable ? 1 : 0;
    if (writeId === 0) {
      counters.misses++;
      frames.hit[frame] = 0;
      frames.ttl[frame] = 0;
      frames.valueBytes[frame] = 0;
      return;
    }
    counters.hits++;
    frames.hit[frame] = 1;
    const valueBytes = keyspace.valueBytes(key);
    frames.valueBytes[frame] = valueBytes;
    frames.ttl[frame] = keyspace.expireAt(key);
    keyspace.touch(key, now);
  }

  private set(frame: number, serviceNs: Nanos): void {
    const { frames, keyBytes, strategies, kernel } = this.ports;
    const { counters, log } = this;
    let done = kernel.now + serviceNs;
    counters.setCommands++;
    const valueBytes = frames.valueBytes[frame] as number;
    if (this.usedBytes > this.limitBytes && !this.makeRoom(done)) {
      frames.status[frame] = STATUS_OOM;
      return;
    }
    done += this.freeingNs;
    const key = frames.key[frame] as number;
    const writeId = frames.writeId[frame] as number;
    const ttl = frames.ttl[frame] as number;
    const expireAt = ttl === 0 ? 0 : done + ttl + this.clockSkewNs;
    const { collections } = this.keyspace;
    const bytes =
      collections === null
        ? setStreamBytes(keyBytes, valueBytes, ttl !== 0)
        : collections.streamBytes(key, keyBytes, valueBytes, ttl !== 0);
    frames.repeated[frame] = this.keyspace.writeId(key) === writeId ? 1 : 0;
    const offset = strategies.append(log, bytes, done, key, writeId, expireAt, valueBytes);
    this.keyspace.set(key, writeId, offset, log.history, expireAt, valueBytes, done);
    counters.replicationBytes += bytes;
    if (this.memory.saving) this.memory.written(this.usedBytes, valueBytes);
    if (offset >= this.nextBlockAt) this.beginBlock(offset);
    frames.offset[frame] = offset;
    frames.history[frame] = log.history;
    frames.ttl[frame] = expireAt;
    frames.fromPrimary[frame] = 1;
    frames.valueBytes[frame] = bytes;
  }

  /** Another block of the stream's buffer: limits of what waits for replicas are looked at. */
  private beginBlock(offset: number): void {
    this.nextBlockAt = offset + BLOCK_BYTES;
    this.ports.blockBegun(this);
  }

  /** Evicts until there is room; false when the policy allows no more. */
  private makeRoom(now: Nanos): boolean {
    while (this.usedBytes > this.limitBytes) {
      const key = this.eviction.choose(this.keyspace, now);
      if (key < 0) return false;
      this.ports.evicted(this, key, this.keyspace.writeId(key));
      this.delete(key, now, this.settings.lazyFree.eviction);
      this.counters.evictions++;
    }
    return true;
  }
}
