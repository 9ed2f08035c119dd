/** Words of `explore:`: in which space fault schedules are generated. */
import { type JsonSchema, object, quantity } from "../base/json-schema.ts";
import type { Nanos } from "../base/nanos.ts";
import { parseDuration } from "../base/units.ts";
import { faultWords } from "../faults/words.ts";
import { allMarks } from "../measure/coverage.ts";
import type { Reading } from "../model/kinds/contract.ts";
import type { ExploreWords } from "./explore.gen.ts";

/** In which space fault schedules are generated, resolved. */
export interface ExploreSettings {
  /** Kinds of faults, at least one. */
  readonly faults: readonly string[];
  /** Most faults in one schedule, 1 to 40. */
  readonly atMost: number;
  /** Most faults that hold at one time, at least 1. */
  readonly atOnce: number;
  /** No fault is injected before, none holds after. */
  readonly fromNs: Nanos;
  readonly untilNs: Nanos;
  /** Most zones that are hit at one time. */
  readonly zones: number;
  /** Most further nodes that are hit at one time; a fault on several nodes counts as each of them. */
  readonly nodes: number;
  /** Faults may be aimed at phases: when a state is reached, after an event. */
  readonly onStates: boolean;
  /** Words of the scenario that vary too, each with its values. */
  readonly vary: readonly { readonly path: string; readonly values: readonly unknown[] }[];
  /** Marks without which a campaign fails. */
  readonly mustReach: readonly string[];
}

/** Kinds that are no part of exploring unless they are named: they change the load, and prove little by themselves. */
const NOT_BY_DEFAULT = ["traffic-surge", "hot-key", "memory-pressure"];

const kinds = Object.keys(faultWords);

export const exploreSchema: JsonSchema = object(
  "ExploreWords",
  {
    faults: {
      type: "array",
      items: { type: "string", enum: kinds },
      minItems: 1,
      maxItems: kinds.length,
      uniqueItems: true,
      description: `Kinds of faults; default all but ${NOT_BY_DEFAULT.join(", ")}`,
    },
    atMost: {
      type: "integer",
      minimum: 1,
      maximum: 40,
      description: "Most faults in one schedule; default 6",
    },
    atOnce: {
      type: "integer",
      minimum: 1,
      maximum: 40,
      description: "Most faults that hold at one time; default 3",
    },
    window: object(
      "ExploreWindowWords",
      {
        from: quantity("duration", "No fault is injected before"),
        until: quantity("duration", "Every fault has healed by then"),
      },
      ["from", "until"],
      "When faults may hold; default from a tenth to six tenths of the duration",
    ),
    budget: object(
      "ExploreBudgetWords",
      {
        zones: { type: "integer", minimum: 0, maximum: 20, description: "Default 1" },
        nodes: { type: "integer", minimum: 0, maximum: 500, description: "Default 1" },
      },
      [],
      "Most zones, and most further nodes, that are hit at one time",
    ),
    onStates: {
      type: "boolean",
      description: "Faults may be aimed at phases, such as an election; default true",
    },
    vary: {
      type: "object",
      description:
        'Words that vary too, by path, such as caches.cart.replicasPerNodeGroup: [1, 2]; "traffic.shop.arrivals.rate": [100/s, 1k/s]',
      maxProperties: 20,
      additionalProperties: { type: "array", minItems: 1, maxItems: 50 },
    },
    mustReach: {
      type: "array",
      items: { type: "string", enum: allMarks.map(({ mark }) => mark) },
      maxItems: 100,
      description: "Marks without which a campaign fails",
    },
  },
  [],
  "The space in which explore generates fault schedules",
);

/** Reads `explore:`; the default space where the scenario has none. */
export function resolveExplore(
  words: ExploreWords | undefined,
  world: { readonly durationNs: Nanos },
  reading: Reading,
): ExploreSettings {
  const {
    window,
    budget = {},
    vary = {},
    faults = kinds.filter((kind) => !NOT_BY_DEFAULT.includes(kind)),
    atMost = 6,
    atOnce = 3,
    onStates = true,
    mustReach = [],
  } = words ?? {};
  const fromNs =
    window === undefined ? Math.round(world.durationNs / 10) : (parseDuration(window.from) ?? 0);
  const untilNs =
    window === undefined
      ? Math.round(0.6 * world.durationNs)
      : (parseDuration(window.until) ?? world.durationNs);
  if (window !== undefined && (fromNs >= untilNs || untilNs > world.durationNs))
    reading.problem({
      path: ["explore", "window"],
      found: `is from ${window.from} until ${window.until}`,
      expected: "a window of some length that ends within the scenario's duration",
    });
  for (const path of Object.keys(vary)) {
    if (/^(explore|seed|method|scenario)\b/.test(path))
      reading.problem({
        path: ["explore", "vary", path],
        found: "is not the topology, the traffic or a client",
        expected: "a path below caches, origins, traffic, network or assume",
      });
  }
  return {
    faults,
    atMost,
    atOnce,
    fromNs,
    untilNs,
    zones: budget.zones ?? 1,
    nodes: budget.nodes ?? 1,
    onStates,
    vary: Object.entries(vary).map(([path, values]) => ({ path, values })),
    mustReach,
  };
}
