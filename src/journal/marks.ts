export interface Mark {
  readonly mark: string;
  readonly summary: string;
  /** File of the model, from `src/model/`, whose branch it is; null where it is none of the model's. */
  readonly part: string | null;
}

/** Rare states that a run can reach. The model names them in the journal; coverage of scenarios is counted by them. */
export const marks = [
  {
    mark: "backlog-outrun",
    summary: "a replica came back when its primary's backlog no longer reached to where it stood",
    part: "engine/redis/history-log.ts",
  },
  {
    mark: "election-scheduled",
    summary: "a replica of a failed primary set the time of its election",
    part: "cluster/election.ts",
  },
  {
    mark: "full-sync",
    summary: "a replica had to load the whole data set of its primary",
    part: "engine/redis/replication.ts",
  },
  {
    mark: "manual-failover-timed-out",
    summary: "a replica that was asked to lead did not catch up, or got no votes, in its time",
    part: "cluster/manual-failover.ts",
  },
  {
    mark: "output-buffer-overflow",
    summary: "a primary closed the link of a replica that did not keep up",
    part: "engine/redis/replication.ts",
  },
  {
    mark: "partial-resync",
    summary: "a replica went on from the backlog of its primary",
    part: "engine/redis/replication.ts",
  },
  {
    mark: "replica-migrated",
    summary: "a replica went over to a primary that had none left",
    part: "cluster/replica-migration.ts",
  },
  {
    mark: "resync-diverged",
    summary: "a node came to follow another though it held writes which that never had",
    part: "engine/redis/history-log.ts",
  },
  {
    mark: "slots-moved",
    summary: "all slots of a resharding step had gone to their new shard",
    part: "service/slot-migration.ts",
  },
  {
    mark: "stream-stalled",
    summary: "after a full synchronisation the stream began a second late",
    part: "engine/redis/replication.ts",
  },
] as const satisfies readonly Mark[];

export type MarkName = (typeof marks)[number]["mark"];
