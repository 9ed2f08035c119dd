/**
 * How a client host finds the node for an operation.
 *
 * Models: with cluster mode enabled a map of shards that is refreshed at intervals, on errors and by MOVED; with
 * cluster mode disabled the primary and reader endpoints through cached DNS answers, read when a connection is opened;
 * reads from replicas, or from the nearest node, whose own name is taken as known. Replicas that come or go are known from
 * the next refresh or DNS answer on. Of slots that move it knows what MOVED said of each, and what a refresh said of all.
 * Leaves out: seeds and discovery at the client's start, several clients in one process sharing a map.
 */
import type { Nanos } from "../../base/nanos.ts";
import type { Stream } from "../../kernel/streams.ts";
import { type BusNode, FAIL } from "../cluster/bus-node.ts";
import type { ClusterBus } from "../cluster/cluster-bus.ts";
import type { RedisNode } from "../engine/redis/redis-node.ts";
import { CachedAnswer } from "../network/dns.ts";
import type { Group } from "../service/group.ts";
import type { Nearest } from "./nearest.ts";

/** Node index for no node. */
export const NO_NODE = -1;

export interface Router {
  readonly group: Group;
  /** The node to ask now. `opening`: a new connection is needed, so DNS answers may be read anew. */
  route(shard: number, isRead: boolean, attempt: number): number;
  /** The node that the client takes for the primary of a shard. */
  primaryOf(shard: number): number;
}

/** Told when a client host changed its mind about a shard's primary. */
export type Learned = (group: Group, shardNumber: number, node: number, cause: string) => void;

/** Where reads go. `nearest` orders a shard's nodes; null where reads do not go by distance. */
export interface ReadPreference {
  readonly readFrom: "primary" | "replica" | "nearest";
  readonly nearest: ((nodes: readonly RedisNode[]) => Nearest) | null;
}

export class ClusterRouter implements Router {
  /** Node index of each shard's primary. */
  private readonly primaries: number[];
  /** Nodes of each shard, and where reads go by distance their order, as of the last refresh. */
  private readonly nodes: (readonly RedisNode[])[];
  private readonly nearest: Nearest[];
  /** By move of slots: 1 for each slot that it takes for moved. */
  private readonly moved: readonly Uint8Array[];
  refreshing = false;
  private unasked: number[] = [];
  lastRefreshAt: Nanos = Number.NEGATIVE_INFINITY;

  constructor(
    readonly group: Group,
    private readonly reads: ReadPreference,
    private readonly stream: Stream,
    private readonly learned: Learned,
  ) {
    this.primaries = group.shards.map((shard) => shard.leader.index);
    this.nodes = group.shards.map((shard) => [...shard.nodes]);
    this.moved = (group.moves?.moves ?? []).map(({ settings }) => new Uint8Array(settings.slots));
    this.nearest = reads.nearest === null ? [] : this.nodes.map(reads.nearest);
  }

  primaryOf(shard: number): number {
    return this.primaries[shard] as number;
  }

  route(shard: number, isRead: boolean, attempt: number): number {
    const primary = this.primaries[shard] as number;
    if (!isRead || this.reads.readFrom === "primary") return primary;
    const nearest = this.nearest[shard];
    if (nearest !== undefined) return nearest.node(attempt, this.stream);
    const nodes = this.nodes[shard] as readonly RedisNode[];
    const candidates = attempt === 1 ? nodes.filter((node) => node.index !== primary) : nodes;
    if (candidates.length === 0) return primary;
    return (candidates[this.stream.nextInt(candidates.length)] as (typeof nodes)[number]).index;
  }

  /**
   * Begins to ask for the topology: each node once, in random order, also one that just failed.
   * Source: ioredis 6.0.0 (cluster/index, refreshSlotsCache) and go-redis 9 (osscluster.go, loadState).
   */
  beginRefresh(): void {
    this.refreshing = true;
    this.unasked = [...this.group.nodes()].map(({ index }) => index);
  }

  /** Who is to be asked next, or NO_NODE when all were. */
  nextToAsk(): number {
    const { unasked } = this;
    if (unasked.length === 0) return NO_NODE;
    const [node] = unasked.splice(this.stream.nextInt(unasked.length), 1);
    return node as number;
  }

  learn(shard: number, node: number, cause: string): void {
    if (node < 0 || this.primaries[shard] === node) return;
    this.primaries[shard] = node;
    this.learned(this.group, shard + 1, node, cause);
  }

  /** Where it looks for a key, by the key's shard at the start and its index there. */
  believedShard(shard: number, local: number): number {
    const key = this.group.moves?.find(shard, local) ?? null;
    if (key === null) return shard;
    const { move, slot } = key;
    return this.moved[move.number]?.[slot] === 1 ? move.settings.to : move.settings.from;
  }

  /** MOVED told the shard of a key's slot. */
  learnSlot(shard: number, local: number, owner: { readonly shard: number }): void {
    const key = this.group.moves?.find(shard, local) ?? null;
    if (key === null) return;
    const slots = this.moved[key.move.number] as Uint8Array;
    slots[key.slot] = owner.shard === key.move.settings.to ? 1 : 0;
  }

  /** Which nodes belong to which shard, those left out that the answering node takes for failed (CLUSTER SLOTS). */
  private learnNodes(bus: ClusterBus, answering: BusNode): void {
    const nodes: RedisNode[][] = this.primaries.map(() => []);
    for (const { index, node } of bus.members) {
      if (answering.flags[index] !== FAIL) nodes[answering.shardOf[index] as number]?.push(node);
    }
    for (const [shard, found] of nodes.entries()) {
      found.sort((a, b) => a.index - b.index);
      const known = this.nodes[shard] as readonly RedisNode[];
      const same = known.length === found.length && known.every((node, i) => node === found[i]);
      if (same || found.length === 0) continue;
      this.nodes[shard] = found;
      if (this.reads.nearest !== null) this.nearest[shard] = this.reads.nearest(found);
    }
  }

  /** Takes over the map of the node that answered. */
  learnFrom(answering: number, cause: string): void {
    const { bus } = this.group;
    if (bus === null) return;
    const member = bus.nodes.find((candidate) => candidate.node.index === answering);
    if (member === undefined) return;
    this.learnNodes(bus, member);
    for (const [number, slots] of this.moved.entries())
      slots.fill(1, 0, member.node.movedSlots[number]);
    for (let shard = 0; shard < this.primaries.length; shard++) {
      const owner = bus.nodes[member.owner[shard] as number];
      if (owner !== undefined) this.learn(shard, owner.node.index, cause);
    }
  }
}

export class EndpointRouter implements Router {
  private readonly primary: CachedAnswer;
  private readonly reader: CachedAnswer;
  private believed: number;
  private readonly nearest: Nearest | null;

  constructor(
    readonly group: Group,
    private readonly reads: ReadPreference,
    private readonly ports: {
      readonly clock: { readonly now: Nanos };
      readonly stream: Stream;
      readonly learned: Learned;
      /** Names can be resolved where the client stands. */
      readonly resolverAnswers: () => boolean;
      /** How long an answer is used. */
      readonly ttlNs: Nanos;
    },
  ) {
    this.primary = new CachedAnswer(group.primaryEndpoint, ports.ttlNs);
    this.reader = new CachedAnswer(group.readerEndpoint, ports.ttlNs);
    this.believed = group.primaryEndpoint.nodes[0] as number;
    this.nearest = reads.nearest?.([...group.nodes()]) ?? null;
  }

  primaryOf(): number {
    return this.believed;
  }

  route(_shard: number, isRead: boolean, attempt: number): number {
    if (!isRead || this.reads.readFrom === "primary") return this.believed;
    const { clock, stream, resolverAnswers } = this.ports;
    const { nearest } = this;
    if (nearest !== null) return nearest.node(attempt, stream);
    const nodes = resolverAnswers() ? this.reader.resolve(clock.now) : this.reader.last;
    return nodes[stream.nextInt(nodes.length)] ?? this.believed;
  }

  /** The address of the primary endpoint is unknown: the answer is too old and no resolver gives another. */
  get unresolved(): boolean {
    return !this.ports.resolverAnswers() && this.primary.expired(this.ports.clock.now);
  }

  /** A connection must be opened: reads the primary endpoint's record if the cached answer is too old. */
  resolve(): void {
    if (this.unresolved) return;
    const node = this.primary.resolve(this.ports.clock.now)[0];
    if (node === undefined || node === this.believed) return;
    this.believed = node;
    this.ports.learned(this.group, 1, node, "DNS primary endpoint");
  }

  forget(): void {
    this.primary.forget();
    this.reader.forget();
  }
}
