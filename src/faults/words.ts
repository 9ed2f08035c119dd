/** Words of a method: faults, steps, triggers and targets. */
import { type JsonSchema, quantity } from "../base/json-schema.ts";

const target: JsonSchema = {
  type: "string",
  minLength: 1,
  description:
    'A node or nodes: "node cart-0001-002", "primary of cart/shard 2", "50% of replicas of cart", "50% of nodes of cart", or all in "zone us-east-1a"',
};
const targets: JsonSchema = {
  anyOf: [target, { type: "array", items: target, minItems: 1 }],
  expected: 'a target such as "primary of cart/shard 1", "zone us-east-1a", or a list of targets',
  description: "Nodes, zones or Regions",
};

const factor = (description: string, maximum = 1000): JsonSchema => ({
  type: "number",
  exclusiveMinimum: 0,
  maximum,
  description,
});

/** Words of each fault kind besides `fault` and the triggers. */
export const faultWords: Readonly<
  Record<
    string,
    {
      readonly properties: Readonly<Record<string, JsonSchema>>;
      readonly required: readonly string[];
      readonly heals: boolean;
    }
  >
> = {
  "node-crash": { properties: { target }, required: ["target"], heals: false },
  "host-power-loss": { properties: { target }, required: ["target"], heals: false },
  "node-pause": { properties: { target }, required: ["target"], heals: true },
  "az-power-interruption": {
    properties: { zone: { type: "string", description: "Zone that loses power" } },
    required: ["zone"],
    heals: true,
  },
  "network-partition": {
    properties: {
      isolate: targets,
      to: { ...targets, description: "The other side; default everything else" },
      direction: {
        enum: ["both", "to", "from"],
        description: "Packets that are dropped: to the other side, from it, or both; default both",
      },
      bridge: {
        ...targets,
        description: "Nodes or places that both sides still see; default none",
      },
      withClients: {
        type: "boolean",
        description: "Clients in the zones of the isolated nodes are on their side; default false",
      },
    },
    required: ["isolate"],
    heals: true,
  },
  "network-latency": {
    properties: {
      from: targets,
      to: { ...targets, description: "The other side; default everything else" },
      add: quantity("duration", "Added to each direction"),
      jitter: quantity("duration", "Drawn from 0 to this, added to each message; default 0"),
    },
    required: ["from", "add"],
    heals: true,
  },
  "region-outage": {
    properties: { region: { type: "string", description: "Region that is cut off" } },
    required: ["region"],
    heals: true,
  },
  "node-slow": {
    properties: { target, factor: factor("Commands take this many times as long", 1_000_000) },
    required: ["target", "factor"],
    heals: true,
  },
  "node-restart": {
    properties: { target, down: quantity("duration", "How long the process is gone; default 1s") },
    required: ["target"],
    heals: false,
  },
  "az-network-disruption": {
    properties: { zone: { type: "string", description: "Zone that is cut off" } },
    required: ["zone"],
    heals: true,
  },
  "network-loss": {
    properties: {
      from: targets,
      to: { ...targets, description: "The other side; default everything else" },
      loss: quantity("percentage", "Share of messages that are lost, each direction"),
      burst: {
        type: "number",
        minimum: 1,
        maximum: 1000,
        description: "Mean number of messages lost in a row; default 1",
      },
    },
    required: ["from", "loss"],
    heals: true,
  },
  "network-bandwidth": {
    properties: {
      from: targets,
      to: { ...targets, description: "The other side; default everything else" },
      limit: quantity("size", "Bytes per second that each link carries in each direction"),
    },
    required: ["from", "limit"],
    heals: true,
  },
  "replication-link-cut": { properties: { target }, required: ["target"], heals: true },
  "dns-outage": {
    properties: { region: { type: "string", description: "Region of the clients" } },
    required: ["region"],
    heals: true,
  },
  "control-plane-outage": {
    properties: { region: { type: "string", description: "Region of the service" } },
    required: ["region"],
    heals: true,
  },
  "memory-pressure": {
    properties: { target, take: quantity("size", "Memory that data can no longer use") },
    required: ["target", "take"],
    heals: true,
  },
  "origin-slow": {
    properties: {
      origin: { type: "string", description: "Origin" },
      factor: factor("Service takes this many times as long"),
    },
    required: ["origin", "factor"],
    heals: true,
  },
  "traffic-surge": {
    properties: {
      traffic: { type: "string", description: "Traffic source" },
      factor: factor("Arrivals are this many times as frequent"),
    },
    required: ["traffic", "factor"],
    heals: true,
  },
  "hot-key": {
    properties: {
      traffic: { type: "string", description: "Traffic source" },
      share: quantity("percentage", "Share of its requests that goes to one key"),
    },
    required: ["traffic", "share"],
    heals: true,
  },
  "clock-skew": {
    properties: {
      target,
      ahead: quantity("duration", "How far the clock runs ahead"),
      behind: quantity("duration", "How far the clock runs behind"),
    },
    required: ["target"],
    heals: true,
  },
};

export const stepWords: Readonly<
  Record<
    string,
    {
      readonly properties: Readonly<Record<string, JsonSchema>>;
      readonly required: readonly string[];
    }
  >
> = {
  "test-failover": {
    properties: {
      cache: { type: "string", description: "Replication group" },
      shard: { type: "integer", minimum: 1, description: "Node group, from 1; default 1" },
    },
    required: ["cache"],
  },
  "reboot-node": {
    properties: { node: { type: "string", description: "Node id, cluster mode disabled" } },
    required: ["node"],
  },
  "add-replica": {
    properties: {
      cache: { type: "string", description: "Replication group" },
      shard: { type: "integer", minimum: 1, description: "Node group, from 1; default 1" },
      zone: {
        type: "string",
        description: "Zone of the new replica; default the one with fewest nodes of the shard",
      },
    },
    required: ["cache"],
  },
  "remove-replica": {
    properties: {
      cache: { type: "string", description: "Replication group" },
      shard: { type: "integer", minimum: 1, description: "Node group, from 1; default 1" },
      node: { type: "string", description: "Id of the replica; default: the service chooses" },
    },
    required: ["cache"],
  },
  "migrate-slots": {
    properties: {
      cache: { type: "string", description: "Cache with clusterMode: enabled" },
      shard: { type: "integer", minimum: 1, description: "Shard that gives slots; default 1" },
      to: { type: "integer", minimum: 1, description: "Shard that takes them" },
      share: quantity("percentage", "Of the giving shard's slots, its lowest; default 50%"),
      retryAfter: quantity(
        "duration",
        "How soon whoever runs it goes on after an error, 1ms at least; default 1s",
      ),
    },
    required: ["cache", "to"],
  },
  "cluster-failover": {
    properties: {
      node: {
        type: "string",
        description:
          "Id of the replica that is to lead, of a self-managed group, cluster mode enabled",
      },
      option: {
        enum: ["force", "takeover"],
        description: "force: without asking the primary; takeover: without votes; default neither",
      },
    },
    required: ["node"],
  },
  "promote-secondary-region": {
    properties: {
      globalDatastore: { type: "string", description: "Global Datastore" },
      to: { type: "string", description: "The secondary's cache that becomes primary" },
    },
    required: ["globalDatastore", "to"],
  },
};

export const TRIGGER_STATES = [
  "electing",
  "promoting",
  "full-sync",
  "no-primary",
  "replacing",
] as const;
export const CACHE_EVENTS = [
  "failover-started",
  "failover-detected",
  "failover-completed",
  "node-replaced",
  "full-sync-started",
] as const;

const triggers: Readonly<Record<string, JsonSchema>> = {
  at: quantity("duration", "Once, at this time"),
  every: quantity("duration", "Repeatedly: first at `from`, then at this period, `times` in all"),
  times: {
    type: "integer",
    minimum: 1,
    maximum: 10_000,
    description: "With every; default: until the end",
  },
  random: {
    type: "object",
    title: "RandomWords",
    description: "At random, again and again",
    properties: {
      meanGap: quantity("duration", "Mean time from a heal to the next injection"),
      minGap: quantity("duration", "Least time between; default 0"),
      meanFor: quantity("duration", "Mean time that it holds; needed where the kind heals"),
      minFor: quantity("duration", "Least time that it holds; default 0"),
      from: quantity("duration", "Start of the window; default 0"),
      until: quantity("duration", "No injection after this; default the end"),
    },
    required: ["meanGap"],
    additionalProperties: false,
  },
  when: {
    type: "object",
    title: "WhenWords",
    description: "When a state is reached for the first time",
    properties: {
      state: { type: "string", enum: TRIGGER_STATES },
      of: { type: "string", description: "cart, or cart/shard 2" },
      notBefore: quantity("duration", "Ignores the state before this time; default 0"),
    },
    required: ["state", "of"],
    additionalProperties: false,
  },
  after: {
    type: "object",
    title: "AfterWords",
    description: "A delay after the first event of a kind",
    properties: {
      fault: { type: "string", description: "Injection of a fault of this kind" },
      heal: { type: "string", description: "Heal of a fault of this kind" },
      step: { type: "string", description: "A step of this kind" },
      event: { type: "string", enum: CACHE_EVENTS },
      of: { type: "string", description: "Cache or Global Datastore of the event" },
      delay: quantity("duration", "Default 0"),
    },
    additionalProperties: false,
  },
};

/** `from` is the first time of `every`, and a side of links: the fault's meaning wins there. */
export const FROM_IS_A_SIDE: readonly string[] = [
  "network-latency",
  "network-loss",
  "network-bandwidth",
];

const START = {
  from: quantity("duration", "With every: the first time; default the period itself"),
};

/** One entry of the method, as a schema: its words depend on its fault or step. */
export const methodEntrySchema: JsonSchema = {
  type: "object",
  title: "MethodEntryWords",
  description: "A fault or a human step, and when",
  properties: {
    fault: { type: "string", enum: Object.keys(faultWords), description: "Kind of fault" },
    step: { type: "string", enum: Object.keys(stepWords), description: "Kind of step" },
  },
  anyOf: [{ required: ["fault"] }, { required: ["step"] }],
  expected: "an entry with fault: or step:",
  allOf: [
    ...Object.entries(faultWords).map(([fault, words]) => ({
      if: { properties: { fault: { const: fault } }, required: ["fault"] },
      then: {
        properties: {
          ...triggers,
          ...(FROM_IS_A_SIDE.includes(fault) ? {} : START),
          fault: { const: fault },
          for: quantity(
            "duration",
            words.heals
              ? "How long it holds; default: to the end"
              : "Not with this kind, which has no heal of its own",
          ),
          allowEmpty: {
            type: "boolean",
            description: "It is no error if nothing is hit; default false",
          },
          ...words.properties,
        },
        required: words.required,
        additionalProperties: false,
      },
    })),
    ...Object.entries(stepWords).map(([step, words]) => ({
      if: {
        properties: { step: { const: step } },
        required: ["step"],
        not: { required: ["fault"] },
      },
      then: {
        properties: { ...triggers, ...START, step: { const: step }, ...words.properties },
        required: words.required,
        additionalProperties: false,
      },
    })),
  ],
};
