/** What assumptions do to a scenario's answers: each moved from low to high, all else and all chance alike. */
import type { ResolvedScenario } from "../scenario/resolved.ts";
import type {
  ExpectationResult,
  Result,
  SensitivityEffect,
  SensitivityRow,
  Tornado,
  TornadoBar,
} from "./result.ts";

/** One assumption, as a change of the scenario. */
export interface AssumptionVariant {
  /** `cart: cluster-node-timeout`. */
  readonly name: string;
  readonly low: string;
  readonly used: string;
  readonly high: string;
  /** `caches.cart.assume.cluster-node-timeout`: what `--set` takes. */
  readonly path: string;
}

/** Every assumption of a scenario that can be moved, in the report's order. */
export function assumptionVariants(resolved: ResolvedScenario): AssumptionVariant[] {
  return resolved.assumptions.flatMap(({ name, low, used, high }) => {
    const [of = "", word = ""] = name.split(": ");
    if (low === used && used === high) return [];
    return [{ name, low, used, high, path: pathOf(resolved, of, word) }];
  });
}

function pathOf(resolved: ResolvedScenario, of: string, word: string): string {
  if (word.endsWith("Rtt")) return `assume.${word}`;
  const isStore = resolved.globalDatastores.some(({ name }) => name === of);
  return `${isStore ? "globalDatastores" : "caches"}.${of}.assume.${word}`;
}

/** One row from the runs at low, as written, and at high. */
export function sensitivityRow(
  variant: AssumptionVariant,
  runs: { readonly low: Result; readonly used: Result; readonly high: Result },
): SensitivityRow {
  const effects = runs.used.expectations.map((used, at): SensitivityEffect => {
    const low = runs.low.expectations[at] as ExpectationResult;
    const high = runs.high.expectations[at] as ExpectationResult;
    return {
      expectation: used.id,
      unit: used.unit,
      atLow: low.observed,
      observed: used.observed,
      atHigh: high.observed,
      verdictLow: low.verdict,
      verdictHigh: high.verdict,
      flips: low.verdict !== used.verdict || high.verdict !== used.verdict,
    };
  });
  const { name, low, used, high } = variant;
  const influence = Math.max(
    0,
    ...effects.map((effect, at) => influenceOf(effect, runs.used.expectations[at]?.limit ?? null)),
  );
  return { assumption: name, low, used, high, influence, effects };
}

function influenceOf(effect: SensitivityEffect, limit: number | null): number {
  const values = [effect.atLow, effect.observed, effect.atHigh].filter((value) => value !== null);
  if (values.length < 2) return 0;
  const scale = Math.abs(limit ?? 0) || Math.abs(effect.observed ?? 0) || 1;
  return (Math.max(...values) - Math.min(...values)) / scale;
}

/** The assumptions that flip a verdict first, then by influence, then by name. */
export function ranked(rows: readonly SensitivityRow[]): SensitivityRow[] {
  const flips = (row: SensitivityRow): number => Number(row.effects.some((effect) => effect.flips));
  return rows.toSorted(
    (a, b) =>
      flips(b) - flips(a) || b.influence - a.influence || (a.assumption < b.assumption ? -1 : 1),
  );
}

/**
 * For each expectation the assumptions that move it: those that flip its verdict first, then those that leave it without
 * a figure (never regained, nothing failed over), then by how far they move the figure, then by name.
 *
 * @param used - the run with every assumption as written
 */
export function tornadoes(used: Result, rows: readonly SensitivityRow[]): Tornado[] {
  return used.expectations.map(({ id, unit, limit, observed, verdict }, at) => {
    const bars = rows.map((row) => barOf(row, row.effects[at] as SensitivityEffect));
    const moves = bars.filter(({ flips, swing }) => flips || swing !== 0);
    return {
      expectation: id,
      unit,
      limit,
      observed,
      verdict,
      bars: moves.toSorted(
        (a, b) =>
          Number(b.flips) - Number(a.flips) ||
          reach(b) - reach(a) ||
          (a.assumption < b.assumption ? -1 : 1),
      ),
      unmoved: bars.filter((bar) => !moves.includes(bar)).map(({ assumption }) => assumption),
    };
  });
}

const reach = ({ swing }: TornadoBar): number => swing ?? Number.MAX_VALUE;

function barOf(row: SensitivityRow, effect: SensitivityEffect): TornadoBar {
  const { assumption, low, used, high } = row;
  const { atLow, observed, atHigh, verdictLow, verdictHigh, flips } = effect;
  const values = [atLow, observed, atHigh];
  const known = values.filter((value) => value !== null);
  const swing = known.length === 0 ? 0 : Math.max(...known) - Math.min(...known);
  return {
    assumption,
    low,
    used,
    high,
    atLow,
    atHigh,
    verdictLow,
    verdictHigh,
    flips,
    swing: known.length === 0 || known.length === values.length ? swing : null,
  };
}
