/** Reads the words of a replication group: the service's rules, defaults and assumptions. */

import { SECOND } from "../../../base/nanos.ts";
import { listWithNearest, nearestWord } from "../../../base/nearest-word.ts";
import { parsePercentage } from "../../../base/units.ts";
import {
  cacheAssumptions,
  forklessAssumptions,
  readAssumptions,
} from "../../../catalog/assumptions.ts";
import {
  electsByNodeTimeout,
  engineDefaults,
  REPL_DISKLESS_SYNC_DELAY,
  REPL_TIMEOUT,
  REPLICA_OUTPUT_BUFFER_SHARE,
  REPLICA_OUTPUT_BUFFER_SOFT,
  ranksTiesByNodeId,
} from "../../../catalog/engines.ts";
import {
  type NodeType,
  nodeTypeNamed,
  nodeTypes,
  offloadsTls,
} from "../../../catalog/node-types.ts";
import { quotas } from "../../../catalog/quotas.ts";
import { busProtocolOf } from "../../cluster/bus-settings.ts";
import { collectionCosts } from "../collection-costs.ts";
import type { Reading } from "../contract.ts";
import { encryptionOf } from "../encryption.ts";
import type { ReplicationGroupSettings } from "../replication-group-settings.ts";
import { type Parameters, readParameters } from "./parameters.ts";
import { type Counts, placeNodes, type ShardPlan } from "./placement.ts";
import type { ReplicationGroupWords } from "./schema.gen.ts";

/** Null when a problem leaves nothing to build. */
export function resolveReplicationGroup(
  name: string,
  words: ReplicationGroupWords,
  reading: Reading,
  holdsCollections = false,
): ReplicationGroupSettings | null {
  const enabled = words.clusterMode === "enabled";
  const region = reading.regions.find((candidate) => candidate.name === words.region);
  if (region === undefined) {
    reading.problem({
      path: ["region"],
      found: `is "${words.region}"`,
      expected: `one of the scenario's Regions: ${listWithNearest(
        reading.regions.map(({ name: of }) => of),
        words.region,
      )}`,
    });
  }
  const nodeType = readNodeType(words, reading);
  readVersion(words, reading);
  const counts = readCounts(words, reading);
  if (counts !== null) lintZoneLists(words, counts, reading);
  lintFailover(words, counts, reading);
  const parameters = readParameters(
    words.parameters ?? {},
    { engine: words.engine, engineVersion: words.engineVersion, clusterEnabled: enabled },
    reading,
  );
  lintMinReplicas(parameters, counts, reading);
  const assumptionReport = {
    assumption: reading.assumption,
    problem: (of: string, found: string, expected: string) =>
      reading.problem({ path: ["assume", of], found, expected }),
  };
  const assumed = readAssumptions(
    [...cacheAssumptions, ...forklessAssumptions],
    words.assume ?? {},
    name,
    assumptionReport,
  );
  const collections = collectionCosts(name, words.assume ?? {}, holdsCollections, reading);
  lintAuth(words, reading);
  const encryption = encryptionOf(
    name,
    words,
    {
      commandNs: assumed["commandTime"] as number,
      offloads: offloadsTls(words.cacheNodeType, words.engine, words.engineVersion),
    },
    reading,
  );
  const prefill = words.prefill === undefined ? 0 : (parsePercentage(words.prefill) ?? 0);
  if (prefill > 1)
    reading.problem({
      path: ["prefill"],
      found: `is "${words.prefill}"`,
      expected: 'at most "100%"',
    });
  if (region === undefined || nodeType === null || counts === null) return null;
  const plans = placeNodes(name, words, counts, region.zones, reading);
  lintPlacement(words, plans, reading);
  const valkey = words.engine === "valkey";
  const knownPrice = words.region === "us-east-1";
  const price = valkey ? nodeType.priceValkey : nodeType.priceRedis;
  const bytesPerSecond = (nodeType.networkGbps * 1e9) / 8;
  return {
    kind: "replication-group",
    name,
    region: words.region,
    clusterMode: words.clusterMode,
    cacheNodeType: words.cacheNodeType,
    shards: plans,
    automaticFailover: words.automaticFailoverEnabled ?? false,
    multiAz: words.multiAZEnabled ?? false,
    prefill: Math.min(1, prefill),
    engine: {
      engine: words.engine,
      engineVersion: words.engineVersion,
      maxmemoryBytes: nodeType.maxmemoryBytes,
      reservedMemoryShare: parameters.reservedMemoryPercent / 100,
      memory: {
        // Source: ElastiCache user guide: maxmemory is the node type's memory.
        physicalBytes: nodeType.maxmemoryBytes,
        copyOnWriteBytes: assumed["copyOnWrite"] as number,
        swapPageInNs: assumed["swapPageIn"] as number,
        forkless: {
          headroomShare: assumed["forkHeadroom"] as number,
          writeDelayNs: assumed["forklessWriteDelay"] as number,
        },
      },
      maxmemoryPolicy: parameters.maxmemoryPolicy,
      maxmemorySamples: parameters.maxmemorySamples,
      lfuLogFactor: parameters.lfuLogFactor,
      lfuDecayMinutes: parameters.lfuDecayMinutes,
      // Source: ElastiCache user guide: if either is 0, writes are always accepted.
      minReplicasToWrite:
        parameters.minReplicasMaxLagSeconds === 0 ? 0 : parameters.minReplicasToWrite,
      minReplicasMaxLagNs: parameters.minReplicasMaxLagSeconds * SECOND,
      outputBuffer: {
        hardBytes: nodeType.maxmemoryBytes * REPLICA_OUTPUT_BUFFER_SHARE,
        softBytes: nodeType.maxmemoryBytes * REPLICA_OUTPUT_BUFFER_SHARE,
        softNs: REPLICA_OUTPUT_BUFFER_SOFT,
      },
      replBacklogBytes: parameters.replBacklogBytes,
      replTimeoutNs: REPL_TIMEOUT,
      replDisklessSyncDelayNs: REPL_DISKLESS_SYNC_DELAY,
      fullSyncBytesPerSecond: assumed["fullSyncRate"] as number,
      snapshotFlushNs: assumed["snapshotFlush"] as number,
      loadKeysPerSecond: assumed["loadRate"] as number,
      applyNs: Math.round(SECOND / (assumed["applyRate"] as number)),
      networkBytesPerSecond: bytesPerSecond > 0 ? bytesPerSecond : Number.POSITIVE_INFINITY,
      commandTime: { kind: "constant", value: assumed["commandTime"] as number },
      collections,
      lazyFree: parameters.lazyFree,
      maxclients: quotas.connectionsPerNode,
      ...encryption,
    },
    bus: {
      nodeTimeoutNs: assumed["cluster-node-timeout"] as number,
      replicaValidityFactor: parameters.replicaValidityFactor,
      requireFullCoverage: parameters.requireFullCoverage,
      allowReadsWhenDown: parameters.allowReadsWhenDown,
      allowReplicaMigration: false,
      migrationBarrier: 1,
      rankTieBreakByNodeId: ranksTiesByNodeId(words.engine, words.engineVersion),
      protocol: busProtocolOf(electsByNodeTimeout(words.engine, words.engineVersion), {
        nodeTimeoutNs: assumed["cluster-node-timeout"] as number,
      }),
    },
    service: {
      monitorDetectionNs: assumed["monitorDetection"] as number,
      promotionTimeNs: assumed["promotionTime"] as number,
      dnsUpdateNs: assumed["dnsUpdate"] as number,
      dnsTtlNs: assumed["dnsTtl"] as number,
      replacementProvisioningNs: assumed["replacementProvisioning"] as number,
      clusterTakeoverNs: assumed["clusterTakeover"] as number,
      rebootTimeNs: assumed["rebootTime"] as number,
    },
    nodePricePerHour: knownPrice ? price : null,
    costReason: !knownPrice
      ? `prices are known for us-east-1 only, not for ${words.region}`
      : price === null
        ? `no price is known for ${words.cacheNodeType}`
        : null,
  };
}

/** More replicas than there are: no write is ever accepted. */
function lintMinReplicas(parameters: Parameters, counts: Counts | null, reading: Reading): void {
  const { minReplicasToWrite: needed, minReplicasMaxLagSeconds: lag } = parameters;
  if (counts === null || lag === 0 || needed <= counts.replicas) return;
  reading.problem({
    path: ["parameters", "min-replicas-to-write"],
    found: `is ${needed}`,
    expected: `at most the replicas of a shard, ${counts.replicas}: else no write is ever accepted`,
  });
}

/** Source: ElastiCache user guide, authenticating with AUTH: only with encryption in transit. */
function lintAuth(words: ReplicationGroupWords, reading: Reading): void {
  if (words.transitEncryptionEnabled !== true && words.authToken === true)
    reading.problem({
      path: ["authToken"],
      found: "is true",
      expected: "transitEncryptionEnabled: true beside it: the service demands it",
    });
}

function readNodeType(words: ReplicationGroupWords, reading: Reading): NodeType | null {
  const type = nodeTypeNamed(words.cacheNodeType);
  if (type === undefined) {
    const near = nearestWord(
      words.cacheNodeType,
      nodeTypes.map(({ name }) => name),
    );
    reading.problem({
      path: ["cacheNodeType"],
      found: `is "${words.cacheNodeType}"`,
      expected: `a node type of the catalogue${near === undefined ? "" : `, such as "${near}"`} (cachequake list node-types)`,
    });
    return null;
  }
  if (type.note.startsWith("Valkey>=7.2") && words.engine === "redis") {
    reading.problem({
      path: ["cacheNodeType"],
      found: `is "${type.name}"`,
      expected: "a node type that Redis OSS runs on: the service offers this one for Valkey only",
    });
  }
  if (type.ssdGib > 0) {
    reading.problem({
      path: ["cacheNodeType"],
      found: `is "${type.name}"`,
      expected: "a node type without data tiering, which this version does not model",
    });
  }
  return type;
}

function readVersion(words: ReplicationGroupWords, reading: Reading): void {
  const { versions } = engineDefaults[words.engine];
  if (!versions.includes(words.engineVersion)) {
    reading.problem({
      path: ["engineVersion"],
      found: `is "${words.engineVersion}"`,
      expected: `a version of ${words.engine}: ${versions.join(", ")}`,
    });
  }
}

function readCounts(words: ReplicationGroupWords, reading: Reading): Counts | null {
  const enabled = words.clusterMode === "enabled";
  const wrongMode = (
    word:
      | "numNodeGroups"
      | "replicasPerNodeGroup"
      | "numCacheClusters"
      | "nodeGroupConfiguration"
      | "preferredCacheClusterAZs",
    instead: string,
  ): void => {
    if (words[word] === undefined) return;
    reading.problem({
      path: [word],
      found: "is given",
      expected: `${instead} with clusterMode: ${words.clusterMode}`,
    });
  };
  if (enabled) {
    wrongMode("numCacheClusters", "numNodeGroups and replicasPerNodeGroup");
    wrongMode("preferredCacheClusterAZs", "nodeGroupConfiguration");
    const shards = words.numNodeGroups ?? words.nodeGroupConfiguration?.length;
    if (shards === undefined) {
      reading.problem({
        path: [],
        found: 'lacks "numNodeGroups"',
        expected: "the number of shards with clusterMode: enabled",
      });
      return null;
    }
    const replicas =
      words.replicasPerNodeGroup ??
      words.nodeGroupConfiguration?.[0]?.replicaAvailabilityZones?.length ??
      0;
    return withinQuotas(words, { shards, replicas }, ["replicasPerNodeGroup"], reading);
  }
  wrongMode("numNodeGroups", "numCacheClusters");
  wrongMode("replicasPerNodeGroup", "numCacheClusters");
  wrongMode("nodeGroupConfiguration", "preferredCacheClusterAZs");
  const nodes = words.numCacheClusters ?? words.preferredCacheClusterAZs?.length ?? 1;
  return withinQuotas(words, { shards: 1, replicas: nodes - 1 }, ["numCacheClusters"], reading);
}

/**
 * A list of zones names one for each node that it speaks of.
 * Source: API reference, CreateReplicationGroup: PreferredCacheClusterAZs, NodeGroupConfiguration.
 */
function lintZoneLists(words: ReplicationGroupWords, counts: Counts, reading: Reading): void {
  const lint = (
    path: readonly (string | number)[],
    given: readonly unknown[] | undefined,
    expected: number,
    what: string,
  ): void => {
    if (given === undefined || given.length === expected) return;
    const found = `has ${given.length} ${given.length === 1 ? "entry" : "entries"}`;
    reading.problem({ path, found, expected: `${expected}, one for each ${what}` });
  };
  const { preferredCacheClusterAZs: preferred, nodeGroupConfiguration: groups } = words;
  if (words.clusterMode === "disabled") {
    lint(["preferredCacheClusterAZs"], preferred, counts.replicas + 1, "node");
    return;
  }
  lint(["nodeGroupConfiguration"], groups, counts.shards, "shard");
  for (const [i, { replicaAvailabilityZones }] of (groups ?? []).entries()) {
    const path = ["nodeGroupConfiguration", i, "replicaAvailabilityZones"];
    lint(path, replicaAvailabilityZones, counts.replicas, "replica of a shard");
  }
}

function withinQuotas(
  words: ReplicationGroupWords,
  counts: Counts,
  path: readonly string[],
  reading: Reading,
): Counts | null {
  if (counts.replicas > quotas.replicasPerShard) {
    reading.problem({
      path,
      found: `gives ${counts.replicas} replicas per shard`,
      expected: `at most ${quotas.replicasPerShard}, the service's limit`,
    });
    return null;
  }
  const nodes = counts.shards * (counts.replicas + 1);
  const limit =
    words.raisedNodeQuota === true ? quotas.nodesPerClusterRaised : quotas.nodesPerCluster;
  if (nodes > limit) {
    const raise =
      words.raisedNodeQuota === true
        ? ""
        : `, or raisedNodeQuota: true for ${quotas.nodesPerClusterRaised}`;
    reading.problem({
      path: ["numNodeGroups"],
      found: `gives ${nodes} nodes`,
      expected: `at most ${limit} nodes per cluster${raise}`,
    });
    return null;
  }
  return counts;
}

function lintFailover(words: ReplicationGroupWords, counts: Counts | null, reading: Reading): void {
  const automatic = words.automaticFailoverEnabled ?? false;
  if (words.clusterMode === "enabled" && !automatic) {
    reading.problem({
      path: ["automaticFailoverEnabled"],
      found: words.automaticFailoverEnabled === undefined ? "is missing" : "is false",
      expected: "true: the service demands it with clusterMode: enabled",
    });
  }
  if (words.multiAZEnabled === true && !automatic) {
    reading.problem({
      path: ["multiAZEnabled"],
      found: "is true",
      expected: "automaticFailoverEnabled: true beside it",
    });
  }
  if (counts === null || counts.replicas > 0) return;
  if (words.multiAZEnabled === true) {
    reading.problem({
      path: ["multiAZEnabled"],
      found: "is true without replicas",
      expected: "at least one replica per shard in another zone",
    });
  } else if (automatic && words.clusterMode === "disabled") {
    reading.problem({
      path: ["automaticFailoverEnabled"],
      found: "is true without replicas",
      expected: "at least one replica to promote",
    });
  }
}

function lintPlacement(
  words: ReplicationGroupWords,
  plans: readonly ShardPlan[],
  reading: Reading,
): void {
  if (words.multiAZEnabled !== true) return;
  for (const plan of plans) {
    const zones = new Set(plan.nodes.map((node) => node.zone));
    if (plan.nodes.length > 1 && zones.size === 1) {
      reading.problem({
        path: ["multiAZEnabled"],
        found: `is true, but all nodes of shard ${plan.id} stand in ${plan.nodes[0]?.zone}`,
        expected: "a replica in another zone than the primary",
      });
      return;
    }
  }
}
