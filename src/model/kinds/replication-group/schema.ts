/** Words of a replication group: CloudFormation's names in camelCase. */
import { type JsonSchema, object, oneOfWords, quantity } from "../../../base/json-schema.ts";
import {
  assumeSchema,
  cacheAssumptions,
  collectionAssumptions,
  forklessAssumptions,
  tlsAssumptions,
} from "../../../catalog/assumptions.ts";

const zone = (description: string): JsonSchema => ({ type: "string", minLength: 1, description });
const whole = (minimum: number, description: string): JsonSchema => ({
  type: "integer",
  minimum,
  maximum: 10_000,
  description,
});

export const replicationGroupSchema: JsonSchema = object(
  "ReplicationGroupWords",
  {
    type: { const: "replication-group", description: "A Redis OSS or Valkey replication group" },
    region: { type: "string", description: "Region of the group" },
    engine: oneOfWords(["redis", "valkey"], "Engine"),
    engineVersion: {
      type: "string",
      description: 'Engine version in quotes, such as "8.0"',
      expected: 'a version in quotes, such as "8.0"',
    },
    cacheNodeType: {
      type: "string",
      description: "Node type, such as cache.r7g.large",
      examples: ["cache.r7g.large"],
    },
    clusterMode: oneOfWords(
      ["enabled", "disabled"],
      "Several shards on a cluster bus, or one shard behind endpoints",
    ),
    numNodeGroups: whole(1, "Shards, cluster mode enabled"),
    replicasPerNodeGroup: whole(0, "Replicas of each shard, 0 to 5, cluster mode enabled"),
    numCacheClusters: whole(1, "Primary and replicas, 1 to 6, cluster mode disabled"),
    automaticFailoverEnabled: {
      type: "boolean",
      description: "A replica is promoted when the primary fails",
    },
    multiAZEnabled: {
      type: "boolean",
      description: "Replicas stand in other zones than their primary",
    },
    transitEncryptionEnabled: {
      type: "boolean",
      description: "Connections begin with a TLS handshake; default false",
    },
    authToken: {
      type: "boolean",
      description: "Connections begin with AUTH; default false",
    },
    preferredCacheClusterAZs: {
      type: "array",
      minItems: 1,
      maxItems: 6,
      items: zone("Zone of one node"),
      description: "Zones of the nodes in order, cluster mode disabled",
    },
    nodeGroupConfiguration: {
      type: "array",
      minItems: 1,
      maxItems: 500,
      description: "Zones of each shard, cluster mode enabled",
      items: object("NodeGroupWords", {
        primaryAvailabilityZone: zone("Zone of the primary"),
        replicaAvailabilityZones: {
          type: "array",
          maxItems: 5,
          items: zone("Zone of one replica"),
        },
      }),
    },
    parameters: {
      type: "object",
      description: "Parameter group values by their own names",
      additionalProperties: { type: ["string", "number", "boolean"] },
    },
    assume: assumeSchema(
      [...cacheAssumptions, ...collectionAssumptions, ...forklessAssumptions, ...tlsAssumptions],
      "Figures that nobody publishes",
    ),
    prefill: quantity("percentage", "Share of the keys that are present at the start; default 0%"),
    raisedNodeQuota: {
      type: "boolean",
      description:
        "The account's quotas of nodes were raised: from 90 to 500 per cluster, and from 300 per Region",
    },
  },
  ["type", "region", "engine", "engineVersion", "cacheNodeType", "clusterMode"],
);
