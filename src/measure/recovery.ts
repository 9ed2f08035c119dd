/**
 * Recoveries of a traffic source: after each injection and each heal, when the steady state was regained, and by which
 * phases on the critical path.
 */
import type { Nanos } from "../base/nanos.ts";
import type { JournalRecord } from "../journal/records.ts";
import type { Boundary, Failover } from "./failover-fold.ts";
import type { SteadyState } from "./steady-state.ts";

export const PHASES = ["detect", "decide", "promote", "propagate", "reconnect", "warm"] as const;
export type Phase = (typeof PHASES)[number];

/** An injection or heal, or a step that breaks something on purpose. */
export interface Disturbance {
  readonly at: Nanos;
  /** `az-power-interruption injected`. */
  readonly what: string;
  readonly isHeal: boolean;
}

export interface Recovery {
  readonly after: Disturbance;
  /** Until the next disturbance or the end. */
  readonly untilNs: Nanos;
  /** Null: not regained before `untilNs`, no window fits, or nothing was asked. */
  readonly regainedAt: Nanos | null;
  /** False: no request arrived until then, so that nobody knows. */
  readonly wasAsked: boolean;
  /** Lengths, ns; they add up to `regainedAt - after.at`, or are all 0. */
  readonly phases: Readonly<Record<Phase, Nanos>>;
  readonly causes: readonly string[];
}

/** Steps that take something down. */
const BREAKING_STEPS: readonly string[] = ["test-failover", "reboot-node", "cluster-failover"];

/** A record of a disturbance. */
export function isDisturbance(record: JournalRecord): boolean {
  return disturbancesOf([record]).length > 0;
}

function isBreaking(record: JournalRecord): record is JournalRecord & { readonly kind: "step" } {
  if (record.kind !== "step" || record.targets.length === 0) return false;
  return BREAKING_STEPS.includes(record.step);
}

/** Injections, heals and breaking steps, in order of time. */
export function disturbancesOf(records: readonly JournalRecord[]): Disturbance[] {
  const found: Disturbance[] = [];
  for (const record of records) {
    if (record.kind === "fault-injected" && record.targets.length > 0) {
      found.push({ at: record.at, what: `${record.faultKind} injected`, isHeal: false });
    } else if (record.kind === "fault-healed") {
      found.push({ at: record.at, what: `${record.faultKind} healed`, isHeal: true });
    } else if (isBreaking(record)) {
      found.push({ at: record.at, what: `${record.step} called`, isHeal: false });
    }
  }
  return found;
}

/**
 * @param traffic - the traffic source's name
 * @param caches - names of the caches (and the datastore) it talks to
 */
export function recoveriesOf(
  traffic: string,
  caches: ReadonlySet<string>,
  steady: SteadyState,
  given: {
    readonly disturbances: readonly Disturbance[];
    readonly failovers: readonly Failover[];
    readonly records: readonly JournalRecord[];
    readonly endNs: Nanos;
  },
): Recovery[] {
  const { disturbances, failovers, records, endNs } = given;
  return disturbances.map((after) => {
    const next = disturbances.find((other) => other.at > after.at);
    const untilNs = next?.at ?? endNs;
    const wasAsked = steady.wasAsked(after.at, untilNs);
    const regainedAt = wasAsked ? steady.regainedAt(after.at, untilNs) : null;
    if (regainedAt === null || regainedAt === after.at) {
      return { after, untilNs, regainedAt, wasAsked, phases: noPhases(), causes: [] };
    }
    const path = criticalPath({
      traffic,
      caches,
      failovers,
      records,
      from: after.at,
      to: regainedAt,
      until: untilNs,
    });
    return { after, untilNs, regainedAt, wasAsked, ...path };
  });
}

function noPhases(): Record<Phase, Nanos> {
  return { detect: 0, decide: 0, promote: 0, propagate: 0, reconnect: 0, warm: 0 };
}

/**
 * Boundaries are journal records; one that did not occur ends where the one before it did. The steady state goes by the
 * arrival of requests, so it may be regained before the last boundary: requests that arrive a little earlier wait in
 * their retries and succeed.
 */
function criticalPath(given: {
  readonly traffic: string;
  readonly caches: ReadonlySet<string>;
  readonly failovers: readonly Failover[];
  readonly records: readonly JournalRecord[];
  readonly from: Nanos;
  readonly to: Nanos;
  readonly until: Nanos;
}): { phases: Record<Phase, Nanos>; causes: string[] } {
  const { from, to } = given;
  const failover = lastPromoted(given);
  const boundaries: Record<Phase, Boundary | null> = {
    detect: failover?.detected ?? null,
    decide: failover?.decided ?? null,
    promote: failover?.promoted ?? null,
    propagate: lastClient(given, "client-learned"),
    reconnect: lastClient(given, "client-connected"),
    warm: { at: to, cause: "steady state regained" },
  };
  const phases = noPhases();
  const causes: string[] = [];
  let reached = from;
  for (const phase of PHASES) {
    const boundary = boundaries[phase];
    if (boundary === null) {
      if (phase === "detect") causes.push("no failover in this window");
      continue;
    }
    const at = Math.min(Math.max(boundary.at, reached), to);
    phases[phase] = at - reached;
    reached = at;
    // Requests that arrived before the boundary were carried over it by their retries.
    const late =
      boundary.at > to
        ? ` (${Math.round((boundary.at - to) / 1e6) / 1e3} s later; windows held already)`
        : "";
    causes.push(`${phase}: ${boundary.cause}${late}`);
  }
  return { phases, causes };
}

function lastPromoted(given: Parameters<typeof criticalPath>[0]): Failover | null {
  let last: Failover | null = null;
  for (const failover of given.failovers) {
    const concerned =
      given.caches.has(failover.cache) || given.caches.has(failover.globalDatastore ?? "");
    const { promoted } = failover;
    if (
      !concerned ||
      promoted === null ||
      promoted.at < given.from ||
      failover.started.at > given.to
    )
      continue;
    if (last === null || promoted.at >= (last.promoted?.at ?? 0)) last = failover;
  }
  return last;
}

/**
 * The last client that was needed: later ones cannot have mattered, for the steady state was there. When none had come
 * so far, the first one after: the requests that arrived before it waited for it in their retries.
 */
function lastClient(
  given: Parameters<typeof criticalPath>[0],
  kind: "client-learned" | "client-connected",
): Boundary | null {
  let last: Boundary | null = null;
  for (const record of given.records) {
    if (record.at > given.until || (record.at > given.to && last !== null)) break;
    if (record.kind !== kind || record.at < given.from || record.traffic !== given.traffic)
      continue;
    last = { at: record.at, cause: `${record.client}: ${record.cause}` };
  }
  return last;
}
