/** One scenario under many seeds: what its figures are on average, and how far they spread. */
import { ascending, mean, meanInterval, quantile, variance } from "../measure/statistics.ts";
import type { ReplicatedFigure, Replications, Result, VerdictStatus } from "./result.ts";

const CONFIDENCE = 0.95;

/** Seeds of the replications: the scenario's own first, then others derived from it by name. */
export function replicationSeed(seed: string, replication: number): string {
  return replication === 0 ? seed : `${seed.slice(0, 56)}-r${replication + 1}`;
}

interface Figure {
  readonly figure: string;
  readonly unit: string;
  readonly value: number | null;
}

/** Figures of one run; null where it has none. */
export function figuresOf(result: Result): Figure[] {
  const figures: Figure[] = result.expectations.map(({ id, unit, observed }) => ({
    figure: id,
    unit,
    value: observed,
  }));
  const add = (figure: string, unit: string, value: number | null): void => {
    if (figures.every((known) => known.figure !== figure)) figures.push({ figure, unit, value });
  };
  for (const [name, cache] of Object.entries(result.caches)) {
    add(`rpo(${name})`, "s", cache.rpoSeconds);
    add(`rto(${name})`, "s", cache.rtoSeconds);
    add(`writesLost(${name})`, "writes", cache.writesLost);
    add(`splitBrainWrites(${name})`, "writes", cache.splitBrainWrites);
    add(`availability(${name})`, "ratio", cache.availability);
    add(`slaUptime(${name})`, "ratio", cache.slaUptime);
  }
  for (const [name, { lagSeconds }] of Object.entries(result.globalDatastores)) {
    for (const [percentile, value] of Object.entries(lagSeconds))
      add(`lagSeconds.${percentile}(${name})`, "s", value);
  }
  for (const [name, traffic] of Object.entries(result.traffic)) {
    add(`rto(${name})`, "s", traffic.rtoSeconds);
    add(`availability(${name})`, "ratio", traffic.availability);
    add(`hitRatio(${name})`, "ratio", traffic.hitRatio);
    add(`staleReads(${name})`, "reads", traffic.staleReads);
    for (const word of ["latencyMs", "latencyInFaultMs", "latencyOutsideFaultMs"] as const) {
      for (const [percentile, value] of Object.entries(traffic[word]))
        add(`${word}.${percentile}(${name})`, "ms", value);
    }
  }
  for (const [name, origin] of Object.entries(result.origins)) {
    add(`requests(${name})`, "requests", origin.requests);
    add(`peakConcurrency(${name})`, "requests", origin.peakConcurrency);
    add(`queuedMax(${name})`, "requests", origin.queuedMax);
    for (const [percentile, value] of Object.entries(origin.latencyMs))
      add(`latencyMs.${percentile}(${name})`, "ms", value);
  }
  return figures;
}

/** Sums up runs of one scenario. */
export function summariseReplications(results: readonly Result[]): Replications {
  const names = new Map<string, string>();
  const values = new Map<string, number[]>();
  for (const result of results) {
    for (const { figure, unit, value } of figuresOf(result)) {
      names.set(figure, unit);
      const list = values.get(figure) ?? [];
      if (value !== null) list.push(value);
      values.set(figure, list);
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
  const { low, high } =
    list.length < 2 ? { low: centre, high: centre } : meanInterval(list, CONFIDENCE);
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

/** Whether the interval of every expectation's figure is within +-`share` of its mean; at least five runs. */
export function isNarrow(replications: Replications, share: number): boolean {
  if (replications.count < 5) return false;
  const judged = new Set(replications.verdicts.map(({ expectation }) => expectation));
  return replications.figures
    .filter(({ figure }) => judged.has(figure))
    .every(({ mean: centre, low, high }) => (high - low) / 2 <= share * Math.abs(centre) + 1e-12);
}
