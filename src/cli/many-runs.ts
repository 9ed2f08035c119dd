/** One scenario many times: under other seeds, and with each assumption at low and at high. */
import {
  isNarrow,
  RUNS_MIN,
  replicationSeed,
  summariseReplications,
  whyNeverNarrow,
} from "../run/replications.ts";
import type { Replications, Result } from "../run/result.ts";
import { assumptionVariants, ranked, sensitivityRow, tornadoes } from "../run/sensitivity.ts";
import type { ResolvedScenario } from "../scenario/resolved.ts";

export interface ManyRuns {
  /** Runs under so many seeds; by default the scenario's own alone. */
  readonly replications?: number;
  /**
   * Share to which intervals must narrow before the runs end early; null for no such rule. Where it alone ends them they
   * end too when they never can.
   */
  readonly untilShare?: number | null;
  readonly sensitivity?: boolean;
}

/** So many runs at most where only the width of intervals ends them. */
export const REPLICATIONS_MAX = 1000;

/** What changes from one run to the next: its seed, or one more `--set`. */
export interface Change {
  readonly seed: string;
  /** Null: no words are changed. */
  readonly set: string | null;
  /** For the line of progress. */
  readonly what: string;
}

/**
 * Runs the scenario under other seeds until there are enough, then with each assumption moved under its own seed: what
 * draws, draws alike, so that a difference is the assumption's.
 *
 * @param own - the scenario's own run, the first of the replications
 * @param onResult - told of each replication, the first left out
 */
export async function runOthers(
  own: Result,
  resolved: ResolvedScenario,
  options: ManyRuns,
  run: (change: Change) => Promise<Result>,
  onResult: (result: Result) => void,
): Promise<Pick<Result, "replications" | "sensitivity" | "tornadoes">> {
  const { replications = 1, untilShare: until = null, sensitivity = false } = options;
  const onlyUntil = replications === 1 && until !== null;
  const most = onlyUntil ? REPLICATIONS_MAX : replications;
  return {
    ...(most > 1 ? { replications: await replicate(most, until) } : {}),
    ...(sensitivity ? await moveAssumptions() : {}),
  };

  async function replicate(count: number, share: number | null): Promise<Replications> {
    const results = [own];
    for (;;) {
      const sum = summariseReplications(results);
      const narrow = share !== null && isNarrow(sum, share);
      const inVain = onlyUntil && results.length >= RUNS_MIN && whyNeverNarrow(sum) !== null;
      if (narrow || inVain || results.length >= count)
        return share === null ? sum : { ...sum, until: { share, reached: narrow } };
      const seed = replicationSeed(resolved.seed, results.length);
      const result = await run({ seed, set: null, what: `seed ${seed}` });
      onResult(result);
      results.push(result);
    }
  }

  async function moveAssumptions(): Promise<Pick<Result, "sensitivity" | "tornadoes">> {
    const rows = [];
    for (const variant of assumptionVariants(resolved)) {
      const at = (value: string): Promise<Result> => {
        if (value === variant.used) return Promise.resolve(own);
        const set = `${variant.path}=${value}`;
        return run({ seed: resolved.seed, set, what: `${variant.name} ${value}` });
      };
      const low = await at(variant.low);
      const high = await at(variant.high);
      rows.push(sensitivityRow(variant, { low, used: own, high }));
    }
    return { sensitivity: ranked(rows), tornadoes: tornadoes(own, rows) };
  }
}
