/** Losses of hand-made histories: exact numbers. */
import { describe, expect, it } from "vitest";
import type {
  Copy,
  HistoryEndedRecord,
  NodeStateRecord,
  OffsetsRecord,
} from "../../src/journal/records.ts";
import { LossFold, oracleRpoNs, rpoNs } from "../../src/measure/loss-fold.ts";
import { oneWrite } from "../fixtures/one-write.ts";

const S = 1e9;
const copy = (node: string, offset: number, over: Partial<Copy> = {}): Copy => ({
  node,
  history: 0,
  offset,
  alive: true,
  faulted: false,
  loading: false,
  ...over,
});

function ended(over: Partial<HistoryEndedRecord> = {}): HistoryEndedRecord {
  return {
    kind: "history-ended",
    at: 17 * S,
    cache: "c",
    shard: 1,
    history: 0,
    keptOffset: 500,
    successor: 1,
    failover: 1,
    failedAt: 10 * S,
    cause: "test",
    ...over,
  };
}

function offsets(at: number, nodes: readonly (readonly [string, number])[]): OffsetsRecord {
  return {
    kind: "offsets",
    at,
    cache: "c",
    shard: 1,
    nodes: nodes.map(([node, offset]) => ({
      node,
      role: "replica" as const,
      history: 0,
      offset,
      alive: true,
    })),
  };
}

function acknowledge(
  fold: LossFold,
  history: number,
  offset: number,
  ackAt: number,
  bytes: number,
  key: number,
): number {
  return fold.acknowledged(oneWrite({ history, offset, ackAt, bytes, key }), 0);
}

/** Ten writes of 100 bytes, acknowledged at 1..10 s. */
function tenWrites(): LossFold {
  const fold = new LossFold();
  for (let i = 1; i <= 10; i++) acknowledge(fold, 0, i * 100, i * S, 100, i);
  return fold;
}

describe("LossFold", () => {
  it("loses exactly the acknowledged writes beyond the kept offset", () => {
    const fold = tenWrites();
    fold.ended(ended());
    const [window] = fold.windows;
    expect(window).toMatchObject({
      writesLost: 5,
      bytesLost: 500,
      splitBrainWrites: 0,
      firstAckAt: 6 * S,
      lastAckAt: 10 * S,
    });
    expect(rpoNs(window!)).toBe(4 * S); // from the oldest lost acknowledgement, 6 s, to the failure, 10 s
  });

  it("has an RPO of 0 when nothing was lost", () => {
    const fold = tenWrites();
    fold.ended(ended({ keptOffset: 1000 }));
    expect(fold.windows[0]?.writesLost).toBe(0);
    expect(rpoNs(fold.windows[0]!)).toBe(0);
  });

  it("counts acknowledgements that come after the history has ended, and calls them split brain", () => {
    const fold = tenWrites();
    fold.ended(ended());
    expect(acknowledge(fold, 0, 1100, 20 * S, 100, 3)).toBe(-1);
    expect(fold.windows[0]).toMatchObject({
      writesLost: 6,
      splitBrainWrites: 1,
      lastAckAt: 20 * S,
    });
    expect(rpoNs(fold.windows[0]!)).toBe(14 * S); // to the last lost acknowledgement of the isolated primary
    expect(acknowledge(fold, 0, 500, 21 * S, 100, 3)).toBe(1); // a late acknowledgement of what was kept
  });

  it("hands what was kept to the successor, which may lose it later", () => {
    const fold = tenWrites();
    fold.ended(ended());
    acknowledge(fold, 1, 600, 18 * S, 100, 1);
    fold.ended(ended({ history: 1, successor: 2, keptOffset: 0, failedAt: 30 * S, at: 31 * S }));
    expect(fold.windows[1]).toMatchObject({ writesLost: 6, firstAckAt: S });
    expect(rpoNs(fold.windows[1]!)).toBe(29 * S);
  });

  it("knows a total loss exactly although settled writes are only sums", () => {
    const fold = tenWrites();
    fold.offsets(
      offsets(5 * S, [
        ["a", 500],
        ["b", 400],
      ]),
    );
    fold.offsets(
      offsets(9 * S, [
        ["a", 900],
        ["b", 900],
      ]),
    );
    fold.ended(ended({ keptOffset: 0 }));
    expect(fold.windows[0]).toMatchObject({ writesLost: 10, bytesLost: 1000, firstAckAt: S });
  });

  it("never settles beyond the slowest living copy", () => {
    const fold = tenWrites();
    fold.offsets(
      offsets(9 * S, [
        ["a", 900],
        ["b", 500],
      ]),
    );
    fold.ended(ended({ keptOffset: 500 }));
    expect(fold.windows[0]?.writesLost).toBe(5);
  });

  it("asks the oracle: the best copy that lives outside the faulted places", () => {
    const fold = tenWrites();
    const copies = [
      copy("dead", 1000, { alive: false }),
      copy("far", 1000, { faulted: true }),
      copy("a", 800),
      copy("b", 500),
    ];
    fold.failoverStarted({ failover: 1, at: 10 * S, copies });
    fold.ended(ended());
    expect(fold.windows[0]?.best?.node).toBe("a");
    expect(fold.windows[0]?.oracleWritesLost).toBe(2);
    expect(oracleRpoNs(fold.windows[0]!)).toBe(S);
  });

  it("does not ask the oracle for a copy that another fault of the same instant took, only later ones", () => {
    const down = (at: number, node: string): NodeStateRecord => ({
      kind: "node-state",
      at,
      cache: "c",
      node,
      shard: 1,
      role: "none",
      state: "down",
      cause: "zone lost power",
    });
    const fold = tenWrites();
    fold.failoverStarted({ failover: 1, at: 10 * S, copies: [copy("a", 800), copy("b", 500)] });
    fold.nodeChanged(down(10 * S, "a"));
    fold.nodeChanged(down(11 * S, "b"));
    fold.ended(ended());
    expect(fold.windows[0]?.best?.node).toBe("b");
  });

  it("without a surviving copy the oracle loses all too", () => {
    const fold = tenWrites();
    fold.failoverStarted({
      failover: 1,
      at: 10 * S,
      copies: [copy("dead", 1000, { alive: false })],
    });
    fold.ended(ended({ keptOffset: 0 }));
    expect(fold.windows[0]?.oracleWritesLost).toBe(10);
  });

  it("has lost nothing by an end that came to nothing, but what only the successor had", () => {
    const fold = tenWrites();
    fold.ended(ended());
    acknowledge(fold, 0, 1100, 18 * S, 100, 1); // by the old primary, beyond what was kept
    acknowledge(fold, 1, 600, 18 * S, 100, 2); // by the winner
    fold.resumed({
      kind: "history-resumed",
      at: 19 * S,
      cache: "c",
      shard: 1,
      history: 0,
      keptOffset: 500,
      successor: 1,
      cause: "test",
    });
    expect(fold.windows).toHaveLength(1);
    expect(fold.windows[0]).toMatchObject({ history: 1, writesLost: 1, bytesLost: 100 });
    expect(acknowledge(fold, 0, 1200, 20 * S, 100, 3)).toBe(0);
    // When it ends in earnest, all that it has is lost or kept: those before and after, once each.
    fold.ended(ended({ at: 30 * S, failedAt: 29 * S, keptOffset: 0, successor: 2 }));
    expect(fold.windows[1]).toMatchObject({ history: 0, writesLost: 12, bytesLost: 1200 });
  });

  it("names the key that lost most", () => {
    const fold = new LossFold();
    for (const [i, key] of [7, 3, 7, 7, 3].entries()) acknowledge(fold, 0, 600 + i, S, 1, key);
    fold.ended(ended());
    expect(fold.windows[0]).toMatchObject({ worstKey: 7, worstKeyWrites: 3 });
  });
});
