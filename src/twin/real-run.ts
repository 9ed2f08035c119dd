/** Runs a scenario on real servers, in real time, and says what was seen. */
import { setTimeout as wait } from "node:timers/promises";
import { type Nanos, SECOND } from "../base/nanos.ts";
import type { FaultRecord, NodeStateRecord } from "../journal/records.ts";
import { Streams } from "../kernel/streams.ts";
import type { ReplicationGroupSettings } from "../model/kinds/replication-group-settings.ts";
import type { ResolvedScenario } from "../scenario/resolved.ts";
import { Cleanup } from "./cleanup.ts";
import { startCluster, type TwinNode } from "./cluster.ts";
import { Executions, idOf } from "./executions.ts";
import { LinkProxy } from "./link-proxy.ts";
import { loopback } from "./loopback.ts";
import { Observer, type SeenFailover } from "./observer.ts";
import { type PlannedRequest, planTraffic } from "./plan-traffic.ts";
import { prefill } from "./prefill.ts";
import { type Performed, RealClient } from "./real-client.ts";
import { type Place, RealFaults } from "./real-faults.ts";
import { startSentinelGroup, type TwinSentinel } from "./sentinel-group.ts";
import type { ServerBinary } from "./server-binary.ts";
import { settle } from "./settle.ts";

/** A request that ended. */
export interface RealOperation extends Performed {
  readonly request: PlannedRequest;
  readonly invokedAt: Nanos;
  readonly returnedAt: Nanos;
}

export interface RealRun {
  readonly operations: readonly RealOperation[];
  readonly failovers: readonly SeenFailover[];
  readonly faults: readonly FaultRecord[];
  readonly states: readonly NodeStateRecord[];
  /** Nodes and clients that a fault hit, or whose own account has a gap for another reason. */
  readonly hit: ReadonlySet<string>;
  readonly executions: Executions;
  /** How far apart the servers were asked what they know. */
  readonly pollGapNs: Nanos;
  /** By key: the id that the shard's last primary holds; null where it holds none. Of shards that failed over. */
  readonly kept: ReadonlyMap<string, number | null>;
}

/** Last byte of the first client's address; those of servers are below. */
const FIRST_CLIENT_ADDRESS = 101;
/** What is on its way at the end arrives within this. */
const SETTLE_MS = 300;
const BATCH = 500;

/** @param onProgress - what is being done, and the share of the run that is done, 0..1 */
export async function runReal(
  resolved: ResolvedScenario,
  binary: ServerBinary,
  onProgress: (doing: string, share: number) => void,
): Promise<RealRun> {
  const cleanup = new Cleanup();
  try {
    const proxy = new LinkProxy();
    cleanup.add(() => proxy.close());
    onProgress("starting servers", 0);
    const [settings] = resolved.caches as [ReplicationGroupSettings];
    const { nodes, sentinels } = await startServers(settings, binary, { proxy, cleanup });
    onProgress("filling the cache", 0);
    await prefill(resolved, settings, nodes);
    await settle(settings, nodes);
    return await new Stage(resolved, { nodes, sentinels }, proxy, cleanup).play(onProgress);
  } finally {
    cleanup.run();
  }
}

async function startServers(
  settings: ReplicationGroupSettings,
  binary: ServerBinary,
  given: { readonly proxy: LinkProxy; readonly cleanup: Cleanup },
): Promise<{ readonly nodes: TwinNode[]; readonly sentinels: TwinSentinel[] }> {
  const watchers = settings.selfManaged?.sentinels ?? null;
  if (watchers !== null) return startSentinelGroup(settings, watchers, binary, given);
  return { nodes: await startCluster(settings, binary, given), sentinels: [] };
}

/** The servers with their clients, while the scenario plays on them. */
class Stage {
  private readonly operations: RealOperation[] = [];
  private readonly plan: readonly PlannedRequest[];
  private readonly places: readonly (Place & { readonly traffic: number })[];
  private readonly nodes: readonly TwinNode[];
  private readonly sentinels: readonly TwinSentinel[];
  private startedAt = 0;

  constructor(
    private readonly resolved: ResolvedScenario,
    servers: { readonly nodes: readonly TwinNode[]; readonly sentinels: readonly TwinSentinel[] },
    private readonly proxy: LinkProxy,
    private readonly cleanup: Cleanup,
  ) {
    this.nodes = servers.nodes;
    this.sentinels = servers.sentinels;
    this.plan = planTraffic(resolved);
    this.places = resolved.traffic.flatMap(({ name, zones }, traffic) =>
      zones.map((zone) => ({ name: `${name}@${zone}`, zone, traffic })),
    );
  }

  async play(onProgress: (doing: string, share: number) => void): Promise<RealRun> {
    const { resolved, nodes, sentinels, proxy, cleanup } = this;
    const [{ name: group }] = resolved.caches as [ReplicationGroupSettings];
    const now = (): Nanos => Math.round((performance.now() - this.startedAt) * 1e6);
    const nanosOf = (epochSeconds: number): Nanos =>
      Math.round((epochSeconds * 1e3 - performance.timeOrigin - this.startedAt) * 1e6);
    const executions = new Executions(nanosOf);
    cleanup.add(() => executions.stop());
    for (const node of nodes) await executions.watch(node);
    const clients = await this.connectClients();
    const observer = new Observer(nodes, now, { sentinels, group });
    cleanup.add(() => observer.stop());
    let failure: unknown;
    const faults = new RealFaults(resolved.method, resolved.seed, {
      nodes,
      clients: this.places,
      sentinels: sentinels.map(({ id, zone }) => ({ name: id, zone })),
      proxy,
      observer,
      now,
      failed: (error) => {
        failure = error;
      },
    });
    cleanup.add(() => faults.stop());
    this.startedAt = performance.now();
    observer.start();
    faults.start();
    await this.issue(clients, now, (share) => {
      if (failure !== undefined) throw failure;
      onProgress("playing on real servers", share);
    });
    if (failure !== undefined) throw failure;
    await wait(SETTLE_MS);
    observer.stop();
    faults.stop();
    const { failovers } = observer;
    const operations = this.operations.filter(
      ({ returnedAt }) => returnedAt <= resolved.durationNs,
    );
    const kept = await this.readBack(operations, observer);
    return {
      operations,
      failovers,
      faults: faults.records,
      states: observer.states.records,
      // A sentinel that promotes a node closes the connection by which it tells what it executes.
      hit: sentinels.length === 0 ? faults.hit : new Set(nodes.map(({ id }) => id)),
      executions,
      pollGapNs: observer.gapNs,
      kept,
    };
  }

  private async connectClients(): Promise<RealClient[]> {
    const streams = new Streams(this.resolved.seed);
    const [{ name }] = this.resolved.caches as [ReplicationGroupSettings];
    const known = this.sentinels.length === 0 ? this.nodes : this.sentinels;
    const servers = {
      targets: known.map(({ server }) => ({
        host: server.address.host,
        port: server.announced.port,
      })),
      group: this.sentinels.length === 0 ? null : name,
    };
    const clients = this.places.map(({ name: place, traffic }, at) => {
      const address = loopback(FIRST_CLIENT_ADDRESS + at);
      this.proxy.know(address, place);
      const settings = (this.resolved.traffic[traffic] as ResolvedScenario["traffic"][number])
        .client;
      const backoff = streams.stream(`client/${place}`, "backoff");
      return new RealClient(address, servers, settings, backoff);
    });
    for (const client of clients) {
      this.cleanup.add(() => client.disconnect());
      await client.connect();
    }
    return clients;
  }

  /** Issues each request at its time; does not wait for answers. */
  private async issue(
    clients: readonly RealClient[],
    now: () => Nanos,
    onProgress: (share: number) => void,
  ): Promise<void> {
    const { durationNs } = this.resolved;
    let next = 0;
    let toldAt = 0;
    while (now() < durationNs) {
      for (; ; next++) {
        const request = this.plan[next];
        if (request === undefined || request.atNs > now()) break;
        void this.perform(clients[request.session] as RealClient, request, now);
      }
      if (now() - toldAt > SECOND) {
        toldAt = now();
        onProgress(toldAt / durationNs);
      }
      const dueAt = Math.min(this.plan[next]?.atNs ?? durationNs, durationNs, now() + SECOND);
      await wait(Math.max(1, (dueAt - now()) / 1e6));
    }
  }

  private async perform(client: RealClient, request: PlannedRequest, now: () => Nanos) {
    const invokedAt = now();
    const performed = await client.perform(request);
    this.operations.push({ ...performed, request, invokedAt, returnedAt: now() });
  }

  /** What the last primaries of shards that failed over hold under each key that was written. */
  private async readBack(
    operations: readonly RealOperation[],
    observer: Observer,
  ): Promise<Map<string, number | null>> {
    const kept = new Map<string, number | null>();
    const promoted = observer.failovers.filter(({ promotedAt }) => promotedAt !== null);
    for (const shard of new Set(promoted.map((failover) => failover.shard))) {
      const { server, admin } = observer.leaderOf(shard);
      server.resume();
      if (!server.alive) continue;
      const written = operations.filter(
        ({ request }) => request.isSet && request.shard === shard - 1,
      );
      const keys = [...new Set(written.map(({ request }) => request.keyName))];
      for (let from = 0; from < keys.length; from += BATCH) {
        const batch = keys.slice(from, from + BATCH);
        const pipeline = admin.pipeline();
        for (const key of batch) pipeline.get(key);
        const replies = (await pipeline.exec()) ?? [];
        for (const [at, key] of batch.entries())
          kept.set(key, idOf((replies[at]?.[1] ?? null) as string | null));
      }
    }
    return kept;
  }
}
