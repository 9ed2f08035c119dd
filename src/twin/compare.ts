/** Whether a real run is one that the simulation could have had. */
import { MILLISECOND, type Nanos } from "../base/nanos.ts";
import type { VerdictStatus } from "../checks/verdict.ts";
import { ascending, quantile } from "../measure/statistics.ts";
import type { Phase, PhaseName } from "./phases.ts";
import type { Witness } from "./witness.ts";

/** So many of a hundred runs that agree lie within the bands of all their phases. */
const JOINT = 0.99;
/** A phase is measured by how far its seeds lie from their median at these shares. */
const OUTER = 0.98;
/** Phases that all seeds have alike are not told apart more finely than their figures are printed. */
const FINEST: Nanos = MILLISECOND;
/** What the simulation does in fewer of its runs than this is not taken for what it does. */
const RARE = 0.01;

/** Where the simulated seeds lie; null where none of them has the figure. */
export interface Band {
  readonly low: number | null;
  readonly median: number | null;
  readonly high: number | null;
}

export interface PhaseComparison extends Band {
  /** `detect`, `detect of shard 2`. */
  readonly name: string;
  /** Seconds; null: the real run had no such phase. */
  readonly real: number | null;
  readonly agrees: boolean;
}

export interface ExpectationComparison {
  readonly id: string;
  readonly real: VerdictStatus;
  /** How many seeds came to each verdict. */
  readonly simulated: Readonly<Partial<Record<VerdictStatus, number>>>;
  readonly agrees: boolean;
}

export interface Comparison {
  readonly agrees: boolean;
  readonly phases: readonly PhaseComparison[];
  readonly promoted: {
    readonly real: string;
    readonly simulated: readonly string[];
    readonly agrees: boolean;
  };
  readonly expectations: readonly ExpectationComparison[];
  readonly figures: readonly ({ readonly name: string; readonly real: number | null } & Band)[];
}

/** How far a real phase may lie outside of the simulated ones, by what it was measured with. */
export type Tolerances = Readonly<Record<PhaseName, Nanos>>;

export function compare(
  real: Witness,
  simulated: readonly Witness[],
  tolerances: Tolerances,
): Comparison {
  const phases = comparePhases(real, simulated, tolerances);
  const promoted = {
    real: real.promoted,
    simulated: common(simulated.map((witness) => witness.promoted)),
    agrees: simulated.some((witness) => witness.promoted === real.promoted),
  };
  const expectations = real.expectations.map(({ id, verdict }, at) => {
    const verdicts = simulated.map((witness) => witness.expectations[at]?.verdict ?? "unknown");
    const counts: Partial<Record<VerdictStatus, number>> = {};
    for (const status of verdicts) counts[status] = (counts[status] ?? 0) + 1;
    const agrees = (counts[verdict] ?? 0) >= RARE * simulated.length;
    return { id, real: verdict, simulated: counts, agrees };
  });
  const figures = Object.entries(real.figures).map(([name, figure]) => {
    const others = simulated.flatMap((witness) => witness.figures[name] ?? []);
    return { name, real: figure, ...rangeOf(others) };
  });
  const agrees =
    promoted.agrees && [...phases, ...expectations].every((comparison) => comparison.agrees);
  return { agrees, phases, promoted, expectations, figures };
}

function comparePhases(
  real: Witness,
  simulated: readonly Witness[],
  tolerances: Tolerances,
): PhaseComparison[] {
  const known = new Map<string, Phase>();
  for (const { phases } of [real, ...simulated])
    for (const phase of phases) if (!known.has(keyOf(phase))) known.set(keyOf(phase), phase);
  const seen = [...known.values()].map((phase) => {
    const values = simulated.flatMap((witness) => lengthOf(witness, phase) ?? []);
    return { phase, length: lengthOf(real, phase), values };
  });
  // A phase that next to no seed has, and the real run neither, is not compared.
  const compared = seen.filter(
    ({ length, values }) => length !== null || values.length >= RARE * simulated.length,
  );
  const single = new Set(compared.map(({ phase }) => `${phase.shard}/${phase.ordinal}`)).size <= 1;
  const bands = jointBands(
    simulated,
    compared.map(({ phase, values }) => ({ phase, spread: spreadOf(values) })),
  );
  return compared.map(({ phase, length, values }, at) => {
    const band = bands[at] as Band;
    const inSeconds = (ns: Nanos | null): number | null => (ns === null ? null : seconds(ns));
    return {
      name: single ? phase.name : nameOf(phase),
      real: inSeconds(length),
      low: inSeconds(band.low),
      median: inSeconds(band.median),
      high: inSeconds(band.high),
      agrees: fits(length, values.length, simulated.length, band, tolerances[phase.name]),
    };
  });
}

/** Where the seeds of a phase lie; `below` and `above`: how far the outer ones are from the median. */
interface Spread {
  readonly median: Nanos;
  readonly below: Nanos;
  readonly above: Nanos;
}

function spreadOf(values: readonly Nanos[]): Spread | null {
  if (values.length === 0) return null;
  const sorted = ascending(values);
  const median = quantile(sorted, 0.5);
  return {
    median,
    below: Math.max(FINEST, median - quantile(sorted, 1 - OUTER)),
    above: Math.max(FINEST, quantile(sorted, OUTER) - median),
  };
}

/**
 * Ranges about the medians, each as many of its spreads wide as the others, so wide that another run like the seeds lies
 * in all of them at once with a chance of 99 %: by the rank of its largest deviation among those of the seeds.
 * Source: Vovk, Gammerman and Shafer, "Algorithmic Learning in a Random World", 2005, on split conformal prediction.
 */
function jointBands(
  simulated: readonly Witness[],
  phases: readonly { readonly phase: Phase; readonly spread: Spread | null }[],
): Band[] {
  const deviations = simulated.map((witness) =>
    Math.max(
      0,
      ...phases.map(({ phase, spread }) => {
        const length = lengthOf(witness, phase);
        if (length === null || spread === null) return 0;
        const off = length - spread.median;
        return off < 0 ? -off / spread.below : off / spread.above;
      }),
    ),
  );
  const rank = Math.min(deviations.length, Math.ceil(JOINT * (deviations.length + 1)));
  const widest = ascending(deviations)[rank - 1] ?? 0;
  return phases.map(({ spread }) =>
    spread === null
      ? { low: null, median: null, high: null }
      : {
          low: Math.max(0, spread.median - widest * spread.below),
          median: spread.median,
          high: spread.median + widest * spread.above,
        },
  );
}

function fits(
  length: Nanos | null,
  having: number,
  all: number,
  { low, high }: Band,
  tolerance: Nanos,
): boolean {
  if (length === null) return all - having >= RARE * all;
  if (low === null || high === null || having < RARE * all) return false;
  return length >= low - tolerance && length <= high + tolerance;
}

const keyOf = ({ name, shard, ordinal }: Phase): string => `${shard}/${ordinal}/${name}`;

const nameOf = ({ name, shard, ordinal }: Phase): string =>
  `${name} of shard ${shard}${ordinal === 1 ? "" : `, failover ${ordinal}`}`;

const lengthOf = ({ phases }: Witness, phase: Phase): Nanos | null =>
  phases.find((candidate) => keyOf(candidate) === keyOf(phase))?.ns ?? null;

function rangeOf(values: readonly number[]): Band {
  if (values.length === 0) return { low: null, median: null, high: null };
  const sorted = ascending(values);
  return {
    low: sorted[0] as number,
    median: sorted[Math.floor(sorted.length / 2)] as number,
    high: sorted[sorted.length - 1] as number,
  };
}

/** Distinct texts, the most frequent first. */
function common(texts: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).map(([text]) => text);
}

const seconds = (ns: Nanos): number => Math.round(ns / 1e6) / 1e3;
