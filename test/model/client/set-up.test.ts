/** What opening a connection costs, and who is refused one. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { MICROSECOND, MILLISECOND, SECOND } from "../../../src/base/nanos.ts";
import { offloadsTls } from "../../../src/catalog/node-types.ts";
import { OUTCOME_OK } from "../../../src/journal/operation-columns.ts";
import type { EngineSettings } from "../../../src/model/engine/redis/engine-settings.ts";
import { run } from "../../../src/run/simulation.ts";
import { startWorld } from "../../../src/run/start-world.ts";
import { loadScenario } from "../../../src/scenario/load.ts";
import { observe } from "../../fixtures/observe.ts";
import { at, group, resolved, traffic, ZONES } from "../../fixtures/resolved.ts";
import { settingsOf } from "../../fixtures/words.ts";

const { client } = traffic();
const single = (engine: Partial<EngineSettings>): ReturnType<typeof group> => {
  const plain = group({ mode: "disabled", replicas: 0, automaticFailover: false });
  return { ...plain, engine: { ...plain.engine, ...engine } };
};
const TRIP = 250 * MICROSECOND;
const COMMAND = 2 * MICROSECOND;
const HANDSHAKE = 500 * MICROSECOND;
const RECORDS = 5 * MICROSECOND;
const tls = { transitEncryption: { handshakeNs: HANDSHAKE, commandNs: RECORDS } };
const auth = { authToken: { commandNs: COMMAND } };

describe("the first command on a connection", () => {
  const first = (engine: Partial<EngineSettings>, over: Partial<typeof client> = {}): number => {
    const [operation] = observe(
      resolved({
        durationNs: 5 * SECOND,
        caches: [single(engine)],
        traffic: [traffic({ zones: [ZONES[0]], ratePerSecond: 5, client: { ...client, ...over } })],
      }),
    ).operations;
    return (operation?.returnedAt ?? 0) - (operation?.invokedAt ?? 0);
  };

  it.each([
    ["plain TCP", first({}), 2 * TRIP + COMMAND],
    ["TLS 1.3", first(tls), 3 * TRIP + HANDSHAKE + COMMAND + 2 * RECORDS],
    ["TLS 1.2", first(tls, { tlsRoundTrips: 2 }), 4 * TRIP + HANDSHAKE + COMMAND + 3 * RECORDS],
    [
      "TLS 1.3 and AUTH",
      first({ ...tls, ...auth }),
      4 * TRIP + HANDSHAKE + 2 * COMMAND + 3 * RECORDS,
    ],
  ])("%s", (_how, measured, expected) => {
    expect(measured).toBe(expected);
  });
});

describe("encryption in transit", () => {
  it("by words: a handshake is an assumption, AUTH a command, and both are off by default", () => {
    const on = settingsOf({
      cache: "{ transitEncryptionEnabled: true, authToken: true }"
        .slice(2, -2)
        .replace(", ", "\n    "),
      client: '{ tlsVersion: "1.2" }',
    });
    expect(on.engine.transitEncryption).toEqual({
      handshakeNs: 500 * MICROSECOND,
      commandNs: 5 * MICROSECOND,
    });
    expect(on.engine.authToken).toEqual({ commandNs: 2 * MICROSECOND });
    expect(on.client.tlsRoundTrips).toBe(2);
    expect(on.assumptions.map(({ name }) => name)).toContain("cart: tlsHandshake");
    const off = settingsOf({});
    expect([off.engine.transitEncryption, off.engine.authToken]).toEqual([null, null]);
    expect(off.assumptions.map(({ name }) => name)).not.toContain("cart: tlsHandshake");
  });

  it.each([
    ["cache.r7g.large", 5 * MICROSECOND],
    ["cache.r7g.xlarge", 0],
    ["cache.m6g.16xlarge", 0],
    ["cache.c7gn.xlarge", 5 * MICROSECOND],
    ["cache.t4g.medium", 5 * MICROSECOND],
  ])("on %s a command costs %i ns more", (type, commandNs) => {
    const { engine, assumptions } = settingsOf({
      cacheNodeType: type,
      cache: "transitEncryptionEnabled: true",
    });
    expect(engine.transitEncryption?.commandNs).toBe(commandNs);
    const names = assumptions.map(({ name }) => name);
    expect(names.includes("cart: tlsCommand")).toBe(commandNs > 0);
  });

  it.each([
    ["redis", "6.0", false],
    ["redis", "6.2", true],
    ["redis", "7.1", true],
    ["valkey", "7.2", true],
  ] as const)("%s %s offloads TLS on a large node: %s", (engine, version, offloads) => {
    expect(offloadsTls("cache.m6g.2xlarge", engine, version)).toBe(offloads);
    expect(offloadsTls("cache.m6g.large", engine, version)).toBe(false);
  });

  it("a thread that encrypts serves fewer commands, and its own words win over the node type's", () => {
    const busy = (engine: Partial<EngineSettings>): number => {
      const scenario = resolved({
        durationNs: 5 * SECOND,
        caches: [single(engine)],
        traffic: [traffic({ zones: [ZONES[0]], ratePerSecond: 1000 })],
      });
      const { kernel, world } = startWorld(scenario, () => undefined, null);
      kernel.runUntil(5 * SECOND);
      return world.nodes[0]?.counters.commandNs ?? 0;
    };
    const plain = busy({});
    const encrypted = busy({ transitEncryption: { handshakeNs: 0, commandNs: 2 * COMMAND } });
    expect(encrypted / plain).toBeCloseTo(3, 2);
    const own = settingsOf({
      cacheNodeType: "cache.r7g.xlarge",
      cache: "transitEncryptionEnabled: true\n    assume: { tlsCommand: 3us }",
    });
    expect(own.engine.transitEncryption?.commandNs).toBe(3 * MICROSECOND);
  });

  it("self-managed: its one thread encrypts on any host, and AUTH needs no TLS", () => {
    const of = (words: string) =>
      loadScenario(
        `{ scenario: own, seed: 1, duration: 10s, regions: { us-east-1: { zones: 3 } },
          caches: { cart: { type: self-managed, region: us-east-1, engine: redis, engineVersion: "7.0",
            cacheNodeType: cache.r7g.xlarge, ${words} } },
          traffic: { shop: { cache: cart, arrivals: { rate: 1/s }, keys: { count: 1 } } } }`,
        { file: "own.yaml" },
      ).caches[0]?.engine;
    expect(of("authToken: true")).toMatchObject({
      transitEncryption: null,
      authToken: { commandNs: COMMAND },
    });
    expect(of("transitEncryptionEnabled: true")?.transitEncryption?.commandNs).toBe(RECORDS);
    expect(() => of("assume: { tlsCommand: 3us }")).toThrow(
      /tlsCommand is "3us", expected transit/,
    );
  });

  it("handshakes take the thread: commands on open connections wait behind those of others", () => {
    const handshakeNs = 20 * MILLISECOND;
    const run1 = observe(
      resolved({
        durationNs: 4 * SECOND,
        caches: [single({ transitEncryption: { handshakeNs, commandNs: 0 } })],
        traffic: [
          traffic({
            name: "calm",
            zones: [ZONES[0]],
            ratePerSecond: 200,
            client: { ...client, connections: 1, pipeline: 100, commandTimeoutNs: 10 * SECOND },
          }),
          traffic({
            name: "storm",
            zones: [ZONES[1]],
            ratePerSecond: 200,
            client: {
              ...client,
              connections: 50,
              commandTimeoutNs: 10 * SECOND,
              connectTimeoutNs: 10 * SECOND,
            },
          }),
        ],
      }),
    );
    const calm = run1.operations.filter(
      ({ traffic: of, outcome }) => of === 0 && outcome === OUTCOME_OK,
    );
    const during = calm.filter(
      ({ invokedAt }) => invokedAt > 200 * MILLISECOND && invokedAt < SECOND,
    );
    const after = calm.filter(({ invokedAt }) => invokedAt > 2 * SECOND);
    const longest = (operations: typeof calm): number =>
      Math.max(...operations.map(({ invokedAt, returnedAt }) => returnedAt - invokedAt));
    // 50 handshakes of 20 ms are a second of work.
    expect(longest(during)).toBeGreaterThan(200 * MILLISECOND);
    expect(longest(after)).toBeLessThan(MILLISECOND);
  });

  it("scenarios/fast/reconnect-storm: a short command timeout keeps the storm up, shared connections have none", () => {
    const source = readFileSync("scenarios/fast/reconnect-storm.yaml", "utf8");
    const rto = (from: string, to: string): number | null | undefined => {
      const changed = source.replace(from, to);
      const resolvedChange = loadScenario(changed, { file: "storm.yaml" });
      const result = run(resolvedChange, { source: changed, sets: [], allowPlanted: false });
      return result.traffic["login"]?.rtoSeconds;
    };
    const storm = rto("seed: 29", "seed: 29") ?? 0;
    const calm = rto("connections: 1000", "connections: 2\n      pipeline: 500") ?? 99;
    expect(storm - calm).toBeGreaterThan(0.5);
    expect(rto("commandTimeout: 3s", "commandTimeout: 250ms")).toBeNull();
  });
});

describe("maxclients", () => {
  it("is 65,000, as the service fixes it", () => {
    expect(settingsOf({}).engine.maxclients).toBe(65_000);
  });

  it("refuses connections beyond the limit, however many arrive at once, and takes others when some close", () => {
    const limit = 20;
    const scenario = resolved({
      durationNs: 10 * SECOND,
      caches: [single({ maxclients: limit })],
      traffic: [
        traffic({
          ratePerSecond: 3000,
          client: { ...client, connections: 400, commandTimeoutNs: 2 * SECOND },
        }),
      ],
      // While it stands still, every request wants a connection of its own.
      method: [
        at(2, { fault: "node-pause", target: { kind: "primary", cache: "cart", shard: 1 } }, 1),
      ],
    });
    const started = startWorld(scenario, () => undefined, null);
    const [node] = started.world.nodes;
    let most = 0;
    for (let step = 1; step <= 10_000; step++) {
      started.kernel.runUntil(step * MILLISECOND);
      most = Math.max(most, node?.clientConnections ?? 0);
    }
    expect(most).toBe(limit);
    const { operations } = observe(scenario);
    const refusedAndLate = operations.filter(({ attempts }) => attempts > 1);
    expect(refusedAndLate.length).toBeGreaterThan(100);
    const end = operations.filter(({ invokedAt }) => invokedAt > 8 * SECOND);
    expect(end.every(({ outcome }) => outcome === OUTCOME_OK)).toBe(true);
  });
});
