/** A scenario read once, to be resolved many times with another method, seed and words. */
import type { LoadScenarioOptions } from "./load.ts";
import { resolveScenario } from "./resolve.ts";
import type { ResolvedScenario } from "./resolved.ts";
import type { ScenarioWords } from "./schema.gen.ts";
import { applySet } from "./set-path.ts";
import { describePath, ScenarioSource } from "./source.ts";
import { validateWords } from "./validate.ts";

export interface Variation {
  readonly seed: string;
  /** Entries that follow those of the scenario's own method. */
  readonly method: readonly Readonly<Record<string, unknown>>[];
  readonly sets: readonly string[];
}

/** Resolves a variation, or says what is wrong with it. */
export type ScenarioForm = (
  variation: Variation,
) => { readonly resolved: ResolvedScenario } | { readonly problem: string };

/**
 * @param text - YAML that `loadScenario` accepts with the same options
 */
export function scenarioForm(
  text: string,
  options: Pick<LoadScenarioOptions, "file" | "sets" | "allowPlanted">,
): ScenarioForm {
  const source = ScenarioSource.parse(text, options.file);
  const base = structuredClone(source.data);
  for (const set of options.sets ?? []) applySet(base, set);
  const story = source.story();
  return ({ seed, method, sets }) => {
    const data = structuredClone(base);
    const problems: string[] = [];
    for (const set of sets) {
      const applied = applySet(data, set);
      if ("found" in applied) problems.push(`${applied.found}, expected ${applied.expected}`);
    }
    const own = (data["method"] as unknown[] | undefined) ?? [];
    data["method"] = [...own, ...method];
    const say = (path: readonly (string | number)[], found: string, expected: string): void => {
      problems.push(`${describePath(path)} ${found}, expected ${expected}`);
    };
    for (const { path, found, expected } of validateWords(data)) say(path, found, expected);
    if (problems.length > 0) return { problem: problems.join("; ") };
    const resolved = resolveScenario(data as unknown as ScenarioWords, {
      seed,
      seedGiven: true,
      allowPlanted: options.allowPlanted === true,
      story,
      report: say,
    });
    return resolved === null ? { problem: problems.join("; ") } : { resolved };
  };
}
