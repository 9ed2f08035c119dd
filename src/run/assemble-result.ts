/** Puts what was measured and judged into the contract of `result.json`. */
import { type Nanos, toMilliseconds, toSeconds } from "../base/nanos.ts";
import { shellWord } from "../base/shell-word.ts";
import { VERSION } from "../base/version.ts";
import { type CacheFacts, type CheckContext, membersOf } from "../checks/context.ts";
import { failoversOf, worstRecovery } from "../checks/objectives/rto.ts";
import { checkExpectation, checkInvariants } from "../checks/run-checks.ts";
import {
  type ExpectationVerdict,
  type InvariantVerdict,
  type VerdictStatus,
  worst,
} from "../checks/verdict.ts";
import {
  causeWords,
  OUTCOME_CLIENT_LOST,
  OUTCOME_FAIL,
  OUTCOME_INFO,
  OUTCOME_OK,
} from "../journal/operation-columns.ts";
import type { JournalRecord } from "../journal/records.ts";
import type { Failover } from "../measure/failover-fold.ts";
import type { Histogram } from "../measure/histogram.ts";
import { type LossWindow, rpoNs } from "../measure/loss-fold.ts";
import type { Measured } from "../measure/measurement.ts";
import type { EndState, RunIndex } from "../measure/run-facts.ts";
import type { ResolvedScenario } from "../scenario/resolved.ts";
import type {
  CacheResult,
  FailoverResult,
  FaultResult,
  GlobalDatastoreResult,
  LatencyMs,
  Result,
  Series,
  TrafficResult,
} from "./result.ts";
import { timelineOf } from "./timeline.ts";

/** What a run was given: all that replay needs. */
export interface RunInput {
  readonly source: string;
  readonly sets: readonly string[];
  readonly allowPlanted: boolean;
}

export interface RunFacts {
  readonly resolved: ResolvedScenario;
  readonly input: RunInput;
  readonly index: RunIndex;
  readonly end: EndState;
  readonly measured: Measured;
  readonly records: readonly JournalRecord[];
  readonly series: Record<string, Series[]>;
  readonly digest: string;
  readonly behaviourDigest: string;
  readonly checkpoints: readonly string[];
  readonly events: number;
  readonly ties: number;
}

const HOURS_PER_MONTH = 730;

/** USD a month for all caches of a scenario, null where the price of one is not known. */
export function monthlyCost({ caches }: ResolvedScenario): number | null {
  let perHour = 0;
  for (const { nodePricePerHour, shards } of caches) {
    if (nodePricePerHour === null) return null;
    perHour += nodePricePerHour * shards.reduce((all, { nodes }) => all + nodes.length, 0);
  }
  return cents(perHour * HOURS_PER_MONTH);
}

/** Verdicts on a run: each expectation's and invariant's, and the worst of all. */
export function judge(
  facts: Pick<RunFacts, "resolved" | "index" | "end" | "measured" | "records">,
): {
  readonly verdict: VerdictStatus;
  readonly expectations: ExpectationVerdict[];
  readonly invariants: InvariantVerdict[];
} {
  const context = contextOf(facts);
  const expectations = facts.resolved.expect.map((expectation) =>
    checkExpectation(context, expectation),
  );
  const invariants = checkInvariants(context);
  const verdict = worst([...expectations, ...invariants].map((check) => check.verdict));
  return { verdict, expectations, invariants };
}

export function assembleResult(facts: RunFacts): Result {
  const { resolved, input, measured, records, end } = facts;
  const context = contextOf(facts);
  const { verdict, expectations, invariants } = judge(facts);
  return {
    schemaVersion: 1,
    tool: { name: "cachequake", version: VERSION },
    scenario: resolved.name,
    story: resolved.story,
    seed: resolved.seed,
    digest: facts.digest,
    behaviourDigest: facts.behaviourDigest,
    checkpoints: facts.checkpoints,
    simulatedSeconds: toSeconds(end.at),
    events: facts.events,
    ties: facts.ties,
    verdict,
    input: {
      source: input.source,
      sets: input.sets,
      seed: resolved.seed,
      tieBreak: resolved.tieBreak,
      allowPlanted: input.allowPlanted,
    },
    reproduce: reproduceLine(resolved, input),
    expectations,
    invariants,
    faults: faultsOf(records),
    assumptions: resolved.assumptions,
    caches: byName(resolved.caches, (cache) => cacheResult(facts, context, cache.name)),
    globalDatastores: byName(resolved.globalDatastores, (store) =>
      datastoreResult(facts, context, store.name),
    ),
    traffic: byName(resolved.traffic, (_, at) => trafficResult(measured, end, at)),
    origins: byName(end.origins, (origin) => ({
      requests: origin.requests,
      peakConcurrency: origin.peakConcurrency,
      queuedMax: origin.queuedMax,
      latencyMs: latencyMs(origin.latency),
    })),
    timeline: timelineOf(records),
    series: { ...trafficSeries(facts), ...facts.series },
  };
}

/** The one line that reproduces a run. */
export function reproduceLine(resolved: ResolvedScenario, input: RunInput): string {
  const sets = input.sets.map((set) => ` --set ${shellWord(set)}`).join("");
  return `cachequake run ${resolved.name} --seed ${resolved.seed}${sets}${input.allowPlanted ? " --allow-planted" : ""}`;
}

function contextOf(
  facts: Pick<RunFacts, "resolved" | "index" | "end" | "measured" | "records">,
): CheckContext {
  const { resolved, index, measured, end, records } = facts;
  const caches: CacheFacts[] = resolved.caches.map((cache) => {
    const nodes = meanNodes(cache.name, index, measured);
    const perHour = cache.nodePricePerHour === null ? null : cache.nodePricePerHour * nodes;
    return {
      name: cache.name,
      clusterMode: cache.clusterMode,
      automaticFailover: cache.automaticFailover,
      selfManaged: cache.selfManaged !== undefined,
      dnsUpdateNs: cache.service.dnsUpdateNs,
      dnsTtlNs: cache.service.dnsTtlNs,
      nodeTimeoutNs: cache.bus.nodeTimeoutNs,
      elections: {
        delayNs: cache.bus.protocol.electionDelayNs,
        rankDelayNs: cache.bus.protocol.rankDelayNs,
      },
      evicts: cache.engine.maxmemoryPolicy.startsWith("allkeys"),
      pricePerMonth: perHour === null ? null : perHour * HOURS_PER_MONTH,
      costReason: cache.costReason,
    };
  });
  const datastores = resolved.globalDatastores.map(({ name, primary, secondaries }) => ({
    name,
    members: [primary, ...secondaries],
  }));
  return { index, records, measured, end, caches, datastores };
}

/** Nodes of a cache over the run, on average: each costs from its launch until it is removed. */
function meanNodes(cache: string, index: RunIndex, measured: Measured): number {
  let total = 0;
  for (const node of index.nodes) {
    if (node.cache !== cache) continue;
    for (const { from, to } of measured.intervals.get(node.id) ?? []) total += to - from;
  }
  return total / index.durationNs;
}

/** Results by name. Names that look like integers would be re-ordered by the language; the scenario's schema forbids them. */
function byName<T extends { readonly name: string }, R>(
  list: readonly T[],
  of: (item: T, at: number) => R,
): Record<string, R> {
  return Object.fromEntries(list.map((item, at) => [item.name, of(item, at)]));
}

function faultsOf(records: readonly JournalRecord[]): FaultResult[] {
  const faults = new Map<
    number,
    { kind: string; targets: readonly string[]; injectedAt: number; healedAt: number | null }
  >();
  for (const record of records) {
    if (record.kind === "fault-injected") {
      faults.set(record.fault, {
        kind: record.faultKind,
        targets: record.targets,
        injectedAt: toSeconds(record.at),
        healedAt: null,
      });
    } else if (record.kind === "fault-healed") {
      const fault = faults.get(record.fault);
      if (fault !== undefined) fault.healedAt = toSeconds(record.at);
    }
  }
  return [...faults.values()];
}

function cacheResult(facts: RunFacts, context: CheckContext, name: string): CacheResult {
  const { index, measured } = facts;
  const cache = context.caches.find((candidate) => candidate.name === name) as CacheFacts;
  const losses = measured.losses.filter((window) => window.cache === name);
  const failovers = failoversOf(context, name).filter(
    (failover) => failover.globalDatastore === null,
  );
  const finished = failovers.filter((failover) => failover.abandoned === null);
  const rtos = finished.map((failover) =>
    failover.promoted === null ? null : failover.promoted.at - failover.started.at,
  );
  const minutes = index.shards.flatMap((shard, at) =>
    shard.cache === name ? [measured.minutes[at] as { used: number; unavailable: number }] : [],
  );
  const used = Math.max(0, ...minutes.map((minute) => minute.used));
  const unavailable = Math.max(0, ...minutes.map((minute) => minute.unavailable));
  return {
    rpoSeconds: toSeconds(Math.max(0, ...losses.map(rpoNs))),
    rtoSeconds:
      rtos.length === 0 || rtos.includes(null) ? null : toSeconds(Math.max(...(rtos as number[]))),
    writesLost: sum(losses.map((window) => window.writesLost)),
    splitBrainWrites: sum(losses.map((window) => window.splitBrainWrites)),
    availability: availabilityOf(context, name),
    slaUptime: used === 0 ? null : ratio((used - unavailable) / used),
    costPerHour: cache.pricePerMonth === null ? null : cents(cache.pricePerMonth / HOURS_PER_MONTH),
    costPerMonth: cache.pricePerMonth === null ? null : cents(cache.pricePerMonth),
    costReason: cache.pricePerMonth === null ? cache.costReason : null,
    nodes: index.nodes
      .filter((node) => node.cache === name)
      .map((node) => ({
        id: node.id,
        region: node.region,
        zone: node.zone,
        shard: index.shards[node.shard]?.number ?? 0,
        intervals: (measured.intervals.get(node.id) ?? []).map(({ from, to, role, state }) => ({
          from: toSeconds(from),
          to: toSeconds(to),
          role,
          state,
        })),
      })),
    failovers: finished.map((failover) => failoverResult(failover, measured.losses)),
  };
}

/** Of all traffic that may talk to a cache. */
function availabilityOf(context: CheckContext, name: string): number | null {
  let ok = 0;
  let all = 0;
  for (const [at, traffic] of context.index.traffic.entries()) {
    const fold = context.measured.requests[at];
    if (fold === undefined || !membersOf(context, traffic.cache).includes(name)) continue;
    const settled = fold.settled();
    ok += settled.ok;
    all += settled.all;
  }
  return all === 0 ? null : ratio(ok / all);
}

function failoverResult(failover: Failover, losses: readonly LossWindow[]): FailoverResult {
  const own = losses.filter((window) => window.failover === failover.number);
  const { started, detected, decided, promoted } = failover;
  const between = (from: { at: Nanos } | null, to: { at: Nanos } | null): number | null =>
    from === null || to === null ? null : toSeconds(to.at - from.at);
  return {
    shard: failover.shard,
    fromNode: failover.fromNode,
    toNode: failover.toNode,
    cause: started.cause,
    startedAt: toSeconds(started.at),
    rpoSeconds: toSeconds(Math.max(0, ...own.map(rpoNs))),
    writesLost: sum(own.map((window) => window.writesLost)),
    bytesLost: sum(own.map((window) => window.bytesLost)),
    rtoSeconds: between(started, promoted),
    phases: {
      detect: between(started, detected),
      decide: between(detected, decided),
      promote: between(decided, promoted),
    },
  };
}

function datastoreResult(
  facts: RunFacts,
  context: CheckContext,
  name: string,
): GlobalDatastoreResult {
  const { resolved, measured, records, series } = facts;
  const members = membersOf(context, name);
  const claims = records.filter(
    (record) => record.kind === "primary-claim" && members.includes(record.cache),
  );
  const last = claims[claims.length - 1];
  const lead = last?.kind === "primary-claim" ? last.cache : members[0];
  const warmUp = toSeconds(resolved.warmUpNs);
  const lags: number[] = [];
  for (const entry of series["GlobalDatastoreReplicationLag"] ?? []) {
    if (members.includes(entry.of))
      for (const [at, value] of entry.values.entries())
        if (value !== null && entry.start + at * entry.step >= warmUp) lags.push(value);
  }
  lags.sort((a, b) => a - b);
  const at = (p: number): number | null =>
    lags[Math.min(lags.length - 1, Math.floor(p * lags.length))] ?? null;
  const promotions = measured.failovers.filter(
    (failover) => failover.globalDatastore === name && failover.abandoned === null,
  );
  return {
    primaryRegion: resolved.caches.find((cache) => cache.name === lead)?.region ?? "",
    promotions: promotions.map((failover) => {
      const { phases, ...rest } = failoverResult(failover, measured.losses);
      const to = resolved.caches.find((cache) =>
        cache.shards.some((shard) => shard.nodes.some((node) => node.id === failover.toNode)),
      );
      return {
        ...rest,
        fromCache: failover.cache,
        toCache: to?.name ?? "",
        // Between Regions nothing but the operator detects.
        phases: {
          operator: phases.detect,
          detect: phases.detect === null ? null : 0,
          decide: phases.decide,
          promote: phases.promote,
        },
      };
    }),
    lagSeconds: { p50: at(0.5), p99: at(0.99), max: lags[lags.length - 1] ?? null },
  };
}

function trafficResult(measured: Measured, end: EndState, at: number): TrafficResult {
  const fold = measured.requests[at] as Measured["requests"][number];
  const recoveries = measured.recoveries[at] ?? [];
  const worstOne = worstRecovery(recoveries);
  return {
    requests: end.issued(at),
    ok: fold.count(OUTCOME_OK),
    fail: fold.count(OUTCOME_FAIL),
    info: fold.count(OUTCOME_INFO),
    clientLost: fold.count(OUTCOME_CLIENT_LOST),
    inFlight: end.open(at),
    failures: failuresOf(fold),
    availability: fold.availability === null ? null : ratio(fold.availability),
    rtoSeconds:
      worstOne?.regainedAt == null ? null : toSeconds(worstOne.regainedAt - worstOne.after.at),
    recoveries: recoveries.map((recovery) => ({
      after: recovery.after.what,
      at: toSeconds(recovery.after.at),
      rtoSeconds:
        recovery.regainedAt === null ? null : toSeconds(recovery.regainedAt - recovery.after.at),
      phases: {
        detect: toSeconds(recovery.phases.detect),
        decide: toSeconds(recovery.phases.decide),
        promote: toSeconds(recovery.phases.promote),
        propagate: toSeconds(recovery.phases.propagate),
        reconnect: toSeconds(recovery.phases.reconnect),
        warm: toSeconds(recovery.phases.warm),
      },
      causes: recovery.causes,
    })),
    latencyMs: latencyMs(fold.latency),
    latencyInFaultMs: latencyMs(fold.latencyInFault),
    latencyOutsideFaultMs: latencyMs(fold.latencyOutsideFault),
    hitRatio: fold.readCount === 0 ? null : ratio(fold.hitCount / fold.readCount),
    staleReads: measured.durabilityOf(at).staleReads,
  };
}

/** In order of the causes' numbers. */
function failuresOf({ causes }: Measured["requests"][number]): Record<string, number> {
  const failures: Record<string, number> = {};
  for (const [cause, count] of causes.entries())
    if (count > 0) failures[causeWords.get(cause) ?? "unknown"] = count;
  return failures;
}

function trafficSeries({ index, measured }: RunFacts): Record<string, Series[]> {
  const series = (unit: string, values: (at: number) => (number | null)[]): Series[] =>
    index.traffic.map(({ name }, at) => {
      const step = toSeconds((measured.requests[at] as Measured["requests"][number]).seriesStepNs);
      return { of: name, unit, start: 0, step, values: values(at) };
    });
  return {
    SuccessRatio: series("Ratio", (at) => measured.requests[at]?.successSeries() ?? []),
    LatencyP50Ms: series("Milliseconds", (at) => measured.requests[at]?.latencySeries(0.5) ?? []),
    LatencyP99Ms: series("Milliseconds", (at) => measured.requests[at]?.latencySeries(0.99) ?? []),
  };
}

function latencyMs(histogram: Histogram): LatencyMs {
  const ms = (p: number): number | null => {
    const value = histogram.percentile(p);
    return value === null ? null : Math.round(toMilliseconds(value) * 1e3) / 1e3;
  };
  const max = histogram.count === 0 ? null : Math.round(toMilliseconds(histogram.max) * 1e3) / 1e3;
  return { p50: ms(0.5), p90: ms(0.9), p99: ms(0.99), p999: ms(0.999), max };
}

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
const ratio = (value: number): number => Math.round(value * 1e9) / 1e9;
const cents = (value: number): number => Math.round(value * 1e4) / 1e4;
