/** One scenario under many seeds: what its figures are on average, and how far they spread. */
import { NOT_REGAINED, WITHOUT_PRIMARY } from "../checks/objectives/rto.ts";
import { ascending, mean, meanInterval, quantile, variance } from "../measure/statistics.ts";
import type {
  ExpectationResult,
  MissingFigure,
  ReplicatedFigure,
  Replications,
  Result,
  VerdictStatus,
} from "./result.ts";

const CONFIDENCE = 0.95;

/** Seeds of the replications: the scenario's own first, then others derived from it by name. */
export function replicationSeed(seed: string, replication: number): string {
  return replication === 0 ? seed : `${seed.slice(0, 56)}-r${replication + 1}`;
}

interface Figure {
  readonly figure: string;
  readonly unit: string;
  readonly value: number | null;
  /** Why there is none; null where none is missing, as of a steady state that held. */
  readonly missing: string | null;
}

const NEVER = "never recovered";

/** What ended without a recovery has no time of one: until the run's end is no figure to take a mean of. */
function ofExpectation(of: ExpectationResult): Figure {
  const { id, metric, unit, observed, reason, verdict } = of;
  const never =
    metric === "rto" && (reason.startsWith(NOT_REGAINED) || reason.includes(WITHOUT_PRIMARY));
  if (never) return { figure: id, unit, value: null, missing: NEVER };
  return { figure: id, unit, value: observed, missing: verdict === "pass" ? null : reason };
}

/** Figures of one run; null where it has none. */
export function figuresOf(result: Result): Figure[] {
  const figures = result.expectations.map(ofExpectation);
  const add = (
    figure: string,
    unit: string,
    value: number | null,
    missing: string | null = null,
  ): void => {
    if (figures.every((known) => known.figure !== figure))
      figures.push({ figure, unit, value, missing });
  };
  const neverOr = (recovered: readonly (number | null)[], otherwise: string): string =>
    recovered.includes(null) ? NEVER : otherwise;
  for (const [name, cache] of Object.entries(result.caches)) {
    const rtos = cache.failovers.map(({ rtoSeconds }) => rtoSeconds);
    add(`rpo(${name})`, "s", cache.rpoSeconds);
    add(`rto(${name})`, "s", cache.rtoSeconds, neverOr(rtos, `no failover of ${name} happened`));
    add(`writesLost(${name})`, "writes", cache.writesLost);
    add(`splitBrainWrites(${name})`, "writes", cache.splitBrainWrites);
    add(`availability(${name})`, "ratio", cache.availability, `${name} had no requests`);
    add(`slaUptime(${name})`, "ratio", cache.slaUptime, `${name} was used in no minute`);
  }
  for (const [name, { lagSeconds }] of Object.entries(result.globalDatastores)) {
    for (const [percentile, value] of Object.entries(lagSeconds))
      add(`lagSeconds.${percentile}(${name})`, "s", value, `no lag of ${name} was seen`);
  }
  for (const [name, traffic] of Object.entries(result.traffic)) {
    const rtos = traffic.recoveries.map(({ rtoSeconds }) => rtoSeconds);
    const none = `${name} had no requests`;
    add(`rto(${name})`, "s", traffic.rtoSeconds, neverOr(rtos, "no fault was injected"));
    add(`availability(${name})`, "ratio", traffic.availability, none);
    add(`hitRatio(${name})`, "ratio", traffic.hitRatio, `${name} had no answered reads`);
    add(`staleReads(${name})`, "reads", traffic.staleReads);
    for (const [word, when] of LATENCIES) {
      for (const [percentile, value] of Object.entries(traffic[word]))
        add(`${word}.${percentile}(${name})`, "ms", value, `no request of ${name} to judge${when}`);
    }
  }
  for (const [name, origin] of Object.entries(result.origins)) {
    add(`requests(${name})`, "requests", origin.requests);
    add(`peakConcurrency(${name})`, "requests", origin.peakConcurrency);
    add(`queuedMax(${name})`, "requests", origin.queuedMax);
    for (const [percentile, value] of Object.entries(origin.latencyMs))
      add(`latencyMs.${percentile}(${name})`, "ms", value, `${name} was asked nothing`);
  }
  return figures;
}

const LATENCIES = [
  ["latencyMs", ""],
  ["latencyInFaultMs", " in a fault"],
  ["latencyOutsideFaultMs", " outside of faults"],
] as const;

/** Sums up runs of one scenario. */
export function summariseReplications(results: readonly Result[]): Replications {
  const names = new Map<string, string>();
  const values = new Map<string, number[]>();
  const missing = new Map<string, Map<string, number>>();
  for (const result of results) {
    for (const { figure, unit, value, missing: reason } of figuresOf(result)) {
      names.set(figure, unit);
      const list = values.get(figure) ?? [];
      values.set(figure, list);
      if (value !== null) list.push(value);
      if (value !== null || reason === null) continue;
      const reasons = missing.get(figure) ?? new Map<string, number>();
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      missing.set(figure, reasons);
    }
  }
  const figures = [...names].flatMap(([figure, unit]): ReplicatedFigure[] => {
    const list = values.get(figure) ?? [];
    return list.length === 0 ? [] : [summarise(figure, unit, list)];
  });
  const count = (at: number, verdict: VerdictStatus): number =>
    results.filter((result) => result.expectations[at]?.verdict === verdict).length;
  return {
    count: results.length,
    seeds: results.map(({ seed }) => seed),
    figures,
    missing: [...missing].flatMap(([figure, reasons]) =>
      [...reasons].map(([reason, runs]): MissingFigure => ({ figure, runs, reason })),
    ),
    verdicts: (results[0]?.expectations ?? []).map(({ id }, at) => ({
      expectation: id,
      pass: count(at, "pass"),
      fail: count(at, "fail"),
      unknown: count(at, "unknown"),
    })),
  };
}

function summarise(figure: string, unit: string, list: readonly number[]): ReplicatedFigure {
  const sorted = ascending(list);
  const centre = mean(list);
  const interval = list.length < 2 ? { low: centre, high: centre } : meanInterval(list, CONFIDENCE);
  // No figure is below 0 and no share above 1: nor is its mean, whatever Student's t allows few seeds that differ much.
  const low = Math.max(0, interval.low);
  const high = unit === "ratio" ? Math.min(1, interval.high) : interval.high;
  return {
    figure,
    unit,
    count: list.length,
    mean: centre,
    standardDeviation: Math.sqrt(variance(list)),
    low,
    high,
    p5: quantile(sorted, 0.05),
    p50: quantile(sorted, 0.5),
    p95: quantile(sorted, 0.95),
  };
}

/** Runs that a judgement of intervals needs at least. */
export const RUNS_MIN = 5;

/**
 * Why no further run makes the intervals of all expectations' figures narrow: one has no figure under some seed, or none
 * has any. Null where more runs may.
 */
export function whyNeverNarrow({ count, figures, missing, verdicts }: Replications): string | null {
  const judged = verdicts.map(({ expectation }) => expectation);
  for (const expectation of judged) {
    const lacking = missing.filter(({ figure }) => figure === expectation);
    if (lacking.length === 0) continue;
    const why = lacking.map(({ runs, reason }) => `${runs} of ${count} seeds: ${reason}`);
    return `${expectation} has no figure under ${why.join("; ")}`;
  }
  const measured = figures.some(({ figure }) => judged.includes(figure));
  return measured ? null : "no expectation has a figure";
}

/** Whether the interval of every expectation's figure is within +-`share` of its mean; at least five runs. */
export function isNarrow(replications: Replications, share: number): boolean {
  if (replications.count < RUNS_MIN || whyNeverNarrow(replications) !== null) return false;
  const judged = new Set(replications.verdicts.map(({ expectation }) => expectation));
  return replications.figures
    .filter(({ figure }) => judged.has(figure))
    .every(({ mean: centre, low, high }) => (high - low) / 2 <= share * Math.abs(centre) + 1e-12);
}
