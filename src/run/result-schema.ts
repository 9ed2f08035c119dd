/** JSON Schema (draft-07) of `result.json`: the stable contract. Additions are free; renames are breaking changes. */
import type { JsonSchema } from "../base/json-schema.ts";

const text: JsonSchema = { type: "string" };
const number: JsonSchema = { type: "number" };
const count: JsonSchema = { type: "integer", minimum: 0 };
const orNull = (schema: JsonSchema): JsonSchema => ({
  ...schema,
  type: [schema["type"], "null"].flat(),
});
const list = (items: JsonSchema): JsonSchema => ({ type: "array", items });
const byName = (item: JsonSchema, description: string): JsonSchema => ({
  type: "object",
  description,
  additionalProperties: item,
});
/** All properties are there. */
const record = (properties: Readonly<Record<string, JsonSchema>>): JsonSchema => ({
  type: "object",
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});
/** What only some runs say. */
const withOptional = (of: JsonSchema, more: Readonly<Record<string, JsonSchema>>): JsonSchema => {
  const known = of as { readonly properties: Readonly<Record<string, JsonSchema>> };
  return { ...known, properties: { ...known.properties, ...more } };
};
const words = (...known: readonly string[]): JsonSchema => ({ type: "string", enum: known });
const hex: JsonSchema = { type: "string", pattern: "^[0-9a-f]{16}$" };
const verdict = words("pass", "fail", "unknown");
const seconds = orNull(number);

const latency = record({ p50: seconds, p90: seconds, p99: seconds, p999: seconds, max: seconds });

const failover = {
  shard: count,
  fromNode: text,
  toNode: orNull(text),
  cause: text,
  startedAt: number,
  rpoSeconds: number,
  writesLost: count,
  bytesLost: count,
  rtoSeconds: seconds,
};

const cache = record({
  rpoSeconds: number,
  rtoSeconds: seconds,
  writesLost: count,
  splitBrainWrites: count,
  availability: seconds,
  slaUptime: seconds,
  costPerHour: seconds,
  costPerMonth: seconds,
  costReason: orNull(text),
  nodes: list(
    record({
      id: text,
      region: text,
      zone: text,
      shard: count,
      intervals: list(
        record({
          from: number,
          to: number,
          role: words("primary", "replica", "secondary-primary", "none"),
          state: words("serving", "paused", "down", "provisioning", "syncing", "minority"),
        }),
      ),
    }),
  ),
  failovers: list(
    record({
      ...failover,
      phases: record({ detect: seconds, decide: seconds, promote: seconds }),
    }),
  ),
});

const datastore = record({
  primaryRegion: text,
  promotions: list(
    record({
      ...failover,
      fromCache: text,
      toCache: text,
      phases: record({ operator: seconds, detect: seconds, decide: seconds, promote: seconds }),
    }),
  ),
  lagSeconds: record({ p50: seconds, p99: seconds, max: seconds }),
});

const phases = ["detect", "decide", "promote", "propagate", "reconnect", "warm"];

const traffic = record({
  requests: count,
  ok: count,
  fail: count,
  info: count,
  clientLost: count,
  inFlight: count,
  failures: {
    type: "object",
    description: "Requests of fail and info, by the cause of their last attempt's end",
    additionalProperties: count,
  },
  availability: seconds,
  rtoSeconds: seconds,
  recoveries: list(
    record({
      after: text,
      at: number,
      rtoSeconds: seconds,
      phases: record(Object.fromEntries(phases.map((phase) => [phase, number]))),
      causes: list(text),
    }),
  ),
  latencyMs: latency,
  latencyInFaultMs: latency,
  latencyOutsideFaultMs: latency,
  hitRatio: seconds,
  staleReads: count,
});

export const resultSchema: JsonSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  $id: "https://cachequake.invalid/schema/result.schema.json",
  title: "Result",
  description:
    "What a run says. Times in seconds unless the name says otherwise; null where nothing was measured.",
  ...withOptional(
    record({
      schemaVersion: { const: 1 },
      tool: record({ name: { const: "cachequake" }, version: text }),
      scenario: text,
      story: text,
      seed: { type: "string", pattern: "^[A-Za-z0-9_-]{1,64}$" },
      digest: hex,
      behaviourDigest: hex,
      checkpoints: list(hex),
      simulatedSeconds: number,
      events: count,
      ties: count,
      verdict,
      input: record({
        source: text,
        sets: list(text),
        seed: text,
        tieBreak: words("schedule", "shuffled"),
        allowPlanted: { type: "boolean" },
      }),
      reproduce: text,
      expectations: list(
        record({
          id: text,
          metric: text,
          of: orNull(text),
          limit: seconds,
          observed: seconds,
          unit: text,
          verdict,
          avoidable: { type: ["boolean", "null"] },
          reason: text,
        }),
      ),
      invariants: list(record({ id: text, verdict, checked: count, reason: text })),
      faults: list(
        record({ kind: text, targets: list(text), injectedAt: number, healedAt: seconds }),
      ),
      assumptions: list(record({ name: text, low: text, used: text, high: text, source: text })),
      caches: byName(cache, "Replication groups"),
      globalDatastores: byName(datastore, "Global Datastores"),
      traffic: byName(traffic, "Traffic sources"),
      origins: byName(
        record({ requests: count, peakConcurrency: count, queuedMax: count, latencyMs: latency }),
        "Origins",
      ),
      timeline: list(record({ at: number, kind: text, subject: text, text })),
      series: byName(
        list(record({ of: text, unit: text, start: number, step: number, values: list(seconds) })),
        "By metric name; CloudWatch's where it has one",
      ),
    }),
    {
      replications: withOptional(
        record({
          count,
          seeds: list(text),
          figures: list(
            record({
              figure: text,
              unit: text,
              count,
              mean: number,
              standardDeviation: number,
              low: number,
              high: number,
              p5: number,
              p50: number,
              p95: number,
            }),
          ),
          missing: list(record({ figure: text, runs: count, reason: text })),
          verdicts: list(record({ expectation: text, pass: count, fail: count, unknown: count })),
        }),
        { until: record({ share: number, reached: { type: "boolean" } }) },
      ),
      sensitivity: list(
        record({
          assumption: text,
          low: text,
          used: text,
          high: text,
          influence: number,
          effects: list(
            record({
              expectation: text,
              unit: text,
              atLow: seconds,
              observed: seconds,
              atHigh: seconds,
              verdictLow: verdict,
              verdictHigh: verdict,
              flips: { type: "boolean" },
            }),
          ),
        }),
      ),
      tornadoes: list(
        record({
          expectation: text,
          unit: text,
          limit: seconds,
          observed: seconds,
          verdict,
          bars: list(
            record({
              assumption: text,
              low: text,
              used: text,
              high: text,
              atLow: seconds,
              atHigh: seconds,
              verdictLow: verdict,
              verdictHigh: verdict,
              flips: { type: "boolean" },
              swing: seconds,
            }),
          ),
          unmoved: list(text),
        }),
      ),
    },
  ),
};
