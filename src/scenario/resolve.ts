/** Reads validated words into settings: every floor reads its own, this one puts them together. */
import { listWithNearest } from "../base/nearest-word.ts";
import { formatDuration, parseDuration } from "../base/units.ts";
import {
  type AssumptionUsed,
  networkAssumptions,
  readAssumptions,
} from "../catalog/assumptions.ts";
import { regionRttNs } from "../catalog/region-rtt.ts";
import { zoneNames } from "../catalog/regions.ts";
import type { SteadyClause } from "../checks/expectation.ts";
import type { SteadyClauseWords } from "../checks/words.gen.ts";
import { resolveExpectation, resolveSteadyClause } from "../checks/words.ts";
import type { MethodEntry } from "../faults/contract.ts";
import { lintTargets } from "../faults/lint-targets.ts";
import { lintTriggers } from "../faults/lint-triggers.ts";
import type { ReplicaChanges } from "../faults/method-world.ts";
import { plantedBugs } from "../faults/planted/registry.ts";
import { resolveMethodEntry } from "../faults/resolve.ts";
import type { Finding, Reading } from "../model/kinds/contract.ts";
import { resolveGlobalDatastore } from "../model/kinds/global-datastore/resolve.ts";
import { resolveReplicationGroup } from "../model/kinds/replication-group/resolve.ts";
import type { ReplicationGroupSettings } from "../model/kinds/replication-group-settings.ts";
import { resolveSelfManaged } from "../model/kinds/self-managed/resolve.ts";
import type { NetworkSettings } from "../model/network/network-settings.ts";
import type { RegionSettings } from "../model/place/place-settings.ts";
import { resolveOrigin, resolveTraffic } from "../model/traffic/resolve.ts";
import { DEFAULT_TCP_RETRANSMIT, type Offers } from "../model/traffic/resolve-client.ts";
import { cachesWithCollections, lintSharedKeys } from "./collections.ts";
import { resolveExplore } from "./explore.ts";
import { DEFAULT_LIMITS, estimateSize, type Limits, lintSize } from "./limits.ts";
import { lintRegionQuota, lintSteps } from "./lint-service.ts";
import type { ResolvedScenario } from "./resolved.ts";
import type { ScenarioWords } from "./schema.gen.ts";
import type { Path } from "./source.ts";

const SEED = /^[A-Za-z0-9_-]{1,64}$/;

export interface ResolveGiven {
  readonly seed: string;
  /** The seed came from outside the file. */
  readonly seedGiven: boolean;
  readonly allowPlanted: boolean;
  /** In place of the default limits. */
  readonly limits?: Partial<Limits> | undefined;
  readonly story: string;
  readonly report: (path: Path, found: string, expected: string) => void;
}

/** Null when something is wrong; all of it was reported. */
export function resolveScenario(
  words: ScenarioWords,
  given: ResolveGiven,
): ResolvedScenario | null {
  const { report } = given;
  const assumptions: AssumptionUsed[] = [];
  let problems = 0;
  const readAt = (base: Path, regions: readonly RegionSettings[]): Reading => ({
    regions,
    problem({ path, found, expected }: Finding) {
      problems++;
      report([...base, ...path], found, expected);
    },
    assumption: (used) => assumptions.push(used),
  });
  const durationNs = parseDuration(words.duration) ?? 0;
  const top = readAt([], []);
  if (durationNs < 1e9)
    top.problem({
      path: ["duration"],
      found: `is "${words.duration}"`,
      expected: "at least 1s of simulated time, below 104 days",
    });
  const warmUpNs = words.warmUp === undefined ? 0 : (parseDuration(words.warmUp) ?? 0);
  if (warmUpNs > 0 && warmUpNs >= durationNs)
    top.problem({
      path: ["warmUp"],
      found: `is "${words.warmUp}"`,
      expected: `less than the scenario's duration of ${formatDuration(durationNs)}`,
    });
  if (!SEED.test(given.seed)) {
    const found = `is "${given.seed}"${given.seedGiven ? " (by --seed)" : ""}`;
    top.problem({ path: ["seed"], found, expected: "1 to 64 letters, digits, _ or -" });
  }
  const regions = resolveRegions(words.regions, top);
  const network = resolveNetwork(words, regions, top);
  const plant = resolvePlant(words.plant, given.allowPlanted, top);

  const withCollections = cachesWithCollections(words);
  const caches = new Map<string, ReplicationGroupSettings | null>();
  for (const [name, of] of Object.entries(words.caches)) {
    const reading = readAt(["caches", name], regions);
    caches.set(
      name,
      of.type === "self-managed"
        ? resolveSelfManaged(name, of, reading, withCollections.has(name))
        : resolveReplicationGroup(name, of, reading, withCollections.has(name)),
    );
  }
  const groups = [...caches.values()].filter((group) => group !== null);
  lintNodeIds(groups, top);
  lintRegionQuota(words.caches, groups, readAt([], regions));
  const datastores = Object.entries(words.globalDatastores ?? {}).map(([name, of]) =>
    resolveGlobalDatastore(name, of, caches, readAt(["globalDatastores", name], regions)),
  );
  lintMembership(datastores, top);
  const origins = Object.entries(words.origins ?? {}).map(([name, of]) =>
    resolveOrigin(name, of, readAt(["origins", name], regions)),
  );
  const originNames = Object.keys(words.origins ?? {});
  const cacheNames = [...caches.keys(), ...datastores.map((store) => store.name)];
  const cacheOf = (name: string): ReplicationGroupSettings | null | undefined =>
    caches.get(datastores.find((store) => store.name === name)?.primary ?? name);
  const clusterModeOf = (name: string): "enabled" | "disabled" =>
    cacheOf(name)?.clusterMode ?? "enabled";
  const shardsOf = (name: string): number | undefined => {
    return cacheOf(name)?.shards.length;
  };
  const traffic = Object.entries(words.traffic).map(([name, of]) =>
    resolveTraffic(
      name,
      of,
      {
        caches: cacheNames,
        origins: originNames,
        clusterModeOf,
        shardsOf,
        offers: (cache) =>
          offersOf(
            cacheOf(cache),
            datastores.some((of) => of.name === cache),
          ),
      },
      readAt(["traffic", name], regions),
    ),
  );
  const sources = traffic.filter((source) => source !== null);
  const names = {
    traffic: Object.keys(words.traffic),
    caches: cacheNames,
    origins: originNames,
  };
  lintNames(names, top);
  lintSharedKeys(sources, top);
  const steadyState = (words.steadyState ?? []).map((of, i) =>
    resolveSteadyClause(of, names, readAt(["steadyState", i], regions)),
  );
  const steady = steadyState.filter((clause): clause is SteadyClause => clause !== null);
  for (const [i, clause] of steadyState.entries()) {
    if (clause === null || clause.overNs <= durationNs || !isGiven(words.steadyState?.[i]))
      continue;
    const found = `is "${formatDuration(clause.overNs)}"`;
    const expected = "a window within the scenario's duration";
    top.problem({ path: ["steadyState", i, clause.metric, "over"], found, expected });
  }
  const world = {
    caches: groups,
    unread: [...caches].filter(([, group]) => group === null).map(([name]) => name),
    datastores,
    durationNs,
    origins: originNames,
    traffic: names.traffic,
    changes: new Map<string, ReplicaChanges>(),
    moves: [],
  };
  const method = (words.method ?? []).map((of, i) =>
    resolveMethodEntry(i, of, world, readAt(["method", i], regions)),
  );
  const expect = (words.expect ?? []).map((of, i) =>
    resolveExpectation(of, names, steady, readAt(["expect", i], regions)),
  );
  const entries = method.filter((entry): entry is MethodEntry => entry !== null);
  // A datastore's primary is built before its secondaries, which start in step with it.
  const built = groups
    .map((group) => withLater(group, world.changes))
    .sort((a, b) => Number(isSecondary(a.name)) - Number(isSecondary(b.name)));
  if (world.unread.length === 0)
    lintTargets(entries, words.method ?? [], built, readAt([], regions));
  // Where entries could not be read, what others wait for may be among them; explore brings faults of its own.
  if (entries.length === method.length && words.explore === undefined)
    lintTriggers(entries, words.method ?? [], groups, durationNs, top);
  lintSteps(entries, datastores, top);
  const explore = resolveExplore(words.explore, { durationNs }, top);
  const maxEvents = words.maxEvents ?? DEFAULT_LIMITS.events;
  const limits = { ...DEFAULT_LIMITS, ...given.limits };
  const events = Math.max(maxEvents, given.limits?.events ?? 0);
  lintSize(
    estimateSize(sources, groups, durationNs, entries),
    durationNs,
    { ...limits, events },
    top,
  );
  if (problems > 0) return null;
  return {
    name: words.scenario,
    story: given.story,
    seed: given.seed,
    durationNs,
    warmUpNs,
    tieBreak: words.tieBreak ?? "schedule",
    tieSeed: words.tieSeed === undefined ? given.seed : String(words.tieSeed),
    maxEvents,
    regions,
    network,
    caches: built,
    globalDatastores: datastores,
    origins: origins.filter((origin) => origin !== null),
    traffic: sources,
    steadyState: steady,
    method: entries,
    expect: expect.filter((expectation) => expectation !== null),
    plant,
    explore,
    assumptions,
  };

  function isSecondary(cache: string): boolean {
    return datastores.some((store) => store.secondaries.includes(cache));
  }
}

/** Whether a clause says how long its windows are. */
const isGiven = (clause: SteadyClauseWords | undefined): boolean =>
  Object.values(clause ?? {}).some((of: { readonly over?: string }) => of.over !== undefined);

function offersOf(
  group: ReplicationGroupSettings | null | undefined,
  members: boolean,
): Offers | null {
  if (!group) return null;
  return {
    replicas: (group.shards[0]?.nodes.length ?? 1) - 1,
    encryption: group.engine.transitEncryption !== null,
    sentinels: (group.selfManaged?.sentinels ?? null) !== null,
    members,
  };
}

/** The nodes that steps add belong to what is built. */
function withLater(
  group: ReplicationGroupSettings,
  changes: ReadonlyMap<string, ReplicaChanges>,
): ReplicationGroupSettings {
  const shards = group.shards.map((shard, at) => ({
    ...shard,
    later: changes.get(`${group.name} ${at + 1}`)?.added ?? [],
  }));
  return shards.some(({ later }) => later.length > 0) ? { ...group, shards } : group;
}

function resolveRegions(words: ScenarioWords["regions"], reading: Reading): RegionSettings[] {
  const seen = new Set<string>();
  return Object.entries(words).map(([name, { zones: given }]) => {
    const zones = typeof given === "number" ? zoneNames(name, given) : given;
    for (const [i, zone] of zones.entries()) {
      if (seen.has(zone))
        reading.problem({
          path: ["regions", name, "zones", i],
          found: `is "${zone}" again`,
          expected: "each zone once",
        });
      seen.add(zone);
    }
    return { name, zones };
  });
}

const RTT_MAX = 3600e9;

function resolveNetwork(
  words: ScenarioWords,
  regions: readonly RegionSettings[],
  reading: Reading,
): NetworkSettings {
  const assumed = readAssumptions(networkAssumptions, words.assume ?? {}, "network", {
    assumption: reading.assumption,
    problem: (name, found, expected) =>
      reading.problem({ path: ["assume", name], found, expected }),
  });
  const own = new Map<string, number>();
  for (const [pair, text] of Object.entries(words.network?.regionRtt ?? {})) {
    const [from = "", to = "", more] = pair.split(" ");
    const known = (name: string): boolean => regions.some((region) => region.name === name);
    if (more !== undefined || !known(from) || !known(to) || from === to) {
      reading.problem({
        path: ["network", "regionRtt", pair],
        found: `is no pair of the scenario's Regions`,
        expected: 'two Regions with a space between, such as "us-east-1 eu-west-1"',
      });
    }
    const ns = parseDuration(text) ?? 0;
    if (ns <= 0 || ns > RTT_MAX) {
      const expected = "a round trip above 0 and at most 1h";
      reading.problem({ path: ["network", "regionRtt", pair], found: `is "${text}"`, expected });
    }
    own.set(`${from} ${to}`, ns);
    own.set(`${to} ${from}`, ns);
  }
  const regionRtt: { from: string; to: string; rttNs: number }[] = [];
  for (const a of regions) {
    for (const b of regions) {
      if (a === b) continue;
      const rttNs = own.get(`${a.name} ${b.name}`) ?? regionRttNs(a.name, b.name);
      if (rttNs === undefined) {
        reading.problem({
          path: ["regions", b.name],
          found: `has no measured round trip with ${a.name}`,
          expected: `network: { regionRtt: { "${a.name} ${b.name}": ... } } with your own figure`,
        });
      } else regionRtt.push({ from: a.name, to: b.name, rttNs });
    }
  }
  return {
    sameZoneRttNs: assumed["sameZoneRtt"] as number,
    interZoneRttNs: assumed["interZoneRtt"] as number,
    regionRttNs: regionRtt,
    tcpRetransmitNs: DEFAULT_TCP_RETRANSMIT,
  };
}

function resolvePlant(name: string | undefined, allowed: boolean, reading: Reading): string | null {
  if (name === undefined) return null;
  const known = plantedBugs.map((bug) => bug.name);
  if (!known.includes(name))
    reading.problem({
      path: ["plant"],
      found: `is "${name}"`,
      expected: `one of ${listWithNearest(known, name)}`,
    });
  else if (!allowed)
    reading.problem({
      path: ["plant"],
      found: `plants the bug "${name}"`,
      expected: "--allow-planted on the command line, for a planted bug makes every answer wrong",
    });
  return name;
}

function lintNodeIds(groups: readonly ReplicationGroupSettings[], reading: Reading): void {
  const owners = new Map<string, string>();
  for (const group of groups) {
    for (const node of group.shards.flatMap((shard) => shard.nodes)) {
      const other = owners.get(node.id);
      if (other !== undefined) {
        reading.problem({
          path: ["caches", group.name],
          found: `has a node ${node.id}, as ${other} has`,
          expected: "names of caches whose nodes differ",
        });
        return;
      }
      owners.set(node.id, group.name);
    }
  }
}

function lintMembership(
  stores: readonly {
    readonly name: string;
    readonly primary: string;
    readonly secondaries: readonly string[];
  }[],
  reading: Reading,
): void {
  const owners = new Map<string, string>();
  for (const store of stores) {
    for (const member of [store.primary, ...store.secondaries]) {
      const other = owners.get(member);
      if (other !== undefined)
        reading.problem({
          path: ["globalDatastores", store.name],
          found: `has the member ${member}, as ${other} has`,
          expected: "each cache in one Global Datastore, once",
        });
      owners.set(member, store.name);
    }
  }
}

/** Expectations speak of traffic, caches and origins by name alone. */
function lintNames(
  names: {
    readonly traffic: readonly string[];
    readonly caches: readonly string[];
    readonly origins: readonly string[];
  },
  reading: Reading,
): void {
  for (const [room, own, others] of [
    ["traffic", names.traffic, [...names.caches, ...names.origins]],
    ["origins", names.origins, names.caches],
  ] as const) {
    for (const name of own) {
      if (others.includes(name))
        reading.problem({
          path: [room, name],
          found: "has the name of something else in the scenario",
          expected: "a name of its own",
        });
    }
  }
}
