/** The scenario's JSON Schema (draft-07), composed from the fragments of kinds, faults, checks and traffic. */
import { type JsonSchema, mapOf, object, oneOfWords, quantity } from "../base/json-schema.ts";
import { assumeSchema, networkAssumptions } from "../catalog/assumptions.ts";
import { ZONES_MAX } from "../catalog/regions.ts";
import { expectationSchema, steadyClauseSchema } from "../checks/words.ts";
import { methodEntrySchema } from "../faults/words.ts";
import { globalDatastoreSchema } from "../model/kinds/global-datastore/schema.ts";
import { replicationGroupSchema } from "../model/kinds/replication-group/schema.ts";
import { selfManagedSchema } from "../model/kinds/self-managed/schema.ts";
import { originSchema } from "../model/origin/words.ts";
import { trafficSchema } from "../model/traffic/words.ts";
import { exploreSchema } from "./explore.ts";

const regionSchema: JsonSchema = object(
  "RegionWords",
  {
    zones: {
      anyOf: [
        { type: "integer", minimum: 1, maximum: ZONES_MAX },
        {
          type: "array",
          items: { type: "string", pattern: "^[a-z0-9-]{1,30}$" },
          minItems: 1,
          maxItems: ZONES_MAX,
        },
      ],
      expected: `a number of zones from 1 to ${ZONES_MAX}, or a list of zone names such as [use1-az1, use1-az2]`,
      description: "Names of the zones, or their number: 3 in us-east-1 means us-east-1a, b, c",
    },
  },
  ["zones"],
);

const kinds: Readonly<Record<string, JsonSchema>> = {
  "replication-group": replicationGroupSchema,
  "self-managed": selfManagedSchema,
};

/** A cache: its words depend on its type. */
const cacheSchema: JsonSchema = {
  type: "object",
  title: "CacheWords",
  properties: { type: oneOfWords(Object.keys(kinds), "Kind of cache") },
  required: ["type"],
  allOf: Object.entries(kinds).map(([kind, schema]) => ({
    if: { properties: { type: { const: kind } }, required: ["type"] },
    then: schema,
  })),
};

export const scenarioSchema: JsonSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  $id: "https://cachequake.invalid/schema/scenario.schema.json",
  ...object(
    "ScenarioWords",
    {
      scenario: {
        type: "string",
        pattern: "^[a-z0-9][a-z0-9-]{0,63}$",
        expected: "a slug: small letters, digits and dashes, at most 64",
        description: "Name, a slug",
      },
      seed: {
        type: ["string", "number"],
        description: "Seed of all chance; the text as written counts",
      },
      duration: quantity("duration", "Simulated time"),
      warmUp: quantity(
        "duration",
        "Ratios, percentiles and peaks leave out what arrives before; default 0s",
      ),
      tieBreak: oneOfWords(
        ["schedule", "shuffled"],
        "Order of simultaneous events; default schedule",
      ),
      tieSeed: {
        type: ["string", "integer"],
        pattern: "^[A-Za-z0-9_-]{1,64}$",
        expected: "1 to 64 letters, digits, _ or -",
        description: "Which of the shuffled orders; default the seed. Moves nothing else",
      },
      maxEvents: {
        type: "integer",
        minimum: 1000,
        maximum: 1_000_000_000,
        description: "Events after which the run ends with an error; default 200,000,000",
      },
      plant: {
        type: "string",
        description: "A planted bug, for tests of the tests; needs --allow-planted",
      },
      regions: {
        ...mapOf(regionSchema, "Regions and their Availability Zones"),
        propertyNames: {
          pattern: "^[a-z]{2}(-[a-z]+)+-\\d$",
          expected: "a Region's name, such as us-east-1",
        },
        minProperties: 1,
      },
      network: object("NetworkWords", {
        regionRtt: {
          type: "object",
          description:
            'Round trips between Regions by pair, such as "us-east-1 eu-west-1": 75ms; default: measured ones',
          additionalProperties: quantity("duration", "Round trip"),
        },
      }),
      assume: assumeSchema(networkAssumptions, "Figures of the network that nobody publishes"),
      caches: { ...mapOf(cacheSchema, "Caches by name"), minProperties: 1 },
      globalDatastores: mapOf(globalDatastoreSchema, "Global Datastores by name"),
      origins: mapOf(originSchema, "Databases behind caches, by name"),
      traffic: mapOf(trafficSchema, "Traffic sources by name"),
      steadyState: {
        type: "array",
        items: steadyClauseSchema,
        maxItems: 100,
        description: "The steady-state hypothesis",
      },
      method: {
        type: "array",
        items: methodEntrySchema,
        maxItems: 1000,
        description: "Faults and steps, and when",
      },
      expect: {
        type: "array",
        items: expectationSchema,
        maxItems: 200,
        description: "What must hold",
      },
      explore: exploreSchema,
    },
    ["scenario", "duration", "regions", "caches", "traffic"],
    "A rehearsal: topology, traffic, faults and expectations",
  ),
};
