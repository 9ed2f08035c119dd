/** Reads what is assumed of work on collections: where a cache's keys hold some. */
import { collectionAssumptions, readAssumptions } from "../../catalog/assumptions.ts";
import type { CollectionCosts } from "../engine/redis/held-collections.ts";
import type { Reading } from "./contract.ts";

/** @param holds - traffic of the cache has keys with collections; null is returned where none has */
export function collectionCosts(
  cache: string,
  assume: Readonly<Record<string, string>>,
  holds: boolean,
  reading: Reading,
): CollectionCosts | null {
  const problem = (of: string, found: string, expected: string): void =>
    reading.problem({ path: ["assume", of], found, expected });
  if (!holds) {
    for (const { name } of collectionAssumptions)
      if (assume[name] !== undefined)
        problem(name, `is "${assume[name]}"`, "traffic whose keys: hold a type with elements");
    return null;
  }
  const report = { assumption: reading.assumption, problem };
  const assumed = readAssumptions(collectionAssumptions, assume, cache, report);
  return {
    readNs: assumed["elementRead"] as number,
    writeNs: assumed["elementWrite"] as number,
    freeNs: assumed["elementFree"] as number,
  };
}
