/** Words of a traffic source. */
import {
  count,
  distribution,
  type JsonSchema,
  object,
  oneOfWords,
  quantity,
} from "../../base/json-schema.ts";
import { clientSchema } from "./client-words.ts";

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
    arrivals: object("ArrivalWords", { rate: quantity("rate", "Mean rate of Poisson arrivals") }, [
      "rate",
    ]),
    operations: object("OperationWords", {
      get: quantity("percentage", "Share of GET"),
      set: quantity("percentage", "Share of SET"),
    }),
    keys: object(
      "KeyWords",
      {
        count: count("Number of keys"),
        popularity: {
          anyOf: [
            { const: "uniform" },
            object(
              "ZipfWords",
              { zipf: { type: "number", minimum: 0, maximum: 5, description: "Exponent" } },
              ["zipf"],
            ),
          ],
          description: "Default uniform",
          expected: "uniform, or { zipf: 0.99 }",
        },
        valueSize: distribution("size", "Size of values; default 100B"),
        ttl: quantity("duration", "Time to live of what is written; default none"),
      },
      ["count"],
    ),
    client: clientSchema,
    onMiss: {
      type: "string",
      description: "Origin asked on a miss; default: a miss is just an answer",
    },
    onError: oneOfWords(
      ["fail", "origin"],
      "What a request does when the cache fails it; default fail",
    ),
  },
  ["cache", "arrivals", "keys"],
);
