/** What clients do with each answer: the table, and ASK and TRYAGAIN from a node that is made to give them. */
import { describe, expect, it } from "vitest";
import { SECOND } from "../../../src/base/nanos.ts";
import type { OperationColumns } from "../../../src/journal/operation-columns.ts";
import { OUTCOME_OK } from "../../../src/journal/operation-columns.ts";
import { reactionTo } from "../../../src/model/client/reactions.ts";
import {
  STATUS_ASK,
  STATUS_CLUSTERDOWN,
  STATUS_LOADING,
  STATUS_MOVED,
  STATUS_NOREPLICAS,
  STATUS_OK,
  STATUS_OOM,
  STATUS_READONLY,
  STATUS_TRYAGAIN,
  STATUS_UNACKNOWLEDGED,
} from "../../../src/model/network/frames.ts";
import { startWorld } from "../../../src/run/start-world.ts";
import { resolved, traffic } from "../../fixtures/resolved.ts";

describe("reactionTo()", () => {
  it.each([
    [STATUS_OK, "done"],
    [STATUS_MOVED, "follow"],
    [STATUS_ASK, "ask-once"],
    [STATUS_TRYAGAIN, "wait"],
    [STATUS_UNACKNOWLEDGED, "in-doubt"],
    [STATUS_READONLY, "fail"],
    [STATUS_CLUSTERDOWN, "fail"],
    [STATUS_LOADING, "fail"],
    [STATUS_OOM, "fail"],
    [STATUS_NOREPLICAS, "fail"],
  ] as const)("status %i: %s", (status, reaction) => {
    expect(reactionTo(status)).toBe(reaction);
  });
});

/** The first primary gives `status` to so many commands, naming another primary; then it serves. */
function answering(status: number, times: number) {
  const rows: { node: number; outcome: number; shard: number; attempts: number }[] = [];
  const collect = (batch: OperationColumns): void => {
    for (let i = 0; i < batch.count; i++)
      rows.push({
        node: batch.node[i] as number,
        outcome: batch.outcome[i] as number,
        shard: batch.shard[i] as number,
        attempts: batch.attempts[i] as number,
      });
  };
  const source = traffic({ ratePerSecond: 100, setShare: 0 });
  const topologyRefresh = { ...source.client.topologyRefresh, everyNs: null, onError: true };
  const started = startWorld(
    resolved({
      durationNs: 5 * SECOND,
      traffic: [{ ...source, client: { ...source.client, topologyRefresh } }],
    }),
    (journal) => journal.subscribe({ operations: collect }),
    null,
  );
  const { world, kernel, journal } = started;
  const [first] = world.nodes;
  const other = world.groups[0]?.shards[1]?.leader;
  if (first === undefined || other === undefined) throw new Error("the group has no nodes");
  const { frames } = world.transport;
  let given = 0;
  let topologies = 0;
  for (const node of world.nodes) {
    const receive = node.receive.bind(node);
    node.receive = (frame) => {
      if (frames.command[frame] === 2) topologies++;
      else if (node === first && given < times) {
        given++;
        frames.status[frame] = status;
        frames.redirect[frame] = other.index;
        world.transport.sendReply(frame, kernel.now + 1000);
        return;
      } else if (node === other && status === STATUS_ASK && frames.shard[frame] === 0) {
        // The importing node serves what it is asked for.
        frames.shard[frame] = 1;
      }
      receive(frame);
    };
  }
  kernel.runUntil(5 * SECOND);
  journal.flush();
  const learned = journal.records.filter(({ kind }) => kind === "client-learned");
  return { rows, learned, topologies, first: first.index, other: other.index };
}

describe("a client", () => {
  it("asks the named node once at ASK, and goes on asking the owner", () => {
    const of = answering(STATUS_ASK, 3);
    const asked = of.rows.filter(({ shard, node }) => shard === 0 && node === of.other);
    expect(asked).toHaveLength(3);
    expect(asked.every(({ attempts, outcome }) => attempts === 1 && outcome === OUTCOME_OK)).toBe(
      true,
    );
    expect(of.rows.filter(({ node }) => node === of.first).length).toBeGreaterThan(50);
    expect(of.learned).toEqual([]);
    expect(of.topologies).toBe(0);
  });

  it("tries again at the same node at TRYAGAIN, and asks nobody for the topology", () => {
    const of = answering(STATUS_TRYAGAIN, 2);
    const again = of.rows.filter(({ attempts }) => attempts > 1);
    expect(again.length).toBeGreaterThan(0);
    expect(again.reduce((sum, { attempts }) => sum + attempts - 1, 0)).toBe(2);
    expect(again.every(({ node, outcome }) => node === of.first && outcome === OUTCOME_OK)).toBe(
      true,
    );
    expect(of.topologies).toBe(0);
  });

  it("remembers MOVED, and asks for the topology at CLUSTERDOWN", () => {
    expect(answering(STATUS_MOVED, 1).learned.length).toBeGreaterThan(0);
    expect(answering(STATUS_CLUSTERDOWN, 2).topologies).toBeGreaterThan(0);
  });
});
