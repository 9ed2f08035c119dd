/** Reads the words of traffic sources and origins. */

import { type Nanos, SECOND } from "../../base/nanos.ts";
import { listWithNearest } from "../../base/nearest-word.ts";
import { parsePercentage } from "../../base/units.ts";
import type { Reading } from "../kinds/contract.ts";
import type { OriginSettings } from "../origin/origin-settings.ts";
import type { OriginWords } from "../origin/words.gen.ts";
import type { RegionSettings } from "../place/place-settings.ts";
import { positive, readQuantity } from "./quantities.ts";
import { resolveArrivals } from "./resolve-arrivals.ts";
import { type Offers, resolveClient } from "./resolve-client.ts";
import { resolveKeys } from "./resolve-keys.ts";
import { type Offered, resolveTrace } from "./resolve-trace.ts";
import type { TrafficSettings } from "./traffic-settings.ts";
import type { FromWords, OperationWords, TrafficWords } from "./words.gen.ts";

type Path = readonly (string | number)[];

/** Reads one traffic source; null when a problem leaves nothing to build. */
export function resolveTraffic(
  name: string,
  words: TrafficWords,
  known: {
    readonly caches: readonly string[];
    readonly origins: readonly string[];
    readonly clusterModeOf: (cache: string) => "enabled" | "disabled";
    /** Of a cache or Global Datastore; undefined where that could not be read. */
    readonly shardsOf: (cache: string) => number | undefined;
    /** What a cache or Global Datastore has; null where that could not be read. */
    readonly offers: (cache: string) => Offers | null;
  },
  reading: Reading,
): TrafficSettings | null {
  const cache = words.cache;
  if (!known.caches.includes(cache)) {
    reading.problem({
      path: ["cache"],
      found: `is "${cache}"`,
      expected: `one of the caches and global datastores: ${listWithNearest(known.caches, cache)}`,
    });
  }
  const onMiss = words.onMiss ?? null;
  if (onMiss !== null && !known.origins.includes(onMiss)) {
    const list =
      known.origins.length === 0
        ? "an origin that the scenario defines under origins:"
        : `one of the origins: ${listWithNearest(known.origins, onMiss)}`;
    reading.problem({ path: ["onMiss"], found: `is "${onMiss}"`, expected: list });
  }
  const onError = words.onError ?? "fail";
  if (onError === "origin" && onMiss === null) {
    reading.problem({
      path: ["onError"],
      found: 'is "origin"',
      expected: "onMiss: to name the origin beside it",
    });
  }
  const place = resolveFrom(words.from ?? {}, reading);
  const offered =
    words.trace === undefined
      ? resolveDrawn(words, known.shardsOf(cache), reading)
      : resolveTrace(words, words.trace, reading);
  const arrivals = offered?.arrivals ?? null;
  const client = resolveClient(
    words.client ?? {},
    {
      traffic: name,
      clusterMode: known.clusterModeOf(cache),
      offers: known.offers(cache),
    },
    reading,
  );
  const setShare = resolveOperations(words.operations ?? {}, reading);
  const origin = resolveOriginUse(words, arrivals?.kind === "users", reading);
  if (place === null || offered === null || arrivals === null) return null;
  return {
    name,
    cache,
    region: place.region,
    zones: place.zones,
    arrivals,
    setShare,
    keys: offered.keys,
    client,
    onMiss,
    onError,
    ...origin,
  };
}

/** Requests that are drawn. */
function resolveDrawn(
  words: TrafficWords,
  shards: number | undefined,
  reading: Reading,
): Offered | null {
  for (const word of ["arrivals", "keys"] as const)
    if (words[word] === undefined)
      reading.problem({ path: [], found: `lacks "${word}"`, expected: `${word}, or a trace` });
  const keys = words.keys === undefined ? null : resolveKeys(words.keys, shards, reading);
  const arrivals = words.arrivals === undefined ? null : resolveArrivals(words.arrivals, reading);
  return arrivals === null || keys === null ? null : { arrivals, keys };
}

/** Where others wait with a request for its origin, it does not wait for ever. */
const SHARED_ORIGIN_TIMEOUT: Nanos = 30 * SECOND;

function resolveOriginUse(
  words: TrafficWords,
  hasUsers: boolean,
  reading: Reading,
): Pick<TrafficSettings, "originTimeoutNs" | "coalesce"> {
  const { coalesce = false, originTimeout: given, onMiss } = words;
  for (const word of ["coalesce", "originTimeout"] as const) {
    if (!words[word] || onMiss !== undefined) continue;
    const found = `is ${JSON.stringify(words[word])}`;
    reading.problem({ path: [word], found, expected: "onMiss: to name the origin beside it" });
  }
  const asks = onMiss !== undefined;
  const usual = asks && (coalesce || hasUsers) ? SHARED_ORIGIN_TIMEOUT : null;
  const originTimeoutNs = given === undefined ? usual : positive(given, ["originTimeout"], reading);
  return { originTimeoutNs, coalesce };
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
    expected: `one of the scenario's Regions: ${listWithNearest(
      regions.map((known) => known.name),
      String(named),
    )}`,
  });
  return null;
}

function resolveFrom(
  words: FromWords,
  reading: Reading,
): { region: string; zones: readonly string[] } | null {
  const region = pickRegion(words.region, ["from", "region"], reading);
  if (region === null) return null;
  const { zones } = words;
  if (zones === undefined || zones === "all") return { region: region.name, zones: region.zones };
  for (const [i, zone] of zones.entries()) {
    if (!region.zones.includes(zone)) {
      reading.problem({
        path: ["from", "zones", i],
        found: `is "${zone}"`,
        expected: `a zone of ${region.name}: ${listWithNearest(region.zones, zone)}`,
      });
    } else if (zones.indexOf(zone) !== i) {
      reading.problem({
        path: ["from", "zones", i],
        found: `is "${zone}" again`,
        expected: "each zone once",
      });
    }
  }
  return { region: region.name, zones };
}

function resolveOperations(words: OperationWords, reading: Reading): number {
  const share = (text: string | undefined): number | undefined =>
    text === undefined ? undefined : parsePercentage(text);
  const get = share(words.get);
  const set = share(words.set);
  const setShare = set ?? (get === undefined ? 0 : 1 - get);
  const sum = (get ?? 1 - setShare) + setShare;
  if (Math.abs(sum - 1) > 1e-9 || setShare < 0 || setShare > 1) {
    const found = (["get", "set"] as const).map((name) =>
      words[name] === undefined ? "" : `${name} ${words[name]}`,
    );
    reading.problem({
      path: ["operations"],
      found: `adds up to ${Math.round(sum * 1e4) / 100}% (${found.filter((text) => text !== "").join(" and ")})`,
      expected: "shares that add up to 100%",
    });
  }
  return setShare;
}

/** Reads one origin; null when a problem leaves nothing to build. */
export function resolveOrigin(
  name: string,
  words: OriginWords,
  reading: Reading,
): OriginSettings | null {
  const region = pickRegion(words.region, ["region"], reading);
  const zone = words.zone ?? null;
  if (region !== null && zone !== null && !region.zones.includes(zone)) {
    reading.problem({
      path: ["zone"],
      found: `is "${zone}"`,
      expected: `a zone of ${region.name}: ${listWithNearest(region.zones, zone)}`,
    });
    return null;
  }
  const serviceTime = readQuantity(words.serviceTime, ["serviceTime"], "duration", reading);
  if (region === null) return null;
  return {
    name,
    region: region.name,
    zone,
    concurrency: words.concurrency,
    discipline: words.discipline ?? "fifo",
    queueLimit: words.queueLimit ?? Number.POSITIVE_INFINITY,
    serviceTime,
  };
}
