import { describe, expect, test } from "vitest";
import { VersionGraph } from "../../../dist/checks/history/version-graph.js";

/**
 * So many versions in a ring, and two more that lead to each other: the last of the ring leads to the first of them, and
 * the second to the first of the ring.
 */
function ringAndPair(ring: number): VersionGraph {
  const graph = new VersionGraph();
  const nodes = Array.from({ length: ring + 2 }, (_, at) => graph.addVersion(1 + at));
  const edge = (from: number, to: number) =>
    graph.addEdge(nodes[from] as number, nodes[to] as number, from);
  for (let at = 0; at < ring + 1; at++) edge(at, at + 1);
  edge(ring + 1, ring);
  edge(ring + 1, 0);
  return graph;
}

describe("the cycle that is found", () => {
  test("is the shortest of those through one of 32 versions, so that many take no longer", () => {
    expect(ringAndPair(30).findCycle()).toEqual([
      { from: 30, to: 31, row: 30 },
      { from: 31, to: 30, row: 31 },
    ]);
    expect(ringAndPair(31).findCycle()).toHaveLength(2);
    expect(ringAndPair(32).findCycle()).toHaveLength(34);
  });
});
