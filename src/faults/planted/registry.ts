/** Planted bugs: wrong strategies that tests of the tests switch on with `plant:`. */
import { type ServiceStrategies, serviceStrategies } from "../../model/service/strategies.ts";

export interface PlantedBug {
  readonly name: string;
  readonly summary: string;
  readonly strategies: ServiceStrategies;
}

export const plantedBugs: readonly PlantedBug[] = [
  {
    name: "promote-most-lagged",
    summary: "the service promotes the replica that is furthest behind",
    strategies: {
      ...serviceStrategies,
      choiceName: "most replication lag",
      chooseReplica: (candidates) =>
        candidates.reduce((worst, candidate) =>
          candidate.offset < worst.offset ? candidate : worst,
        ),
    },
  },
  {
    name: "dns-never-flips",
    summary: "the service promotes a replica but never changes the endpoint's DNS record",
    strategies: { ...serviceStrategies, updatesDns: false },
  },
];
