/** Reads the words of a self-managed group: defaults of the engine and of Sentinel. */
import { MILLISECOND, type Nanos, SECOND } from "../../../base/nanos.ts";
import { listWithNearest, nearestWord } from "../../../base/nearest-word.ts";
import { formatSize, parseDuration, parsePercentage, parseSize } from "../../../base/units.ts";
import { readAssumptions, selfManagedAssumptions } from "../../../catalog/assumptions.ts";
import {
  electsByNodeTimeout,
  ranksTiesByNodeId,
  SENTINEL_DEFAULTS,
  UPSTREAM_OUTPUT_BUFFER,
  upstreamVersions,
} from "../../../catalog/engines.ts";
import { nodeTypeNamed, nodeTypes } from "../../../catalog/node-types.ts";
import { busProtocolOf } from "../../cluster/bus-settings.ts";
import { SENTINEL_PROTOCOL, type SentinelSettings } from "../../sentinel/sentinel-settings.ts";
import type { ServiceSettings } from "../../service/service-settings.ts";
import { collectionCosts } from "../collection-costs.ts";
import type { Reading } from "../contract.ts";
import { encryptionOf } from "../encryption.ts";
import type { ReplicationGroupSettings } from "../replication-group-settings.ts";
import { readUpstreamParameters, type UpstreamParameters } from "./parameters.ts";
import type { SelfManagedWords } from "./schema.gen.ts";

/** Nothing that a service does happens. */
const NO_SERVICE: ServiceSettings = {
  monitorDetectionNs: Number.POSITIVE_INFINITY,
  promotionTimeNs: Number.POSITIVE_INFINITY,
  dnsUpdateNs: Number.POSITIVE_INFINITY,
  dnsTtlNs: Number.POSITIVE_INFINITY,
  replacementProvisioningNs: Number.POSITIVE_INFINITY,
  clusterTakeoverNs: Number.POSITIVE_INFINITY,
  rebootTimeNs: Number.POSITIVE_INFINITY,
};

interface Machine {
  readonly maxmemoryBytes: number;
  readonly physicalBytes: number;
  /** 0: not known. */
  readonly networkBytesPerSecond: number;
}

/** Null when a problem leaves nothing to build. */
export function resolveSelfManaged(
  name: string,
  words: SelfManagedWords,
  reading: Reading,
  holdsCollections = false,
): ReplicationGroupSettings | null {
  const region = reading.regions.find((candidate) => candidate.name === words.region);
  if (region === undefined) {
    const known = reading.regions.map(({ name: of }) => of);
    reading.problem({
      path: ["region"],
      found: `is "${words.region}"`,
      expected: `one of the scenario's Regions: ${listWithNearest(known, words.region)}`,
    });
  }
  readVersion(words, reading);
  const machine = readMachine(words, reading);
  const enabled = words.clusterMode === "enabled";
  lintMode(words, enabled, reading);
  const parameters = readUpstreamParameters(
    words.parameters ?? {},
    { engine: words.engine, engineVersion: words.engineVersion, clusterEnabled: enabled },
    reading,
  );
  const assumed = readAssumptions(selfManagedAssumptions, words.assume ?? {}, name, {
    assumption: reading.assumption,
    problem: (of, found, expected) => reading.problem({ path: ["assume", of], found, expected }),
  });
  const collections = collectionCosts(name, words.assume ?? {}, holdsCollections, reading);
  // Upstream the thread that serves commands encrypts, or I/O threads that are off by default.
  const encryption = encryptionOf(
    name,
    words,
    { commandNs: assumed["commandTime"] as number, offloads: false },
    reading,
  );
  const prefill = words.prefill === undefined ? 0 : (parsePercentage(words.prefill) ?? 0);
  if (prefill > 1) {
    const found = `is "${words.prefill}"`;
    reading.problem({ path: ["prefill"], found, expected: 'at most "100%"' });
  }
  const restartAfterNs =
    words.restart === undefined
      ? null
      : positive(words.restart.after, ["restart", "after"], 0, reading);
  if (region === undefined || machine === null) return null;
  const shards = placeShards(name, words, enabled, region.zones, reading);
  const sentinels = enabled ? null : readSentinels(name, words, region.zones, reading);
  return {
    kind: "self-managed",
    selfManaged: { restartAfterNs, sentinels },
    name,
    region: words.region,
    clusterMode: enabled ? "enabled" : "disabled",
    cacheNodeType: words.cacheNodeType ?? `memory ${words.memory}`,
    shards,
    automaticFailover: true,
    multiAz: false,
    prefill: Math.min(1, prefill),
    engine: { ...engineOf(words, machine, parameters, assumed), collections, ...encryption },
    bus: {
      nodeTimeoutNs: parameters.nodeTimeoutMs * MILLISECOND,
      replicaValidityFactor: parameters.replicaValidityFactor,
      requireFullCoverage: parameters.requireFullCoverage,
      allowReadsWhenDown: parameters.allowReadsWhenDown,
      allowReplicaMigration: parameters.allowReplicaMigration,
      migrationBarrier: parameters.migrationBarrier,
      rankTieBreakByNodeId: ranksTiesByNodeId(words.engine, words.engineVersion),
      protocol: busProtocolOf(electsByNodeTimeout(words.engine, words.engineVersion), {
        nodeTimeoutNs: parameters.nodeTimeoutMs * MILLISECOND,
      }),
    },
    service: NO_SERVICE,
    nodePricePerHour: null,
    costReason: "a self-managed group runs on hosts of one's own, whose price nobody publishes",
  };
}

function engineOf(
  words: SelfManagedWords,
  machine: Machine,
  parameters: UpstreamParameters,
  assumed: Readonly<Record<string, number>>,
): Omit<ReplicationGroupSettings["engine"], "collections" | "transitEncryption" | "authToken"> {
  const { maxmemoryBytes, physicalBytes, networkBytesPerSecond } = machine;
  const fullSyncBytesPerSecond = assumed["fullSyncRate"] as number;
  return {
    engine: words.engine,
    engineVersion: words.engineVersion,
    maxmemoryBytes,
    reservedMemoryShare: 0,
    memory: {
      physicalBytes,
      copyOnWriteBytes: assumed["copyOnWrite"] as number,
      swapPageInNs: assumed["swapPageIn"] as number,
      forkless: null,
    },
    maxmemoryPolicy: parameters.maxmemoryPolicy,
    maxmemorySamples: parameters.maxmemorySamples,
    lfuLogFactor: parameters.lfuLogFactor,
    lfuDecayMinutes: parameters.lfuDecayMinutes,
    // Source: valkey 8.0.1 replication.c: if either is 0, writes are always accepted.
    minReplicasToWrite:
      parameters.minReplicasMaxLagSeconds === 0 ? 0 : parameters.minReplicasToWrite,
    minReplicasMaxLagNs: parameters.minReplicasMaxLagSeconds * SECOND,
    outputBuffer: UPSTREAM_OUTPUT_BUFFER,
    replBacklogBytes: parameters.replBacklogBytes,
    replTimeoutNs: parameters.replTimeoutSeconds * SECOND,
    replDisklessSyncDelayNs: parameters.replDisklessSyncDelaySeconds * SECOND,
    fullSyncBytesPerSecond,
    snapshotFlushNs: assumed["snapshotFlush"] as number,
    loadKeysPerSecond: assumed["loadRate"] as number,
    applyNs: Math.round(SECOND / (assumed["applyRate"] as number)),
    networkBytesPerSecond:
      networkBytesPerSecond > 0 ? networkBytesPerSecond : Number.POSITIVE_INFINITY,
    commandTime: { kind: "constant", value: assumed["commandTime"] as number },
    lazyFree: parameters.lazyFree,
    maxclients: parameters.maxclients,
  };
}

function readVersion(words: SelfManagedWords, reading: Reading): void {
  const versions = upstreamVersions[words.engine];
  if (versions.includes(words.engineVersion)) return;
  reading.problem({
    path: ["engineVersion"],
    found: `is "${words.engineVersion}"`,
    expected: `a release of ${words.engine}: ${versions.join(", ")}`,
  });
}

function readMachine(words: SelfManagedWords, reading: Reading): Machine | null {
  const { cacheNodeType, memory } = words;
  if ((cacheNodeType === undefined) === (memory === undefined)) {
    const found = memory === undefined ? "says no memory" : "has cacheNodeType and memory";
    reading.problem({ path: [], found, expected: "exactly one of cacheNodeType, memory" });
    return null;
  }
  if (memory !== undefined) {
    const bytes = parseSize(memory) ?? 0;
    const physicalBytes = readHostMemory(words, bytes, reading);
    if (bytes >= 10_000_000)
      return { maxmemoryBytes: bytes, physicalBytes, networkBytesPerSecond: 0 };
    reading.problem({ path: ["memory"], found: `is "${memory}"`, expected: 'at least "10MB"' });
    return null;
  }
  const type = nodeTypeNamed(cacheNodeType as string);
  if (type !== undefined && type.ssdGib === 0) {
    const { maxmemoryBytes, networkGbps } = type;
    const physicalBytes = readHostMemory(words, maxmemoryBytes, reading);
    return { maxmemoryBytes, physicalBytes, networkBytesPerSecond: (networkGbps * 1e9) / 8 };
  }
  const names = nodeTypes.map(({ name }) => name);
  const near = nearestWord(cacheNodeType as string, names);
  const suchAs = near === undefined ? "" : `, such as "${near}"`;
  reading.problem({
    path: ["cacheNodeType"],
    found: `is "${cacheNodeType}"`,
    expected: `a node type of the catalogue without data tiering${suchAs} (cachequake list node-types)`,
  });
  return null;
}

/** Twice maxmemory by default: what a fork's child may make the process copy, at most. */
function readHostMemory(words: SelfManagedWords, maxmemoryBytes: number, reading: Reading): number {
  if (words.hostMemory === undefined) return 2 * maxmemoryBytes;
  const bytes = parseSize(words.hostMemory) ?? 0;
  if (bytes < maxmemoryBytes)
    reading.problem({
      path: ["hostMemory"],
      found: `is "${words.hostMemory}"`,
      expected: `at least maxmemory, ${formatSize(maxmemoryBytes)}`,
    });
  return bytes;
}

/** Words that the other mode has. */
function lintMode(words: SelfManagedWords, enabled: boolean, reading: Reading): void {
  const foreign = enabled
    ? (["replicas", "replicaPriorities", "sentinels"] as const)
    : (["numNodeGroups", "replicasPerNodeGroup"] as const);
  const expected = enabled
    ? "numNodeGroups and replicasPerNodeGroup; the cluster bus fails over, with clusterMode: enabled"
    : "replicas and sentinels, with clusterMode: disabled";
  for (const word of foreign)
    if (words[word] !== undefined) reading.problem({ path: [word], found: "is given", expected });
}

const pad = (n: number, width: number): string => String(n).padStart(width, "0");

/** As the managed kind names and places nodes: round the zones, shard by shard. */
function placeShards(
  name: string,
  words: SelfManagedWords,
  enabled: boolean,
  zones: readonly string[],
  reading: Reading,
): ReplicationGroupSettings["shards"] {
  const shards = enabled ? (words.numNodeGroups ?? 3) : 1;
  const replicas = enabled ? (words.replicasPerNodeGroup ?? 1) : (words.replicas ?? 2);
  const perShard = replicas + 1;
  const own = words.zones;
  if (own !== undefined) {
    lintZones(own, ["zones"], words, zones, reading);
    if (own.length !== shards * perShard) {
      const found = `names ${own.length} zones`;
      const expected = `one for each of the ${shards * perShard} nodes`;
      reading.problem({ path: ["zones"], found, expected });
    }
  }
  return Array.from({ length: shards }, (_, shard) => ({
    id: pad(shard + 1, 4),
    nodes: Array.from({ length: perShard }, (__, node) => ({
      id: enabled
        ? `${name}-${pad(shard + 1, 4)}-${pad(node + 1, 3)}`
        : `${name}-${pad(node + 1, 3)}`,
      zone: known(own?.[shard * perShard + node], zones, shard + node),
    })),
  }));
}

/** The zone that is given, or the next in turn. */
function known(given: string | undefined, zones: readonly string[], turn: number): string {
  return given !== undefined && zones.includes(given)
    ? given
    : (zones[turn % zones.length] as string);
}

function lintZones(
  given: readonly string[],
  path: readonly string[],
  words: SelfManagedWords,
  zones: readonly string[],
  reading: Reading,
): void {
  for (const [i, zone] of given.entries()) {
    if (zones.includes(zone)) continue;
    const expected = `a zone of ${words.region}: ${listWithNearest(zones, zone)}`;
    reading.problem({ path: [...path, i], found: `is "${zone}"`, expected });
  }
}

function readSentinels(
  name: string,
  words: SelfManagedWords,
  zones: readonly string[],
  reading: Reading,
): SentinelSettings {
  const given = words.sentinels ?? {};
  const count = given.count ?? given.zones?.length ?? 3;
  const quorum = given.quorum ?? Math.floor(count / 2) + 1;
  if (quorum > count) {
    const expected = `at most ${count}, the number of sentinels`;
    reading.problem({ path: ["sentinels", "quorum"], found: `is ${quorum}`, expected });
  }
  if (given.zones !== undefined) {
    lintZones(given.zones, ["sentinels", "zones"], words, zones, reading);
    if (given.zones.length !== count) {
      const found = `names ${given.zones.length} zones`;
      const expected = `one for each of the ${count} sentinels`;
      reading.problem({ path: ["sentinels", "zones"], found, expected });
    }
  }
  const time = (word: "downAfterMilliseconds" | "failoverTimeout", usual: Nanos): Nanos =>
    given[word] === undefined
      ? usual
      : positive(given[word] as string, ["sentinels", word], usual, reading);
  return {
    processes: Array.from({ length: count }, (_, at) => ({
      id: `${name}-sentinel-${at + 1}`,
      zone: known(given.zones?.[at], zones, at),
    })),
    quorum,
    downAfterNs: time("downAfterMilliseconds", SENTINEL_DEFAULTS.downAfterNs),
    failoverTimeoutNs: time("failoverTimeout", SENTINEL_DEFAULTS.failoverTimeoutNs),
    parallelSyncs: given.parallelSyncs ?? SENTINEL_DEFAULTS.parallelSyncs,
    priorities: readPriorities(words, reading),
    protocol: SENTINEL_PROTOCOL,
  };
}

/** Of all nodes: the primary's counts once it is a replica. */
function readPriorities(words: SelfManagedWords, reading: Reading): number[] {
  const replicas = words.replicas ?? 2;
  const given = words.replicaPriorities;
  if (given !== undefined && given.length !== replicas) {
    const found = `names ${given.length} priorities`;
    const expected = `one for each of the ${replicas} replicas`;
    reading.problem({ path: ["replicaPriorities"], found, expected });
  }
  const usual = SENTINEL_DEFAULTS.replicaPriority;
  return [usual, ...Array.from({ length: replicas }, (_, i) => given?.[i] ?? usual)];
}

function positive(text: string, path: readonly string[], usual: Nanos, reading: Reading): Nanos {
  const ns = parseDuration(text) ?? 0;
  if (ns > 0) return ns;
  reading.problem({ path, found: `is "${text}"`, expected: "a duration above 0" });
  return usual;
}
