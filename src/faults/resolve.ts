/** Reads a method: triggers, targets, faults and steps. */

import { MINUTE, type Nanos, SECOND } from "../base/nanos.ts";
import { listWithNearest, nearestWord } from "../base/nearest-word.ts";
import { parseDuration, parsePercentage, parseSize } from "../base/units.ts";
import type { Reading } from "../model/kinds/contract.ts";
import type {
  FaultSettings,
  MethodEntry,
  NodeTarget,
  PlaceTarget,
  Trigger,
  TriggerEvent,
} from "./contract.ts";
import type { MethodWorld } from "./method-world.ts";
import { resolveStep } from "./resolve-step.ts";
import type {
  AfterWords,
  ClockSkewWords,
  MethodEntryWords,
  NetworkBandwidthWords,
  NetworkLatencyWords,
  NetworkLossWords,
  RandomWords,
  WhenWords,
} from "./words.gen.ts";
import { FROM_IS_A_SIDE, faultWords, stepWords } from "./words.ts";

type FaultWords = Extract<MethodEntryWords, { readonly fault: string }>;
type CacheEvent = NonNullable<AfterWords["event"]>;
type Path = readonly (string | number)[];

/** Reads one entry; null when a problem leaves nothing to run. */
export function resolveMethodEntry(
  index: number,
  words: MethodEntryWords,
  world: MethodWorld,
  reading: Reading,
): MethodEntry | null {
  const action =
    "fault" in words ? resolveFault(words, world, reading) : resolveStep(words, world, reading);
  const trigger = resolveTrigger(words, world, reading);
  const durationNs = "fault" in words ? resolveFor(words, reading) : null;
  if (action === null || trigger === null) return null;
  const allowEmpty = "fault" in words && words.allowEmpty === true;
  return { index, trigger, action, durationNs, allowEmpty };
}

/** How long a fault holds; null: to the end. */
function resolveFor({ fault, for: text }: FaultWords, reading: Reading): Nanos | null {
  if (text === undefined) return null;
  const durationNs = parseDuration(text) ?? 0;
  if (durationNs <= 0)
    reading.problem({ path: ["for"], found: `is "${text}"`, expected: "a duration above 0" });
  if (faultWords[fault]?.heals === false) {
    reading.problem({
      path: ["for"],
      found: "is given",
      expected: `nothing: ${fault} has no heal of its own, the service replaces the node`,
    });
  }
  return durationNs;
}

function resolveTrigger(
  words: MethodEntryWords,
  world: MethodWorld,
  reading: Reading,
): Trigger | null {
  const { at, every, random, when, after } = words;
  const kinds = Object.entries({ at, every, random, when, after });
  const given = kinds.filter(([, of]) => of !== undefined).map(([kind]) => kind);
  if (given.length !== 1) {
    const found = given.length === 0 ? "says no time" : `has ${given.join(" and ")}`;
    reading.problem({ path: [], found, expected: "exactly one of at, every, random, when, after" });
    return null;
  }
  const repeats = isOnLinks(words) ? (["times"] as const) : (["times", "from"] as const);
  for (const word of repeats) {
    if (every !== undefined || words[word] === undefined) continue;
    reading.problem({
      path: [word],
      found: `is ${JSON.stringify(words[word])} beside ${given[0]}`,
      expected: "every: beside it",
    });
  }
  const time = (text: string, path: Path): Nanos => {
    const ns = parseDuration(text) ?? 0;
    if (ns >= world.durationNs)
      reading.problem({
        path,
        found: `is "${text}"`,
        expected: "a time before the end of the run",
      });
    return ns;
  };
  if (at !== undefined) return { kind: "at", atNs: time(at, ["at"]) };
  if (every !== undefined) return resolveEvery(every, words, world, time, reading);
  if (random !== undefined) return resolveRandom(random, words, world, reading);
  if (when !== undefined) return resolveWhen(when, world, time, reading);
  return resolveAfter(after as AfterWords, world, reading);
}

type ReadTime = (text: string, path: Path) => Nanos;

function resolveEvery(
  every: string,
  words: MethodEntryWords,
  world: MethodWorld,
  time: ReadTime,
  reading: Reading,
): Trigger | null {
  const everyNs = parseDuration(every) ?? 0;
  if (everyNs <= 0) {
    const expected = "a duration above 0";
    reading.problem({ path: ["every"], found: `is "${every}"`, expected });
    return null;
  }
  const from = isOnLinks(words) ? undefined : words.from;
  const firstNs = from === undefined ? everyNs : time(from, ["from"]);
  // None at the very end: nothing would come of it.
  const fitting = Math.max(1, Math.ceil((world.durationNs - firstNs) / everyNs));
  const times = Math.min(words.times ?? fitting, fitting, 10_000);
  return { kind: "every", firstNs, everyNs, times };
}

function resolveWhen(
  when: WhenWords,
  world: MethodWorld,
  time: ReadTime,
  reading: Reading,
): Trigger | null {
  const of = readShard(when.of, ["when", "of"], world, reading);
  if (of === null) return null;
  const notBeforeNs =
    when.notBefore === undefined ? 0 : time(when.notBefore, ["when", "notBefore"]);
  return { kind: "when", state: when.state, ...of, notBeforeNs };
}

/** Gaps and durations of a random trigger. */
function resolveRandom(
  random: RandomWords,
  words: MethodEntryWords,
  world: MethodWorld,
  reading: Reading,
): Trigger | null {
  let wrong = false;
  type Name = keyof RandomWords;
  const problem = (name: Name, expected: string): void => {
    wrong = true;
    const found = random[name] === undefined ? "is missing" : `is "${random[name]}"`;
    reading.problem({ path: ["random", name], found, expected });
  };
  const time = (name: Name, usual: Nanos): Nanos => {
    const text = random[name];
    return text === undefined ? usual : (parseDuration(text) ?? 0);
  };
  const pair = (mean: Name, least: Name): { meanNs: Nanos; leastNs: Nanos } => {
    const meanNs = time(mean, 0);
    const leastNs = time(least, 0);
    if (meanNs <= 0) problem(mean, "a duration above 0");
    else if (leastNs > meanNs) problem(least, `at most the mean, ${random[mean]}`);
    return { meanNs, leastNs };
  };
  const gap = pair("meanGap", "minGap");
  const fault = "fault" in words ? words.fault : undefined;
  const heals = fault !== undefined && faultWords[fault]?.heals === true;
  if (!heals && (random.meanFor !== undefined || random.minFor !== undefined)) {
    problem(
      random.meanFor === undefined ? "minFor" : "meanFor",
      `nothing: ${fault ?? "a step"} has no heal of its own`,
    );
  }
  const lasts = heals ? pair("meanFor", "minFor") : null;
  if ("for" in words && words.for !== undefined) {
    const expected = "random: { meanFor: } in its place";
    reading.problem({ path: ["for"], found: "is given beside random", expected });
    wrong = true;
  }
  const fromNs = time("from", 0);
  const untilNs = Math.min(time("until", world.durationNs), world.durationNs);
  if (fromNs >= untilNs) problem("from", "a time before the end of the window");
  if (wrong) return null;
  return {
    kind: "random",
    fromNs,
    untilNs,
    meanGapNs: gap.meanNs,
    minGapNs: gap.leastNs,
    meanForNs: lasts?.meanNs ?? null,
    minForNs: lasts?.leastNs ?? 0,
  };
}

function resolveAfter(words: AfterWords, world: MethodWorld, reading: Reading): Trigger | null {
  const { fault, heal, step, event } = words;
  const kinds = Object.entries({ fault, heal, step, event });
  const given = kinds.filter(([, of]) => of !== undefined).map(([kind]) => kind);
  if (given.length !== 1) {
    reading.problem({
      path: ["after"],
      found: given.length === 0 ? "names nothing" : `names ${given.join(" and ")}`,
      expected: "exactly one of fault, heal, step, event",
    });
    return null;
  }
  const delayNs = words.delay === undefined ? 0 : (parseDuration(words.delay) ?? 0);
  const isOneOf = (name: string, known: readonly string[]): boolean => {
    if (known.includes(name)) return true;
    reading.problem({
      path: ["after", given[0] as string],
      found: `is "${name}"`,
      expected: `one of ${listWithNearest(known, name)}`,
    });
    return false;
  };
  const after = (of: TriggerEvent): Trigger => ({ kind: "after", event: of, delayNs });
  const disturbance = fault ?? heal;
  if (disturbance !== undefined) {
    const kinds = Object.entries(faultWords).filter(([, of]) => fault !== undefined || of.heals);
    if (
      !isOneOf(
        disturbance,
        kinds.map(([kind]) => kind),
      )
    )
      return null;
    const phase = fault === undefined ? "healed" : "injected";
    return after({ kind: "fault", fault: disturbance, phase });
  }
  if (step !== undefined)
    return isOneOf(step, Object.keys(stepWords)) ? after({ kind: "step", step }) : null;
  const cache = words.of ?? "";
  const known = [
    ...world.caches.map((group) => group.name),
    ...world.datastores.map((store) => store.name),
  ];
  if (!known.includes(cache)) {
    reading.problem({
      path: ["after", "of"],
      found: words.of === undefined ? "is missing" : `is "${cache}"`,
      expected: `one of ${listWithNearest(known, cache)}`,
    });
    return null;
  }
  const store = world.datastores.find(({ name }) => name === cache);
  if (store !== undefined && (event === "node-replaced" || event === "full-sync-started")) {
    reading.problem({
      path: ["after", "of"],
      found: `is "${cache}", a Global Datastore`,
      expected: `a cache: ${event} is told of its members, ${[store.primary, ...store.secondaries].join(", ")}`,
    });
    return null;
  }
  return after({ kind: "cache-event", event: event as CacheEvent, cache });
}

function resolveFault(
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

/** Kinds whose `from:` is a side of links, not a first time. */
type LinkWords = NetworkLatencyWords | NetworkLossWords | NetworkBandwidthWords;

const isOnLinks = (words: MethodEntryWords): words is LinkWords =>
  "fault" in words && FROM_IS_A_SIDE.includes(words.fault);

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

function readSide(
  words: string | readonly string[],
  path: Path,
  world: MethodWorld,
  reading: Reading,
): (NodeTarget | PlaceTarget)[] | null {
  const list = typeof words === "string" ? [words] : words;
  const side: (NodeTarget | PlaceTarget)[] = [];
  for (const [i, text] of list.entries()) {
    const at = typeof words === "string" ? path : [...path, i];
    const read = readTarget(text, at, world, reading);
    if (read !== null) side.push(read);
  }
  return side.length === 0 ? null : side;
}

function readPlace(kind: string, name: string, path: Path, reading: Reading): PlaceTarget | null {
  const known =
    kind === "zone"
      ? reading.regions.flatMap((region) => region.zones)
      : reading.regions.map((region) => region.name);
  if (!known.includes(name)) {
    reading.problem({
      path,
      found: `is "${name}"`,
      expected: `a ${kind === "zone" ? "zone" : "Region"} of the scenario: ${listWithNearest(known, name)}`,
    });
    return null;
  }
  return kind === "zone" ? { kind: "zone", zone: name } : { kind: "region", region: name };
}

const EXPECTED_TARGET =
  '"node cart-0001-002", "primary of cart/shard 2", "primaries of cart", "replica of cart/shard 1", "50% of replicas of cart", "50% of nodes of cart", "any node of cart" or "zone us-east-1a"';

/** What targets begin with. */
const TARGET_WORDS = [
  "node",
  "primary",
  "primaries",
  "replica",
  "replicas",
  "any",
  "zone",
  "region",
  "sentinel",
];

/** A target whose first word was misspelt, as it was meant; undefined where none is near. */
function meantTarget(text: string): string | undefined {
  const [first = "", ...rest] = text.split(" ");
  const near = TARGET_WORDS.includes(first) ? undefined : nearestWord(first, TARGET_WORDS);
  return near === undefined ? undefined : [near, ...rest].join(" ");
}

/** `primary of cart/shard 2`, `zone us-east-1a` and the like. */
function readTarget(
  text: string,
  path: Path,
  world: MethodWorld,
  reading: Reading,
): NodeTarget | PlaceTarget | null {
  const place = /^(zone|region) (\S+)$/i.exec(text);
  if (place !== null)
    return readPlace((place[1] as string).toLowerCase(), place[2] as string, path, reading);
  const node = /^node (\S+)$/.exec(text);
  if (node !== null) {
    const id = node[1] as string;
    const ids = world.caches.flatMap((group) =>
      group.shards.flatMap((shard) => shard.nodes.map((of) => of.id)),
    );
    if (ids.includes(id)) return { kind: "node", node: id };
    if (world.unread.length > 0) return null;
    reading.problem({
      path,
      found: `is "${text}"`,
      expected: `a node of the scenario, such as "${nearestWord(id, ids) ?? ids[0]}"`,
    });
    return null;
  }
  if (/^sentinels? /.test(text)) return readSentinels(text, path, world, reading);
  const match =
    /^(primary|primaries|replica|replicas|(\d{1,3}(?:\.\d+)?%) of (?:replicas|nodes)|any node|any (\d{1,3}) nodes) of (.+)$/.exec(
      text,
    );
  if (match === null) {
    const meant = meantTarget(text);
    const hint = meant === undefined ? "" : `; did you mean "${meant}"?`;
    reading.problem({
      path,
      found: `is "${text}"`,
      expected: `a target: ${EXPECTED_TARGET}${hint}`,
    });
    return null;
  }
  const of = readShard(match[4] as string, path, world, reading);
  if (of === null) return null;
  const [, what = "", share, count] = match;
  if (share !== undefined) {
    const part = parsePercentage(share) ?? 0;
    if (part <= 0 || part > 1) {
      reading.problem({
        path,
        found: `is "${text}"`,
        expected: "a share above 0% and at most 100%",
      });
      return null;
    }
    if (!what.endsWith("nodes")) return { kind: "replicas", ...of, share: part };
    return { kind: "any", ...of, count: Math.max(1, Math.round(countNodes(of, world) * part)) };
  }
  if (what === "primary" && of.shard === null) {
    const group = world.caches.find((candidate) => candidate.name === of.cache);
    if ((group?.shards.length ?? 1) === 1) return { kind: "primary", cache: of.cache, shard: 1 };
    reading.problem({
      path,
      found: `is "${text}"`,
      expected: `one shard, such as "primary of ${of.cache}/shard 1", or "primaries of ${of.cache}"`,
    });
    return null;
  }
  if (what.startsWith("primar")) return { kind: "primary", ...of };
  if (what === "replicas") return { kind: "replicas", ...of, share: 1 };
  if (what === "replica") return { kind: "replicas", ...of, share: 1e-9 };
  const number = count === undefined ? 1 : Number(count);
  const nodes = countNodes(of, world);
  if (number < 1 || number > nodes) {
    const expected = `1 to ${nodes} nodes, all that ${match[4]} has`;
    reading.problem({ path, found: `is "${text}"`, expected });
    return null;
  }
  return { kind: "any", ...of, count: number };
}

/** Nodes of a cache, or of one of its shards. */
function countNodes(
  of: { readonly cache: string; readonly shard: number | null },
  world: MethodWorld,
): number {
  const shards = world.caches.find((group) => group.name === of.cache)?.shards ?? [];
  return shards.reduce(
    (sum, { nodes }, i) => (of.shard === null || of.shard === i + 1 ? sum + nodes.length : sum),
    0,
  );
}

/** `sentinel 1 of cart`, `sentinels of cart`. */
function readSentinels(
  text: string,
  path: Path,
  world: MethodWorld,
  reading: Reading,
): NodeTarget | null {
  const match = /^(?:sentinel (\d{1,2})|sentinels) of ([a-z][a-z0-9-]*)$/.exec(text);
  const watched = world.caches.filter((cache) => (cache.selfManaged?.sentinels ?? null) !== null);
  const cache = watched.find(({ name }) => name === match?.[2]);
  if (world.unread.includes(match?.[2] ?? "")) return null;
  if (match === null || cache === undefined) {
    const names = watched.map(({ name }) => name).join(", ");
    const expected =
      names === ""
        ? "another target: no cache of the scenario is watched by sentinels"
        : `"sentinel 1 of NAME" or "sentinels of NAME", of ${names}`;
    reading.problem({ path, found: `is "${text}"`, expected });
    return null;
  }
  const number = match[1] === undefined ? null : Number(match[1]);
  const count = cache.selfManaged?.sentinels?.processes.length ?? 0;
  if (number !== null && (number < 1 || number > count)) {
    const expected = `a sentinel of ${cache.name}: 1 to ${count}`;
    reading.problem({ path, found: `names sentinel ${number}`, expected });
    return null;
  }
  return { kind: "sentinel", cache: cache.name, number };
}

/** A target that has data: no sentinel. */
function readNodeTarget(
  words: { readonly target: string },
  world: MethodWorld,
  reading: Reading,
): NodeTarget | PlaceTarget | null {
  const target = readTarget(words.target, ["target"], world, reading);
  if (target?.kind !== "sentinel") return target;
  const found = `is "${words.target}"`;
  reading.problem({ path: ["target"], found, expected: "a node: this fault hits no sentinel" });
  return null;
}

/** `cart`, or `cart/shard 2`. */
export function readShard(
  text: string,
  path: Path,
  world: MethodWorld,
  reading: Reading,
): { cache: string; shard: number | null } | null {
  const match = /^([a-z][a-z0-9-]*)(?:\/shard (\d{1,4}))?$/.exec(text);
  const group = world.caches.find((candidate) => candidate.name === match?.[1]);
  if (world.unread.includes(match?.[1] ?? "")) return null;
  if (match === null || group === undefined) {
    reading.problem({
      path,
      found: `is "${text}"`,
      expected: `a cache of the scenario (${listWithNearest(
        world.caches.map((known) => known.name),
        match?.[1] ?? text,
      )}), or one of its shards, such as "${world.caches[0]?.name}/shard 1"`,
    });
    return null;
  }
  const shard = match[2] === undefined ? null : Number(match[2]);
  if (shard !== null && (shard < 1 || shard > group.shards.length)) {
    reading.problem({
      path,
      found: `names shard ${shard}`,
      expected: `a shard of ${group.name}: 1 to ${group.shards.length}`,
    });
    return null;
  }
  return { cache: group.name, shard };
}
