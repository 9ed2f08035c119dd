/** One thing wrong with what the user wrote. */
export interface ScenarioProblem {
  /** Path in the scenario's words: `method[2].at`. Empty for the whole document. */
  readonly path: string;
  /** What is there: `is "5"`. */
  readonly found: string;
  /** What is expected: `a duration with a unit, such as "5s"`. */
  readonly expected: string;
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
  readonly column?: number;
}

/** `az.yaml:12:9: method[2].at is "5", expected a duration with a unit, such as "5s"` */
export function describeProblem(problem: ScenarioProblem): string {
  const place =
    problem.file === undefined
      ? ""
      : `${problem.file}${problem.line === undefined ? "" : `:${problem.line}:${problem.column ?? 1}`}: `;
  const path = problem.path === "" ? "the scenario" : problem.path;
  return `${place}${path} ${problem.found}, expected ${problem.expected}`;
}

/** The user's input is wrong: exit 64. Carries every problem found, in order of the file. */
export class ScenarioError extends Error {
  override readonly name = "ScenarioError";
  constructor(readonly problems: readonly ScenarioProblem[]) {
    super(
      problems.map((problem) => `Cannot load scenario: ${describeProblem(problem)}`).join("\n"),
    );
  }
}
