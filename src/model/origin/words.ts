/** Words of an origin. */
import { distribution, type JsonSchema, object, oneOfWords } from "../../base/json-schema.ts";

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
    discipline: oneOfWords(
      ["fifo", "sharing"],
      "fifo: requests wait in order of arrival; sharing: all are served at once, each slower; default fifo",
    ),
    queueLimit: {
      type: "integer",
      minimum: 0,
      maximum: 1_000_000,
      description:
        "Requests beyond the concurrency that may wait; more are refused; default no limit",
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
