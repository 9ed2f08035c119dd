/** The rules of an election one by one, without a network: timers, ranks and votes. */
import { describe, expect, it } from "vitest";
import { MILLISECOND, type Nanos, SECOND } from "../../../src/base/nanos.ts";
import { AUTH_ACK, AUTH_REQUEST, BusMessage } from "../../../src/model/cluster/bus-message.ts";
import { BusNode, FAIL } from "../../../src/model/cluster/bus-node.ts";
import { BUS_PROTOCOL } from "../../../src/model/cluster/bus-settings.ts";
import { Election, type ElectionBus } from "../../../src/model/cluster/election.ts";
import { clusterStrategies } from "../../../src/model/cluster/strategies.ts";
import type { RedisNode } from "../../../src/model/engine/redis/redis-node.ts";

const NODE_TIMEOUT: Nanos = SECOND;
const NODES = 7;

/** Two shards: node 0 leads the first, 1 to 3 follow it; 4, 5 and 6 lead shards of their own. */
function cluster(offsets: readonly number[]) {
  let now: Nanos = 100 * SECOND;
  const sent: { type: number; from: number; to: number }[] = [];
  const scheduled: string[] = [];
  const nodes = Array.from({ length: NODES }, (_, index) => {
    const node = {
      id: `n${index}`,
      index,
      loading: false,
      link: null,
      linkDownSince: Number.POSITIVE_INFINITY,
      offsetAt: () => offsets[index] ?? 0,
    } as unknown as RedisNode;
    return new BusNode(index, node, index < 4 ? 0 : index - 3, NODES, 4);
  });
  for (const member of nodes) {
    for (const peer of nodes) {
      member.shardOf[peer.index] = peer.shard;
      member.offset[peer.index] = offsets[peer.index] ?? 0;
    }
    for (const [shard, owner] of [0, 4, 5, 6].entries()) {
      member.owner[shard] = owner;
      member.ownerEpoch[shard] = shard + 1;
    }
    member.currentEpoch = 4;
    member.setFlags(0, FAIL);
  }
  const bus = {
    kernel: {
      get now() {
        return now;
      },
    },
    settings: {
      nodeTimeoutNs: NODE_TIMEOUT,
      replicaValidityFactor: 10,
      requireFullCoverage: false,
      allowReadsWhenDown: false,
      allowReplicaMigration: false,
      migrationBarrier: 1,
      rankTieBreakByNodeId: true,
      protocol: BUS_PROTOCOL,
    },
    majority: 3,
    nodes,
    members: nodes,
    listener: {
      electionScheduled: ({ id }: RedisNode) => scheduled.push(id),
      votesAsked: () => undefined,
      voteGranted: () => undefined,
      won: () => undefined,
    },
    strategies: clusterStrategies,
    ownerOf: (member: BusNode) => nodes[member.owner[member.shard] as number] as BusNode,
    stream: () => ({ next: () => 0 }),
    send: (type: number, from: BusNode, to: BusNode) =>
      void sent.push({ type, from: from.index, to: to.index }),
    claim: () => undefined,
  } as unknown as ElectionBus;
  const election = new Election(bus);
  return {
    nodes,
    sent,
    scheduled,
    asked: (by: number) => sent.some(({ type, from }) => type === AUTH_REQUEST && from === by),
    tick(member: number, at: Nanos): void {
      now = at;
      election.cron(nodes[member] as BusNode, now);
    },
    /** A replica of a shard asks a voter under an epoch; true if it gets the vote. */
    vote(voter: number, candidate: number, epoch: number, at: Nanos, forced = false): boolean {
      now = at;
      const request = new BusMessage();
      request.currentEpoch = epoch;
      request.configEpoch = 1;
      request.forced = forced;
      const member = nodes[voter] as BusNode;
      member.currentEpoch = Math.max(member.currentEpoch, epoch);
      const before = sent.length;
      election.vote(member, nodes[candidate] as BusNode, request);
      return sent.slice(before).some(({ type }) => type === AUTH_ACK);
    },
  };
}

const START = 100 * SECOND;

describe("when a replica asks for votes", () => {
  it("half a second after it set the time, and a second more for each that is ahead, dead ones too", () => {
    const of = cluster([900, 900, 800, 700]);
    for (const [member, rank] of [
      [1, 0],
      [2, 1],
      [3, 2],
    ] as const) {
      of.tick(member, START);
      of.tick(member, START + 499 * MILLISECOND + rank * SECOND);
      expect(of.asked(member)).toBe(false);
      of.tick(member, START + 500 * MILLISECOND + rank * SECOND);
      expect(of.asked(member)).toBe(true);
    }
  });

  // auth_timeout is max(2 node timeouts, 2 s), auth_retry twice that: a timer that old starts nothing, and is not set anew.
  it("a stale timer of an earlier failover: the best copy stands still, and a lagging one starts at once", () => {
    const of = cluster([900, 900, 800, 700]);
    of.tick(1, START); // due at 0.5 s, but another failover came first: it never asked
    of.tick(2, START);
    const late = START + 0.5 * SECOND + 3 * SECOND; // between 2 s and 4 s after the timer of node 1
    of.tick(1, late);
    expect(of.asked(1)).toBe(false);
    expect(of.scheduled).toEqual(["n1", "n2"]);
    of.tick(2, late); // due at 1.5 s, so 2 s old: within its limit
    expect(of.asked(2)).toBe(true);
    of.tick(1, START + 0.5 * SECOND + 4 * SECOND + 1);
    expect(of.scheduled).toEqual(["n1", "n2", "n1"]);
  });

  it("a rank that grows moves a stale timer back inside its limit", () => {
    const of = cluster([900, 900, 900, 700]);
    of.tick(2, START); // rank 1 by id: due at 1.5 s
    const member = of.nodes[2] as BusNode;
    member.offset[3] = 1000; // a sibling is said to be ahead now
    of.tick(2, START + 1.5 * SECOND + 2.5 * SECOND);
    expect(of.asked(2)).toBe(true);
  });
});

describe("a voter", () => {
  it("votes once in an epoch", () => {
    const of = cluster([]);
    expect(of.vote(4, 1, 5, START)).toBe(true);
    expect(of.vote(4, 2, 5, START + 10 * SECOND)).toBe(false);
    expect(of.vote(4, 2, 6, START + 10 * SECOND)).toBe(true);
  });

  it("rests for two node timeouts after a vote for a replica of one primary", () => {
    const of = cluster([]);
    expect(of.vote(4, 1, 5, START)).toBe(true);
    expect(of.vote(4, 2, 6, START + 2 * NODE_TIMEOUT - 1)).toBe(false);
    expect(of.vote(4, 2, 7, START + 2 * NODE_TIMEOUT)).toBe(true);
  });

  it("does not rest for a replica of another primary, even of the same shard", () => {
    const of = cluster([]);
    expect(of.vote(4, 1, 5, START)).toBe(true);
    const voter = of.nodes[4] as BusNode;
    voter.owner[0] = 1; // node 1 leads since then, and fails too
    voter.setFlags(1, FAIL);
    expect(of.vote(4, 2, 6, START + 100 * MILLISECOND)).toBe(true);
  });

  it("must have found the primary failed, unless an operator asked for the failover", () => {
    const of = cluster([]);
    (of.nodes[4] as BusNode).setFlags(0, 0);
    expect(of.vote(4, 1, 5, START)).toBe(false);
    expect(of.vote(4, 1, 5, START, true)).toBe(true);
  });

  it("is a primary, and gives nothing to an older epoch or a superseded claim", () => {
    const of = cluster([]);
    expect(of.vote(3, 1, 5, START)).toBe(false);
    expect(of.vote(4, 1, 3, START)).toBe(false);
    (of.nodes[5] as BusNode).ownerEpoch[0] = 9;
    expect(of.vote(5, 1, 6, START)).toBe(false);
  });
});
