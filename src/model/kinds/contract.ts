/** What the words of a cache kind are read with. */
import type { AssumptionUsed } from "../../catalog/assumptions.ts";
import type { RegionSettings } from "../place/place-settings.ts";

/** Something wrong, relative to what was read. `path`: words and indices below it. */
export interface Finding {
  readonly path: readonly (string | number)[];
  readonly found: string;
  readonly expected: string;
}

/** Collects findings and assumptions while words are read. */
export interface Reading {
  readonly regions: readonly RegionSettings[];
  problem(finding: Finding): void;
  assumption(used: AssumptionUsed): void;
}
