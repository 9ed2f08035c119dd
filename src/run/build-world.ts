/** Builds everything a resolved scenario names. */

import type { Nanos } from "../base/nanos.ts";
import { plantedStrategies } from "../faults/planted/registry.ts";
import type { Journal } from "../journal/journal.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { createSampler } from "../kernel/sampler.ts";
import type { RunIndex } from "../measure/run-facts.ts";
import { CacheAside } from "../model/application/cache-aside.ts";
import { OriginTimeouts } from "../model/application/origin-timeouts.ts";
import { SingleFlight } from "../model/application/single-flight.ts";
import { ClientFleet, type ClientHost, OWN_TTL } from "../model/client/client-fleet.ts";
import type { ClientSettings } from "../model/client/client-settings.ts";
import { KeyMap } from "../model/client/key-map.ts";
import { Nearest } from "../model/client/nearest.ts";
import { ClusterRouter, EndpointRouter, type Router } from "../model/client/router.ts";
import { SentinelRouter } from "../model/client/sentinel-router.ts";
import { ActiveExpiry } from "../model/engine/redis/active-expiry.ts";
import type { EngineSettings } from "../model/engine/redis/engine-settings.ts";
import type { RedisNode } from "../model/engine/redis/redis-node.ts";
import { Replication } from "../model/engine/redis/replication.ts";
import { SlotMoves } from "../model/engine/redis/slot-moves.ts";
import { WaitingReplies } from "../model/engine/redis/wait.ts";
import { buildReplicationGroup } from "../model/kinds/replication-group/build.ts";
import type { ReplicationGroupSettings } from "../model/kinds/replication-group-settings.ts";
import type { Strategies } from "../model/kinds/strategies.ts";
import { Frames } from "../model/network/frames.ts";
import { Network } from "../model/network/network.ts";
import { Transport } from "../model/network/transport.ts";
import { Origin } from "../model/origin/origin.ts";
import { Hosts } from "../model/place/hosts.ts";
import { Recorder } from "../model/recorder.ts";
import { GlobalDatastore } from "../model/service/global-datastore.ts";
import type { Group } from "../model/service/group.ts";
import type { GlobalDatastoreSettings } from "../model/service/service-settings.ts";
import type { TrafficSettings } from "../model/traffic/traffic-settings.ts";
import { TrafficSource } from "../model/traffic/traffic-source.ts";
import { collectionValueBytes } from "../model/traffic/value-bytes.ts";
import { World } from "../model/world.ts";
import type { ResolvedScenario } from "../scenario/resolved.ts";

export interface Built {
  readonly world: World;
  readonly index: RunIndex;
  readonly keyMaps: readonly KeyMap[];
}

/** Builds the world of a run; nothing has happened yet. */
export function buildWorld(resolved: ResolvedScenario, kernel: Kernel, journal: Journal): Built {
  const hosts = new Hosts(resolved.regions);
  const control = new Map<string, number>();
  for (const region of resolved.regions)
    control.set(region.name, hosts.addRegional(`service@${region.name}`, region.name));
  const nodeHosts = resolved.caches.map((cache) =>
    cache.shards.flatMap((shard) => shard.nodes.map((node) => hosts.addInZone(node.id, node.zone))),
  );
  const sentinelHosts = resolved.caches.map(({ selfManaged }) =>
    (selfManaged?.sentinels?.processes ?? []).map(({ id, zone }) => hosts.addInZone(id, zone)),
  );
  const clientHosts = resolved.traffic.map((traffic) =>
    traffic.zones.map((zone) => hosts.addInZone(`${traffic.name}@${zone}`, zone)),
  );
  const originHosts = resolved.origins.map((origin) =>
    origin.zone === null
      ? hosts.addRegional(origin.name, origin.region)
      : hosts.addInZone(origin.name, origin.zone),
  );
  for (const [at, { shards }] of resolved.caches.entries())
    for (const { later = [] } of shards)
      for (const { id, zone } of later) nodeHosts[at]?.push(hosts.addInZone(id, zone));
  const network = new Network(hosts, resolved.network, kernel.streams, kernel);
  const recorder = new Recorder(journal, kernel);
  const transport = new Transport(kernel, network, new Frames());
  const strategies = plantedStrategies(resolved.plant);
  const replication = new Replication(kernel, network, recorder, strategies.engine);
  const world = new World(kernel, hosts, network, transport, replication, recorder);

  const keyMaps = new Map<string, KeyMap>();
  const keyMapOf = (cache: ReplicationGroupSettings): KeyMap => {
    const name = datastoreOf(resolved, cache.name)?.name ?? cache.name;
    const known = keyMaps.get(name);
    if (known !== undefined) return known;
    const traffic = trafficOf(resolved, cache.name);
    const counts = traffic.map(({ keys }) => keys.first + keys.count);
    const map = new KeyMap(Math.max(1, ...counts), cache.shards.length, tagsOf(traffic));
    keyMaps.set(name, map);
    return map;
  };
  buildGroups(resolved, world, { control, nodeHosts, sentinelHosts, keyMapOf, strategies });
  buildDatastores(resolved, world, strategies);
  buildClients(resolved, world, { clientHosts, journal, strategies });
  const trafficKeys = resolved.traffic.map((traffic) => keyMapOf(cacheOf(resolved, traffic)));
  buildOriginsAndTraffic(resolved, world, { originHosts, clientHosts, keyMaps: trafficKeys });
  replication.loadedBy = (node) => {
    world.keeperOf(world.groupOf(node)).loaded(node);
  };
  const index = indexOf(resolved, world);
  return { world, index, keyMaps: trafficKeys };
}

/** Groups in scenario order, but a datastore's primary before its secondaries, for these start in sync with it. */
function buildGroups(
  resolved: ResolvedScenario,
  world: World,
  given: {
    readonly control: ReadonlyMap<string, number>;
    readonly nodeHosts: readonly (readonly number[])[];
    readonly sentinelHosts: readonly (readonly number[])[];
    readonly keyMapOf: (cache: ReplicationGroupSettings) => KeyMap;
    readonly strategies: Strategies;
  },
): void {
  const drainKind = world.kernel.kind("server-drain", (_t, node) => world.nodes[node]?.drain());
  const expiry = new ActiveExpiry(world.kernel);
  const { kernel, network, transport, nodes } = world;
  const waiting = new WaitingReplies(kernel, network, transport.frames, nodes, (frame) =>
    transport.sendReply(frame, 0),
  );
  let firstShard = 0;
  for (const [at, cache] of resolved.caches.entries()) {
    const datastore = datastoreOf(resolved, cache.name);
    const follows = datastore !== undefined && datastore.primary !== cache.name;
    const keys = given.keyMapOf(cache);
    const traffic = trafficOf(resolved, cache.name);
    const sizes = world.kernel.streams.stream(
      `cache/${datastore?.name ?? cache.name}`,
      "prefill-sizes",
    );
    buildReplicationGroup(world, cache, {
      hosts: {
        nodes: given.nodeHosts[at] as readonly number[],
        control: given.control.get(cache.region) as number,
        sentinels: given.sentinelHosts[at] as readonly number[],
      },
      prefill: {
        keys,
        moves: slotMovesOf(resolved, cache.name, keys),
        traffic: traffic.map(({ keys: { first, count, valueSize, collection, ttlNs } }) => {
          const sampler = createSampler(valueSize);
          return {
            first,
            end: first + count,
            collection,
            valueBytes: (key) =>
              collection === null
                ? Math.max(1, Math.round(sampler.constant ?? sampler.sample(sizes)))
                : collectionValueBytes(collection, key - first),
            ttlNs: ttlNs ?? 0,
          };
        }),
      },
      strategies: given.strategies,
      firstShard,
      servesReplicaReads: traffic.some(
        (source) => source.client.readFrom !== "primary" || source.client.readLocalRegion,
      ),
      follows: follows
        ? (world.groups.find((group) => group.name === datastore.primary) ?? null)
        : null,
      drainKind,
      waiting,
      expiry: traffic.some(({ keys: { ttlNs } }) => ttlNs !== null) ? expiry : null,
    });
    firstShard += cache.shards.length;
  }
}

function buildDatastores(resolved: ResolvedScenario, world: World, strategies: Strategies): void {
  for (const settings of resolved.globalDatastores) {
    const names = [settings.primary, ...settings.secondaries];
    const groups = names.map((name) => world.groups.find((group) => group.name === name) as Group);
    const redirect = (datastore: GlobalDatastore, to: Group): void => {
      for (const session of world.fleet.sessions) {
        if (resolved.traffic[session.traffic]?.cache !== datastore.name) continue;
        const router = session.routers.findIndex((candidate) => candidate.group === to);
        world.fleet.redirect(session, router, `redirected to ${to.name}`);
      }
    };
    world.datastores.push(
      new GlobalDatastore(settings, groups, {
        kernel: world.kernel,
        network: world.network,
        replication: world.replication,
        recorder: world.recorder,
        redirect,
        strategies: strategies.service,
      }),
    );
  }
}

function buildClients(
  resolved: ResolvedScenario,
  world: World,
  given: {
    readonly clientHosts: readonly (readonly number[])[];
    readonly journal: Journal;
    readonly strategies: Strategies;
  },
): void {
  const { kernel, transport, recorder } = world;
  const clients: ClientHost[] = [];
  for (const [at, traffic] of resolved.traffic.entries()) {
    for (const [zoneAt, zone] of traffic.zones.entries()) {
      const name = `${traffic.name}@${zone}`;
      const session = clients.length;
      const host = (given.clientHosts[at] as readonly number[])[zoneAt] as number;
      clients.push({
        name,
        traffic: at,
        host,
        zone: world.hosts.zoneIndex(zone),
        settings: traffic.client,
        ttlNs:
          traffic.keys.ttlJitter > 0 || traffic.arrivals.kind === "recorded"
            ? OWN_TTL
            : (traffic.keys.ttlNs ?? 0),
        routers: groupsOf(world, traffic.cache).map((group) =>
          routerTo(world, group, {
            traffic,
            session,
            name,
            host,
            strategies: given.strategies,
          }),
        ),
      });
    }
  }
  const firstShards = new Map(
    world.groups.map((group) => [group, (group.shards[0] as Group["shards"][number]).index]),
  );
  const counts = {
    opened(node: number): void {
      const server = world.nodes[node];
      if (server === undefined) return;
      server.clientConnections++;
      server.counters.newConnections++;
    },
    closed(node: number, incarnation: number): void {
      const server = world.nodes[node];
      if (server?.processUp && server.incarnation === incarnation) server.clientConnections--;
    },
  };
  const ports = {
    kernel,
    transport,
    recorder,
    journal: given.journal,
    firstShard: (group: Group) => firstShards.get(group) as number,
    setUpOf: (node: number, settings: ClientSettings) =>
      setUpSteps((world.nodes[node] as (typeof world.nodes)[number]).settings, settings),
    nodeIds: world.nodes.map((node) => node.id),
    trafficNames: resolved.traffic.map((traffic) => traffic.name),
    strategies: given.strategies.client,
  };
  world.fleet = new ClientFleet(clients, ports, counts);
  const keysPerGet = clients.map(({ traffic }) => resolved.traffic[traffic]?.keys.perGet ?? 1);
  for (const { moves } of world.groups) if (moves !== null) moves.keysPerGet = keysPerGet;
  for (const session of world.fleet.sessions) {
    const own = resolved.traffic[session.traffic]?.region;
    const local = session.routers.findIndex((router) => router.group.region === own);
    if (session.settings.readLocalRegion && local >= 0) session.local = local;
  }
}

/** Main-thread time of each round trip that sets a connection up, after TCP's own: the handshake's flights, then AUTH. */
function setUpSteps(
  { transitEncryption, authToken }: EngineSettings,
  { tlsRoundTrips }: ClientSettings,
): readonly Nanos[] {
  const steps: Nanos[] = [];
  if (transitEncryption !== null) {
    steps.push(transitEncryption.handshakeNs);
    for (let more = 1; more < tlsRoundTrips; more++) steps.push(0);
  }
  if (authToken !== null) steps.push(authToken.commandNs);
  return steps;
}

function routerTo(
  world: World,
  group: Group,
  given: {
    readonly traffic: TrafficSettings;
    readonly session: number;
    readonly name: string;
    readonly host: number;
    readonly strategies: Strategies;
  },
): Router {
  const { traffic, session, name, host } = given;
  const stream = world.kernel.streams.stream(`client/${name}`, `routing/${group.name}`);
  const { readFrom } = traffic.client;
  const { network } = world;
  const nearest = (nodes: readonly RedisNode[]): Nearest =>
    new Nearest(
      nodes.map((node) => ({
        node: node.index,
        roundTripNs: network.meanOneWayNs(host, node.host) + network.meanOneWayNs(node.host, host),
      })),
    );
  const reads = { readFrom, nearest: readFrom === "nearest" ? nearest : null };
  const learned = (of: Group, shard: number, node: number, cause: string): void => {
    const client = world.fleet.sessions[session];
    if (client !== undefined) world.fleet.learned(client, of, shard, node, cause);
  };
  if (group.sentinels !== null) {
    const client = {
      name,
      host,
      settings: traffic.client,
      isUp: () => world.fleet.sessions[session]?.up === true,
      found(from: number, to: number): void {
        const own = world.fleet.sessions[session];
        if (own !== undefined) world.fleet.primaryFound(own, from, to);
      },
    };
    const byDistance = reads.nearest === null ? null : nearest([...group.nodes()]);
    return new SentinelRouter(group, client, stream, learned, world.discovery, byDistance);
  }
  return group.clusterEnabled
    ? new ClusterRouter(group, reads, stream, learned)
    : new EndpointRouter(group, reads, {
        clock: world.kernel,
        stream,
        learned,
        resolverAnswers: () => world.resolvers.answer(world.hosts.regionIndex(traffic.region)),
        ttlNs: given.strategies.client.dnsTtlNs(group.service.dnsTtlNs),
      });
}

function buildOriginsAndTraffic(
  resolved: ResolvedScenario,
  world: World,
  given: {
    readonly originHosts: readonly number[];
    readonly clientHosts: readonly (readonly number[])[];
    readonly keyMaps: readonly KeyMap[];
  },
): void {
  const { kernel, network, fleet } = world;
  const byTraffic = resolved.traffic.map((traffic) =>
    resolved.origins.findIndex((origin) => origin.name === traffic.onMiss),
  );
  const application = new CacheAside(
    fleet,
    resolved.traffic.map((traffic) => ({
      hasOrigin: traffic.onMiss !== null,
      fallsBack: traffic.onError === "origin",
      flights: traffic.coalesce ? new SingleFlight(fleet.requests) : null,
    })),
    (request) => {
      timeouts[fleet.requests.traffic[request] as number]?.start(request);
      const origin = world.origins[
        byTraffic[fleet.requests.traffic[request] as number] as number
      ] as Origin;
      const client = fleet.requests.client[request] as number;
      origin.ask(
        request,
        fleet.requests.generation[request] as number,
        fleet.hostOf[client] as number,
      );
    },
  );
  fleet.listen(application);
  const timeouts = resolved.traffic.map(({ name, originTimeoutNs }) =>
    originTimeoutNs === null
      ? null
      : new OriginTimeouts(name, originTimeoutNs, fleet.requests, kernel, (request) =>
          application.originAnswered(request, true),
        ),
  );
  const answered = (request: number, generation: number, refused: boolean): void => {
    if (fleet.requests.generation[request] === generation)
      application.originAnswered(request, refused);
  };
  for (const [at, settings] of resolved.origins.entries()) {
    world.origins.push(
      new Origin(
        settings,
        given.originHosts[at] as number,
        { kernel, network, answered },
        resolved.warmUpNs,
      ),
    );
    world.originZones.push(settings.zone === null ? null : world.hosts.zoneIndex(settings.zone));
  }
  let session = 0;
  for (const [at, settings] of resolved.traffic.entries()) {
    const sessions = (given.clientHosts[at] as readonly number[]).map(() => session++);
    const commandTime = createSampler(cacheOf(resolved, settings).engine.commandTime);
    world.traffic.push(
      new TrafficSource(
        settings,
        at,
        sessions,
        given.keyMaps[at] as KeyMap,
        commandTime,
        fleet,
        kernel,
        shardsOf(resolved, world, settings.cache),
      ),
    );
  }
  if (resolved.traffic.some(({ arrivals }) => arrivals.kind === "users"))
    fleet.listenToEnds((traffic) => world.traffic[traffic]?.requestEnded());
}

/** Shards of a cache, or of a Global Datastore's first primary Region. */
function shardsOf(resolved: ResolvedScenario, world: World, cache: string): Group["shards"] {
  const datastore = resolved.globalDatastores.find(({ name }) => name === cache);
  const group = world.groups.find(({ name }) => name === (datastore?.primary ?? cache)) as Group;
  return group.shards;
}

/** Whether a source's settings let replicas answer it, or a secondary Region of a Global Datastore. */
function readsCopies(
  { cache, region, client }: TrafficSettings,
  { globalDatastores, caches }: ResolvedScenario,
): boolean {
  if (client.readFrom !== "primary") return true;
  const store = globalDatastores.find(({ name }) => name === cache);
  if (store === undefined || !client.readLocalRegion) return false;
  const primary = caches.find(({ name }) => name === store.primary);
  const isLocal = store.secondaries.some((name) =>
    caches.some((group) => group.name === name && group.region === region),
  );
  return isLocal && primary?.region !== region;
}

function indexOf(resolved: ResolvedScenario, world: World): RunIndex {
  return {
    durationNs: resolved.durationNs,
    warmUpNs: resolved.warmUpNs,
    traffic: resolved.traffic.map((source) => ({
      name: source.name,
      cache: source.cache,
      readsCopies: readsCopies(source, resolved),
    })),
    sessions: world.fleet.sessions.map(({ name, traffic, zone }) => ({
      name,
      traffic,
      zone: world.hosts.zoneNames[zone] as string,
    })),
    nodes: world.nodes.map((node) => ({
      id: node.id,
      region: world.groupOf(node).region,
      zone: world.hosts.zoneNames[node.zone] as string,
      cache: node.cache,
      shard: node.shard,
    })),
    shards: world.groups.flatMap((group) =>
      group.shards.map((shard) => ({
        cache: group.name,
        number: shard.number,
        id: String(shard.number).padStart(4, "0"),
      })),
    ),
    origins: world.origins.map((origin) => origin.name),
  };
}

/** The slots that steps move between a cache's shards; null where none does. */
function slotMovesOf(resolved: ResolvedScenario, cache: string, keys: KeyMap): SlotMoves | null {
  const moves = resolved.method.flatMap(({ action }) => {
    if (!("step" in action) || action.step !== "migrate-slots" || action.cache !== cache) return [];
    const { shard, to, firstSlot, slots, retryAfterNs } = action;
    return [{ from: shard - 1, to: to - 1, firstSlot, slots, retryAfterNs }];
  });
  return moves.length === 0 ? null : new SlotMoves(moves, keys);
}

/** Whose name stands in a key's hash tag, where one GET reads several keys: the first of them. */
function tagsOf(traffic: readonly TrafficSettings[]): (key: number) => number {
  const several = traffic.filter(({ keys }) => keys.perGet > 1);
  return (key) => {
    for (const { keys } of several)
      if (key >= keys.first && key < keys.first + keys.count) return key - (key % keys.perGet);
    return key;
  };
}

function datastoreOf(
  resolved: ResolvedScenario,
  cache: string,
): GlobalDatastoreSettings | undefined {
  return resolved.globalDatastores.find(
    (store) => store.primary === cache || store.secondaries.includes(cache),
  );
}

/** Traffic that reaches a cache, directly or through its datastore. */
function trafficOf(resolved: ResolvedScenario, cache: string): readonly TrafficSettings[] {
  const datastore = datastoreOf(resolved, cache)?.name;
  return resolved.traffic.filter(
    (traffic) => traffic.cache === cache || traffic.cache === datastore,
  );
}

/** The cache that a traffic source talks to first. */
function cacheOf(resolved: ResolvedScenario, traffic: TrafficSettings): ReplicationGroupSettings {
  const datastore = resolved.globalDatastores.find((store) => store.name === traffic.cache);
  const name = datastore?.primary ?? traffic.cache;
  return resolved.caches.find((cache) => cache.name === name) as ReplicationGroupSettings;
}

/** The groups a traffic source may talk to; the first is where it begins. */
function groupsOf(world: World, name: string): readonly Group[] {
  const datastore = world.datastores.find((store) => store.name === name);
  return datastore?.groups ?? world.groups.filter((group) => group.name === name);
}
