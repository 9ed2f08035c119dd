/** Words of an origin. */
import { distribution, type JsonSchema, object } from "../../base/json-schema.ts";

export const originSchema: JsonSchema = object(
  "OriginWords",
  {
    region: {
      type: "string",
      description: "Region of the origin; default: the scenario's only one",
    },
    zone: {
      type: "string",
      description: "The zone it depends on; default none: it survives the loss of any one",
    },
    concurrency: {
      type: "integer",
      minimum: 1,
      maximum: 1_000_000,
      description: "Requests served at once",
    },
    serviceTime: distribution("duration", "Time to serve one request"),
  },
  ["concurrency", "serviceTime"],
);
