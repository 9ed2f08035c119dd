/**
 * Cachequake as a library: text to scenario, scenario to result, result to report.
 *
 * Everything named here is pinned by a test; everything else may move.
 */

// base
export { InvariantError } from "./base/invariant.ts";
export { MILLISECOND, MINUTE, type Nanos, SECOND } from "./base/nanos.ts";
export { describeProblem, ScenarioError, type ScenarioProblem } from "./base/scenario-error.ts";
export { VERSION } from "./base/version.ts";

// explore
export type { Schedule } from "./explore/schedule.ts";
export {
  type ScenarioText,
  type Simulated,
  type SimulateOptions,
  schedules,
  simulate,
  topologies,
} from "./explore/simulate.ts";
// kernel
export { BudgetError } from "./kernel/budget-error.ts";
// report
export { renderJUnit } from "./report/junit.ts";
export { renderAll } from "./report/render-all.ts";
export { resultJson } from "./report/result-json.ts";
export { renderSummary } from "./report/summary.ts";
// run
export type { RunInput } from "./run/assemble-result.ts";
export type {
  AssumptionResult,
  CacheResult,
  ExpectationResult,
  FailoverResult,
  FaultResult,
  GlobalDatastoreResult,
  InvariantResult,
  LatencyMs,
  NodeInterval,
  OriginResult,
  PromotionResult,
  RecoveryPhases,
  RecoveryResult,
  Result,
  Series,
  TimelineEntry,
  TrafficResult,
  VerdictStatus,
} from "./run/result.ts";
export { open, run, type Simulation } from "./run/simulation.ts";
// scenario
export { loadScenario } from "./scenario/load.ts";
export type { ResolvedScenario } from "./scenario/resolved.ts";
