/** Wrong managed services. */
import type { PlantedBug } from "./planted-bug.ts";

export const serviceBugs: readonly PlantedBug[] = [
  {
    name: "promote-most-lagged",
    summary: "the service promotes the replica that is furthest behind",
    seenBy: ["best-copy-promoted"],
    strategies: {
      service: {
        choiceName: "most replication lag",
        chooseReplica: (candidates) =>
          candidates.reduce((worst, candidate) =>
            candidate.offset < worst.offset ? candidate : worst,
          ),
      },
    },
  },
  {
    name: "dns-never-flips",
    summary: "the service promotes a replica but never changes the endpoint's DNS record",
    seenBy: ["dns-follows-promotion"],
    strategies: { service: { updatesDns: false } },
  },
  {
    name: "dns-before-promotion",
    summary: "the endpoint's DNS record names a replica before that is promoted",
    seenBy: ["dns-names-primary"],
    strategies: { service: { chosen: (nameIt) => nameIt() } },
  },
  {
    name: "returned-primary-not-demoted",
    summary: "the service lets a primary that was replaced go on when it answers again",
    seenBy: ["replaced-primary-falls-silent"],
    strategies: { service: { returned: () => undefined } },
  },
  {
    name: "old-region-keeps-writing",
    summary: "a Region that gave up the lead of a Global Datastore goes on accepting writes",
    seenBy: ["replaced-primary-falls-silent"],
    strategies: { service: { stepsDown: () => undefined } },
  },
];
