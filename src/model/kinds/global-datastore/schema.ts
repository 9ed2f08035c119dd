/** Words of a Global Datastore. */
import { type JsonSchema, object } from "../../../base/json-schema.ts";
import { assumeSchema, datastoreAssumptions } from "../../../catalog/assumptions.ts";

export const globalDatastoreSchema: JsonSchema = object(
  "GlobalDatastoreWords",
  {
    primary: { type: "string", description: "The cache that takes writes at the start" },
    secondaries: {
      type: "array",
      items: { type: "string" },
      minItems: 1,
      description: "Caches in other Regions that follow it",
    },
    assume: assumeSchema(datastoreAssumptions, "Figures that nobody publishes"),
  },
  ["primary", "secondaries"],
);
