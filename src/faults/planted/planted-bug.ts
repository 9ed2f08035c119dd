/** A planted bug: strategies that replace those of the model, and who must notice. */
import type { Strategies } from "../../model/kinds/strategies.ts";

/** What a bug replaces; the rest of its room, and the other rooms, stay as they are. */
export type Replaced = { readonly [Room in keyof Strategies]?: Partial<Strategies[Room]> };

export interface PlantedBug {
  readonly name: string;
  readonly summary: string;
  /** Ids of the invariants that name it. */
  readonly seenBy: readonly string[];
  readonly strategies: Replaced;
}
