import { describe, expect, test } from "vitest";
import type { TwinNode } from "../../src/twin/cluster.ts";
import { NodeStates } from "../../src/twin/node-states.ts";

const MASTER = ["master", 10, []];
const SLAVE = ["slave", "127.0.0.11", 7000, "connected", 10];
const SYNCING = ["slave", "127.0.0.11", 7000, "sync", -1];
const OK = "cluster_state:ok\r\n";
const FAIL = "cluster_state:fail\r\n";

function watch() {
  const server = { alive: true, isPaused: false };
  const node = { id: "cart-0001-001", shard: 1, server } as unknown as TwinNode;
  let now = 0;
  const states = new NodeStates("cart", () => now);
  const at = (ns: number): void => {
    now = ns;
  };
  const seen = () => states.records.map(({ at: of, role, state }) => [of, role, state]);
  return { node, server, states, at, seen };
}

describe("NodeStates", () => {
  test("what a node is first it was from the start; then changes alone are recorded", () => {
    const { node, states, at, seen } = watch();
    at(20);
    states.answered(node, SLAVE, OK);
    at(40);
    states.answered(node, SLAVE, OK);
    at(60);
    states.answered(node, MASTER, OK);
    expect(seen()).toEqual([
      [0, "replica", "serving"],
      [60, "primary", "serving"],
    ]);
    expect(states.records[1]).toMatchObject({ cache: "cart", shard: 1, cause: "ROLE: master" });
  });

  test("a cluster that fails, and a synchronisation, are states", () => {
    const { node, states, at, seen } = watch();
    states.answered(node, MASTER, OK);
    at(1);
    states.answered(node, MASTER, FAIL);
    at(2);
    states.answered(node, SYNCING, OK);
    at(3);
    states.answered(node, SLAVE, null);
    expect(seen()).toEqual([
      [0, "primary", "serving"],
      [1, "primary", "minority"],
      [2, "replica", "syncing"],
      [3, "replica", "serving"],
    ]);
  });

  test("a process that stands still or ended is seen without an answer, and late answers do not revive it", () => {
    const { node, server, states, at, seen } = watch();
    states.look(node);
    expect(seen()).toEqual([]);
    states.answered(node, MASTER, OK);
    at(1);
    server.isPaused = true;
    states.look(node);
    states.answered(node, MASTER, OK);
    at(2);
    server.isPaused = false;
    states.answered(node, MASTER, OK);
    at(3);
    server.alive = false;
    states.look(node);
    states.answered(node, MASTER, OK);
    expect(seen()).toEqual([
      [0, "primary", "serving"],
      [1, "primary", "paused"],
      [2, "primary", "serving"],
      [3, "primary", "down"],
    ]);
  });
});
