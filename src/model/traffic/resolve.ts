/** Reads the words of traffic sources, clients and origins. */

import { quantities } from "../../base/json-schema.ts";
import { MILLISECOND, type Nanos, SECOND } from "../../base/nanos.ts";
import {
  parseCount,
  parseDuration,
  parsePercentage,
  parseRate,
  parseSize,
} from "../../base/units.ts";
import type { Distribution } from "../../kernel/distribution.ts";
import { readDistribution } from "../../kernel/distribution-words.ts";
import type { ClientSettings } from "../client/client-settings.ts";
import { SENTINEL_CLIENT } from "../client/sentinel-router.ts";
import type { Reading } from "../kinds/contract.ts";
import type { OriginSettings } from "../origin/origin-settings.ts";
import type { RegionSettings } from "../place/place-settings.ts";
import type { TrafficSettings } from "./traffic-settings.ts";

type Words = Readonly<Record<string, unknown>>;
type Path = readonly (string | number)[];

/** Reads one traffic source; null when a problem leaves nothing to build. */
export function resolveTraffic(
  name: string,
  words: Words,
  known: { readonly caches: readonly string[]; readonly origins: readonly string[] },
  reading: Reading,
): TrafficSettings | null {
  const cache = words["cache"] as string;
  if (!known.caches.includes(cache)) {
    reading.problem({
      path: ["cache"],
      found: `is "${cache}"`,
      expected: `one of the caches and global datastores: ${known.caches.join(", ")}`,
    });
  }
  const onMiss = (words["onMiss"] as string | undefined) ?? null;
  if (onMiss !== null && !known.origins.includes(onMiss)) {
    const list =
      known.origins.length === 0
        ? "an origin that the scenario defines under origins:"
        : `one of the origins: ${known.origins.join(", ")}`;
    reading.problem({ path: ["onMiss"], found: `is "${onMiss}"`, expected: list });
  }
  const onError = (words["onError"] as "fail" | "origin" | undefined) ?? "fail";
  if (onError === "origin" && onMiss === null) {
    reading.problem({
      path: ["onError"],
      found: 'is "origin"',
      expected: "onMiss: to name the origin beside it",
    });
  }
  const place = resolveFrom((words["from"] as Words | undefined) ?? {}, reading);
  const rate = parseRate((words["arrivals"] as Words)["rate"] as string) ?? 0;
  if (rate <= 0 || rate > 1e7) {
    reading.problem({
      path: ["arrivals", "rate"],
      found: `is "${(words["arrivals"] as Words)["rate"]}"`,
      expected: "a rate above 0 and at most 10,000,000/s",
    });
  }
  const keys = resolveKeys(words["keys"] as Words, reading);
  const client = resolveClient((words["client"] as Words | undefined) ?? {}, reading);
  const setShare = resolveOperations((words["operations"] as Words | undefined) ?? {}, reading);
  if (place === null || rate <= 0) return null;
  return {
    name,
    cache,
    region: place.region,
    zones: place.zones,
    arrivalsPerSecond: rate,
    setShare,
    keys,
    client,
    onMiss,
    onError,
  };
}

/** The only Region of the scenario, or the one that is named. */
export function pickRegion(named: unknown, path: Path, reading: Reading): RegionSettings | null {
  const { regions } = reading;
  if (named === undefined) {
    if (regions.length === 1) return regions[0] as RegionSettings;
    reading.problem({
      path,
      found: "is missing",
      expected: `one of the scenario's Regions: ${regions.map((region) => region.name).join(", ")}`,
    });
    return null;
  }
  const region = regions.find((candidate) => candidate.name === named);
  if (region !== undefined) return region;
  reading.problem({
    path,
    found: `is "${named}"`,
    expected: `one of the scenario's Regions: ${regions.map((known) => known.name).join(", ")}`,
  });
  return null;
}

function resolveFrom(
  words: Words,
  reading: Reading,
): { region: string; zones: readonly string[] } | null {
  const region = pickRegion(words["region"], ["from", "region"], reading);
  if (region === null) return null;
  const zones = words["zones"];
  if (!Array.isArray(zones)) return { region: region.name, zones: region.zones };
  for (const [i, zone] of zones.entries()) {
    if (!region.zones.includes(zone)) {
      reading.problem({
        path: ["from", "zones", i],
        found: `is "${zone}"`,
        expected: `a zone of ${region.name}: ${region.zones.join(", ")}`,
      });
    } else if (zones.indexOf(zone) !== i) {
      reading.problem({
        path: ["from", "zones", i],
        found: `is "${zone}" again`,
        expected: "each zone once",
      });
    }
  }
  return { region: region.name, zones: zones as string[] };
}

function resolveOperations(words: Words, reading: Reading): number {
  const share = (name: string): number | undefined =>
    words[name] === undefined ? undefined : parsePercentage(words[name] as string);
  const get = share("get");
  const set = share("set");
  const setShare = set ?? (get === undefined ? 0 : 1 - get);
  const sum = (get ?? 1 - setShare) + setShare;
  if (Math.abs(sum - 1) > 1e-9 || setShare < 0 || setShare > 1) {
    const found = [get, set].map((value, i) =>
      value === undefined ? "" : `${["get", "set"][i]} ${words[["get", "set"][i] as string]}`,
    );
    reading.problem({
      path: ["operations"],
      found: `adds up to ${Math.round(sum * 1e4) / 100}% (${found.filter((text) => text !== "").join(" and ")})`,
      expected: "shares that add up to 100%",
    });
  }
  return setShare;
}

function resolveKeys(words: Words, reading: Reading): TrafficSettings["keys"] {
  const count = parseCount(String(words["count"])) ?? 0;
  if (count < 1 || count > 20_000_000) {
    reading.problem({
      path: ["keys", "count"],
      found: `is "${words["count"]}"`,
      expected: "a whole number from 1 to 20M",
    });
  }
  const popularity = words["popularity"] as "uniform" | { readonly zipf: number } | undefined;
  const valueSize = readQuantity(
    words["valueSize"] ?? "100B",
    ["keys", "valueSize"],
    "size",
    reading,
  );
  const ttl = words["ttl"] as string | undefined;
  return {
    count: Math.min(Math.max(1, count), 20_000_000),
    popularity:
      popularity === undefined || popularity === "uniform"
        ? { kind: "uniform" }
        : { kind: "zipf", exponent: popularity.zipf },
    valueSize,
    ttlNs: ttl === undefined ? null : positive(ttl, ["keys", "ttl"], reading),
  };
}

/** A distribution of durations or sizes; a problem leaves a constant of 1. */
function readQuantity(
  words: unknown,
  path: Path,
  format: "duration" | "size",
  reading: Reading,
): Distribution {
  const read = readDistribution(
    words,
    format === "duration" ? parseDuration : parseSize,
    quantities[format].expected,
  );
  if (!("problem" in read)) return read;
  reading.problem({ path, found: `is ${JSON.stringify(words)}`, expected: read.problem });
  return { kind: "constant", value: 1 };
}

function positive(text: string, path: Path, reading: Reading): Nanos {
  const ns = parseDuration(text) ?? 0;
  if (ns <= 0) reading.problem({ path, found: `is "${text}"`, expected: "a duration above 0" });
  return Math.max(1, ns);
}

function resolveClient(words: Words, reading: Reading): ClientSettings {
  const duration = (name: string, usual: Nanos): Nanos =>
    words[name] === undefined ? usual : positive(words[name] as string, ["client", name], reading);
  const retry = (words["retry"] as Words | undefined) ?? {};
  const refresh = (words["topologyRefresh"] as Words | undefined) ?? {};
  const backoff = String(retry["backoff"] ?? "50ms..2s")
    .split("..")
    .map((text) => parseDuration(text));
  const [backoffMinNs = 0, backoffMaxNs = 0] = backoff;
  if (backoff.length !== 2 || backoffMinNs > backoffMaxNs || backoff.includes(undefined)) {
    reading.problem({
      path: ["client", "retry", "backoff"],
      found: `is "${retry["backoff"]}"`,
      expected: 'a range of durations from low to high, such as "50ms..2s"',
    });
  }
  const every = refresh["every"] as string | undefined;
  const everyPath = ["client", "topologyRefresh", "every"];
  return {
    connections: (words["connections"] as number | undefined) ?? 50,
    connectTimeoutNs: duration("connectTimeout", SECOND),
    commandTimeoutNs: duration("commandTimeout", SECOND),
    connectRoundTrips: (words["connectRoundTrips"] as number | undefined) ?? 1,
    retry: {
      max: (retry["max"] as number | undefined) ?? 3,
      backoffMinNs,
      backoffMaxNs,
      jitter: (retry["jitter"] as "full" | "none" | undefined) ?? "full",
    },
    wait: resolveWait(words["wait"] as Words | undefined, reading),
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
    readFrom: (words["readFrom"] as "primary" | "replica" | undefined) ?? "primary",
    readLocalRegion: (words["readLocalRegion"] as boolean | undefined) ?? false,
  };
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

function resolveWait(words: Words | undefined, reading: Reading): ClientSettings["wait"] {
  if (words === undefined) return { replicas: 0, timeoutNs: 0 };
  const timeoutNs = positive(words["timeout"] as string, ["client", "wait", "timeout"], reading);
  return { replicas: words["replicas"] as number, timeoutNs };
}

/** Reads one origin; null when a problem leaves nothing to build. */
export function resolveOrigin(name: string, words: Words, reading: Reading): OriginSettings | null {
  const region = pickRegion(words["region"], ["region"], reading);
  const zone = (words["zone"] as string | undefined) ?? null;
  if (region !== null && zone !== null && !region.zones.includes(zone)) {
    reading.problem({
      path: ["zone"],
      found: `is "${zone}"`,
      expected: `a zone of ${region.name}: ${region.zones.join(", ")}`,
    });
    return null;
  }
  const serviceTime = readQuantity(words["serviceTime"], ["serviceTime"], "duration", reading);
  if (region === null) return null;
  return {
    name,
    region: region.name,
    zone,
    concurrency: words["concurrency"] as number,
    discipline: (words["discipline"] as "fifo" | "sharing" | undefined) ?? "fifo",
    queueLimit: (words["queueLimit"] as number | undefined) ?? Number.POSITIVE_INFINITY,
    serviceTime,
  };
}

export const DEFAULT_TCP_RETRANSMIT: Nanos = 200 * MILLISECOND;
