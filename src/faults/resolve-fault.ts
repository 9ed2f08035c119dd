/** Reads what a fault does, and to whom. */
import { MINUTE, type Nanos, SECOND } from "../base/nanos.ts";
import { listWithNearest } from "../base/nearest-word.ts";
import { parseDuration, parsePercentage, parseSize } from "../base/units.ts";
import type { Reading } from "../model/kinds/contract.ts";
import type { FaultSettings, NodeTarget, PlaceTarget } from "./contract.ts";
import type { LinkWords } from "./link-words.ts";
import type { MethodWorld } from "./method-world.ts";
import { readNodeTarget, readPlace, readSide, readTarget } from "./resolve-target.ts";
import type { ClockSkewWords, MethodEntryWords } from "./words.gen.ts";

export type FaultWords = Extract<MethodEntryWords, { readonly fault: string }>;

/** Null where a problem leaves nothing to inject. */
export function resolveFault(
  words: FaultWords,
  world: MethodWorld,
  reading: Reading,
): FaultSettings | null {
  switch (words.fault) {
    case "node-crash":
    case "host-power-loss":
    case "node-pause": {
      const target = readTarget(words.target, ["target"], world, reading);
      return target === null ? null : { fault: words.fault, target };
    }
    case "replication-link-cut": {
      const target = readNodeTarget(words, world, reading);
      return target === null ? null : { fault: words.fault, target };
    }
    case "node-slow": {
      const target = readNodeTarget(words, world, reading);
      return target === null ? null : { fault: words.fault, target, factor: words.factor };
    }
    case "node-restart": {
      const target = readTarget(words.target, ["target"], world, reading);
      const downNs = words.down === undefined ? SECOND : positive("down", words.down, reading);
      return target === null ? null : { fault: words.fault, target, downNs };
    }
    case "memory-pressure": {
      const target = readNodeTarget(words, world, reading);
      const bytes = parseSize(words.take) ?? 0;
      if (bytes <= 0) {
        const expected = 'a size above 0, such as "1GB"';
        reading.problem({ path: ["take"], found: `is "${words.take}"`, expected });
      }
      return target === null ? null : { fault: words.fault, target, bytes };
    }
    case "clock-skew":
      return resolveClockSkew(words, world, reading);
    case "dns-outage":
    case "control-plane-outage": {
      const place = readPlace("region", words.region, ["region"], reading);
      return place?.kind === "region" ? { fault: words.fault, region: place.region } : null;
    }
    case "origin-slow": {
      const origin = readName("origin", words.origin, world.origins, reading);
      return origin === null ? null : { fault: words.fault, origin, factor: words.factor };
    }
    case "traffic-surge": {
      const traffic = readName("traffic", words.traffic, world.traffic, reading);
      return traffic === null ? null : { fault: words.fault, traffic, factor: words.factor };
    }
    case "hot-key": {
      const traffic = readName("traffic", words.traffic, world.traffic, reading);
      const share = readShare("share", words.share, 1, reading);
      return traffic === null ? null : { fault: words.fault, traffic, share };
    }
    case "network-loss": {
      const sides = readSides(words, world, reading);
      const share = readShare("loss", words.loss, 0.99, reading);
      const burst = words.burst ?? 1;
      return sides === null ? null : { fault: words.fault, ...sides, share, burst };
    }
    case "network-bandwidth": {
      const sides = readSides(words, world, reading);
      const bytesPerSecond = parseSize(words.limit) ?? 0;
      if (bytesPerSecond < 1) {
        const expected = "a size above 0, per second, such as 1MB";
        reading.problem({ path: ["limit"], found: `is "${words.limit}"`, expected });
      }
      return sides === null ? null : { fault: words.fault, ...sides, bytesPerSecond };
    }
    case "az-network-disruption":
    case "az-power-interruption": {
      const place = readPlace("zone", words.zone, ["zone"], reading);
      return place?.kind === "zone" ? { fault: words.fault, zone: place.zone } : null;
    }
    case "region-outage": {
      const place = readPlace("region", words.region, ["region"], reading);
      return place?.kind === "region" ? { fault: words.fault, region: place.region } : null;
    }
    case "network-partition": {
      const isolate = readSide(words.isolate, ["isolate"], world, reading);
      const to = words.to === undefined ? null : readSide(words.to, ["to"], world, reading);
      const bridge =
        words.bridge === undefined ? [] : readSide(words.bridge, ["bridge"], world, reading);
      if (isolate === null || bridge === null) return null;
      const { direction = "both", withClients = false } = words;
      return { fault: words.fault, isolate, to, direction, bridge, withClients };
    }
    case "network-latency": {
      const sides = readSides(words, world, reading);
      if (sides === null) return null;
      const addNs = readDelay("add", words.add, reading);
      const jitterNs = words.jitter === undefined ? 0 : readDelay("jitter", words.jitter, reading);
      return { fault: words.fault, ...sides, addNs, jitterNs };
    }
  }
}

type Side = readonly (NodeTarget | PlaceTarget)[];

/** `from`, and `to` where it is given. */
function readSides(
  words: LinkWords,
  world: MethodWorld,
  reading: Reading,
): { readonly from: Side; readonly to: Side | null } | null {
  const from = readSide(words.from, ["from"], world, reading);
  const to = words.to === undefined ? null : readSide(words.to, ["to"], world, reading);
  return from === null ? null : { from, to };
}

function resolveClockSkew(
  words: ClockSkewWords,
  world: MethodWorld,
  reading: Reading,
): FaultSettings | null {
  const target = readTarget(words.target, ["target"], world, reading);
  const { ahead, behind } = words;
  const by = ahead ?? behind;
  if (by === undefined || (ahead !== undefined && behind !== undefined)) {
    const found = by === undefined ? "has no offset" : "has ahead and behind";
    reading.problem({ path: [], found, expected: "exactly one of ahead, behind" });
    return null;
  }
  const byNs = positive(ahead === undefined ? "behind" : "ahead", by, reading);
  if (target === null) return null;
  return { fault: "clock-skew", target, byNs: ahead === undefined ? -byNs : byNs };
}

function positive(name: string, text: string, reading: Reading): Nanos {
  const ns = parseDuration(text) ?? 0;
  if (ns > 0) return ns;
  const expected = "a duration above 0";
  reading.problem({ path: [name], found: `is "${text}"`, expected });
  return 1;
}

const DELAY_MAX: Nanos = 60 * MINUTE;

/** What messages are late by. */
function readDelay(name: "add" | "jitter", text: string, reading: Reading): Nanos {
  const ns = parseDuration(text) ?? 0;
  if (ns <= DELAY_MAX) return ns;
  reading.problem({ path: [name], found: `is "${text}"`, expected: "a delay of at most 1h" });
  return DELAY_MAX;
}

/** A share above 0 and at most `most`. */
function readShare(name: string, text: string, most: number, reading: Reading): number {
  const share = parsePercentage(text) ?? 0;
  if (share > 0 && share <= most) return share;
  const expected = `a share above 0% and at most ${most * 100}%`;
  reading.problem({ path: [name], found: `is "${text}"`, expected });
  return most;
}

/** The name of an origin or a traffic source. */
function readName(
  room: "origin" | "traffic",
  name: string,
  known: readonly string[],
  reading: Reading,
): string | null {
  if (known.includes(name)) return name;
  const what = room === "origin" ? "an origin" : "a traffic source";
  const expected =
    known.length === 0
      ? `${what} of the scenario, which has none`
      : `one of ${listWithNearest(known, name)}`;
  reading.problem({ path: [room], found: `is "${name}"`, expected });
  return null;
}
