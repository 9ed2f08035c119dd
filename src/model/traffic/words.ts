/** Words of a traffic source and its clients. */
import {
  count,
  distribution,
  type JsonSchema,
  object,
  oneOfWords,
  quantity,
} from "../../base/json-schema.ts";

const whole = (minimum: number, maximum: number, description: string): JsonSchema => ({
  type: "integer",
  minimum,
  maximum,
  description,
});

export const clientSchema: JsonSchema = object("ClientWords", {
  connections: whole(
    1,
    10_000,
    "Connections per client host and node, one command in flight on each; default 50",
  ),
  connectTimeout: quantity("duration", "Default 1s"),
  commandTimeout: quantity(
    "duration",
    "Per attempt, waiting for a connection included; default 1s",
  ),
  connectRoundTrips: whole(
    1,
    10,
    "Round trips to open a connection: 1 for TCP, more with TLS and AUTH; default 1",
  ),
  retry: object("RetryWords", {
    max: whole(0, 20, "Further attempts after the first; default 3"),
    backoff: {
      type: "string",
      format: "duration-range",
      description: "First and longest wait; default 50ms..2s",
    },
    jitter: oneOfWords(["full", "none"], "full: a wait drawn from 0 to the backoff; default full"),
  }),
  wait: object(
    "WaitWords",
    {
      replicas: whole(1, 5, "Replicas that must acknowledge each write"),
      timeout: quantity("duration", "Longest wait; a write with fewer acknowledgements ends info"),
    },
    ["replicas", "timeout"],
  ),
  sentinel: object("SentinelClientWords", {
    timeout: quantity("duration", "Of one question to a sentinel; default 300ms"),
    retry: quantity(
      "duration",
      "Pause after all sentinels were asked, or the node named did not lead; default 300ms",
    ),
    subscribe: { type: "boolean", description: "Listens for +switch-master; default false" },
  }),
  maxRedirects: whole(0, 16, "Redirects followed without counting as retries; default 5"),
  topologyRefresh: object("TopologyRefreshWords", {
    every: {
      ...quantity("duration", 'Period of refreshes, or "never"; default 60s'),
      pattern: "^(never|.*)$",
      format: "duration-or-never",
    },
    onError: { type: "boolean", description: "An error asks for a refresh; default true" },
    minInterval: quantity("duration", "Refreshes are at least this far apart; default 1s"),
  }),
  readFrom: oneOfWords(["primary", "replica"], "Where reads go; default primary"),
  readLocalRegion: {
    type: "boolean",
    description:
      "Reads of a Global Datastore go to the member in the client's own Region; default false",
  },
});

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
