/** Reads parameter group values. */
import { nearestWord } from "../../../base/nearest-word.ts";
import {
  fixedParameters,
  freesLazily,
  lazyFreeParameters,
  modelledPolicies,
  parameterDefaults,
  REPL_BACKLOG_BYTES_MIN,
} from "../../../catalog/engines.ts";
import type { MaxmemoryPolicy } from "../../engine/redis/engine-settings.ts";
import type { LazyFree } from "../../engine/redis/held-collections.ts";
import type { Reading } from "../contract.ts";

export interface Parameters {
  readonly maxmemoryPolicy: MaxmemoryPolicy;
  readonly reservedMemoryPercent: number;
  readonly replBacklogBytes: number;
  readonly replicaValidityFactor: number;
  readonly requireFullCoverage: boolean;
  readonly allowReadsWhenDown: boolean;
  readonly maxmemorySamples: number;
  readonly lfuLogFactor: number;
  readonly lfuDecayMinutes: number;
  readonly minReplicasToWrite: number;
  readonly minReplicasMaxLagSeconds: number;
  readonly lazyFree: LazyFree;
}

export function readParameters(
  given: Readonly<Record<string, string | number | boolean>>,
  of: {
    readonly engine: "redis" | "valkey";
    readonly engineVersion: string;
    readonly clusterEnabled: boolean;
  },
  reading: Reading,
): Parameters {
  const { clusterEnabled } = of;
  const wrong = (name: string, expected: string): void =>
    reading.problem({ path: ["parameters", name], found: `is "${given[name]}"`, expected });
  for (const name of Object.keys(given)) lintName(name, reading);
  const number = (name: keyof typeof parameterDefaults, min: number, max: number): number => {
    const usual = parameterDefaults[name] as number;
    const value = given[name] === undefined ? usual : Number(given[name]);
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    wrong(name, `a whole number from ${min} to ${max}`);
    return usual;
  };
  const yesNo = (name: keyof typeof parameterDefaults): boolean =>
    readYesNo(name, given[name] ?? parameterDefaults[name], wrong);
  const lazy = freesLazily(of.engine, of.engineVersion) ? "yes" : "no";
  const lazily = (name: (typeof lazyFreeParameters)[number]): boolean =>
    readYesNo(name, given[name] ?? lazy, wrong);
  if (!clusterEnabled) {
    for (const name of Object.keys(given)) {
      if (name.startsWith("cluster-") && Object.hasOwn(parameterDefaults, name))
        wrong(name, "nothing: it has no effect with clusterMode: disabled");
    }
  }
  return {
    maxmemoryPolicy: readPolicy(given["maxmemory-policy"], wrong),
    reservedMemoryPercent: number("reserved-memory-percent", 0, 90),
    replBacklogBytes: number("repl-backlog-size", REPL_BACKLOG_BYTES_MIN, 2 ** 40),
    replicaValidityFactor: number("cluster-replica-validity-factor", 0, 1_000_000),
    requireFullCoverage: yesNo("cluster-require-full-coverage"),
    allowReadsWhenDown: yesNo("cluster-allow-reads-when-down"),
    maxmemorySamples: number("maxmemory-samples", 1, 64),
    lfuLogFactor: number("lfu-log-factor", 0, 1_000_000),
    lfuDecayMinutes: number("lfu-decay-time", 0, 65_535),
    minReplicasToWrite: number("min-replicas-to-write", 0, 5),
    minReplicasMaxLagSeconds: number("min-replicas-max-lag", 0, 1_000_000),
    lazyFree: {
      eviction: lazily("lazyfree-lazy-eviction"),
      expire: lazily("lazyfree-lazy-expire"),
      userDel: lazily("lazyfree-lazy-user-del"),
      replicaFlush: lazily("replica-lazy-flush"),
    },
  };
}

/** A switch, as a parameter group has it. */
export function readYesNo<Name extends string>(
  name: Name,
  value: unknown,
  wrong: (name: Name, expected: string) => void,
): boolean {
  if (value !== "yes" && value !== "no" && typeof value !== "boolean") wrong(name, '"yes" or "no"');
  return value === "yes" || value === true;
}

const knownNames: readonly string[] = [...Object.keys(parameterDefaults), ...lazyFreeParameters];

function lintName(name: string, reading: Reading): void {
  if (knownNames.includes(name)) return;
  const fixed = Object.hasOwn(fixedParameters, name) ? fixedParameters[name] : undefined;
  const near = nearestWord(name, knownNames);
  reading.problem({
    path: ["parameters", name],
    found: fixed === undefined ? "is not a parameter that this version knows" : "cannot be changed",
    expected:
      fixed === undefined
        ? `one of ${knownNames.join(", ")}${near === undefined ? "" : `; did you mean "${near}"?`}`
        : `no value: ${fixed}`,
  });
}

function readPolicy(
  given: unknown,
  wrong: (name: string, expected: string) => void,
): MaxmemoryPolicy {
  const value = String(given ?? parameterDefaults["maxmemory-policy"]);
  const known = modelledPolicies.find((policy) => policy === value);
  if (known !== undefined) return known;
  wrong("maxmemory-policy", `a policy: ${modelledPolicies.join(", ")}`);
  return "volatile-lru";
}
