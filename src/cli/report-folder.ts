import path from "node:path";
import { hash32 } from "../base/hash.ts";
import type { ResolvedScenario } from "../scenario/resolved.ts";

const SAFE_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/**
 * The folder of a report: `<root>/<scenario>/<seed>`, with `-` and 8 hex digits of the resolved scenario where
 * `--set` changed it. Addressed by input, never by wall time.
 *
 * @param asWritten - the scenario as its file has it, without any `--set`; null where it cannot stand without them
 */
export function reportFolder(
  root: string,
  resolved: ResolvedScenario,
  asWritten: ResolvedScenario | null,
): string {
  const text = JSON.stringify(whatRuns(resolved));
  const changed =
    asWritten === null || JSON.stringify(whatRuns({ ...asWritten, seed: resolved.seed })) !== text;
  const suffix = changed ? `-${(hash32(text) >>> 0).toString(16).padStart(8, "0")}` : "";
  return path.join(root, slug(resolved.name), `${slug(resolved.seed)}${suffix}`);
}

/** Without what a run does not look at. */
function whatRuns({ explore: _, ...rest }: ResolvedScenario): Omit<ResolvedScenario, "explore"> {
  return rest;
}

/** The loader admits slugs only; a name that could leave the report's root must not get past this line either. */
function slug(name: string): string {
  if (SAFE_NAME.test(name)) return name;
  const safe = name.replace(/[^A-Za-z0-9_-]/g, "-").slice(0, 55);
  return `x${safe}-${(hash32(name) >>> 0).toString(16)}`;
}
