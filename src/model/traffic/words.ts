/** Words of a traffic source. */
import { type JsonSchema, object, oneOfWords, quantity } from "../../base/json-schema.ts";
import { arrivalsSchema } from "./arrivals-words.ts";
import { clientSchema } from "./client-words.ts";
import { keysSchema } from "./keys-words.ts";

export const trafficSchema: JsonSchema = object(
  "TrafficWords",
  {
    cache: { type: "string", description: "A cache or a Global Datastore" },
    from: object("FromWords", {
      region: {
        type: "string",
        description: "Region of the clients; default: the scenario's only one",
      },
      zones: {
        anyOf: [{ const: "all" }, { type: "array", items: { type: "string" }, minItems: 1 }],
        description: "Zones with client hosts, one host each; default all",
        expected: "all, or a list of zones",
      },
    }),
    arrivals: arrivalsSchema,
    trace: object(
      "TraceWords",
      {
        csv: {
          type: "string",
          description:
            "A CSV file, by its path from the scenario's folder: time,key,op,size,ttl; or its text",
        },
        atEnd: oneOfWords(["stop", "loop"], "After the last row; default stop"),
      },
      ["csv"],
      "Recorded requests, in place of arrivals, operations and keys",
    ),
    operations: object("OperationWords", {
      get: quantity("percentage", "Share of GET"),
      set: quantity("percentage", "Share of SET"),
    }),
    keys: keysSchema,
    client: clientSchema,
    onMiss: {
      type: "string",
      description: "Origin asked on a miss; default: a miss is just an answer",
    },
    coalesce: {
      type: "boolean",
      description:
        "Misses of one key on one client host share one request to the origin; default false",
    },
    originTimeout: quantity(
      "duration",
      "Longest wait for the origin; default 30s with coalesce or users, else none",
    ),
    onError: oneOfWords(
      ["fail", "origin"],
      "What a request does when the cache fails it; default fail",
    ),
  },
  ["cache"],
);
