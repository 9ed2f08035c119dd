/** What one run of the scenario, simulated or real, says about what is compared. */
import type { VerdictStatus } from "../checks/verdict.ts";
import type { JournalRecord } from "../journal/records.ts";
import { foldFailovers } from "../measure/failover-fold.ts";
import type { Phase } from "./phases.ts";

export interface Witness {
  readonly phases: readonly Phase[];
  /** Nodes that were promoted, in order, or `nobody`. */
  readonly promoted: string;
  readonly expectations: readonly { readonly id: string; readonly verdict: VerdictStatus }[];
  /** Told beside the simulated range, not judged. */
  readonly figures: Readonly<Record<string, number | null>>;
}

export function promotedIn(records: readonly JournalRecord[]): string {
  const promoted = foldFailovers(records)
    .filter(({ promoted: at }) => at !== null)
    .map(({ toNode }) => toNode);
  return promoted.length === 0 ? "nobody" : promoted.join(", ");
}
