/** Reads the words of a client library: those of its preset first, then the scenario's own. */
import { MILLISECOND, type Nanos, SECOND } from "../../base/nanos.ts";
import { parseDuration, parsePercentage } from "../../base/units.ts";
import { presetFigures } from "../../catalog/client-presets.ts";
import type { ClientSettings, RetryBudget, RetrySettings } from "../client/client-settings.ts";
import { SENTINEL_CLIENT } from "../client/sentinel-router.ts";
import type { Reading } from "../kinds/contract.ts";
import { TCP_TIMEOUT } from "../network/network-settings.ts";
import { positive } from "./quantities.ts";

type Words = Readonly<Record<string, unknown>>;

/** Whose client it is. */
export interface ClientOf {
  readonly traffic: string;
  readonly clusterMode: "enabled" | "disabled";
}

export function resolveClient(own: Words, of: ClientOf, reading: Reading): ClientSettings {
  const words = withPreset(own, of, reading);
  const duration = (name: string, usual: Nanos): Nanos =>
    words[name] === undefined ? usual : positive(words[name] as string, ["client", name], reading);
  const refresh = (words["topologyRefresh"] as Words | undefined) ?? {};
  const every = refresh["every"] as string | undefined;
  const everyPath = ["client", "topologyRefresh", "every"];
  const tcpTimeoutNs = duration("tcpTimeout", TCP_TIMEOUT);
  const isEndless = words["commandTimeout"] === "never";
  const pipeline = (words["pipeline"] as number | undefined) ?? 1;
  if (isEndless && words["commandTimeoutCovers"] === "attempt") {
    reading.problem({
      path: ["client", "commandTimeoutCovers"],
      found: 'is "attempt"',
      expected: "nothing, for commandTimeout is never",
    });
  }
  return {
    connections: (words["connections"] as number | undefined) ?? 50,
    pipeline,
    connectTimeoutNs: duration("connectTimeout", SECOND),
    commandTimeoutNs: isEndless ? tcpTimeoutNs : duration("commandTimeout", SECOND),
    commandTimeoutCovers: isEndless
      ? "waiting"
      : ((words["commandTimeoutCovers"] as "attempt" | "waiting" | undefined) ?? "attempt"),
    tcpTimeoutNs,
    connectRoundTrips: (words["connectRoundTrips"] as number | undefined) ?? 1,
    tlsRoundTrips: words["tlsVersion"] === "1.2" ? 2 : 1,
    retry: resolveRetry((words["retry"] as Words | undefined) ?? {}, reading),
    wait: resolveWait(words["wait"] as Words | undefined, pipeline, reading),
    ...resolveSentinelClient(words["sentinel"] as Words | undefined, reading),
    maxRedirects: (words["maxRedirects"] as number | undefined) ?? 5,
    topologyRefresh: {
      everyNs:
        every === "never"
          ? null
          : every === undefined
            ? 60 * SECOND
            : positive(every, everyPath, reading),
      onError: (refresh["onError"] as boolean | undefined) ?? true,
      minIntervalNs:
        refresh["minInterval"] === undefined
          ? SECOND
          : positive(
              refresh["minInterval"] as string,
              ["client", "topologyRefresh", "minInterval"],
              reading,
            ),
    },
    readFrom: (words["readFrom"] as ClientSettings["readFrom"] | undefined) ?? "primary",
    readLocalRegion: (words["readLocalRegion"] as boolean | undefined) ?? false,
  };
}

/** The scenario's words over those of its preset; each figure that counts is listed among the assumptions. */
function withPreset(own: Words, { traffic, clusterMode }: ClientOf, reading: Reading): Words {
  const preset = own["preset"] as string | undefined;
  if (preset === undefined) return own;
  const words: Record<string, unknown> = { ...own };
  for (const { word, value, source } of presetFigures(preset, clusterMode)) {
    const [outer = "", inner] = word.split(".");
    const given = own[outer] as unknown;
    if (
      inner === undefined
        ? given !== undefined
        : (given as Words | undefined)?.[inner] !== undefined
    )
      continue;
    if (inner === undefined) words[outer] = value;
    else words[outer] = { ...(words[outer] as Words | undefined), [inner]: value };
    const used = String(value);
    reading.assumption({
      name: `${traffic}: ${preset} ${word}`,
      low: used,
      used,
      high: used,
      source,
    });
  }
  return words;
}

function resolveRetry(words: Words, reading: Reading): RetrySettings {
  const backoff = String(words["backoff"] ?? "50ms..2s")
    .split("..")
    .map((text) => parseDuration(text));
  const [backoffMinNs = 0, backoffMaxNs = 0] = backoff;
  if (backoff.length !== 2 || backoffMinNs > backoffMaxNs || backoff.includes(undefined)) {
    reading.problem({
      path: ["client", "retry", "backoff"],
      found: `is "${words["backoff"]}"`,
      expected: 'a range of durations from low to high, such as "50ms..2s"',
    });
  }
  const jitter = (words["jitter"] as string | undefined) ?? "full";
  const isAdded = jitter !== "full" && jitter !== "none";
  return {
    max: (words["max"] as number | undefined) ?? 3,
    backoffMinNs,
    backoffMaxNs,
    jitter: isAdded ? "added" : jitter,
    addedNs: isAdded ? positive(jitter, ["client", "retry", "jitter"], reading) : 0,
    afterSent: (words["afterSent"] as boolean | undefined) ?? true,
    afterTimeout: (words["afterTimeout"] as boolean | undefined) ?? true,
    budget: resolveBudget(words, reading),
  };
}

function resolveBudget(words: Words, reading: Reading): RetryBudget | null {
  const share = words["budget"] as string | undefined;
  const reserve = words["reserve"] as number | undefined;
  if (share === undefined) {
    if (reserve !== undefined)
      reading.problem({
        path: ["client", "retry", "reserve"],
        found: `is ${reserve}`,
        expected: 'budget: beside it, such as "10%"',
      });
    return null;
  }
  const parsed = parsePercentage(share) ?? 0;
  if (parsed > 1)
    reading.problem({
      path: ["client", "retry", "budget"],
      found: `is "${share}"`,
      expected: 'at most "100%" of the operations',
    });
  return { share: Math.min(1, parsed), reserve: reserve ?? 10 };
}

function resolveSentinelClient(
  words: Words | undefined,
  reading: Reading,
): Pick<ClientSettings, "sentinel"> {
  if (words === undefined) return {};
  const time = (name: string, usual: Nanos): Nanos =>
    words[name] === undefined
      ? usual
      : positive(words[name] as string, ["client", "sentinel", name], reading);
  return {
    sentinel: {
      timeoutNs: time("timeout", SENTINEL_CLIENT.timeoutNs),
      retryNs: time("retry", SENTINEL_CLIENT.retryNs),
      subscribe: words["subscribe"] === true,
    },
  };
}

function resolveWait(
  words: Words | undefined,
  pipeline: number,
  reading: Reading,
): ClientSettings["wait"] {
  if (words === undefined) return { replicas: 0, timeoutNs: 0 };
  if (pipeline > 1)
    reading.problem({
      path: ["client", "wait"],
      found: `is given with pipeline: ${pipeline}`,
      expected: "pipeline: 1, for a connection that waits takes no other command",
    });
  const timeoutNs = positive(words["timeout"] as string, ["client", "wait", "timeout"], reading);
  return { replicas: words["replicas"] as number, timeoutNs };
}

export const DEFAULT_TCP_RETRANSMIT: Nanos = 200 * MILLISECOND;
