/** Values with elements: their memory, the time that work on them takes, and who frees them. */
import { describe, expect, it } from "vitest";
import { MICROSECOND, MILLISECOND } from "../../../../src/base/nanos.ts";
import {
  type Collection,
  collectionBytes,
  freeEffort,
  replaceStreamBytes,
} from "../../../../src/model/engine/redis/collections.ts";
import { loadScenario } from "../../../../src/scenario/load.ts";
import { observe } from "../../../fixtures/observe.ts";

const of = (type: Collection["type"], over: Partial<Collection> = {}): Collection => ({
  type,
  elementBytes: 20,
  compactSets: false,
  ...over,
});

describe("collectionBytes()", () => {
  it.each([
    ["hash", 512],
    ["sorted-set", 128],
  ] as const)("a %s is compact up to %d elements and 64 B, and larger beyond", (type, most) => {
    const grows = (elements: number, elementBytes: number): number =>
      collectionBytes(of(type, { elementBytes }), elements) / elements;
    expect(grows(most + 1, 20)).toBeGreaterThan(1.5 * grows(most, 20));
    expect(grows(most, 65)).toBeGreaterThan(1.2 * grows(most, 64));
  });

  it("a small set is compact from Redis 7.2 on, and before Valkey there was none", () => {
    expect(collectionBytes(of("set", { compactSets: true }), 100)).toBeLessThan(
      collectionBytes(of("set"), 100) / 2,
    );
  });
});

describe("freeEffort()", () => {
  it("counts what is freed one by one: elements, a list's nodes, or the whole", () => {
    expect(freeEffort(of("set"), 1000)).toBe(1000);
    expect(freeEffort(of("hash"), 512)).toBe(1);
    expect(freeEffort(of("hash"), 513)).toBe(513);
    // A node of 8 KiB holds 372 entries of 22 B.
    expect(freeEffort(of("list"), 3720)).toBe(10);
  });
});

describe("replaceStreamBytes()", () => {
  it("is MULTI, DEL, HSET and EXEC in RESP", () => {
    const text = [
      "*1\r\n$5\r\nMULTI\r\n",
      "*2\r\n$3\r\nDEL\r\n$3\r\nkey\r\n",
      "*4\r\n$4\r\nHSET\r\n$3\r\nkey\r\n$2\r\nf1\r\n$2\r\nv1\r\n",
      "*1\r\n$4\r\nEXEC\r\n",
    ].join("");
    expect(replaceStreamBytes(of("hash", { elementBytes: 2 }), 3, 1, false)).toBe(text.length);
  });
});

const ELEMENTS = 10_000;
const FREE_NS = ELEMENTS * 400;
const TRIP_NS = 250 * MICROSECOND;
const COMMAND_NS = 2 * MICROSECOND;

/** One client of one node without others in its way: how long its commands took beyond round trips, by outcome of a GET. */
function times(over: {
  readonly operations: string;
  readonly engine?: string;
  readonly parameters?: string;
  readonly type?: string;
}): number[] {
  const { operations } = observe(
    loadScenario(
      `scenario: collections
seed: 3
duration: 2s
regions: { us-east-1: { zones: 1 } }
caches:
  cart:
    type: self-managed
    region: us-east-1
    memory: 1GB
    replicas: 0
    prefill: 100%
    ${over.engine ?? 'engine: valkey\n    engineVersion: "8.0"'}
    parameters: { ${over.parameters ?? ""} }
traffic:
  shop:
    cache: cart
    arrivals: { users: 1, thinkTime: 20ms }
    operations: ${over.operations}
    keys: { count: 10, ${over.type ?? `type: set, elements: ${ELEMENTS}`} }
`,
      { file: "collections.yaml" },
    ),
  );
  return operations
    .slice(1) // the first opens the connection
    .map(({ invokedAt, returnedAt }) => returnedAt - invokedAt - TRIP_NS - COMMAND_NS);
}

const all = (values: readonly number[]): number[] => [...new Set(values)];

describe("commands on collections", () => {
  it("take an element's time for each, and no more on small strings", () => {
    expect(all(times({ operations: "{ get: 100% }" }))).toEqual([ELEMENTS * 250]);
    expect(all(times({ operations: "{ get: 100% }", type: "valueSize: 20B" }))).toEqual([0]);
    const few = times({ operations: "{ get: 100% }", type: "type: hash, elements: 10" });
    expect(all(few)).toEqual([10 * 250]);
  });

  it("big keys are the last of every so many", () => {
    const type = "type: list, elements: 10, bigKeys: { share: 10%, elements: 10k }";
    const found = all(times({ operations: "{ get: 100% }", type })).sort((a, b) => a - b);
    expect(found).toEqual([10 * 250, ELEMENTS * 250]);
  });

  it("a write replaces the value: DEL frees the old one, lazily by default from Valkey 8 on", () => {
    const write = ELEMENTS * MICROSECOND;
    const operations = "{ set: 100% }";
    const redis = 'engine: redis\n    engineVersion: "7.0"';
    expect(all(times({ operations }))).toEqual([write]);
    expect(all(times({ operations, engine: redis }))).toEqual([write + FREE_NS]);
    const switched = [
      times({ operations, parameters: 'lazyfree-lazy-user-del: "no"' }),
      times({ operations, engine: redis, parameters: 'lazyfree-lazy-user-del: "yes"' }),
    ];
    expect(switched.map(all)).toEqual([[write + FREE_NS], [write]]);
  });

  it("up to 64 allocations are freed at once, however the switch stands", () => {
    const type = "type: set, elements: 64, elementSize: 100B";
    const found = times({ operations: "{ set: 100% }", type });
    expect(all(found)).toEqual([64 * MICROSECOND + 64 * 400]);
  });
});

describe("replica-lazy-flush", () => {
  it("without it a replica frees what it held before it loads a copy", () => {
    const synced = (parameters: string): number => {
      const records = observe(
        loadScenario(
          `scenario: flush
seed: 3
duration: 20s
regions: { us-east-1: { zones: 2 } }
caches:
  cart:
    type: self-managed
    region: us-east-1
    engine: valkey
    engineVersion: "8.0"
    memory: 1GB
    replicas: 1
    prefill: 100%
    restart: { after: 1s }
    parameters: { ${parameters} }
traffic:
  shop:
    cache: cart
    arrivals: { rate: 10/s }
    keys: { count: 200, type: set, elements: 10k }
method:
  - { at: 1s, fault: node-restart, target: node cart-001, down: 100ms }
`,
          { file: "flush.yaml" },
        ),
      ).of("resync");
      return records.find(({ mode }) => mode === "full")?.at ?? Number.NaN;
    };
    const eager = synced('replica-lazy-flush: "no"');
    // 200 keys of 10,000 elements at 400 ns; the cron's phases are the same.
    expect(eager - synced("")).toBe(200 * FREE_NS);
    expect(eager).toBeGreaterThan(800 * MILLISECOND);
  });
});
