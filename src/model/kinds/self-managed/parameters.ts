/** Reads settings of a self-managed node's configuration file. */
import { listWithNearest } from "../../../base/nearest-word.ts";
import {
  freesLazily,
  type lazyFreeParameters,
  modelledPolicies,
  REPL_BACKLOG_BYTES_MIN,
  upstreamBacklogBytes,
  upstreamDefaults,
} from "../../../catalog/engines.ts";
import type { MaxmemoryPolicy } from "../../engine/redis/engine-settings.ts";
import type { LazyFree } from "../../engine/redis/held-collections.ts";
import type { Reading } from "../contract.ts";
import { readYesNo } from "../replication-group/parameters.ts";

export interface UpstreamParameters {
  readonly maxmemoryPolicy: MaxmemoryPolicy;
  readonly maxmemorySamples: number;
  readonly lfuLogFactor: number;
  readonly lfuDecayMinutes: number;
  readonly minReplicasToWrite: number;
  readonly minReplicasMaxLagSeconds: number;
  readonly replBacklogBytes: number;
  readonly replTimeoutSeconds: number;
  readonly replDisklessSyncDelaySeconds: number;
  readonly maxclients: number;
  readonly nodeTimeoutMs: number;
  readonly requireFullCoverage: boolean;
  readonly allowReadsWhenDown: boolean;
  readonly replicaValidityFactor: number;
  readonly allowReplicaMigration: boolean;
  readonly migrationBarrier: number;
  readonly lazyFree: LazyFree;
}

type Name =
  | keyof typeof upstreamDefaults
  | "repl-backlog-size"
  | (typeof lazyFreeParameters)[number];

export function readUpstreamParameters(
  given: Readonly<Record<string, string | number | boolean>>,
  of: {
    readonly engine: "redis" | "valkey";
    readonly engineVersion: string;
    readonly clusterEnabled: boolean;
  },
  reading: Reading,
): UpstreamParameters {
  const { engine, engineVersion, clusterEnabled } = of;
  const lazy = freesLazily(engine, engineVersion) ? "yes" : "no";
  const defaults: Readonly<Record<Name, string | number>> = {
    ...upstreamDefaults,
    "lazyfree-lazy-eviction": lazy,
    "lazyfree-lazy-expire": lazy,
    "lazyfree-lazy-user-del": lazy,
    "replica-lazy-flush": lazy,
    "repl-backlog-size": upstreamBacklogBytes(engine, engineVersion),
  };
  const names = Object.keys(defaults).filter(
    (name) => clusterEnabled || !name.startsWith("cluster-"),
  );
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue;
    reading.problem({
      path: ["parameters", name],
      found: "is not a setting that this version knows here",
      expected: `one of ${listWithNearest(names, name)}`,
    });
  }
  const wrong = (name: Name, expected: string): void =>
    reading.problem({ path: ["parameters", name], found: `is "${given[name]}"`, expected });
  const number = (name: Name, min: number, max: number): number => {
    const usual = defaults[name] as number;
    const value = given[name] === undefined ? usual : Number(given[name]);
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    wrong(name, `a whole number from ${min} to ${max}`);
    return usual;
  };
  const yesNo = (name: Name): boolean => readYesNo(name, given[name] ?? defaults[name], wrong);
  const policy = String(given["maxmemory-policy"] ?? defaults["maxmemory-policy"]);
  const known = modelledPolicies.find((candidate) => candidate === policy);
  if (known === undefined) wrong("maxmemory-policy", `a policy: ${modelledPolicies.join(", ")}`);
  return {
    maxmemoryPolicy: known ?? "noeviction",
    maxmemorySamples: number("maxmemory-samples", 1, 64),
    lfuLogFactor: number("lfu-log-factor", 0, 1_000_000),
    lfuDecayMinutes: number("lfu-decay-time", 0, 65_535),
    minReplicasToWrite: number("min-replicas-to-write", 0, 100),
    minReplicasMaxLagSeconds: number("min-replicas-max-lag", 0, 1_000_000),
    replBacklogBytes: number("repl-backlog-size", REPL_BACKLOG_BYTES_MIN, 2 ** 40),
    replTimeoutSeconds: number("repl-timeout", 1, 86_400),
    replDisklessSyncDelaySeconds: number("repl-diskless-sync-delay", 0, 86_400),
    maxclients: number("maxclients", 1, 1_000_000),
    nodeTimeoutMs: number("cluster-node-timeout", 100, 86_400_000),
    requireFullCoverage: yesNo("cluster-require-full-coverage"),
    allowReadsWhenDown: yesNo("cluster-allow-reads-when-down"),
    replicaValidityFactor: number("cluster-replica-validity-factor", 0, 1_000_000),
    allowReplicaMigration: yesNo("cluster-allow-replica-migration"),
    migrationBarrier: number("cluster-migration-barrier", 0, 1_000_000),
    lazyFree: {
      eviction: yesNo("lazyfree-lazy-eviction"),
      expire: yesNo("lazyfree-lazy-expire"),
      userDel: yesNo("lazyfree-lazy-user-del"),
      replicaFlush: yesNo("replica-lazy-flush"),
    },
  };
}
