/** Objectives that count what happened: so many at least, or at most. */
import { causeWords } from "../../journal/operation-columns.ts";
import { type CheckContext, membersOf, trafficIndex } from "../context.ts";
import type { Bound } from "../expectation.ts";
import { type Answer, judged, untested } from "./objective.ts";

/** Marks of the journal that expectations count, by metric. */
const COUNTED = {
  fullSyncs: { mark: "full-sync", unit: "syncs", what: "full synchronisations began" },
  partialSyncs: { mark: "partial-resync", unit: "syncs", what: "partial resynchronisations" },
  outputBufferDrops: {
    mark: "output-buffer-overflow",
    unit: "links",
    what: "links of replicas closed for their output buffer",
  },
} as const;

export type CountedMark = keyof typeof COUNTED;

/** Times that nodes of a cache or Global Datastore reached a marked state. */
export function marked(
  { records, ...context }: CheckContext,
  of: string,
  metric: CountedMark,
  bound: Bound,
): Answer {
  const { mark, unit, what } = COUNTED[metric];
  const members = membersOf({ records, ...context }, of);
  const observed = records.filter(
    (record) =>
      record.kind === "mark" &&
      record.mark === mark &&
      members.some((name) => record.of.startsWith(`${name}/`)),
  ).length;
  return within(observed, bound, unit, `${observed} ${what}`);
}

/** Keys that nodes of a cache or Global Datastore evicted. */
export function evictions(context: CheckContext, of: string, bound: Bound): Answer {
  const members = membersOf(context, of);
  const observed = members.reduce((sum, name) => sum + context.end.evictions(name), 0);
  return within(observed, bound, "keys", `${observed} keys evicted`);
}

/** Requests of a traffic source that did not end ok: all, or those of one cause. Unknown without requests. */
export function failures(
  context: CheckContext,
  of: string,
  cause: string | null,
  bound: Bound,
): Answer {
  const fold = context.measured.requests[trafficIndex(context, of)];
  if (fold === undefined || fold.availability === null)
    return untested(bound.limit, "requests", `${of} had no requests`);
  let observed = 0;
  for (const [code, count] of fold.causes.entries())
    if (cause === null || causeWords.get(code) === cause) observed += count;
  const why = cause === null ? "" : ` for ${cause}`;
  return within(observed, bound, "requests", `${observed} requests did not end ok${why}`);
}

function within(observed: number, { side, limit }: Bound, unit: string, reason: string): Answer {
  const met = side === "at least" ? observed >= limit : observed <= limit;
  return judged(met, { limit, observed, unit }, reason, null);
}
