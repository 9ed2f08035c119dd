/** Rare states that a run can reach. The model names them in the journal; coverage of scenarios is counted by them. */
export const marks = [
  {
    mark: "backlog-outrun",
    summary: "a replica came back when its primary's backlog no longer reached to where it stood",
  },
  {
    mark: "election-scheduled",
    summary: "a replica of a failed primary set the time of its election",
  },
  { mark: "full-sync", summary: "a replica had to load the whole data set of its primary" },
  {
    mark: "manual-failover-timed-out",
    summary: "a replica that was asked to lead did not catch up, or got no votes, in its time",
  },
  {
    mark: "output-buffer-overflow",
    summary: "a primary closed the link of a replica that did not keep up",
  },
  { mark: "partial-resync", summary: "a replica went on from the backlog of its primary" },
  {
    mark: "replica-migrated",
    summary: "a replica went over to a primary that had none left",
  },
  {
    mark: "resync-diverged",
    summary: "a node came to follow another though it held writes which that never had",
  },
  { mark: "slots-moved", summary: "all slots of a resharding step had gone to their new shard" },
  {
    mark: "stream-stalled",
    summary: "after a full synchronisation the stream began a second late",
  },
] as const;

export type MarkName = (typeof marks)[number]["mark"];
