import { type Nanos, toSeconds } from "../../base/nanos.ts";
import type { Failover } from "../../measure/failover-fold.ts";
import { PHASES, type Recovery } from "../../measure/recovery.ts";
import {
  type CheckContext,
  cachesOfTraffic,
  membersOf,
  seconds,
  trafficIndex,
} from "../context.ts";
import { type Answer, judged, untested } from "./objective.ts";

/** How answers of what never recovered begin, of traffic, and what is said of a shard. */
export const NOT_REGAINED = "not regained";
export const WITHOUT_PRIMARY = "still without a primary at the end";

/**
 * RTO, from the fault. Of a traffic source: until the steady state is regained after the worst injection. Of a cache:
 * until its worst shard accepts writes again.
 * Unknown when no fault was injected, the steady state did not hold before, or no failover happened (cache).
 * Unavoidable when no copy outside the faulted places survived: even an oracle had nothing to promote. Neither where an
 * instant failover would not have kept the promise either, for it was others who took the time: DNS, clients, a cold cache.
 */
export function rto(context: CheckContext, of: string, atMostNs: Nanos): Answer {
  const traffic = trafficIndex(context, of);
  return traffic >= 0 ? ofTraffic(context, traffic, atMostNs) : ofCache(context, of, atMostNs);
}

/**
 * The injection whose recovery took longest; one that was not regained counts as longest, and one after which no request
 * arrived only where there is no other. Null: none.
 */
export function worstRecovery(recoveries: readonly Recovery[]): Recovery | null {
  let worst: Recovery | null = null;
  for (const recovery of recoveries) {
    if (recovery.after.isHeal) continue;
    const isKnownFirst = recovery.wasAsked && worst?.wasAsked === false;
    const isUnknown = !recovery.wasAsked && worst !== null;
    if (worst === null || isKnownFirst || (!isUnknown && lengthOf(recovery) > lengthOf(worst)))
      worst = recovery;
  }
  return worst;
}

const lengthOf = (recovery: Recovery): Nanos =>
  recovery.regainedAt === null ? Number.POSITIVE_INFINITY : recovery.regainedAt - recovery.after.at;

/**
 * The steady state of a traffic source held from the start, the warm-up left out, to the first disturbance, by what had
 * ended until then; null: no window fits.
 */
export function heldBefore(context: CheckContext, traffic: number): boolean | null {
  const { measured, index } = context;
  const first = measured.disturbances[0]?.at ?? index.durationNs;
  return measured.steadyBefore[traffic]?.held(index.warmUpNs ?? 0, first) ?? null;
}

function ofTraffic(context: CheckContext, traffic: number, atMostNs: Nanos): Answer {
  const limit = toSeconds(atMostNs);
  const { measured } = context;
  const worst = worstRecovery(measured.recoveries[traffic] ?? []);
  if (worst === null) return untested(limit, "s", "no fault was injected");
  const held = heldBefore(context, traffic);
  if (held !== true) {
    const why =
      held === null
        ? "no window of the steady state fits before"
        : "the steady state did not hold before";
    return untested(limit, "s", `${why} the first fault`);
  }
  const caches = cachesOfTraffic(context, traffic);
  if (!worst.wasAsked) {
    const waited = seconds(worst.untilNs - worst.after.at);
    return untested(limit, "s", `no request arrived in the ${waited} after ${worst.after.what}`);
  }
  if (worst.regainedAt === null) {
    const waited = worst.untilNs - worst.after.at;
    if (waited <= atMostNs) {
      return untested(
        limit,
        "s",
        `${NOT_REGAINED} in the ${seconds(waited)} before the next disturbance or the end`,
      );
    }
    const reason = `${NOT_REGAINED} within ${seconds(waited)} after ${worst.after.what}`;
    return {
      limit,
      observed: null,
      unit: "s",
      verdict: "fail",
      avoidable: avoidableBy(failoversIn(context, caches, worst), ({ promoted }) => {
        if (promoted === null) return true;
        return waited - (promoted.at - worst.after.at) <= atMostNs;
      }),
      reason,
    };
  }
  const ns = worst.regainedAt - worst.after.at;
  const phases = PHASES.filter((phase) => worst.phases[phase] > 0).map(
    (phase) => `${phase} ${seconds(worst.phases[phase])}`,
  );
  const reason =
    ns === 0
      ? `the steady state held throughout after ${worst.after.what}`
      : `after ${worst.after.what}: ${phases.join(" + ")}`;
  const { detect, decide, promote } = worst.phases;
  const others = ns - detect - decide - promote;
  return judged(
    ns <= atMostNs,
    { limit, observed: toSeconds(ns), unit: "s" },
    reason,
    avoidableBy(failoversIn(context, caches, worst), () => others <= atMostNs),
  );
}

function ofCache(context: CheckContext, of: string, atMostNs: Nanos): Answer {
  const limit = toSeconds(atMostNs);
  const failovers = failoversOf(context, of).filter((failover) => failover.abandoned === null);
  if (failovers.length === 0) return untested(limit, "s", `no failover of ${of} happened`);
  const worst = failovers.reduce((a, b) => (duration(context, b) > duration(context, a) ? b : a));
  const ns = duration(context, worst);
  const survivor = worst.copiesAtStart.some((copy) => copy.alive && !copy.faulted);
  const done = worst.promoted === null ? WITHOUT_PRIMARY : `${worst.toNode} accepts writes`;
  const reason = `shard ${worst.shard}: ${worst.started.cause}; ${done} after ${seconds(ns)}`;
  return judged(
    ns <= atMostNs && worst.promoted !== null,
    { limit, observed: toSeconds(ns), unit: "s" },
    reason,
    survivor,
  );
}

/** Failovers of a cache or a datastore. */
export function failoversOf(context: CheckContext, of: string): readonly Failover[] {
  const members = membersOf(context, of);
  const isStore = members[0] !== of;
  return context.measured.failovers.filter((failover) =>
    isStore
      ? failover.globalDatastore === of || members.includes(failover.cache)
      : failover.cache === of,
  );
}

const duration = (context: CheckContext, failover: Failover): Nanos =>
  (failover.promoted?.at ?? context.end.at) - failover.started.at;

/** Failovers that began between a disturbance and the next one. */
function failoversIn(
  context: CheckContext,
  caches: readonly string[],
  recovery: Recovery,
): readonly Failover[] {
  return context.measured.failovers.filter(
    (failover) =>
      caches.includes(failover.cache) &&
      failover.started.at >= recovery.after.at &&
      failover.started.at < recovery.untilNs,
  );
}

/**
 * What an oracle with instant failovers could have done: nothing where one had no copy to promote (false). Null where none
 * began, or where an instant one would not have helped.
 */
function avoidableBy(
  failovers: readonly Failover[],
  helps: (failover: Failover) => boolean,
): boolean | null {
  const hasCopy = ({ copiesAtStart }: Failover): boolean =>
    copiesAtStart.some((copy) => copy.alive && !copy.faulted);
  if (failovers.length === 0) return null;
  if (!failovers.every(hasCopy)) return false;
  return failovers.some(helps) ? true : null;
}
