/** Wrong cluster buses. */
import type { PlantedBug } from "./planted-bug.ts";

export const clusterBugs: readonly PlantedBug[] = [
  {
    name: "election-without-majority",
    summary: "a replica leads as soon as one primary has voted for it",
    seenBy: ["elected-by-majority"],
    strategies: { cluster: { votesNeeded: () => 1 } },
  },
  {
    name: "failure-without-quorum",
    summary: "a primary declares a node failed on the suspicion of a single one",
    seenBy: ["failure-by-majority"],
    strategies: { cluster: { reportsNeeded: () => 1 } },
  },
  {
    name: "epoch-not-raised",
    summary: "a replica asks for votes under the epoch that is, not under the next",
    seenBy: ["epochs-rise"],
    strategies: { cluster: { epochToAsk: (currentEpoch) => currentEpoch } },
  },
  {
    name: "rank-ignored",
    summary: "a replica does not wait for siblings that hold more",
    seenBy: ["elections-in-order"],
    strategies: { cluster: { place: () => 0 } },
  },
  {
    name: "minority-keeps-writing",
    summary: "a primary that cannot reach the majority of primaries goes on serving",
    seenBy: ["replaced-primary-falls-silent"],
    strategies: { cluster: { mayServe: () => true } },
  },
];
