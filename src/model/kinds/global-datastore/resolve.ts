/** Reads the words of a Global Datastore: its members must match, as the service demands. */
import { listWithNearest } from "../../../base/nearest-word.ts";
import { datastoreAssumptions, readAssumptions } from "../../../catalog/assumptions.ts";
import { quotas } from "../../../catalog/quotas.ts";
import type { GlobalDatastoreSettings } from "../../service/service-settings.ts";
import type { Reading } from "../contract.ts";
import type { ReplicationGroupSettings } from "../replication-group-settings.ts";
import type { GlobalDatastoreWords } from "./schema.gen.ts";

/** Families that a Global Datastore does not run on. Source: ElastiCache user guide, global datastores. */
const FAMILIES = ["m5", "m6g", "m7g", "r5", "r6g", "r6gd", "r7g", "c7gn"];

export function resolveGlobalDatastore(
  name: string,
  words: GlobalDatastoreWords,
  /** Resolved caches by name; null where a cache could not be resolved. */
  caches: ReadonlyMap<string, ReplicationGroupSettings | null>,
  reading: Reading,
): GlobalDatastoreSettings {
  const known = (
    cache: string,
    path: readonly (string | number)[],
  ): ReplicationGroupSettings | null => {
    const found = caches.get(cache);
    if (found?.kind === "self-managed") {
      const expected = "a replication group: the service joins no others";
      reading.problem({ path, found: `is "${cache}", which is self-managed`, expected });
      return null;
    }
    if (caches.has(cache)) return found ?? null;
    reading.problem({
      path,
      found: `is "${cache}"`,
      expected: `one of the scenario's caches: ${listWithNearest([...caches.keys()], cache)}`,
    });
    return null;
  };
  if (caches.has(name)) {
    reading.problem({
      path: [],
      found: `has the name of the cache "${name}"`,
      expected: "a name of its own",
    });
  }
  const primary = known(words.primary, ["primary"]);
  if (words.secondaries.length > quotas.globalDatastoreSecondaries) {
    reading.problem({
      path: ["secondaries"],
      found: `names ${words.secondaries.length} caches`,
      expected: `at most ${quotas.globalDatastoreSecondaries}, the service's limit`,
    });
  }
  if (primary !== null) lintMember(primary, ["primary"], reading);
  const regions = new Set([primary?.region]);
  for (const [i, secondary] of words.secondaries.entries()) {
    const path = ["secondaries", i];
    const member = known(secondary, path);
    if (member === null || primary === null) continue;
    if (regions.has(member.region)) {
      reading.problem({
        path,
        found: `is "${secondary}" in ${member.region}`,
        expected: "a cache in a Region of its own",
      });
    }
    regions.add(member.region);
    if (isInChina(member.region) !== isInChina(primary.region)) {
      reading.problem({
        path,
        found: `is "${secondary}" in ${member.region}`,
        expected: "a cache outside China with one outside, or in China with one in China",
      });
    }
    lintMatch(primary, member, path, reading);
  }
  const assumed = readAssumptions(datastoreAssumptions, words.assume ?? {}, name, {
    assumption: reading.assumption,
    problem: (of, found, expected) => reading.problem({ path: ["assume", of], found, expected }),
  });
  return {
    name,
    primary: words.primary,
    secondaries: words.secondaries,
    globalPromotionNs: assumed["globalPromotion"] as number,
    redirectDelayNs: assumed["redirectDelay"] as number,
  };
}

/** Beijing and Ningxia join each other and nothing else. Source: ElastiCache user guide, global datastores. */
const isInChina = (region: string): boolean => region.startsWith("cn-");

function lintMember(
  member: ReplicationGroupSettings,
  path: readonly (string | number)[],
  reading: Reading,
): void {
  const [, family = "", size = ""] = member.cacheNodeType.split(".");
  const small = ["micro", "small", "medium"].includes(size);
  if (small || !FAMILIES.includes(family)) {
    reading.problem({
      path,
      found: `runs on ${member.cacheNodeType}`,
      expected: `a node type of a Global Datastore: ${FAMILIES.join(", ")}, large or larger`,
    });
  }
}

/** Node type, engine, version and shards of all members are the same; replicas may differ. */
function lintMatch(
  primary: ReplicationGroupSettings,
  member: ReplicationGroupSettings,
  path: readonly (string | number)[],
  reading: Reading,
): void {
  const facts = (
    group: ReplicationGroupSettings,
  ): readonly (readonly [string, string | number])[] => [
    ["cacheNodeType", group.cacheNodeType],
    ["engine", group.engine.engine],
    ["engineVersion", group.engine.engineVersion],
    ["clusterMode", group.clusterMode],
    ["shards", group.shards.length],
    // A change of parameters is applied to all members.
    ["maxmemory-policy", group.engine.maxmemoryPolicy],
    ["reserved-memory-percent", group.engine.reservedMemoryShare * 100],
    ["repl-backlog-size", group.engine.replBacklogBytes],
    ["min-replicas-to-write", group.engine.minReplicasToWrite],
  ];
  const expected = new Map(facts(primary));
  for (const [fact, value] of facts(member)) {
    if (expected.get(fact) === value) continue;
    reading.problem({
      path,
      found: `is "${member.name}" with ${fact} ${value}`,
      expected: `${fact} ${expected.get(fact)} as in ${primary.name}: members must match`,
    });
  }
}
