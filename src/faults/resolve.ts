/** Reads a method: triggers, targets, faults and steps. */
import { type Nanos, SECOND } from "../base/nanos.ts";
import { parseDuration, parsePercentage, parseSize } from "../base/units.ts";
import type { Reading } from "../model/kinds/contract.ts";
import type {
  CutDirection,
  FaultSettings,
  MethodEntry,
  NodeTarget,
  PlaceTarget,
  Trigger,
  TriggerEvent,
  TriggerState,
} from "./contract.ts";
import type { MethodWorld } from "./method-world.ts";
import { resolveStep } from "./resolve-step.ts";
import { type CACHE_EVENTS, FROM_IS_A_SIDE, faultWords, stepWords } from "./words.ts";

type Words = Readonly<Record<string, unknown>>;
type Path = readonly (string | number)[];

/** Reads one entry; null when a problem leaves nothing to run. */
export function resolveMethodEntry(
  index: number,
  words: Words,
  world: MethodWorld,
  reading: Reading,
): MethodEntry | null {
  const action =
    "fault" in words ? resolveFault(words, world, reading) : resolveStep(words, world, reading);
  const trigger = resolveTrigger(words, world, reading);
  const fault = words["fault"] as string | undefined;
  let durationNs: Nanos | null = null;
  if (words["for"] !== undefined) {
    durationNs = parseDuration(words["for"] as string) ?? 0;
    if (durationNs <= 0)
      reading.problem({
        path: ["for"],
        found: `is "${words["for"]}"`,
        expected: "a duration above 0",
      });
    if (fault !== undefined && faultWords[fault]?.heals === false) {
      reading.problem({
        path: ["for"],
        found: "is given",
        expected: `nothing: ${fault} has no heal of its own, the service replaces the node`,
      });
    }
  }
  if (action === null || trigger === null) return null;
  return { index, trigger, action, durationNs, allowEmpty: words["allowEmpty"] === true };
}

function resolveTrigger(words: Words, world: MethodWorld, reading: Reading): Trigger | null {
  const given = ["at", "every", "random", "when", "after"].filter(
    (word) => words[word] !== undefined,
  );
  if (given.length !== 1) {
    const found = given.length === 0 ? "says no time" : `has ${given.join(" and ")}`;
    reading.problem({ path: [], found, expected: "exactly one of at, every, random, when, after" });
    return null;
  }
  const time = (text: unknown, path: Path): Nanos => {
    const ns = parseDuration(String(text)) ?? 0;
    if (ns >= world.durationNs)
      reading.problem({
        path,
        found: `is "${text}"`,
        expected: "a time before the end of the run",
      });
    return ns;
  };
  switch (given[0]) {
    case "at":
      return { kind: "at", atNs: time(words["at"], ["at"]) };
    case "every": {
      const everyNs = parseDuration(words["every"] as string) ?? 0;
      if (everyNs <= 0) {
        reading.problem({
          path: ["every"],
          found: `is "${words["every"]}"`,
          expected: "a duration above 0",
        });
        return null;
      }
      const from = FROM_IS_A_SIDE.includes(String(words["fault"])) ? undefined : words["from"];
      const firstNs = from === undefined ? everyNs : time(from, ["from"]);
      const fitting = Math.max(1, Math.floor((world.durationNs - firstNs) / everyNs) + 1);
      const times = Math.min((words["times"] as number | undefined) ?? fitting, fitting, 10_000);
      return { kind: "every", firstNs, everyNs, times };
    }
    case "random":
      return resolveRandom(words, world, reading);
    case "when": {
      const when = words["when"] as Words;
      const of = readShard(String(when["of"]), ["when", "of"], world, reading);
      if (of === null) return null;
      const notBeforeNs =
        when["notBefore"] === undefined ? 0 : time(when["notBefore"], ["when", "notBefore"]);
      return { kind: "when", state: when["state"] as TriggerState, ...of, notBeforeNs };
    }
    default:
      return resolveAfter(words["after"] as Words, world, reading);
  }
}

/** Gaps and durations of a random trigger. */
function resolveRandom(words: Words, world: MethodWorld, reading: Reading): Trigger | null {
  const random = words["random"] as Words;
  let wrong = false;
  const problem = (name: string, expected: string): void => {
    wrong = true;
    const found = random[name] === undefined ? "is missing" : `is "${random[name]}"`;
    reading.problem({ path: ["random", name], found, expected });
  };
  const time = (name: string, usual: Nanos): Nanos =>
    random[name] === undefined ? usual : (parseDuration(random[name] as string) ?? 0);
  const pair = (mean: string, least: string): { meanNs: Nanos; leastNs: Nanos } => {
    const meanNs = time(mean, 0);
    const leastNs = time(least, 0);
    if (meanNs <= 0) problem(mean, "a duration above 0");
    else if (leastNs > meanNs) problem(least, `at most the mean, ${random[mean]}`);
    return { meanNs, leastNs };
  };
  const gap = pair("meanGap", "minGap");
  const fault = words["fault"] as string | undefined;
  const heals = fault !== undefined && faultWords[fault]?.heals === true;
  if (!heals && (random["meanFor"] !== undefined || random["minFor"] !== undefined)) {
    problem(
      random["meanFor"] === undefined ? "minFor" : "meanFor",
      `nothing: ${fault ?? "a step"} has no heal of its own`,
    );
  }
  const lasts = heals ? pair("meanFor", "minFor") : null;
  if (words["for"] !== undefined) {
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

function resolveAfter(words: Words, world: MethodWorld, reading: Reading): Trigger | null {
  const given = ["fault", "heal", "step", "event"].filter((word) => words[word] !== undefined);
  if (given.length !== 1) {
    reading.problem({
      path: ["after"],
      found: given.length === 0 ? "names nothing" : `names ${given.join(" and ")}`,
      expected: "exactly one of fault, heal, step, event",
    });
    return null;
  }
  const delayNs = words["delay"] === undefined ? 0 : (parseDuration(words["delay"] as string) ?? 0);
  const name = String(words[given[0] as string]);
  const oneOf = (known: readonly string[]): boolean => {
    if (known.includes(name)) return true;
    reading.problem({
      path: ["after", given[0] as string],
      found: `is "${name}"`,
      expected: `one of ${known.join(", ")}`,
    });
    return false;
  };
  let event: TriggerEvent;
  if (given[0] === "fault" || given[0] === "heal") {
    if (!oneOf(Object.keys(faultWords))) return null;
    event = { kind: "fault", fault: name, phase: given[0] === "fault" ? "injected" : "healed" };
  } else if (given[0] === "step") {
    if (!oneOf(Object.keys(stepWords))) return null;
    event = { kind: "step", step: name };
  } else {
    const cache = String(words["of"] ?? "");
    const known = [
      ...world.caches.map((group) => group.name),
      ...world.datastores.map((store) => store.name),
    ];
    if (!known.includes(cache)) {
      reading.problem({
        path: ["after", "of"],
        found: words["of"] === undefined ? "is missing" : `is "${cache}"`,
        expected: `one of ${known.join(", ")}`,
      });
      return null;
    }
    event = { kind: "cache-event", event: name as (typeof CACHE_EVENTS)[number], cache };
  }
  return { kind: "after", event, delayNs };
}

function resolveFault(words: Words, world: MethodWorld, reading: Reading): FaultSettings | null {
  const fault = words["fault"] as FaultSettings["fault"];
  switch (fault) {
    case "node-crash":
    case "host-power-loss":
    case "node-pause": {
      const target = readTarget(String(words["target"]), ["target"], world, reading);
      return target === null ? null : { fault, target };
    }
    case "replication-link-cut": {
      const target = readNodeTarget(words, world, reading);
      return target === null ? null : { fault, target };
    }
    case "node-slow": {
      const target = readNodeTarget(words, world, reading);
      return target === null ? null : { fault, target, factor: words["factor"] as number };
    }
    case "node-restart": {
      const target = readTarget(String(words["target"]), ["target"], world, reading);
      const downNs = words["down"] === undefined ? SECOND : positive(words, "down", reading);
      return target === null ? null : { fault, target, downNs };
    }
    case "memory-pressure": {
      const target = readNodeTarget(words, world, reading);
      const bytes = parseSize(words["take"] as string) ?? 0;
      return target === null ? null : { fault, target, bytes };
    }
    case "clock-skew":
      return resolveClockSkew(words, world, reading);
    case "dns-outage":
    case "control-plane-outage": {
      const place = readPlace("region", String(words["region"]), ["region"], reading);
      return place?.kind === "region" ? { fault, region: place.region } : null;
    }
    case "origin-slow": {
      const origin = readName("origin", words, world.origins, reading);
      return origin === null ? null : { fault, origin, factor: words["factor"] as number };
    }
    case "traffic-surge": {
      const traffic = readName("traffic", words, world.traffic, reading);
      return traffic === null ? null : { fault, traffic, factor: words["factor"] as number };
    }
    case "hot-key": {
      const traffic = readName("traffic", words, world.traffic, reading);
      const share = readShare("share", words, 1, reading);
      return traffic === null ? null : { fault, traffic, share };
    }
    case "network-loss": {
      const sides = readSides(words, world, reading);
      const share = readShare("loss", words, 0.99, reading);
      const burst = (words["burst"] as number | undefined) ?? 1;
      return sides === null ? null : { fault, ...sides, share, burst };
    }
    case "network-bandwidth": {
      const sides = readSides(words, world, reading);
      const bytesPerSecond = parseSize(words["limit"] as string) ?? 0;
      if (bytesPerSecond < 1) {
        const expected = "a size above 0, per second, such as 1MB";
        reading.problem({ path: ["limit"], found: `is "${words["limit"]}"`, expected });
      }
      return sides === null ? null : { fault, ...sides, bytesPerSecond };
    }
    case "az-network-disruption":
    case "az-power-interruption": {
      const place = readPlace("zone", String(words["zone"]), ["zone"], reading);
      return place?.kind === "zone" ? { fault, zone: place.zone } : null;
    }
    case "region-outage": {
      const place = readPlace("region", String(words["region"]), ["region"], reading);
      return place?.kind === "region" ? { fault, region: place.region } : null;
    }
    case "network-partition": {
      const sideOf = (word: string) => readSide(words[word], [word], world, reading);
      const isolate = sideOf("isolate");
      const to = words["to"] === undefined ? null : sideOf("to");
      const bridge = words["bridge"] === undefined ? [] : sideOf("bridge");
      if (isolate === null || bridge === null) return null;
      const direction = (words["direction"] as CutDirection | undefined) ?? "both";
      return { fault, isolate, to, direction, bridge, withClients: words["withClients"] === true };
    }
    case "network-latency": {
      const sides = readSides(words, world, reading);
      if (sides === null) return null;
      const jitterNs =
        words["jitter"] === undefined ? 0 : (parseDuration(words["jitter"] as string) ?? 0);
      return { fault, ...sides, addNs: parseDuration(words["add"] as string) ?? 0, jitterNs };
    }
  }
}

type Side = readonly (NodeTarget | PlaceTarget)[];

/** `from`, and `to` where it is given. */
function readSides(
  words: Words,
  world: MethodWorld,
  reading: Reading,
): { readonly from: Side; readonly to: Side | null } | null {
  const from = readSide(words["from"], ["from"], world, reading);
  const to = words["to"] === undefined ? null : readSide(words["to"], ["to"], world, reading);
  return from === null ? null : { from, to };
}

function resolveClockSkew(
  words: Words,
  world: MethodWorld,
  reading: Reading,
): FaultSettings | null {
  const target = readTarget(String(words["target"]), ["target"], world, reading);
  const given = ["ahead", "behind"].filter((word) => words[word] !== undefined);
  if (given.length !== 1) {
    const found = given.length === 0 ? "has no offset" : "has ahead and behind";
    reading.problem({ path: [], found, expected: "exactly one of ahead, behind" });
    return null;
  }
  const byNs = positive(words, given[0] as string, reading);
  if (target === null) return null;
  return { fault: "clock-skew", target, byNs: given[0] === "ahead" ? byNs : -byNs };
}

function positive(words: Words, name: string, reading: Reading): Nanos {
  const ns = parseDuration(words[name] as string) ?? 0;
  if (ns > 0) return ns;
  const expected = "a duration above 0";
  reading.problem({ path: [name], found: `is "${words[name]}"`, expected });
  return 1;
}

/** A share above 0 and at most `most`. */
function readShare(name: string, words: Words, most: number, reading: Reading): number {
  const share = parsePercentage(words[name] as string) ?? 0;
  if (share > 0 && share <= most) return share;
  const expected = `a share above 0% and at most ${most * 100}%`;
  reading.problem({ path: [name], found: `is "${words[name]}"`, expected });
  return most;
}

/** The name of an origin or a traffic source. */
function readName(
  room: "origin" | "traffic",
  words: Words,
  known: readonly string[],
  reading: Reading,
): string | null {
  const name = String(words[room]);
  if (known.includes(name)) return name;
  const what = room === "origin" ? "an origin" : "a traffic source";
  const expected =
    known.length === 0 ? `${what} of the scenario, which has none` : `one of ${known.join(", ")}`;
  reading.problem({ path: [room], found: `is "${name}"`, expected });
  return null;
}

function readSide(
  words: unknown,
  path: Path,
  world: MethodWorld,
  reading: Reading,
): (NodeTarget | PlaceTarget)[] | null {
  const list = Array.isArray(words) ? words : [words];
  const side: (NodeTarget | PlaceTarget)[] = [];
  for (const [i, text] of list.entries()) {
    const at = Array.isArray(words) ? [...path, i] : path;
    const place = /^(zone|region) (\S+)$/i.exec(String(text));
    const read =
      place === null
        ? readTarget(String(text), at, world, reading, `${EXPECTED_TARGET}, or "zone us-east-1a"`)
        : readPlace((place[1] as string).toLowerCase(), place[2] as string, at, reading);
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
      expected: `a ${kind === "zone" ? "zone" : "Region"} of the scenario: ${known.join(", ")}`,
    });
    return null;
  }
  return kind === "zone" ? { kind: "zone", zone: name } : { kind: "region", region: name };
}

const EXPECTED_TARGET =
  '"node cart-0001-002", "primary of cart/shard 2", "primaries of cart", "replica of cart/shard 1", "50% of replicas of cart", "50% of nodes of cart" or "any node of cart"';

/** `primary of cart/shard 2` and the like. */
export function readTarget(
  text: string,
  path: Path,
  world: MethodWorld,
  reading: Reading,
  expected = EXPECTED_TARGET,
): NodeTarget | null {
  const node = /^node (\S+)$/.exec(text);
  if (node !== null) {
    const id = node[1] as string;
    const ids = world.caches.flatMap((group) =>
      group.shards.flatMap((shard) => shard.nodes.map((of) => of.id)),
    );
    if (ids.includes(id)) return { kind: "node", node: id };
    reading.problem({
      path,
      found: `is "${text}"`,
      expected: `a node of the scenario, such as "${ids[0]}"`,
    });
    return null;
  }
  if (/^sentinels? /.test(text)) return readSentinels(text, path, world, reading);
  const match =
    /^(primary|primaries|replica|replicas|(\d{1,3}(?:\.\d+)?%) of (?:replicas|nodes)|any node|any (\d{1,3}) nodes) of (.+)$/.exec(
      text,
    );
  if (match === null) {
    reading.problem({ path, found: `is "${text}"`, expected: `a target: ${expected}` });
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
    const shards = world.caches.find((group) => group.name === of.cache)?.shards ?? [];
    const nodes = shards.reduce((sum, { nodes: all }, i) => {
      return of.shard === null || of.shard === i + 1 ? sum + all.length : sum;
    }, 0);
    return { kind: "any", ...of, count: Math.max(1, Math.round(nodes * part)) };
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
  return { kind: "any", ...of, count: count === undefined ? 1 : Number(count) };
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
function readNodeTarget(words: Words, world: MethodWorld, reading: Reading): NodeTarget | null {
  const target = readTarget(String(words["target"]), ["target"], world, reading);
  if (target?.kind !== "sentinel") return target;
  const found = `is "${words["target"]}"`;
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
  if (match === null || group === undefined) {
    reading.problem({
      path,
      found: `is "${text}"`,
      expected: `a cache of the scenario (${world.caches.map((known) => known.name).join(", ")}), or one of its shards, such as "${world.caches[0]?.name}/shard 1"`,
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
