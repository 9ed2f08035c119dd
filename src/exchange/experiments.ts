/** A run's faults for other tools: everything that is written beside a report. */
import type { ResolvedScenario } from "../scenario/resolved.ts";
import { chaosMeshExperiment } from "./chaos-mesh.ts";
import type { Experiment } from "./experiment.ts";
import { fisExperiment } from "./fis.ts";
import { injectionsOf, type ToldFault } from "./injection.ts";

/** @param told - the run's faults, with roles, in the order in which they were injected */
export function experimentsOf(
  resolved: ResolvedScenario,
  told: readonly ToldFault[],
): readonly Experiment[] {
  const injections = injectionsOf(resolved, told);
  return [fisExperiment(resolved, injections), chaosMeshExperiment(resolved, injections)];
}
