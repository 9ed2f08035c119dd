/** Where in its text a scenario is wrong, of what only a run can find: a target that no longer lives. */
import { ScenarioError } from "../base/scenario-error.ts";
import { ScenarioSource } from "./source.ts";

/** The problems with their places in the text that the scenario was loaded from. */
export function placed(error: ScenarioError, text: string, file: string): ScenarioError {
  const source = ScenarioSource.parse(text, file);
  return new ScenarioError(
    error.problems.map((problem) => {
      if (problem.file !== undefined) return problem;
      const path = [...problem.path.matchAll(/[^.[\]]+/g)].map(([part]) =>
        /^\d+$/.test(part) ? Number(part) : part,
      );
      return { ...problem, file, ...source.positionOf(path, "value") };
    }),
  );
}
