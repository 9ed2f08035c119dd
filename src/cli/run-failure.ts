import { InvariantError } from "../base/invariant.ts";
import { ScenarioError, type ScenarioProblem } from "../base/scenario-error.ts";
import { BudgetError } from "../kernel/budget-error.ts";

/** Why a run has no result, as plain data: it may have happened in another thread. */
export interface RunFailure {
  /** What only a run can find wrong with a scenario; its budget of events is spent; anything else is our bug. */
  readonly kind: "bad-input" | "budget" | "bug";
  readonly message: string;
  /** Of bad input. */
  readonly problems: readonly ScenarioProblem[];
  /** Simulated time at which it happened. */
  readonly nowNs: number;
}

export function runFailureOf(error: unknown, nowNs: number): RunFailure {
  if (error instanceof ScenarioError) {
    const { message, problems } = error;
    return { kind: "bad-input", message, problems, nowNs };
  }
  if (error instanceof BudgetError)
    return { kind: "budget", message: error.message, problems: [], nowNs };
  const message =
    error instanceof InvariantError ? error.message : String((error as Error)?.stack ?? error);
  return { kind: "bug", message, problems: [], nowNs };
}
