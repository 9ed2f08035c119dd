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
import { inOrder } from "./in-order.ts";

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

/** About how many runs the scenario takes: what ends them early is not known beforehand. */
export function expectedRuns(resolved: ResolvedScenario, options: ManyRuns): number {
  const { replications = 1, untilShare = null, sensitivity = false } = options;
  const seeds = untilShare === null ? replications : Math.max(RUNS_MIN, replications);
  return seeds + (sensitivity ? 2 * assumptionVariants(resolved).length : 0);
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
 * @param run - may be asked for `width` runs at a time, more of which may be begun than are needed
 * @param onResult - told of each replication in the order of their seeds, the first left out
 */
export async function runOthers(
  own: Result,
  resolved: ResolvedScenario,
  options: ManyRuns,
  run: (change: Change) => Promise<Result>,
  onResult: (result: Result) => void,
  width = 1,
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
    const answers = inOrder(otherSeeds(resolved.seed, count), width, (seed) =>
      run({ seed, set: null, what: `seed ${seed}` }),
    );
    for (;;) {
      const sum = summariseReplications(results);
      const narrow = share !== null && isNarrow(sum, share);
      const inVain = onlyUntil && results.length >= RUNS_MIN && whyNeverNarrow(sum) !== null;
      if (narrow || inVain || results.length >= count)
        return share === null ? sum : { ...sum, until: { share, reached: narrow } };
      const { value: result } = (await answers.next()) as IteratorYieldResult<Result>;
      onResult(result);
      results.push(result);
    }
  }

  async function moveAssumptions(): Promise<Pick<Result, "sensitivity" | "tornadoes">> {
    const variants = assumptionVariants(resolved);
    const ends = variants.flatMap((variant) =>
      [variant.low, variant.high].map((value) => ({ variant, value })),
    );
    const at = ({ variant, value }: (typeof ends)[number]): Promise<Result> => {
      if (value === variant.used) return Promise.resolve(own);
      const set = `${variant.path}=${value}`;
      return run({ seed: resolved.seed, set, what: `${variant.name} ${value}` });
    };
    const results: Result[] = [];
    for await (const result of inOrder(ends, width, at)) results.push(result);
    const rows = variants.map((variant, i) => {
      const [low, high] = results.slice(2 * i) as [Result, Result];
      return sensitivityRow(variant, { low, used: own, high });
    });
    return { sensitivity: ranked(rows), tornadoes: tornadoes(own, rows) };
  }
}

function* otherSeeds(seed: string, count: number): Generator<string> {
  for (let i = 1; i < count; i++) yield replicationSeed(seed, i);
}
