/** Reads the words of a client library: those of its preset first, then the scenario's own. */
import { MILLISECOND, type Nanos, SECOND } from "../../base/nanos.ts";
import { parseDuration, parsePercentage } from "../../base/units.ts";
import { presetFigures } from "../../catalog/client-presets.ts";
import { causeWords } from "../../journal/operation-columns.ts";
import type { ClientSettings, RetryBudget, RetrySettings } from "../client/client-settings.ts";
import { SENTINEL_CLIENT } from "../client/sentinel-router.ts";
import type { Reading } from "../kinds/contract.ts";
import { TCP_TIMEOUT } from "../network/network-settings.ts";
import type {
  ClientWords,
  RetryWords,
  SentinelClientWords,
  WaitWords,
} from "./client-words.gen.ts";
import { positive } from "./quantities.ts";

/** Whose client it is. */
export interface ClientOf {
  readonly traffic: string;
  readonly clusterMode: "enabled" | "disabled";
  /** Of what it talks to; null where that could not be read. */
  readonly offers: Offers | null;
}

/** What a client may ask of a cache or Global Datastore, if it is there. */
export interface Offers {
  /** Of each shard. */
  readonly replicas: number;
  readonly encryption: boolean;
  readonly sentinels: boolean;
  /** Members in other Regions. */
  readonly members: boolean;
}

export function resolveClient(own: ClientWords, of: ClientOf, reading: Reading): ClientSettings {
  lintFit(own, of, reading);
  const words = withPreset(own, of, reading);
  const duration = (
    name: "connectTimeout" | "commandTimeout" | "tcpTimeout",
    usual: Nanos,
  ): Nanos => {
    const text = words[name];
    return text === undefined ? usual : positive(text, ["client", name], reading);
  };
  const refresh = words.topologyRefresh ?? {};
  const { every, onError = true, minInterval, afterFailures = 0, afterFailingFor } = refresh;
  const everyPath = ["client", "topologyRefresh", "every"];
  const tcpTimeoutNs = duration("tcpTimeout", TCP_TIMEOUT);
  const isEndless = words.commandTimeout === "never";
  const pipeline = words.pipeline ?? 1;
  if (isEndless && words.commandTimeoutCovers === "attempt") {
    reading.problem({
      path: ["client", "commandTimeoutCovers"],
      found: 'is "attempt"',
      expected: "nothing, for commandTimeout is never",
    });
  }
  return {
    connections: words.connections ?? 50,
    pipeline,
    connectTimeoutNs: duration("connectTimeout", SECOND),
    commandTimeoutNs: isEndless ? tcpTimeoutNs : duration("commandTimeout", SECOND),
    commandTimeoutCovers: isEndless ? "waiting" : (words.commandTimeoutCovers ?? "attempt"),
    tcpTimeoutNs,
    connectRoundTrips: words.connectRoundTrips ?? 1,
    tlsRoundTrips: words.tlsVersion === "1.2" ? 2 : 1,
    retry: resolveRetry(words.retry ?? {}, reading),
    wait: resolveWait(words.wait, pipeline, reading),
    ...resolveSentinelClient(words.sentinel, reading),
    maxRedirects: words.maxRedirects ?? 5,
    topologyRefresh: {
      everyNs:
        every === "never"
          ? null
          : every === undefined
            ? 60 * SECOND
            : positive(every, everyPath, reading),
      onError,
      afterFailures,
      afterFailingForNs:
        afterFailingFor === undefined
          ? 0
          : positive(afterFailingFor, ["client", "topologyRefresh", "afterFailingFor"], reading),
      minIntervalNs:
        minInterval === undefined
          ? SECOND
          : positive(minInterval, ["client", "topologyRefresh", "minInterval"], reading),
    },
    readFrom: words.readFrom ?? "primary",
    readLocalRegion: words.readLocalRegion ?? false,
  };
}

/** Words that ask for what the cache does not have. */
function lintFit(own: ClientWords, { offers }: ClientOf, reading: Reading): void {
  const problem = (path: readonly string[], found: unknown, expected: string): void =>
    reading.problem({ path: ["client", ...path], found: `is ${JSON.stringify(found)}`, expected });
  if (offers === null) return;
  const { replicas, encryption, sentinels, members } = offers;
  if (own.wait !== undefined && own.wait.replicas > replicas)
    problem(
      ["wait", "replicas"],
      own.wait.replicas,
      `at most the replicas of a shard, ${replicas}`,
    );
  if (own.tlsVersion !== undefined && !encryption)
    problem(["tlsVersion"], own.tlsVersion, "transitEncryptionEnabled: true in the cache");
  if (own.readLocalRegion === true && !members)
    problem(["readLocalRegion"], true, "cache: to name a Global Datastore");
  if (own.sentinel !== undefined && !sentinels)
    reading.problem({
      path: ["client", "sentinel"],
      found: "is given",
      expected: "a cache that sentinels watch: self-managed, with clusterMode: disabled",
    });
}

/** The scenario's words over those of its preset; each figure that counts is listed among the assumptions. */
function withPreset(
  own: ClientWords,
  { traffic, clusterMode }: ClientOf,
  reading: Reading,
): ClientWords {
  const { preset } = own;
  if (preset === undefined) return own;
  const words: Record<string, unknown> = { ...own };
  for (const { word, value, source } of presetFigures(preset, clusterMode)) {
    const [outer = "", inner] = word.split(".");
    const given: unknown = words[outer];
    if (
      inner === undefined
        ? given !== undefined
        : (given as Record<string, unknown> | undefined)?.[inner] !== undefined
    )
      continue;
    if (inner === undefined) words[outer] = value;
    else words[outer] = { ...(given as object | undefined), [inner]: value };
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

function resolveRetry(words: RetryWords, reading: Reading): RetrySettings {
  const backoff = String(words.backoff ?? "50ms..2s")
    .split("..")
    .map((text) => parseDuration(text));
  const [backoffMinNs = 0, backoffMaxNs = 0] = backoff;
  if (backoff.length !== 2 || backoffMinNs > backoffMaxNs || backoff.includes(undefined)) {
    reading.problem({
      path: ["client", "retry", "backoff"],
      found: `is "${words.backoff}"`,
      expected: 'a range of durations from low to high, such as "50ms..2s"',
    });
  }
  const jitter = words.jitter ?? "full";
  const isAdded = jitter !== "full" && jitter !== "none";
  return {
    max: words.max ?? 3,
    backoffMinNs,
    backoffMaxNs,
    jitter: isAdded ? "added" : jitter,
    addedNs: isAdded ? positive(jitter, ["client", "retry", "jitter"], reading) : 0,
    afterSent: words.afterSent ?? true,
    afterTimeout: words.afterTimeout ?? true,
    errors: new Set(
      [...causeWords].flatMap(([status, word]) =>
        (words.errors as readonly string[] | undefined)?.includes(word) !== false ? [status] : [],
      ),
    ),
    budget: resolveBudget(words, reading),
  };
}

function resolveBudget(words: RetryWords, reading: Reading): RetryBudget | null {
  const { budget: share, reserve } = words;
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
  words: SentinelClientWords | undefined,
  reading: Reading,
): Pick<ClientSettings, "sentinel"> {
  if (words === undefined) return {};
  const time = (name: "timeout" | "retry", usual: Nanos): Nanos => {
    const text = words[name];
    return text === undefined ? usual : positive(text, ["client", "sentinel", name], reading);
  };
  return {
    sentinel: {
      timeoutNs: time("timeout", SENTINEL_CLIENT.timeoutNs),
      retryNs: time("retry", SENTINEL_CLIENT.retryNs),
      subscribe: words.subscribe === true,
    },
  };
}

function resolveWait(
  words: WaitWords | undefined,
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
  const timeoutNs = positive(words.timeout, ["client", "wait", "timeout"], reading);
  return { replicas: words.replicas, timeoutNs };
}

export const DEFAULT_TCP_RETRANSMIT: Nanos = 200 * MILLISECOND;
