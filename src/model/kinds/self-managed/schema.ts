/** Words of a self-managed group: the managed kind's where they mean the same, the engine's and Sentinel's own elsewhere. */
import { type JsonSchema, object, oneOfWords, quantity } from "../../../base/json-schema.ts";
import {
  assumeSchema,
  collectionAssumptions,
  selfManagedAssumptions,
  tlsAssumptions,
} from "../../../catalog/assumptions.ts";

const zones = (description: string): JsonSchema => ({
  type: "array",
  minItems: 1,
  maxItems: 100,
  items: { type: "string", minLength: 1, description: "Zone" },
  description,
});
const whole = (minimum: number, maximum: number, description: string): JsonSchema => ({
  type: "integer",
  minimum,
  maximum,
  description,
});

export const selfManagedSchema: JsonSchema = object(
  "SelfManagedWords",
  {
    type: {
      const: "self-managed",
      description: "Redis OSS or Valkey on hosts of one's own: nothing replaces a dead node",
    },
    region: { type: "string", description: "Region of the group" },
    engine: oneOfWords(["redis", "valkey"], "Engine"),
    engineVersion: {
      type: "string",
      description: 'Engine version in quotes, such as "7.0"',
      expected: 'a version in quotes, such as "7.0"',
    },
    cacheNodeType: {
      type: "string",
      description: "A host as large as this node type, such as cache.r7g.large; or memory:",
      examples: ["cache.r7g.large"],
    },
    memory: quantity("size", "maxmemory of each node, in place of cacheNodeType"),
    hostMemory: quantity("size", "Physical memory of each host; default twice maxmemory"),
    clusterMode: oneOfWords(
      ["enabled", "disabled"],
      "Several shards on a cluster bus, or one shard watched by sentinels; default disabled",
    ),
    numNodeGroups: whole(1, 500, "Shards, cluster mode enabled; default 3"),
    replicasPerNodeGroup: whole(0, 5, "Replicas of each shard, cluster mode enabled; default 1"),
    replicas: whole(0, 20, "Replicas of the one primary, cluster mode disabled; default 2"),
    zones: zones("Zones of the nodes in order, the primary first; default round the Region's"),
    replicaPriorities: {
      type: "array",
      minItems: 1,
      maxItems: 20,
      items: whole(0, 1000, "Priority of one replica"),
      description:
        "replica-priority of the replicas in order: the lowest is promoted first, 0 never; default 100 each",
    },
    sentinels: object("SentinelWords", {
      count: whole(1, 21, "Sentinel processes, each on a host of its own; default 3"),
      quorum: whole(1, 21, "Sentinels that must find the primary down; default a majority"),
      zones: zones("Zones of the sentinels in order; default round the Region's"),
      downAfterMilliseconds: quantity("duration", "Silence that counts as down; default 30s"),
      failoverTimeout: quantity(
        "duration",
        "Limit of each step of a failover, and half the time between two attempts; default 3m",
      ),
      parallelSyncs: whole(1, 20, "Replicas told of a new primary at the same time; default 1"),
    }),
    restart: object(
      "SupervisorWords",
      { after: quantity("duration", "From a process's end, or its zone's power, to its start") },
      ["after"],
      "A supervisor starts dead processes, nodes empty; default none",
    ),
    transitEncryptionEnabled: {
      type: "boolean",
      description: "Connections begin with a TLS handshake; default false",
    },
    authToken: {
      type: "boolean",
      description: "Connections begin with AUTH; default false",
    },
    parameters: {
      type: "object",
      description: "Settings of the configuration file by their own names",
      additionalProperties: { type: ["string", "number", "boolean"] },
    },
    assume: assumeSchema(
      [...selfManagedAssumptions, ...collectionAssumptions, ...tlsAssumptions],
      "Figures that nobody publishes",
    ),
    prefill: quantity("percentage", "Share of the keys that are present at the start; default 0%"),
  },
  ["type", "region", "engine", "engineVersion"],
);
