/** Planted bugs: wrong strategies that tests of the tests switch on with `plant:`. */
import { type Strategies, strategies } from "../../model/kinds/strategies.ts";
import { clientBugs } from "./client-bugs.ts";
import { clusterBugs } from "./cluster-bugs.ts";
import { engineBugs } from "./engine-bugs.ts";
import type { PlantedBug } from "./planted-bug.ts";
import { serviceBugs } from "./service-bugs.ts";

export const plantedBugs: readonly PlantedBug[] = [
  ...clusterBugs,
  ...serviceBugs,
  ...engineBugs,
  ...clientBugs,
];

/** The model's strategies, with those of a planted bug in their place; null plants none. */
export function plantedStrategies(name: string | null): Strategies {
  const bug = plantedBugs.find((candidate) => candidate.name === name);
  if (bug === undefined) return strategies;
  const replaced = bug.strategies;
  return {
    cluster: { ...strategies.cluster, ...replaced.cluster },
    service: { ...strategies.service, ...replaced.service },
    engine: { ...strategies.engine, ...replaced.engine },
    client: { ...strategies.client, ...replaced.client },
  };
}
