/** What keys with elements mean for the rest of a scenario. */
import type { Reading } from "../model/kinds/contract.ts";
import type { TrafficSettings } from "../model/traffic/traffic-settings.ts";
import type { ScenarioWords } from "./schema.gen.ts";

/** Names of the caches whose traffic has keys with collections; a Global Datastore stands for its members. */
export function cachesWithCollections(words: ScenarioWords): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { cache, keys } of Object.values(words.traffic)) {
    if ((keys?.type ?? "string") === "string") continue;
    const store = words.globalDatastores?.[cache];
    for (const name of store === undefined ? [cache] : [store.primary, ...store.secondaries])
      names.add(name);
  }
  return names;
}

/** Keys that two sources have in common hold values of one type and one size of elements. */
export function lintSharedKeys(sources: readonly TrafficSettings[], reading: Reading): void {
  for (const [at, a] of sources.entries()) {
    for (const b of sources.slice(0, at)) {
      const apart =
        a.keys.first >= b.keys.first + b.keys.count || b.keys.first >= a.keys.first + a.keys.count;
      const alike =
        a.keys.collection?.type === b.keys.collection?.type &&
        a.keys.collection?.elementBytes === b.keys.collection?.elementBytes;
      if (a.cache !== b.cache || apart || alike) continue;
      reading.problem({
        path: ["traffic", a.name, "keys"],
        found: `have numbers in common with those of ${b.name}, whose type or elementSize is another`,
        expected: "first: so that each key is of one type",
      });
    }
  }
}
