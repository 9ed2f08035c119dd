/** Choices of client libraries that a planted bug may replace. */
import type { Nanos } from "../../base/nanos.ts";
import { OUTCOME_FAIL, OUTCOME_INFO } from "../../journal/operation-columns.ts";

export interface ClientStrategies {
  /** Outcome of an operation whose last attempt failed; `maybeExecuted`: an earlier answer was lost. */
  outcomeOfFailure(maybeExecuted: boolean): number;
  /** Whether an answer to attempt number `attempt`, 2 and up, ends the operation. */
  endsWith(attempt: number): boolean;
  /** How long a DNS answer is used. */
  dnsTtlNs(ttlNs: Nanos): Nanos;
}

/** Clients as they should be: what may have happened is reported as such, and an answer is an answer. */
export const clientStrategies: ClientStrategies = {
  outcomeOfFailure: (maybeExecuted) => (maybeExecuted ? OUTCOME_INFO : OUTCOME_FAIL),
  endsWith: () => true,
  dnsTtlNs: (ttlNs) => ttlNs,
};
