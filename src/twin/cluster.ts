/** A real cluster: one server per node of the replication group, slots and replicas as the scenario has them. */
import type { Redis } from "ioredis";
import { HASH_SLOTS } from "../model/engine/redis/slots.ts";
import type { ReplicationGroupSettings } from "../model/kinds/replication-group-settings.ts";
import { connectAdmin } from "./admin.ts";
import type { Cleanup } from "./cleanup.ts";
import type { LinkProxy } from "./link-proxy.ts";
import { loopback } from "./loopback.ts";
import { nodeConfiguration, yesNo } from "./node-configuration.ts";
import type { ServerBinary } from "./server-binary.ts";
import {
  type Announced,
  type Configuration,
  type ServerAddress,
  ServerProcess,
} from "./server-process.ts";
import { until } from "./until.ts";

export interface TwinNode {
  /** As the scenario names it: `cart-0001-001`. */
  readonly id: string;
  readonly zone: string;
  /** From 1. */
  readonly shard: number;
  readonly server: ServerProcess;
  readonly admin: Redis;
  /** Its name on the cluster bus: 40 hex digits; empty without one. */
  readonly busId: string;
}

/** Last byte of the first node's address. */
export const FIRST_ADDRESS = 11;

/** Starts the servers and joins them to a cluster in which every replica is in sync. */
export async function startCluster(
  settings: ReplicationGroupSettings,
  binary: ServerBinary,
  given: { readonly proxy: LinkProxy; readonly cleanup: Cleanup },
): Promise<TwinNode[]> {
  const plan = settings.shards.flatMap(({ nodes }, at) =>
    nodes.map((node) => ({ ...node, shard: at + 1 })),
  );
  const nodes: TwinNode[] = [];
  for (const [at, { id, zone, shard }] of plan.entries()) {
    const server = await startServer(settings, binary, { ...given, id, at });
    const admin = connectAdmin(server.address);
    given.cleanup.add(() => admin.disconnect());
    const busId = String(await admin.call("CLUSTER", "MYID"));
    nodes.push({ id, zone, shard, server, admin, busId });
  }
  await join(nodes, settings.shards.length);
  return nodes;
}

async function startServer(
  settings: ReplicationGroupSettings,
  { file }: ServerBinary,
  given: {
    readonly proxy: LinkProxy;
    readonly cleanup: Cleanup;
    readonly id: string;
    readonly at: number;
  },
): Promise<ServerProcess> {
  const { proxy, cleanup, id, at } = given;
  const host = loopback(FIRST_ADDRESS + at);
  proxy.know(host, id);
  const { bus } = settings;
  const announce = async (address: { port: number; busPort: number }) => ({
    port: await proxy.open(host, id, { host, port: address.port }),
    busPort: await proxy.open(host, id, { host, port: address.busPort }),
  });
  const config = ({ busPort }: ServerAddress, announced: Announced): Configuration => [
    ...nodeConfiguration(settings),
    ["cluster-enabled", "yes"],
    ["cluster-port", busPort],
    ["cluster-config-file", "nodes.conf"],
    ["cluster-announce-ip", host],
    ["cluster-announce-port", announced.port],
    ["cluster-announce-bus-port", announced.busPort],
    ["cluster-node-timeout", Math.max(1, Math.round(bus.nodeTimeoutNs / 1e6))],
    ["cluster-replica-validity-factor", bus.replicaValidityFactor],
    ["cluster-require-full-coverage", yesNo(bus.requireFullCoverage)],
    ["cluster-allow-reads-when-down", yesNo(bus.allowReadsWhenDown)],
    ["cluster-migration-barrier", bus.migrationBarrier],
    // While the servers are set up; later the scenario's.
    ["cluster-allow-replica-migration", "no"],
  ];
  return ServerProcess.start({ file, host, announce, config }, cleanup);
}

/** Primaries get their slots and epochs before all meet, so that there is nothing to settle afterwards. */
async function join(nodes: readonly TwinNode[], shards: number): Promise<void> {
  const primaries = nodes.filter((node, at) => nodes[at - 1]?.shard !== node.shard);
  for (const [at, { admin }] of primaries.entries()) {
    const first = Math.ceil((at * HASH_SLOTS) / shards);
    const last = Math.ceil(((at + 1) * HASH_SLOTS) / shards) - 1;
    await admin.call("CLUSTER", "ADDSLOTSRANGE", first, last);
  }
  for (const [at, { admin }] of nodes.entries()) {
    await admin.call("CLUSTER", "SET-CONFIG-EPOCH", at + 1);
  }
  const [first] = nodes as [TwinNode];
  for (const { server } of nodes.slice(1)) {
    const { address, announced } = server;
    await first.admin.call("CLUSTER", "MEET", address.host, announced.port, announced.busPort);
  }
  await until("every node knows every other", nodes, async ({ admin }) => {
    const known = parseClusterNodes(String(await admin.call("CLUSTER", "NODES")));
    return (
      known.length === nodes.length && known.every(({ flags }) => !flags.includes("handshake"))
    );
  });
  for (const node of nodes) {
    const primary = primaries.find(({ shard }) => shard === node.shard) as TwinNode;
    if (node !== primary) await node.admin.call("CLUSTER", "REPLICATE", primary.busId);
  }
  const replicas = nodes.filter((node) => !primaries.includes(node));
  await until("every replica is in sync", replicas, async ({ admin }) =>
    /master_link_status:up/.test(await admin.info("replication")),
  );
  await until("cluster_state is ok everywhere", nodes, async ({ admin }) => {
    const state = String(await admin.call("CLUSTER", "INFO"));
    const known = parseClusterNodes(String(await admin.call("CLUSTER", "NODES")));
    const following = known.filter(({ flags }) => flags.includes("slave")).length;
    return state.includes("cluster_state:ok") && following === replicas.length;
  });
}

export interface KnownNode {
  readonly busId: string;
  readonly flags: readonly string[];
}

/** What CLUSTER NODES says of each node. */
export function parseClusterNodes(text: string): KnownNode[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [busId = "", , flags = ""] = line.split(" ");
      return { busId, flags: flags.split(",") };
    });
}
