/** Choices of the cluster bus that a planted bug may replace. */

export interface ClusterStrategies {
  /** Primaries that must suspect a node before it counts as failed. */
  reportsNeeded(majority: number): number;
  /** Votes that make a replica lead. */
  votesNeeded(majority: number): number;
  /** The epoch under which a candidate asks for votes. */
  epochToAsk(currentEpoch: number): number;
  /** Its place in the queue, of so many siblings that are ahead of it. */
  place(siblingsAhead: number): number;
  /** A node serves that reaches so many primaries. */
  mayServe(reachable: number, majority: number): boolean;
}

/** The bus as it is. Source: valkey 8.0.1 cluster_legacy.c:2018-2043, 4391-4413, 4601-4662, 5291-5375. */
export const clusterStrategies: ClusterStrategies = {
  reportsNeeded: (majority) => majority,
  votesNeeded: (majority) => majority,
  epochToAsk: (currentEpoch) => currentEpoch + 1,
  place: (siblingsAhead) => siblingsAhead,
  mayServe: (reachable, majority) => reachable >= majority,
};
