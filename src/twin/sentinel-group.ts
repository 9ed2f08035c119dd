/** A real primary with its replicas, and the sentinels that watch them: one process each. */
import type { Redis } from "ioredis";
import type { ReplicationGroupSettings } from "../model/kinds/replication-group-settings.ts";
import type { SentinelSettings } from "../model/sentinel/sentinel-settings.ts";
import { connectAdmin } from "./admin.ts";
import type { Cleanup } from "./cleanup.ts";
import { FIRST_ADDRESS, type TwinNode } from "./cluster.ts";
import type { LinkProxy } from "./link-proxy.ts";
import { loopback } from "./loopback.ts";
import { nodeConfiguration } from "./node-configuration.ts";
import type { ServerBinary } from "./server-binary.ts";
import {
  type Announced,
  type Configuration,
  type ServerAddress,
  ServerProcess,
} from "./server-process.ts";
import { until } from "./until.ts";

export interface TwinSentinel {
  /** As the scenario names it: `cart-sentinel-1`. */
  readonly id: string;
  readonly zone: string;
  readonly server: ServerProcess;
  readonly admin: Redis;
}

interface Given {
  readonly proxy: LinkProxy;
  readonly cleanup: Cleanup;
}

/** Starts the nodes, then their sentinels, and waits until all replicas are in sync and all sentinels know each other. */
export async function startSentinelGroup(
  settings: ReplicationGroupSettings,
  sentinels: SentinelSettings,
  binary: ServerBinary,
  given: Given,
): Promise<{ readonly nodes: TwinNode[]; readonly sentinels: TwinSentinel[] }> {
  const [shard] = settings.shards as [ReplicationGroupSettings["shards"][number]];
  const nodes: TwinNode[] = [];
  for (const [at, { id, zone }] of shard.nodes.entries()) {
    const config = (_: ServerAddress, { port }: Announced): Configuration => [
      ...nodeConfiguration(settings),
      ["replica-announce-ip", loopback(FIRST_ADDRESS + at)],
      ["replica-announce-port", port],
      ["replica-priority", sentinels.priorities[at] as number],
    ];
    const server = await start(binary, { ...given, id, at, config });
    nodes.push({ id, zone, shard: 1, server, busId: "", admin: adminOf(server, given) });
  }
  const [primary, ...replicas] = nodes as [TwinNode, ...TwinNode[]];
  const { address, announced } = primary.server;
  for (const { admin } of replicas) await admin.replicaof(address.host, announced.port);
  await until("every replica is in sync", replicas, async ({ admin }) =>
    (await admin.info("replication")).includes("master_link_status:up"),
  );
  const watching: TwinSentinel[] = [];
  for (const [at, { id, zone }] of sentinels.processes.entries()) {
    const config = (own: ServerAddress, { port }: Announced): Configuration => [
      ["sentinel announce-ip", own.host],
      ["sentinel announce-port", port],
      [
        "sentinel monitor",
        `${settings.name} ${address.host} ${announced.port} ${sentinels.quorum}`,
      ],
      [
        "sentinel down-after-milliseconds",
        `${settings.name} ${milliseconds(sentinels.downAfterNs)}`,
      ],
      [
        "sentinel failover-timeout",
        `${settings.name} ${milliseconds(sentinels.failoverTimeoutNs)}`,
      ],
      ["sentinel parallel-syncs", `${settings.name} ${sentinels.parallelSyncs}`],
    ];
    const of = { ...given, id, at: nodes.length + at, config, isSentinel: true };
    const server = await start(binary, of);
    watching.push({ id, zone, server, admin: adminOf(server, given) });
  }
  await until("the sentinels know all replicas and each other", watching, async ({ admin }) => {
    const known = await watchedBy(admin, settings.name);
    return (
      known.get("num-slaves") === String(replicas.length) &&
      known.get("num-other-sentinels") === String(watching.length - 1)
    );
  });
  return { nodes, sentinels: watching };
}

/** What a sentinel says of the primary that it watches, by the words of SENTINEL MASTER. */
export async function watchedBy(sentinel: Redis, name: string): Promise<Map<string, string>> {
  const words = (await sentinel.call("SENTINEL", "MASTER", name)) as string[];
  const known = new Map<string, string>();
  for (let at = 0; at + 1 < words.length; at += 2) {
    known.set(words[at] as string, words[at + 1] as string);
  }
  return known;
}

const milliseconds = (ns: number): number => Math.max(1, Math.round(ns / 1e6));

function adminOf(server: ServerProcess, { cleanup }: Given): Redis {
  const admin = connectAdmin(server.address, true);
  cleanup.add(() => admin.disconnect());
  return admin;
}

function start(
  { file }: ServerBinary,
  given: Given & {
    readonly id: string;
    readonly at: number;
    readonly config: (address: ServerAddress, announced: Announced) => Configuration;
    readonly isSentinel?: boolean;
  },
): Promise<ServerProcess> {
  const { proxy, cleanup, id, at, config, isSentinel = false } = given;
  const host = loopback(FIRST_ADDRESS + at);
  proxy.know(host, id);
  const announce = async ({ port }: ServerAddress): Promise<Announced> => ({
    port: await proxy.open(host, id, { host, port }),
    busPort: 0,
  });
  return ServerProcess.start({ file, host, announce, config, isSentinel }, cleanup);
}
