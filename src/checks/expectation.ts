/** Expectations of a scenario, resolved: plain data that `checks/` turns into folds. Limits inclusive. */

import type { Nanos } from "../base/nanos.ts";
import type { PromiseName } from "./history/promises.ts";

/** A steady-state hypothesis: over every window of `overNs`, by arrival time on a 100 ms grid. */
export type SteadyClause =
  | {
      readonly metric: "successRatio";
      readonly of: string;
      readonly overNs: Nanos;
      readonly atLeast: number;
    }
  | {
      readonly metric: "latencyP99";
      readonly of: string;
      readonly overNs: Nanos;
      readonly atMostNs: Nanos;
    }
  | {
      readonly metric: "hitRatio";
      readonly of: string;
      readonly overNs: Nanos;
      readonly atLeast: number;
    };

export type Anchor =
  | "start"
  | "first-fault"
  | "last-fault"
  | "first-heal"
  | "last-heal"
  /** The last injection or heal, whichever came later. */
  | "last-disturbance";

export type Expectation = { readonly id: string } & (
  | { readonly metric: "rpo"; readonly of: string; readonly atMostNs: Nanos }
  | { readonly metric: "rto"; readonly of: string; readonly atMostNs: Nanos } // of: traffic, or a cache (worst shard)
  | {
      readonly metric: "steady";
      readonly of: string | null;
      readonly fromAnchor: Anchor;
      readonly fromNs: Nanos;
    }
  | {
      readonly metric: "redundancyRestored";
      readonly of: string;
      readonly withinNs: Nanos;
      readonly afterAnchor: Anchor;
    }
  | { readonly metric: "availability"; readonly of: string; readonly atLeast: number }
  | {
      readonly metric: "latency";
      readonly of: string;
      readonly percentile: number;
      readonly atMostNs: Nanos;
      readonly when: "always" | "in-fault" | "outside-fault";
    }
  | { readonly metric: "hitRatio"; readonly of: string; readonly atLeast: number }
  | { readonly metric: "staleness"; readonly of: string; readonly atMostNs: Nanos }
  | { readonly metric: "originLoad"; readonly of: string; readonly atMostConcurrency: number }
  | { readonly metric: "noSplitBrain"; readonly of: string }
  | { readonly metric: "noLostWrites"; readonly of: string }
  | {
      readonly metric: "consistency";
      readonly of: string;
      /** Null: what the service promises. */
      readonly promises: readonly PromiseName[] | null;
      readonly staleNs: Nanos;
    }
  | { readonly metric: "cost"; readonly of: string; readonly atMostPerMonth: number }
);
