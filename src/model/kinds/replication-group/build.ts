/**
 * Builds a replication group: its nodes, engine, cluster bus and control plane, wired.
 *
 * Models: a group that has run for long: its replicas are in step, its keys are there as far as `prefill` says.
 * Leaves out: how it was created; copies that differ from the start.
 */
import { type Nanos, SECOND } from "../../../base/nanos.ts";
import { chainsKeysOfSlots, hasCompactSets } from "../../../catalog/engines.ts";
import type { KeyMap } from "../../client/key-map.ts";
import { ClusterBus } from "../../cluster/cluster-bus.ts";
import type { ActiveExpiry } from "../../engine/redis/active-expiry.ts";
import type { Collection } from "../../engine/redis/collections.ts";
import { Eviction } from "../../engine/redis/eviction.ts";
import { HeldCollections } from "../../engine/redis/held-collections.ts";
import { HistoryLog } from "../../engine/redis/history-log.ts";
import { Keyspace } from "../../engine/redis/keyspace.ts";
import { LfuClock } from "../../engine/redis/lfu.ts";
import { SLOT_CHAIN_BYTES } from "../../engine/redis/memory.ts";
import { RedisNode } from "../../engine/redis/redis-node.ts";
import type { SlotMoves } from "../../engine/redis/slot-moves.ts";
import type { WaitingReplies } from "../../engine/redis/wait.ts";
import type { OpenFailover } from "../../recorder.ts";
import { ControlPlane } from "../../service/control-plane.ts";
import { Group, type GroupShard } from "../../service/group.ts";
import type { Keeper } from "../../service/keeper.ts";
import { SelfManaged } from "../../service/self-managed.ts";
import type { World } from "../../world.ts";
import type { ReplicationGroupSettings } from "../replication-group-settings.ts";
import { attachSentinels } from "../self-managed/attach-sentinels.ts";
import type { Strategies } from "../strategies.ts";

/** What the keys of a group look like at the start. */
export interface Prefill {
  readonly keys: KeyMap;
  /** Slots that change their shard; null where none does. */
  readonly moves: SlotMoves | null;
  /** Who would have written them, in order: a key is of the first whose numbers, `first` to below `end`, hold it. */
  readonly traffic: readonly {
    readonly first: number;
    readonly end: number;
    /** Of one more value, of a key by its number. */
    readonly valueBytes: (key: number) => number;
    /** What the keys hold; null: strings. */
    readonly collection: Omit<Collection, "compactSets"> | null;
    /** 0: none. */
    readonly ttlNs: Nanos;
  }[];
}

export interface GroupHosts {
  /** Hosts of the nodes, in order of shards and nodes; then of those that steps may add. */
  readonly nodes: readonly number[];
  readonly control: number;
  /** Of the sentinels, in order; none for a managed group. */
  readonly sentinels: readonly number[];
}

/** What all nodes of a group are made with. */
interface NodeParts {
  readonly prefill: Prefill;
  readonly strategies: Strategies;
  readonly firstShard: number;
  readonly servesReplicaReads: boolean;
  readonly drainKind: number;
  readonly waiting: WaitingReplies;
  /** Null when no key of the group ever has a TTL. */
  readonly expiry: ActiveExpiry | null;
}

/** Adds a group to the world. `follows`: the Global Datastore's primary group, for a secondary. */
export function buildReplicationGroup(
  world: World,
  settings: ReplicationGroupSettings,
  given: NodeParts & { readonly hosts: GroupHosts; readonly follows: Group | null },
): Group {
  const { kernel, replication, recorder } = world;
  const logs = settings.shards.map(
    (_, at) =>
      given.follows?.shards[at]?.leader.log ??
      new HistoryLog(recorder.newHistory(), -1, 0, settings.engine.replBacklogBytes),
  );
  let placed = 0;
  const add = (at: number, { id, zone }: { readonly id: string; readonly zone: string }) =>
    addNode(world, settings, given, {
      id,
      zone,
      shard: at,
      host: given.hosts.nodes[placed++] as number,
      log: logs[at] as HistoryLog,
    });
  const shards: GroupShard[] = settings.shards.map((shard, at) => {
    const nodes = shard.nodes.map((place) => add(at, place));
    return {
      index: given.firstShard + at,
      number: at + 1,
      nodes,
      leader: nodes[0] as RedisNode,
      history: (logs[at] as HistoryLog).history,
      open: null,
      planned: false,
    };
  });
  const group = new Group(
    settings.name,
    settings.region,
    settings.clusterMode === "enabled",
    settings.automaticFailover,
    settings.service,
    shards,
    given.hosts.control,
    { clock: kernel, network: world.network, replication, recorder },
  );
  for (const [at, shard] of settings.shards.entries()) {
    for (const place of shard.later ?? []) {
      const node = add(at, place);
      node.isToCome();
      group.later.push(node);
    }
  }
  group.following = given.follows;
  group.moves = given.prefill.moves;
  if (given.follows === null) prefill(world, settings, group, given.prefill);
  else copyPrefill(group, given.follows);
  for (const [at, shard] of shards.entries())
    startShard(world, shard, given.follows?.shards[at]?.leader ?? null);
  group.primaryEndpoint.nodes = [(shards[0] as GroupShard).leader.index];
  const first = shards[0] as GroupShard;
  const readers = first.nodes.filter((node) => node !== first.leader);
  group.readerEndpoint.nodes = (readers.length > 0 ? readers : [first.leader]).map(
    (node) => node.index,
  );
  world.groups.push(group);
  const keeper = keeperOf(world, settings, group, given);
  world.keepers.push(keeper);
  if (group.clusterEnabled)
    attachBus(world, settings, { group, keeper, strategies: given.strategies });
  return group;
}

/** Adds a node to the world: its process, its place in the network, its part in replication. */
function addNode(
  world: World,
  settings: ReplicationGroupSettings,
  given: NodeParts,
  place: {
    readonly id: string;
    readonly zone: string;
    /** From 0 within the group. */
    readonly shard: number;
    readonly host: number;
    readonly log: HistoryLog;
  },
): RedisNode {
  const { kernel, replication, recorder } = world;
  const { id, zone, shard, host, log } = place;
  const index = world.nodes.length;
  const target = kernel.target(`node/${id}`);
  const node = new RedisNode(
    {
      id,
      cache: settings.name,
      shardNumber: shard + 1,
      shard: given.firstShard + shard,
      index,
      host,
      zone: world.hosts.zoneIndex(zone),
      clusterEnabled: settings.clusterMode === "enabled",
    },
    new Keyspace(
      (given.prefill.moves?.sizes ?? given.prefill.keys.counts)[shard] as number,
      given.prefill.keys.keyBytes,
      lfuOf(world, settings, id),
      collectionsOf(settings, given.prefill, shard),
      slotChainBytesOf(settings),
    ),
    log,
    settings.engine,
    new Eviction(
      settings.engine.maxmemoryPolicy,
      kernel.streams.stream(`node/${id}`, "eviction"),
      settings.engine.maxmemorySamples,
    ),
    {
      kernel,
      transport: world.transport,
      frames: world.transport.frames,
      drainKind: given.drainKind,
      target,
      keyBytes: given.prefill.keys.keyBytes,
      waiting: given.waiting,
      strategies: given.strategies.engine,
      moves: given.prefill.moves,
      blockBegun: (of) => world.replication.blockBegun(of),
      ownerOf: (of, shard) => world.groupOf(of).ownerSeenBy(of, shard),
      evicted: (of, key, writeId) => {
        if (writeId <= 0) return; // what was there from the start is nobody's acknowledged write
        recorder.write({
          kind: "evicted",
          at: kernel.now,
          cache: of.cache,
          shard: of.shardNumber,
          key,
          writeId,
        });
      },
    },
  );
  node.readsWhenDown = settings.bus.allowReadsWhenDown;
  node.servesReplicaReads = given.servesReplicaReads;
  world.nodes.push(node);
  world.transport.addServer(node, target);
  replication.add(node, target);
  given.expiry?.add(node, target);
  return node;
}

/** The managed service; or what a self-managed group has of its own. */
function keeperOf(
  world: World,
  settings: ReplicationGroupSettings,
  group: Group,
  given: { readonly hosts: GroupHosts; readonly strategies: Strategies },
): Keeper {
  const { kernel, hosts, replication, recorder } = world;
  const { selfManaged } = settings;
  if (selfManaged === undefined) {
    const strategies = given.strategies.service;
    const endProcess = (node: RedisNode, cause: string): void => {
      world.crashProcess(node, cause);
      world.cutHostPower(node, cause);
    };
    const ports = { kernel, hosts, replication, recorder, strategies, endProcess };
    const plane = new ControlPlane(group, ports);
    world.controlPlanes.push(plane);
    return plane;
  }
  group.isManaged = false;
  const { restartAfterNs, sentinels } = selfManaged;
  const killClients = (node: RedisNode): void => world.fleet.resetConnections(node.index);
  const ports = { kernel, hosts, replication, recorder, restartAfterNs, killClients };
  const keeper = new SelfManaged(group, ports);
  if (sentinels !== null) attachSentinels(world, sentinels, group, keeper, given.hosts.sentinels);
  return keeper;
}

/** Which keys of a shard, from 0, hold collections; null where none does. */
function collectionsOf(
  { engine }: ReplicationGroupSettings,
  { keys, moves, traffic }: Prefill,
  shard: number,
): HeldCollections | null {
  if (engine.collections === null) return null;
  const compactSets = hasCompactSets(engine.engine, engine.engineVersion);
  const kinds: Collection[] = [];
  const kindOf = new Uint8Array((moves?.sizes ?? keys.counts)[shard] as number);
  for (const { first, end, collection } of traffic) {
    if (collection === null) continue;
    const kind = kinds.push({ ...collection, compactSets });
    for (let key = first; key < end; key++)
      if (keys.shardOf(key) === shard) kindOf[keys.localOf(key)] = kind;
    for (const move of moves?.moves ?? []) {
      if (move.settings.to !== shard) continue;
      for (const [position, key] of move.keys.entries())
        if (key >= first && key < end) kindOf[move.base + position] = kind;
    }
  }
  return new HeldCollections(kinds, kindOf, engine.collections);
}

function slotChainBytesOf({ clusterMode, engine: of }: ReplicationGroupSettings): number {
  const chains = clusterMode === "enabled" && chainsKeysOfSlots(of.engine, of.engineVersion);
  return chains ? SLOT_CHAIN_BYTES : 0;
}

/** Counts uses of keys where the policy evicts by them. */
function lfuOf(world: World, settings: ReplicationGroupSettings, id: string): LfuClock | null {
  const { maxmemoryPolicy, lfuLogFactor, lfuDecayMinutes } = settings.engine;
  if (!maxmemoryPolicy.endsWith("lfu")) return null;
  const stream = world.kernel.streams.stream(`node/${id}`, "lfu");
  return new LfuClock(lfuLogFactor, lfuDecayMinutes, stream);
}

function startShard(world: World, shard: GroupShard, upstream: RedisNode | null): void {
  const { leader } = shard;
  if (upstream !== null) {
    world.replication.startInSync(leader, upstream);
    leader.readOnly = true;
  }
  leader.leads = true;
  for (const node of shard.nodes) {
    node.knownOwner = leader.index;
    if (node !== leader) world.replication.startInSync(node, leader);
  }
}

/** A group that has run for long: keys are present, and their remaining TTLs are spread evenly. */
function prefill(
  world: World,
  settings: ReplicationGroupSettings,
  group: Group,
  prefill: Prefill,
): void {
  if (settings.prefill === 0) return;
  const { keys, traffic } = prefill;
  const stream = world.kernel.streams.stream(`cache/${settings.name}`, "prefill");
  for (let key = 0; key < keys.count; key++) {
    const present = settings.prefill >= 1 || stream.next() < settings.prefill;
    if (!present) continue;
    const of = traffic.find(({ first, end }) => key >= first && key < end);
    if (of === undefined) continue; // between the keys of two sources
    const { ttlNs } = of;
    const expireAt = ttlNs === 0 ? 0 : Math.ceil(stream.next() * ttlNs);
    const leader = (group.shards[keys.shardOf(key)] as GroupShard).leader;
    const local = keys.localOf(key);
    const valueBytes = of.valueBytes(key);
    // A read touched it at some time in the past hour: the LRU clock of a busy cache.
    const touchedAt = -Math.floor(stream.next() * 3600 * SECOND);
    leader.keyspace.set(local, -(key + 1), 0, leader.history, expireAt, valueBytes, touchedAt);
  }
  for (const shard of group.shards) {
    for (const node of shard.nodes)
      if (node !== shard.leader) node.keyspace.copyFrom(shard.leader.keyspace);
  }
}

/** A secondary Region holds what the primary Region holds. */
function copyPrefill(group: Group, from: Group): void {
  for (const [at, shard] of group.shards.entries()) {
    const source = (from.shards[at] as GroupShard).leader.keyspace;
    for (const node of shard.nodes) node.keyspace.copyFrom(source);
  }
}

function attachBus(
  world: World,
  settings: ReplicationGroupSettings,
  given: {
    readonly group: Group;
    readonly keeper: Keeper;
    readonly strategies: Strategies;
  },
): void {
  const { kernel, recorder } = world;
  const { group, keeper, strategies } = given;
  const about = (node: RedisNode) => ({
    at: kernel.now,
    cache: group.name,
    shard: node.shardNumber,
  });
  const primaries = group.shards.length;
  const opened = (shard: GroupShard, cause: string): OpenFailover => {
    const of = {
      cache: group.name,
      shard: shard.number,
      globalDatastore: null,
      fromNode: shard.leader.id,
    };
    shard.open ??= recorder.startFailover(of, cause, group.copies(shard));
    return shard.open;
  };
  const detected = (shard: GroupShard, cause: string): void => {
    if (shard.open === null || shard.open.reached.has("failover-detected")) return;
    recorder.failover(shard.open, "failover-detected", null, cause);
  };
  /** A replica leads from now on, by votes or without. */
  const leads = (node: RedisNode, configEpoch: number, cause: string): void => {
    const shard = group.shardOf(node);
    const open = opened(shard, `${shard.leader.id} was voted out`);
    detected(shard, "FAIL agreed by a majority of primaries");
    const copies = group.copies(shard);
    recorder.failover(open, "failover-decided", node.id, `${node.id} ${cause}`, copies);
    const from = shard.leader;
    group.takeLead(node, configEpoch, { cause, failover: open, failedAt: open.failedAt });
    recorder.failover(open, "failover-promoted", node.id, cause);
    shard.open = null;
    shard.planned = false;
    keeper.announceFailover(from.id, node.id);
    keeper.review();
  };
  const bus = new ClusterBus(
    kernel,
    world.network,
    settings.bus,
    group.shards.length,
    {
      failureAgreed(owner, by) {
        const { open } = group.shardOf(owner);
        if (open === null || open.fromNode !== owner.id || open.reached.has("failover-detected"))
          return;
        recorder.failover(
          open,
          "failover-detected",
          null,
          `FAIL agreed by a majority of primaries, concluded by ${by.id}`,
        );
      },
      electionScheduled(candidate) {
        recorder.mark("election-scheduled", `${group.name}/shard ${candidate.shardNumber}`);
      },
      failureConcluded(failed, by, reporters) {
        recorder.write({
          kind: "failure-concluded",
          ...about(failed),
          node: failed.id,
          by: by.id,
          reporters: reporters.map(({ id }) => id),
          primaries,
        });
      },
      votesAsked(candidate, asked) {
        recorder.write({
          kind: "election-asked",
          ...about(candidate),
          node: candidate.id,
          ...asked,
          tiesByNodeId: settings.bus.rankTieBreakByNodeId,
        });
      },
      voteGranted(voter, candidate, epoch) {
        recorder.write({
          kind: "vote-granted",
          ...about(candidate),
          voter: voter.id,
          candidate: candidate.id,
          epoch,
        });
      },
      won(winner, configEpoch, voters) {
        recorder.write({
          kind: "election-won",
          ...about(winner),
          node: winner.id,
          epoch: configEpoch,
          voters: voters.map(({ id }) => id),
          primaries,
        });
        leads(winner, configEpoch, `won the election in epoch ${configEpoch}`);
      },
      manualAsked(replica, option) {
        const shard = group.shardOf(replica);
        const words = option === "default" ? "" : ` ${option.toUpperCase()}`;
        const cause = `CLUSTER FAILOVER${words} was sent to ${replica.id}`;
        opened(shard, cause);
        shard.planned = true;
        detected(shard, cause);
      },
      manualGivenUp(replica) {
        const shard = group.shardOf(replica);
        if (!shard.planned || shard.open === null) return;
        shard.planned = false;
        recorder.mark("manual-failover-timed-out", `${group.name}/shard ${shard.number}`);
        keeper.review();
      },
      tookOver(replica, configEpoch) {
        leads(replica, configEpoch, `took over under epoch ${configEpoch}, without votes`);
      },
      replicaMigrates(replica, to) {
        const from = replica.shardNumber;
        const cause = `goes over from shard ${from} to ${to.id}, which has no replica left`;
        group.moveReplica(replica, to, cause);
        keeper.review();
      },
      ownerLearned(node, owner) {
        group.demote(node, owner, `learnt that ${owner.id} owns the shard`);
      },
      stateChanged(node, cause) {
        if (node.clusterUp) group.serves(node);
        recorder.node(node, cause);
        if (node.clusterUp) keeper.serves(node);
      },
    },
    group.name,
    strategies.cluster,
  );
  group.bus = bus;
  bus.start([...group.nodes()].map(bus.placeOf), group.later.length);
}
