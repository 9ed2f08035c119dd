/** A run as checks see it, made by hand: nothing happened, but for what a test says. */
import type { CacheFacts, CheckContext } from "../../src/checks/context.ts";
import type { JournalRecord } from "../../src/journal/records.ts";
import { ContradictionsFold } from "../../src/measure/contradictions-fold.ts";
import { DurabilityFold } from "../../src/measure/durability-fold.ts";
import type { LossWindow } from "../../src/measure/loss-fold.ts";
import type { Measured } from "../../src/measure/measurement.ts";
import { RequestFold } from "../../src/measure/request-fold.ts";
import type { EndState, RunIndex } from "../../src/measure/run-facts.ts";
import { WriteStanding } from "../../src/measure/write-standing.ts";

export const S = 1e9;

export const cart = (over: Partial<CacheFacts> = {}): CacheFacts => ({
  name: "cart",
  clusterMode: "enabled",
  automaticFailover: true,
  dnsUpdateNs: 3 * S,
  dnsTtlNs: 15 * S,
  nodeTimeoutNs: S,
  evicts: true,
  pricePerMonth: null,
  costReason: null,
  ...over,
});

/** One traffic source `shop` with one client host, one cache `cart` of one shard, a minute. */
export function contextOf(
  over: {
    readonly records?: readonly JournalRecord[];
    readonly caches?: readonly CacheFacts[];
    readonly datastores?: CheckContext["datastores"];
    readonly index?: Partial<RunIndex>;
    readonly measured?: Partial<Measured>;
    readonly end?: Partial<EndState>;
  } = {},
): CheckContext {
  const durability = new DurabilityFold(10);
  return {
    index: {
      durationNs: 60 * S,
      traffic: [{ name: "shop", cache: "cart" }],
      sessions: [{ name: "shop@az1", traffic: 0, zone: "az1" }],
      nodes: ["cart-001", "cart-002"].map((id) => ({
        id,
        region: "r",
        zone: "az1",
        cache: "cart",
        shard: 0,
      })),
      shards: [{ cache: "cart", number: 1, id: "0001" }],
      origins: ["db"],
      ...over.index,
    },
    records: over.records ?? [],
    caches: over.caches ?? [cart()],
    datastores: over.datastores ?? [],
    measured: {
      requests: [new RequestFold(60 * S)],
      losses: [],
      durabilityOf: () => durability,
      historyOf: () => null,
      failovers: [],
      disturbances: [],
      intervals: new Map(),
      steady: [],
      steadyBefore: over.measured?.steady ?? [],
      recoveries: [[]],
      minutes: [],
      operations: 0,
      acknowledgedWrites: 0,
      contradictions: new ContradictionsFold(),
      appended: { positions: 0, missing: null },
      standing: new WriteStanding(1, 1),
      ...over.measured,
    },
    end: {
      at: 60 * S,
      issued: () => 0,
      open: () => 0,
      leader: () => 0,
      position: () => null,
      stored: () => null,
      localKey: () => -1,
      shardOfKey: () => 0,
      compareCopies: () => ({ pairs: 0, divergence: null }),
      origins: [],
      evictions: () => 0,
      ...over.end,
    },
  };
}

/** A record of `cart`, shard 1, at second 1, but for what a test says. */
export function recordOf<Kind extends JournalRecord["kind"]>(
  kind: Kind,
  over: Omit<Partial<Extract<JournalRecord, { kind: Kind }>>, "kind">,
): JournalRecord {
  return { kind, at: S, cache: "cart", shard: 1, ...over } as unknown as JournalRecord;
}

/** A history of `cart`, shard 1, that ended at second 11 and lost nothing, but for what a test says. */
export const lossOf = (over: Partial<LossWindow> = {}): LossWindow => ({
  failover: 1,
  cache: "cart",
  shard: 1,
  history: 0,
  keptOffset: 500,
  failedAt: 10 * S,
  endedAt: 11 * S,
  cause: "cart-002 was promoted",
  writesLost: 0,
  bytesLost: 0,
  splitBrainWrites: 0,
  firstAckAt: Number.POSITIVE_INFINITY,
  lastAckAt: -1,
  worstKey: -1,
  worstKeyWrites: 0,
  oracleWritesLost: 0,
  oracleFirstAckAt: Number.POSITIVE_INFINITY,
  byKey: new Map(),
  late: [],
  best: null,
  ...over,
});

/** A loss of three writes, acknowledged from second 8 to 9.5, of which an oracle would have lost one. */
export const lostThree = (over: Partial<LossWindow> = {}): LossWindow =>
  lossOf({
    writesLost: 3,
    firstAckAt: 8 * S,
    lastAckAt: 9.5 * S,
    worstKey: 7,
    worstKeyWrites: 2,
    oracleWritesLost: 1,
    oracleFirstAckAt: 9.5 * S,
    best: {
      node: "cart-002",
      history: 0,
      offset: 450,
      alive: true,
      faulted: false,
      loading: false,
    },
    ...over,
  });
