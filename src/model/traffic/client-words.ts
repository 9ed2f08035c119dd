/** Words of a client library. */
import { type JsonSchema, object, oneOfWords, quantity } from "../../base/json-schema.ts";
import { clientPresets } from "../../catalog/client-presets.ts";

const whole = (minimum: number, maximum: number, description: string): JsonSchema => ({
  type: "integer",
  minimum,
  maximum,
  description,
});

/** Of those that `reactionTo` answers with another attempt. */
const ERROR_REPLIES = [
  "READONLY",
  "CLUSTERDOWN",
  "LOADING",
  "OOM",
  "NOREPLICAS",
  "TRYAGAIN",
] as const;

const yesNo = (description: string): JsonSchema => ({ type: "boolean", description });

const durationOrNever = (description: string): JsonSchema => ({
  ...quantity("duration", description),
  pattern: "^(never|.*)$",
  format: "duration-or-never",
});

export const clientSchema: JsonSchema = object("ClientWords", {
  preset: oneOfWords(
    clientPresets.map(({ preset }) => preset),
    "A library whose defaults hold where no word says otherwise (cachequake list client-presets)",
  ),
  connections: whole(1, 10_000, "Connections per client host and node; default 50"),
  pipeline: whole(1, 10_000, "Commands in flight on one connection, answered in order; default 1"),
  connectTimeout: quantity("duration", "TLS and AUTH included; default 1s"),
  commandTimeout: durationOrNever(
    'Per attempt, waiting for a connection included, or "never"; default 1s',
  ),
  commandTimeoutCovers: oneOfWords(
    ["attempt", "waiting"],
    "waiting: the timeout ends an attempt only while it waits for a connection; default attempt",
  ),
  tcpTimeout: quantity(
    "duration",
    "TCP gives a connection up that nobody acknowledges for so long (TCP_USER_TIMEOUT); default 924.6s",
  ),
  connectRoundTrips: whole(
    1,
    10,
    "Round trips to open a connection before TLS and AUTH: 1 for TCP; default 1",
  ),
  tlsVersion: oneOfWords(
    ["1.2", "1.3"],
    "Handshake with a cache that has transitEncryptionEnabled: two round trips or one; default 1.3",
  ),
  retry: object("RetryWords", {
    max: whole(0, 20, "Further attempts after the first; default 3"),
    backoff: {
      type: "string",
      format: "duration-range",
      description: "First and longest wait; default 50ms..2s",
    },
    jitter: {
      anyOf: [
        { enum: ["full", "none"] },
        quantity("duration", "Drawn from 0 to so long and added"),
      ],
      description:
        "full: a wait drawn from 0 to the backoff; a duration: 0 to so long is added; default full",
      expected: 'full, none, or a duration such as "200ms"',
    },
    afterSent: yesNo("An attempt that was sent and failed is followed by another; default true"),
    afterTimeout: yesNo("A command timeout is followed by another attempt; default true"),
    errors: {
      type: "array",
      uniqueItems: true,
      items: oneOfWords(ERROR_REPLIES, "An error that a node answers"),
      description: "Error replies that are followed by another attempt; default all of them",
    },
    budget: quantity(
      "percentage",
      "Retries of a client host, as a share of its operations; default: no limit but max",
    ),
    reserve: whole(1, 10_000, "Retries that the budget saves at most, and starts with; default 10"),
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
    subscribe: yesNo("Listens for +switch-master; default false"),
  }),
  maxRedirects: whole(0, 16, "Redirects followed without counting as retries; default 5"),
  topologyRefresh: object("TopologyRefreshWords", {
    every: durationOrNever('Period of refreshes, or "never"; default 60s'),
    onError: yesNo("An error asks for a refresh; default true"),
    afterFailures: whole(
      1,
      1000,
      "An error asks only once so many connection attempts to its node have failed in a row; default: at once",
    ),
    afterFailingFor: quantity(
      "duration",
      "An error asks only once its node could not be reached for so long; default: at once",
    ),
    minInterval: quantity("duration", "Refreshes are at least this far apart; default 1s"),
  }),
  readFrom: oneOfWords(
    ["primary", "replica", "nearest"],
    "Where reads go; nearest: the node with the shortest round trip; default primary",
  ),
  readLocalRegion: yesNo(
    "Reads of a Global Datastore go to the member in the client's own Region; default false",
  ),
});
