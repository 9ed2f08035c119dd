/** Presets: a library's defaults, listed with their sources, below the scenario's own words. */
import { describe, expect, it } from "vitest";
import { MILLISECOND, SECOND } from "../../../src/base/nanos.ts";
import { clientPresets, presetFigures } from "../../../src/catalog/client-presets.ts";
import { TCP_TIMEOUT } from "../../../src/model/network/network-settings.ts";
import { settingsOf } from "../../fixtures/words.ts";

const modes = ["enabled", "disabled"] as const;

describe("clientPresets", () => {
  it("are five, each figure with a file or page as its source, none twice in a cluster mode", () => {
    const names = clientPresets.map(({ preset }) => preset);
    expect(names).toEqual(["ioredis", "node-redis", "lettuce", "redis-py", "go-redis"]);
    for (const { preset, figures } of clientPresets) {
      for (const { source } of figures) {
        expect(source).toMatch(/^redis\/(ioredis|node-redis|lettuce|redis-py|go-redis)\b/);
        expect(source).toMatch(/\.(ts|java|py|go|md)\b|RedisCommandTimeoutException/);
      }
      for (const mode of modes) {
        const words = presetFigures(preset, mode).map(({ word }) => word);
        expect(new Set(words).size).toBe(words.length);
        for (const word of [
          "connections",
          "pipeline",
          "connectTimeout",
          "commandTimeout",
          "retry.max",
        ])
          expect(words).toContain(word);
      }
    }
  });

  for (const { preset } of clientPresets) {
    for (const clusterMode of modes) {
      it(`${preset} loads with cluster mode ${clusterMode}, every figure among the assumptions`, () => {
        const { assumptions } = settingsOf({ client: `{ preset: ${preset} }`, clusterMode });
        const listed = assumptions.filter(({ name }) => name.startsWith(`shop: ${preset} `));
        const expected = presetFigures(preset, clusterMode);
        expect(listed.map(({ name, used }) => [name, used])).toEqual(
          expected.map(({ word, value }) => [`shop: ${preset} ${word}`, String(value)]),
        );
        for (const { low, used, high } of listed) expect([low, high]).toEqual([used, used]);
      });
    }
  }

  it("set what the libraries do: spot checks against their files", () => {
    const of = (preset: string, clusterMode: (typeof modes)[number] = "enabled") =>
      settingsOf({ client: `{ preset: ${preset} }`, clusterMode }).client;
    expect(of("ioredis")).toMatchObject({
      connections: 1,
      commandTimeoutNs: TCP_TIMEOUT,
      commandTimeoutCovers: "waiting",
      connectTimeoutNs: 10 * SECOND,
      retry: {
        max: 16,
        backoffMinNs: 100 * MILLISECOND,
        backoffMaxNs: 100 * MILLISECOND,
        jitter: "none",
      },
      topologyRefresh: { everyNs: null, onError: true },
    });
    expect(of("ioredis", "disabled").retry).toMatchObject({
      max: 20,
      backoffMinNs: 50 * MILLISECOND,
      backoffMaxNs: 5 * SECOND,
      jitter: "added",
      addedNs: 200 * MILLISECOND,
    });
    expect(of("node-redis")).toMatchObject({
      commandTimeoutNs: 5 * SECOND,
      commandTimeoutCovers: "waiting",
      retry: { afterSent: false },
    });
    expect(of("lettuce")).toMatchObject({
      commandTimeoutNs: 60 * SECOND,
      maxRedirects: 5,
      topologyRefresh: { everyNs: null, minIntervalNs: 30 * SECOND },
    });
    expect(of("redis-py")).toMatchObject({ connections: 100, pipeline: 1, retry: { max: 10 } });
    expect(of("go-redis")).toMatchObject({ connections: 20, commandTimeoutNs: 3 * SECOND });
    expect(of("go-redis", "disabled").connections).toBe(40);
  });

  it("a word of the scenario wins, and its figure is no assumption of the run", () => {
    const { client, assumptions } = settingsOf({
      client: "{ preset: lettuce, commandTimeout: 250ms, retry: { max: 2 } }",
    });
    expect(client.commandTimeoutNs).toBe(250 * MILLISECOND);
    expect(client.retry).toMatchObject({ max: 2, backoffMinNs: MILLISECOND, afterTimeout: false });
    const names = assumptions.map(({ name }) => name);
    expect(names).not.toContain("shop: lettuce commandTimeout");
    expect(names).not.toContain("shop: lettuce retry.max");
    expect(names).toContain("shop: lettuce retry.backoff");
  });

  it("without a preset nothing of the sort is listed", () => {
    const { assumptions } = settingsOf({});
    expect(assumptions.filter(({ name }) => name.startsWith("shop"))).toEqual([]);
  });
});

describe("words of a client", () => {
  const problem = (client: string, cache?: string): string => {
    try {
      settingsOf({ client, ...(cache === undefined ? {} : { cache }) });
    } catch (error) {
      return (error as Error).message;
    }
    return "none";
  };

  it.each([
    ["{ preset: jedis }", /client\.preset/],
    [
      "{ commandTimeout: never, commandTimeoutCovers: attempt }",
      /commandTimeoutCovers is "attempt", expected nothing/,
    ],
    ["{ retry: { reserve: 5 } }", /retry\.reserve is 5, expected budget: beside it/],
    ["{ retry: { budget: 120% } }", /retry\.budget is "120%", expected at most "100%"/],
    ["{ retry: { jitter: some } }", /retry\.jitter/],
    ["{ retry: { jitter: 0s } }", /retry\.jitter is "0s", expected a duration above 0/],
    ["{ pipeline: 0 }", /pipeline/],
    [
      "{ pipeline: 4, wait: { replicas: 1, timeout: 1s } }",
      /client\.wait is given with pipeline: 4, expected pipeline: 1/,
    ],
    ["{ readFrom: anywhere }", /readFrom/],
  ])("%s is refused by name", (client, message) => {
    expect(problem(client)).toMatch(message);
  });

  it.each([
    ["authToken: true", /authToken is true, expected transitEncryptionEnabled: true beside it/],
    [
      "assume: { tlsHandshake: 1ms }",
      /tlsHandshake is "1ms", expected transitEncryptionEnabled: true/,
    ],
  ])("%s is refused without encryption in transit", (cache, message) => {
    expect(problem("{}", cache)).toMatch(message);
  });
});
