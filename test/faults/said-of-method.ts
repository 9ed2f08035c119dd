/** What is said of the method of a small scenario. */
import { ScenarioError } from "../../src/base/scenario-error.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { SMALL } from "../scenario/words.ts";

/** One line for each problem, with its place in the file. */
export function saidOf(method: string, text = SMALL): string[] {
  const source = text.replace(/^method: .*$/m, () => `method: [${method}]`);
  try {
    loadScenario(source, { file: "small.yaml" });
    return [];
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.problems.map(
      ({ path, found, expected, line, column }) =>
        `${line}:${column} ${path} ${found}, expected ${expected}`,
    );
  }
}
