/** Words of expectations and of the steady state. */

import { type JsonSchema, object, oneOfWords, quantity } from "../base/json-schema.ts";
import { listWithNearest } from "../base/nearest-word.ts";
import { parseDuration, parsePercentage } from "../base/units.ts";
import { causeWords } from "../journal/operation-columns.ts";
import type { Reading } from "../model/kinds/contract.ts";
import type { Anchor, Bound, Expectation, SteadyClause } from "./expectation.ts";
import { PROMISE_NAMES, type PromiseName, promiseFits } from "./history/promises.ts";
import type { ExpectationWords, SteadyClauseWords } from "./words.gen.ts";

/** The one word that is there, and what it holds. */
type Only<Words> = {
  [Word in keyof Words]-?: readonly [Word, NonNullable<Words[Word]>];
}[keyof Words];

const of: JsonSchema = {
  type: "string",
  description: "Cache, Global Datastore, traffic source or origin",
};
const atMost = quantity("duration", "Limit, inclusive");
const atLeast = quantity("percentage", "Limit, inclusive");
const ANCHORS: readonly Anchor[] = [
  "start",
  "first-fault",
  "last-fault",
  "first-heal",
  "last-heal",
  "last-disturbance",
];

const wholeNumber = (description: string): JsonSchema => ({
  type: "integer",
  minimum: 0,
  description,
});
/** Exactly one of the two. */
const counted: Readonly<Record<string, JsonSchema>> = {
  atLeast: wholeNumber("Limit, inclusive; or atMost"),
  atMost: wholeNumber("Limit, inclusive; or atLeast"),
};

/** Keys of a cache are registers. */
const REGISTER_PROMISES = PROMISE_NAMES.filter((promise) => promiseFits(promise, "register"));

const expectationWords: Readonly<Record<string, JsonSchema>> = {
  rpo: object(
    "RpoWords",
    { of, atMost },
    ["of", "atMost"],
    "Width of the window of lost acknowledged writes",
  ),
  rto: object(
    "RtoWords",
    { of, atMost },
    ["of", "atMost"],
    "From the fault until the steady state is regained, or a shard accepts writes",
  ),
  steady: object(
    "SteadyWords",
    { of, from: { type: "string", description: '"60s after first-fault", or an anchor alone' } },
    ["from"],
    "Every window of the steady state holds from then on",
  ),
  redundancyRestored: object(
    "RedundancyWords",
    {
      of,
      within: quantity("duration", "Limit"),
      after: oneOfWords(ANCHORS, "Default first-fault"),
    },
    ["of", "within"],
    "Every node serves again",
  ),
  availability: object(
    "AvailabilityWords",
    { of, atLeast },
    ["of", "atLeast"],
    "Share of requests that ended ok",
  ),
  latency: object(
    "LatencyWords",
    {
      of,
      percentile: {
        type: "string",
        pattern: "^p([1-9]\\d?|[5-9]\\d\\d)$",
        expected: 'a percentile such as "p50", "p99" or "p999"',
      },
      atMost,
      when: oneOfWords(["always", "in-fault", "outside-fault"], "Default always"),
    },
    ["of", "percentile", "atMost"],
    "A percentile of latency",
  ),
  hitRatio: object(
    "HitRatioWords",
    { of, atLeast, atMost: quantity("percentage", "Limit, inclusive, in place of atLeast") },
    ["of"],
    "Hits of all answered reads",
  ),
  failures: object(
    "FailureWords",
    {
      of,
      cause: oneOfWords([...causeWords.values()], "Of the last attempt's end; default any"),
      ...counted,
    },
    ["of"],
    "Requests that did not end ok, by cause",
  ),
  evictions: object("EvictionWords", { of, ...counted }, ["of"], "Keys evicted for want of memory"),
  fullSyncs: object(
    "FullSyncWords",
    { of, ...counted },
    ["of"],
    "Full synchronisations that began, by fork of their source",
  ),
  partialSyncs: object(
    "PartialSyncWords",
    { of, ...counted },
    ["of"],
    "Replicas that went on from a backlog",
  ),
  outputBufferDrops: object(
    "OutputBufferDropWords",
    { of, ...counted },
    ["of"],
    "Replicas whose primary closed their link, for what waited for them was too much",
  ),
  staleness: object(
    "StalenessWords",
    { of, atMost },
    ["of", "atMost"],
    "Age of what replicas answer beyond acknowledged writes",
  ),
  originLoad: object(
    "OriginLoadWords",
    { of, atMost: { type: "integer", minimum: 0, description: "Requests at once" } },
    ["of", "atMost"],
    "Requests at an origin at once, waiting ones included",
  ),
  noSplitBrain: object(
    "NoSplitBrainWords",
    { of },
    ["of"],
    "No replaced primary acknowledges writes",
  ),
  noLostWrites: object("NoLostWritesWords", { of }, ["of"], "No acknowledged write is lost"),
  consistency: object(
    "ConsistencyWords",
    {
      of,
      promises: {
        type: "array",
        minItems: 1,
        uniqueItems: true,
        items: oneOfWords(REGISTER_PROMISES, "A promise"),
        description: "Default: what the service promises",
      },
      staleBy: quantity("duration", "boundedStaleness: limit, inclusive; default 0"),
    },
    ["of"],
    "What the history of each key keeps to",
  ),
  cost: object(
    "CostWords",
    { of, atMostPerMonth: { type: "number", minimum: 0, description: "USD" } },
    ["of", "atMostPerMonth"],
    "Nodes on demand",
  ),
};

/** One expectation: an object with one word. */
export const expectationSchema: JsonSchema = {
  type: "object",
  title: "ExpectationWords",
  description: "What must hold",
  properties: expectationWords,
  additionalProperties: false,
  minProperties: 1,
  maxProperties: 1,
};

export const expectationMetrics: readonly { readonly metric: string; readonly summary: string }[] =
  Object.entries(expectationWords).map(([metric, schema]) => ({
    metric,
    summary: String(schema["description"]),
  }));

const over = quantity("duration", "Length of each window; default 10s");

export const steadyClauseSchema: JsonSchema = {
  type: "object",
  title: "SteadyClauseWords",
  description: "What holds when all is well, over every window",
  properties: {
    successRatio: object("SuccessRatioWords", { of, over, atLeast }, ["of", "atLeast"]),
    latencyP99: object("LatencyP99Words", { of, over, atMost }, ["of", "atMost"]),
    hitRatio: object("SteadyHitRatioWords", { of, over, atLeast }, ["of", "atLeast"]),
  },
  additionalProperties: false,
  minProperties: 1,
  maxProperties: 1,
};

/** Names that expectations may speak of. */
export interface Names {
  readonly traffic: readonly string[];
  readonly caches: readonly string[];
  readonly origins: readonly string[];
}

export function resolveSteadyClause(
  words: SteadyClauseWords,
  names: Names,
  reading: Reading,
): SteadyClause | null {
  const [metric, given] = Object.entries(words)[0] as Only<SteadyClauseWords>;
  const name = readName(metric, given.of, names.traffic, "traffic source", reading);
  const overNs = given.over === undefined ? 10e9 : (parseDuration(given.over) ?? 0);
  if (overNs < 1e8)
    reading.problem({
      path: [metric, "over"],
      found: `is "${given.over}"`,
      expected: "at least 100ms",
    });
  if (name === null) return null;
  if (metric === "latencyP99")
    return { metric, of: name, overNs, atMostNs: parseDuration(given.atMost) ?? 0 };
  return { metric, of: name, overNs, atLeast: readShare(metric, given.atLeast, reading) };
}

export function resolveExpectation(
  words: ExpectationWords,
  names: Names,
  steady: readonly SteadyClause[],
  reading: Reading,
): Expectation | null {
  const [metric, given] = Object.entries(words)[0] as Only<ExpectationWords>;
  const known = {
    rpo: names.caches,
    rto: [...names.traffic, ...names.caches],
    steady: names.traffic,
    redundancyRestored: names.caches,
    availability: names.traffic,
    latency: names.traffic,
    hitRatio: names.traffic,
    failures: names.traffic,
    evictions: names.caches,
    fullSyncs: names.caches,
    partialSyncs: names.caches,
    outputBufferDrops: names.caches,
    staleness: names.traffic,
    originLoad: names.origins,
    noSplitBrain: names.caches,
    noLostWrites: names.caches,
    consistency: names.caches,
    cost: names.caches,
  }[metric];
  const all = metric === "steady" && given.of === undefined;
  const name = all ? "" : readName(metric, given.of, known, "name", reading);
  if (name === null) return null;
  const id = all ? metric : `${metric}(${name})`;
  switch (metric) {
    case "rpo":
    case "staleness":
      return { id, metric, of: name, atMostNs: parseDuration(given.atMost) ?? 0 };
    case "rto":
      needsSteady(metric, name, names, steady, reading);
      return { id, metric, of: name, atMostNs: parseDuration(given.atMost) ?? 0 };
    case "steady": {
      if (steady.length === 0)
        reading.problem({
          path: [metric],
          found: "speaks of a steady state",
          expected: "steadyState: in the scenario",
        });
      const from = readAnchor(given.from, reading);
      return from === null
        ? null
        : { id, metric, of: all ? null : name, fromAnchor: from.anchor, fromNs: from.ns };
    }
    case "redundancyRestored":
      return {
        id,
        metric,
        of: name,
        withinNs: parseDuration(given.within) ?? 0,
        afterAnchor: given.after ?? "first-fault",
      };
    case "hitRatio": {
      const bound = readBound(metric, given, reading);
      return { id: boundedId(metric, name, bound), metric, of: name, bound };
    }
    case "failures": {
      const cause = given.cause ?? null;
      const bound = readBound(metric, given, reading);
      const what = cause === null ? name : `${name}, ${cause}`;
      return { id: boundedId(metric, what, bound), metric, of: name, cause, bound };
    }
    case "evictions":
    case "fullSyncs":
    case "partialSyncs":
    case "outputBufferDrops": {
      const bound = readBound(metric, given, reading);
      return { id: boundedId(metric, name, bound), metric, of: name, bound };
    }
    case "availability":
      return { id, metric, of: name, atLeast: readShare(metric, given.atLeast, reading) };
    case "latency": {
      const digits = given.percentile.slice(1);
      const percentile = Number(`0.${digits.padStart(2, "0")}`);
      return {
        id: `latency(${name}, ${given.percentile})`,
        metric,
        of: name,
        percentile,
        atMostNs: parseDuration(given.atMost) ?? 0,
        when: given.when ?? "always",
      };
    }
    case "originLoad":
      return { id, metric, of: name, atMostConcurrency: given.atMost };
    case "noSplitBrain":
    case "noLostWrites":
      return { id, metric, of: name };
    case "consistency": {
      const promises = (given["promises"] as readonly PromiseName[] | undefined) ?? null;
      if (given["staleBy"] !== undefined && promises?.includes("boundedStaleness") !== true)
        reading.problem({
          path: [metric, "staleBy"],
          found: "is given",
          expected: "boundedStaleness among the promises, for it is the bound of that one",
        });
      const staleNs = parseDuration((given["staleBy"] as string | undefined) ?? "0") ?? 0;
      return { id, metric, of: name, promises, staleNs };
    }
    case "cost":
      return { id, metric, of: name, atMostPerMonth: given.atMostPerMonth };
  }
}

function needsSteady(
  metric: string,
  name: string,
  names: Names,
  steady: readonly SteadyClause[],
  reading: Reading,
): void {
  if (!names.traffic.includes(name) || steady.some((clause) => clause.of === name)) return;
  reading.problem({
    path: [metric, "of"],
    found: `is "${name}", which has no steady state`,
    expected: `a clause of steadyState: for ${name}, for its RTO ends where that is regained`,
  });
}

function readName(
  metric: string,
  of: string | undefined,
  known: readonly string[],
  what: string,
  reading: Reading,
): string | null {
  const name = of ?? "";
  if (known.includes(name)) return name;
  const list =
    known.length === 0
      ? `a ${what} that the scenario defines`
      : `one of ${listWithNearest(known, name)}`;
  const found = of === undefined ? "is missing" : `is "${name}"`;
  reading.problem({ path: [metric, "of"], found, expected: list });
  return null;
}

/** Exactly one of `atLeast` and `atMost`: a percentage, or a whole number. */
function readBound(
  metric: string,
  { atLeast, atMost }: { readonly atLeast?: string | number; readonly atMost?: string | number },
  reading: Reading,
): Bound {
  if ((atLeast === undefined) === (atMost === undefined))
    reading.problem({
      path: [metric],
      found: atLeast === undefined ? "has no limit" : "has two limits",
      expected: "exactly one of atLeast, atMost",
    });
  const value = atLeast ?? atMost ?? 0;
  const word = atLeast === undefined ? "atMost" : "atLeast";
  const limit = typeof value === "string" ? readShare(metric, value, reading, word) : value;
  return { side: atLeast === undefined ? "at most" : "at least", limit };
}

/** Of two bounds on one figure each has an id of its own. */
const boundedId = (metric: string, of: string, { side }: Bound): string =>
  side === "at least" ? `${metric}(${of})` : `${metric}(${of}, at most)`;

function readShare(metric: string, text: string, reading: Reading, word = "atLeast"): number {
  const share = parsePercentage(text) ?? 0;
  if (share > 1)
    reading.problem({
      path: [metric, word],
      found: `is "${text}"`,
      expected: 'at most "100%"',
    });
  return share;
}

/** `60s after first-fault`, or `last-heal`. */
function readAnchor(text: string, reading: Reading): { anchor: Anchor; ns: number } | null {
  const match = /^(?:(\S+) after )?([a-z-]+)$/.exec(text);
  const anchor = ANCHORS.find((known) => known === match?.[2]);
  const ns = match?.[1] === undefined ? 0 : parseDuration(match[1]);
  if (anchor !== undefined && ns !== undefined) return { anchor, ns };
  reading.problem({
    path: ["steady", "from"],
    found: `is "${text}"`,
    expected: `a moment such as "60s after first-fault"; anchors are ${ANCHORS.join(", ")}`,
  });
  return null;
}
