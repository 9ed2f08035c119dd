/** From a scenario's text to resolved settings, or to everything that is wrong with it. */
import { ScenarioError, type ScenarioProblem } from "../base/scenario-error.ts";
import type { Limits } from "./limits.ts";
import { resolveScenario } from "./resolve.ts";
import type { ResolvedScenario } from "./resolved.ts";
import type { ScenarioWords } from "./schema.gen.ts";
import { applySet } from "./set-path.ts";
import { describePath, type Path, ScenarioSource } from "./source.ts";
import { validateWords } from "./validate.ts";

export interface LoadScenarioOptions {
  /** Named in problems. */
  readonly file?: string;
  /** `path=value`, applied in order before validation. */
  readonly sets?: readonly string[];
  /** In place of the scenario's. */
  readonly seed?: string;
  readonly allowPlanted?: boolean;
  /** Raises, or lowers, how large a run may be. */
  readonly limits?: Partial<Limits>;
}

/**
 * @param text - YAML
 * @throws ScenarioError with every problem, in order of the file
 */
export function loadScenario(text: string, options: LoadScenarioOptions = {}): ResolvedScenario {
  const source = ScenarioSource.parse(text, options.file);
  const data = structuredClone(source.data);
  const problems: ScenarioProblem[] = [];
  const setPaths: { readonly set: string; readonly path: Path }[] = [];
  for (const set of options.sets ?? []) {
    const applied = applySet(data, set);
    if ("path" in applied) setPaths.push({ set, path: applied.path });
    else problems.push({ path: "", ...applied });
  }
  const setAt = (path: Path): string | undefined =>
    setPaths.filter((known) => known.path.every((part, i) => part === path[i])).pop()?.set;
  const report = (
    path: Path,
    found: string,
    expected: string,
    at: "key" | "value" = "value",
  ): void => {
    const set = setAt(path);
    const said = {
      path: clean(describePath(path)),
      found: clean(found),
      expected: clean(expected),
    };
    if (set !== undefined) {
      problems.push({ ...said, found: `${said.found} (by --set ${clean(set)})` });
      return;
    }
    // What a --set left within this place may be to blame as well as what the file says.
    const within = setPaths.find(
      (known) => path.length > 0 && path.every((part, i) => part === known.path[i]),
    );
    if (within !== undefined) said.found += ` (with --set ${clean(within.set)})`;
    const file = options.file === undefined ? {} : { file: options.file };
    problems.push({ ...said, ...file, ...source.positionOf(path, at) });
  };
  for (const finding of validateWords(data))
    report(finding.path, finding.found, finding.expected, finding.at);
  if (problems.length > 0) throw sorted(problems);
  const seedText =
    options.seed ??
    (setPaths.some(({ path }) => path[0] === "seed")
      ? String(data["seed"])
      : source.textOf(["seed"]));
  const resolved = resolveScenario(data as unknown as ScenarioWords, {
    seed: seedText ?? "1",
    seedGiven: options.seed !== undefined,
    allowPlanted: options.allowPlanted === true,
    limits: options.limits,
    story: source.story(),
    report,
  });
  if (resolved === null) throw sorted(problems);
  return resolved;
}

/** So many problems are named; nobody reads on. */
const PROBLEMS_MAX = 50;

/** Without control characters and marks that change the direction of text. */
const clean = (text: string): string =>
  text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, "?");

function sorted(problems: readonly ScenarioProblem[]): ScenarioError {
  const unique = new Map(problems.map((problem) => [JSON.stringify(problem), problem]));
  const ordered = [...unique.values()].sort(
    (a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
  const more = ordered.length - PROBLEMS_MAX;
  if (more <= 0) return new ScenarioError(ordered);
  const rest = { path: "", found: `has ${more} more problems at least`, expected: "none" };
  return new ScenarioError([...ordered.slice(0, PROBLEMS_MAX), rest]);
}
