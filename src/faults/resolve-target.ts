/** Reads targets: nodes, roles, shares, zones and Regions. */
import { listWithNearest, nearestWord } from "../base/nearest-word.ts";
import { parsePercentage } from "../base/units.ts";
import type { Reading } from "../model/kinds/contract.ts";
import type { NodeTarget, PlaceTarget } from "./contract.ts";
import type { MethodWorld } from "./method-world.ts";

type Path = readonly (string | number)[];

/** One side of links: a target or several. Null, as of each reader here, where a problem leaves nothing. */
export function readSide(
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

/** A zone or a Region of the scenario. */
export function readPlace(
  kind: string,
  name: string,
  path: Path,
  reading: Reading,
): PlaceTarget | null {
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
export function readTarget(
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
export function readNodeTarget(
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
