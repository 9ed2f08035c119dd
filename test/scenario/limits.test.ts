/** How large a run will be, and the limits that it is held to. */
import { describe, expect, it } from "vitest";
import { parseSize } from "../../src/base/units.ts";
import type { MethodEntry } from "../../src/faults/contract.ts";
import type { Finding } from "../../src/model/kinds/contract.ts";
import type { ReplicationGroupSettings } from "../../src/model/kinds/replication-group-settings.ts";
import type { TrafficSettings } from "../../src/model/traffic/traffic-settings.ts";
import { formats } from "../../src/scenario/formats.ts";
import {
  DEFAULT_LIMITS,
  estimateSize,
  type Limits,
  lintSize,
  NO_LIMITS,
  type Size,
} from "../../src/scenario/limits.ts";

const S = 1e9;
const source = (
  perSecond: number,
  count: number,
  everyNs: number | null = null,
  zones: readonly string[] = ["az1"],
): TrafficSettings =>
  ({
    arrivals: { kind: "constant", perSecond },
    keys: { first: 0, count },
    zones,
    client: { topologyRefresh: { everyNs } },
  }) as unknown as TrafficSettings;
const group = (...nodesOfShards: readonly number[]): ReplicationGroupSettings =>
  ({
    shards: nodesOfShards.map((nodes) => ({ nodes: Array.from({ length: nodes }) })),
  }) as unknown as ReplicationGroupSettings;

describe("estimateSize()", () => {
  const nothing = estimateSize([], [], 10 * S);

  it("is the process alone where there is nothing", () => {
    expect(nothing).toEqual({
      requests: 0,
      injections: 0,
      refreshes: 0,
      events: 0,
      nodes: 0,
      memoryBytes: 100e6,
    });
  });

  it("counts the topology refreshes of each client host", () => {
    const { refreshes, events } = estimateSize(
      [source(0, 1, S / 4, ["az1", "az2"]), source(0, 1, 5 * S), source(0, 1)],
      [],
      10 * S,
    );
    expect(refreshes).toBe(2 * 40 + 2);
    expect(events).toBeCloseTo(82 * 3, 6);
  });

  it("counts what each source asks in all its time, and each node's own events", () => {
    const { requests, events, nodes } = estimateSize(
      [source(100, 1), source(20, 1)],
      [group(3, 3), group(2)],
      10 * S,
    );
    expect([requests, nodes]).toEqual([1200, 8]);
    expect(events).toBeCloseTo(1200 * 3.2 + 8 * 10 * 12, 6);
  });

  it("counts the keys that each copy holds, of the source that has most, and tables of each source", () => {
    const bytes = (...given: Parameters<typeof estimateSize>) =>
      estimateSize(...given).memoryBytes - nothing.memoryBytes;
    const sources = [source(0, 1000), source(0, 400)];
    expect(bytes(sources, [], 10 * S)).toBeCloseTo(1400 * 80 + 2 * 10 * 500, 6);
    // Two shards of three nodes share the keys: three copies of each; one shard of two: two.
    const copies = 3 + 2;
    expect(bytes(sources, [group(3, 3), group(2)], 10 * S)).toBeCloseTo(
      1400 * 80 + 2 * 10 * 500 + copies * 1000 * 48 + 8 * 10 * 30,
      6,
    );
    expect(bytes([], [group(3)], 10 * S)).toBe(3 * 10 * 30);
  });
});

describe("lintSize()", () => {
  const size = {
    requests: 1500.4,
    injections: 1500.4,
    refreshes: 1500.4,
    events: 5.4e6,
    nodes: 8,
    memoryBytes: 2e9,
  };
  const lint = (limits: Partial<Limits>, more: Partial<Size> = {}) => {
    const found: Finding[] = [];
    const reading = {
      regions: [],
      problem: (finding: Finding) => found.push(finding),
      assumption: () => undefined,
    };
    lintSize({ ...size, ...more }, 90 * S, { ...NO_LIMITS, ...limits }, reading);
    return found;
  };

  it.each<[keyof Limits, number, Finding]>([
    [
      "events",
      5.4e6,
      {
        path: ["duration"],
        found: "makes about 5 million events (1,500 requests, 8 nodes)",
        expected: "at most 5,399,999; --max-events or maxEvents: raises it",
      },
    ],
    [
      "nodes",
      8,
      { path: ["caches"], found: "have 8 nodes", expected: "at most 7; --max-nodes raises it" },
    ],
    [
      "durationNs",
      90 * S,
      {
        path: ["duration"],
        found: "is 1m30s",
        expected: "at most 1m30s; --max-duration raises it",
      },
    ],
    [
      "memoryBytes",
      2e9,
      {
        path: ["traffic"],
        found: "needs about 2GB of memory (1,500 requests, 8 nodes)",
        expected: "at most 2GB; --max-memory raises it",
      },
    ],
  ])("holds %s to its limit, inclusive, alone", (limit, most, finding) => {
    expect(lint({ [limit]: most })).toEqual([]);
    expect(lint({ [limit]: most - 1 })).toEqual([finding]);
  });

  it("names what else makes the events, where that is more than the requests", () => {
    const [found] = lint({ events: 1 }, { injections: 1501, refreshes: 2e6 });
    expect(found?.found).toBe(
      "makes about 5 million events (1,500 requests, 8 nodes, 2,000,000 topology refreshes, 1,501 faults at random times)",
    );
  });

  it("names each limit that is broken", () => {
    expect(lint({ events: 1, nodes: 1, durationNs: 1, memoryBytes: 1 })).toHaveLength(4);
    expect(lint(DEFAULT_LIMITS)).toEqual([]);
  });

  it("has defaults that a laptop can bear: 200 million events, 1,000 nodes, 31 days, 4 GB", () => {
    expect(DEFAULT_LIMITS).toEqual({
      events: 200_000_000,
      nodes: 1000,
      durationNs: 31 * 24 * 3600 * S,
      memoryBytes: parseSize("4GB"),
    });
    for (const limit of Object.keys(DEFAULT_LIMITS))
      expect(NO_LIMITS[limit as keyof Limits], limit).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("formats", () => {
  it.each([
    ["duration", "5s", ["5", "5x", "", "5s..6s"]],
    ["duration-or-never", "never", ["Never", "5"]],
    ["duration-or-never", "5ms", ["", "nevers"]],
    ["size", "5KB", ["5", "5K"]],
    ["rate", "5/s", ["5", "5s"]],
    ["percentage", "5%", ["5", "0.05"]],
    ["duration-range", "1s..2s", ["1s", "1s..", "..2s", "1s..2s..3s", "1s..2x", "1x..2s"]],
    ["size-range", "1B..2KB", ["1B", "1B..", "1s..2s", "1B..2KB..3KB", "1..2KB"]],
  ])("%s takes %j", (format, good, bad) => {
    const takes = formats[format] as (text: string) => boolean;
    expect(takes(good)).toBe(true);
    for (const text of bad) expect(takes(text), text).toBe(false);
  });
});

describe("estimateSize(): surges and faults at random", () => {
  const named = { ...source(10, 5), name: "shop" } as TrafficSettings;
  const surge = (trigger: object, durationNs: number | null, over: object = {}): MethodEntry =>
    ({
      index: 0,
      trigger,
      durationNs,
      action: { fault: "traffic-surge", traffic: "shop", factor: 3, ...over },
    }) as unknown as MethodEntry;
  const requests = (...method: readonly MethodEntry[]) =>
    estimateSize([named], [], 100 * S, method).requests;

  it("counts what a surge brings for as long as it holds", () => {
    expect(requests()).toBe(1000);
    expect(requests(surge({ kind: "at", atNs: 10 * S }, 20 * S))).toBeCloseTo(1400);
    expect(requests(surge({ kind: "at", atNs: 90 * S }, 20 * S))).toBeCloseTo(1200);
    expect(requests(surge({ kind: "at", atNs: 40 * S }, null))).toBeCloseTo(2200);
    expect(requests(surge({ kind: "at", atNs: 10 * S }, 20 * S, { factor: 0.5 }))).toBe(1000);
    expect(requests(surge({ kind: "at", atNs: 10 * S }, 20 * S, { traffic: "x" }))).toBe(1000);
    expect(requests(surge({ kind: "at", atNs: 0 }, 9 * S, { fault: "hot-key" }))).toBe(1000);
    expect(requests(surge({ kind: "at", atNs: 0 }, 9 * S, { fault: undefined }))).toBe(1000);
  });

  it("counts one that comes again, at random, or when nobody knows", () => {
    const every = { kind: "every", firstNs: 5 * S, everyNs: 10 * S, times: 4 };
    expect(requests(surge(every, 5 * S))).toBeCloseTo(1400);
    expect(requests(surge({ ...every, times: 400 }, 5 * S))).toBeCloseTo(3000);
    const random = { kind: "random", fromNs: 20 * S, untilNs: 60 * S, meanGapNs: 3 * S };
    expect(requests(surge({ ...random, meanForNs: S }, null))).toBeCloseTo(1200);
    expect(requests(surge(random, null))).toBe(1000);
    expect(requests(surge({ kind: "when" }, 30 * S))).toBeCloseTo(1600);
    expect(requests(surge({ kind: "when" }, null))).toBeCloseTo(3000);
  });

  it("counts injections at random, and two events for each", () => {
    const trigger = { kind: "random", fromNs: 20 * S, untilNs: 60 * S, meanGapNs: 3 * S };
    const size = (more: object) =>
      estimateSize([], [], 100 * S, [
        surge({ ...trigger, ...more }, null, { fault: "node-pause" }),
      ]);
    expect(size({ meanForNs: S }).injections).toBeCloseTo(10);
    expect(size({ meanForNs: S }).events).toBeCloseTo(20);
    expect(size({}).injections).toBeCloseTo(40 / 3);
  });
});
