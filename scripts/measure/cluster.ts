/** A cluster of three primaries with a replica each: how often peers are pinged, and how long failovers take. */
import { setTimeout as wait } from "node:timers/promises";
import { MeasuredServer, until } from "./servers.ts";

const SHARDS = 3;
const SLOTS = 16_384;

interface Member {
  readonly server: MeasuredServer;
  readonly busId: string;
  readonly shard: number;
}

export async function startCluster(nodeTimeoutMs: number): Promise<Member[]> {
  const members: Member[] = [];
  for (let at = 0; at < 2 * SHARDS; at++) {
    const server = await MeasuredServer.start({
      "cluster-enabled": "yes",
      "cluster-node-timeout": nodeTimeoutMs,
      "cluster-allow-replica-migration": "no",
      "repl-diskless-sync-delay": 0,
    });
    const busId = String(await server.redis.call("CLUSTER", "MYID"));
    members.push({ server, busId, shard: at % SHARDS });
  }
  for (const [at, { server }] of members.entries()) {
    await server.redis.call("CLUSTER", "SET-CONFIG-EPOCH", at + 1);
    if (at >= SHARDS) continue;
    const first = Math.ceil((at * SLOTS) / SHARDS);
    const last = Math.ceil(((at + 1) * SLOTS) / SHARDS) - 1;
    await server.redis.call("CLUSTER", "ADDSLOTSRANGE", first, last);
  }
  const [first] = members as [Member];
  for (const { server } of members.slice(1))
    await first.server.redis.call("CLUSTER", "MEET", "127.0.0.1", server.port);
  for (const { server } of members)
    await until("all know each other", async () => {
      const lines = await nodesOf(server);
      return lines.length === members.length && !lines.some(({ flags }) => /handshake/.test(flags));
    });
  for (const { server, shard } of members.slice(SHARDS))
    await server.redis.call("CLUSTER", "REPLICATE", (members[shard] as Member).busId);
  await settled(members);
  return members;
}

interface KnownNode {
  readonly busId: string;
  readonly flags: string;
  readonly pongAt: number;
}

async function nodesOf(server: MeasuredServer): Promise<KnownNode[]> {
  const text = String(await server.redis.call("CLUSTER", "NODES"));
  return text
    .trim()
    .split("\n")
    .map((line) => {
      const [busId = "", , flags = "", , , pongAt] = line.split(" ");
      return { busId, flags, pongAt: Number(pongAt) };
    });
}

/** Every node finds the cluster whole, and every replica is in sync. */
async function settled(members: readonly Member[]): Promise<void> {
  for (const { server } of members)
    await until("the cluster is whole", async () => {
      const known = await nodesOf(server);
      const state = String(await server.redis.call("CLUSTER", "INFO"));
      const replication = await server.redis.info("replication");
      return (
        known.filter(({ flags }) => /slave/.test(flags)).length === SHARDS &&
        !known.some(({ flags }) => /fail/.test(flags)) &&
        state.includes("cluster_state:ok") &&
        /role:master|master_link_status:up/.test(replication)
      );
    });
}

/** Times between two answers of a peer that a node knows of, ms: one of each pair of nodes after the other. */
export async function pingGaps(nodeTimeoutMs: number, seconds: number): Promise<number[]> {
  const members = await startCluster(nodeTimeoutMs);
  await wait(4 * nodeTimeoutMs);
  const last = new Map<string, number>();
  const gaps = new Map<string, number[]>();
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    for (const { server, busId } of members)
      for (const peer of await nodesOf(server)) {
        if (peer.flags.includes("myself")) continue;
        const pair = `${busId} ${peer.busId}`;
        const before = last.get(pair);
        last.set(pair, peer.pongAt);
        if (before === undefined || before === peer.pongAt) continue;
        const own = gaps.get(pair) ?? [];
        gaps.set(pair, own);
        own.push(peer.pongAt - before);
      }
    await wait(20);
  }
  for (const { server } of members) server.remove();
  return [...gaps.values()].flat();
}

export interface MeasuredFailover {
  readonly failAgreed: number;
  readonly electionTook: number;
  readonly won: number;
}

/** kill -9 of one primary after the other, each at a random moment. All times in ms after the kill. */
export async function killPrimaries(
  nodeTimeoutMs: number,
  times: number,
): Promise<MeasuredFailover[]> {
  const members = await startCluster(nodeTimeoutMs);
  const seen: MeasuredFailover[] = [];
  for (let i = 0; i < times; i++) {
    // An election follows the last one of its shard by more than the time in which that one's timer counts.
    await wait(2 * nodeTimeoutMs + 1000 + Math.random() * 1000);
    await settled(members);
    const shard = i % SHARDS;
    const ofShard = members.filter((member) => member.shard === shard);
    const roles = await Promise.all(ofShard.map(({ server }) => server.redis.info("replication")));
    const victim = ofShard[roles[0]?.includes("role:master") ? 0 : 1] as Member;
    const heir = ofShard.find((member) => member !== victim) as Member;
    const killedAt = Date.now();
    victim.server.kill();
    const others = members.filter((member) => member !== victim);
    const firstOf = (of: readonly Member[], pattern: RegExp): number =>
      Math.min(
        ...of.flatMap(({ server }) =>
          server.log
            .filter(({ at, text }) => at >= killedAt && pattern.test(text))
            .map(({ at }) => at),
        ),
      );
    await until("a replica won", async () =>
      Number.isFinite(firstOf([heir], /Failover election won/)),
    );
    const won = firstOf([heir], /Failover election won/);
    seen.push({
      failAgreed: firstOf(others, /Marking node \w+ .*as failing/) - killedAt,
      electionTook: won - firstOf([heir], /Start of election delayed/),
      won: won - killedAt,
    });
    await victim.server.run();
  }
  for (const { server } of members) server.remove();
  return seen;
}

export interface MeasuredMap {
  readonly nodes: number;
  readonly command: string;
  /** Main-thread time of one call, us, as the server counts it. */
  readonly usPerCall: number;
  readonly replyBytes: number;
}

/** What a client's question for the map of the cluster costs a node: CLUSTER SLOTS and CLUSTER SHARDS, `times` each. */
export async function mapOfCluster(times: number): Promise<MeasuredMap[]> {
  const members = await startCluster(5000);
  const [{ server }] = members as [Member];
  const { redis } = server;
  const seen: MeasuredMap[] = [];
  for (const word of ["slots", "shards", "nodes"]) {
    await redis.call("CONFIG", "RESETSTAT");
    const before = /total_net_output_bytes:(\d+)/;
    const outputBytes = async (): Promise<number> =>
      Number(before.exec(await server.redis.info("stats"))?.[1]);
    await outputBytes();
    const infoBytes = await outputBytes();
    const from = await outputBytes();
    for (let i = 0; i < times; i++) await redis.call("CLUSTER", word);
    const to = await outputBytes();
    const stats = await redis.info("commandstats");
    const usPerCall = Number(
      new RegExp(`cmdstat_cluster\\|${word}:.*usec_per_call=([\\d.]+)`).exec(stats)?.[1],
    );
    const replyBytes = Math.round((to - from - (from - infoBytes)) / times);
    seen.push({ nodes: members.length, command: `CLUSTER ${word}`, usPerCall, replyBytes });
  }
  for (const member of members) member.server.remove();
  return seen;
}
