/**
 * What the model states about a run, besides the operations (see `operation-columns.ts`): one record per change of the
 * control plane, in order of time. Rare (some hundreds per run), so plain objects with a `kind` tag.
 *
 * The model states what happened and grades nothing: loss, RPO, RTO and every verdict are folded from these records
 * and from the operation columns by `measure/` and `checks/`.
 */
import type { Nanos } from "../base/nanos.ts";

/** Roles a node plays for its shard. `secondary-primary`: leads a shard of a Global Datastore's secondary group. */
export type NodeRole = "primary" | "replica" | "secondary-primary" | "none";

/** What a node is doing, as a lane of the timeline shows it. */
export type NodeState =
  | "serving" // process runs and answers
  | "paused" // process is stopped, its kernel answers
  | "down" // process or host is dead
  | "provisioning" // the service is launching a replacement
  | "syncing" // process runs and waits for a full synchronisation, receives or loads it
  | "minority" // process runs but refuses commands: CLUSTERDOWN
  | "removed"; // it is no part of the group any more

/** A node's role or state changed. */
export interface NodeStateRecord {
  readonly kind: "node-state";
  readonly at: Nanos;
  readonly cache: string;
  readonly node: string;
  readonly shard: number;
  readonly role: NodeRole;
  readonly state: NodeState;
  /** Why, in words: "host lost power", "won election in epoch 4". */
  readonly cause: string;
}

/** A fault was injected or healed. One pair per instance. */
export interface FaultRecord {
  readonly kind: "fault-injected" | "fault-healed";
  readonly at: Nanos;
  /** Number of the method entry's occurrence, unique in the run, from 1. */
  readonly fault: number;
  readonly faultKind: string;
  /** Resolved targets in words: node ids, zones, Regions. */
  readonly targets: readonly string[];
  /** It holds until it heals; false: the service's own answer is the only way back. */
  readonly holds: boolean;
}

/** A step (a human act) of the method ran. */
export interface StepRecord {
  readonly kind: "step";
  readonly at: Nanos;
  readonly step: string;
  readonly targets: readonly string[];
  /** Time of the fault (or event) the step followed, when it was scheduled `after` one: the operator's decision delay. */
  readonly decidedAfterNs: Nanos | null;
}

/** The service's own event, as DescribeEvents would return it. */
export interface ServiceEventRecord {
  readonly kind: "service-event";
  readonly at: Nanos;
  readonly sourceType: "replication-group" | "cache-cluster" | "global-datastore";
  readonly source: string;
  readonly text: string;
}

/** One surviving (or dead) copy of a shard's data, when its primary failed. */
export interface Copy {
  readonly node: string;
  readonly history: number;
  readonly offset: number;
  /** The process runs and its data are intact. */
  readonly alive: boolean;
  /** It stands in a place or on a node that the active faults hit. */
  readonly faulted: boolean;
  /** It loads another's data, or is new and has none: it cannot lead. */
  readonly loading: boolean;
}

/**
 * Phases of one failover of one shard. `started` when the primary stopped serving its majority (or a step asked for the
 * failover); `abandoned` when the old primary came back first. Every record carries its own cause.
 */
export interface FailoverRecord {
  readonly kind:
    | "failover-started"
    | "failover-detected"
    | "failover-decided"
    | "failover-promoted"
    | "failover-abandoned";
  readonly at: Nanos;
  /** Number of the failover in the run, from 1; the same in all records of one failover. */
  readonly failover: number;
  readonly cache: string;
  readonly shard: number;
  /** The global datastore, where one Region's group took over from another's. */
  readonly globalDatastore: string | null;
  readonly fromNode: string;
  /** Known from `failover-decided` on. */
  readonly toNode: string | null;
  readonly cause: string;
  /** On `failover-started` and `failover-decided`: the copies of the shard as they stood. */
  readonly copies: readonly Copy[];
}

/**
 * A replication history ended: its writes up to and including `keptOffset` live on in `successor`; acknowledged writes
 * beyond it are not in the history that won. Written when a promotion takes over, or when the last copy is gone
 * (`keptOffset` 0, successor is the empty history that follows).
 */
export interface HistoryEndedRecord {
  readonly kind: "history-ended";
  readonly at: Nanos;
  readonly cache: string;
  readonly shard: number;
  /** History: a replication id, as a number unique in the run. */
  readonly history: number;
  readonly keptOffset: number;
  readonly successor: number;
  /** The failover it belongs to, or null where no promotion took place (total loss, wiped by an empty primary). */
  readonly failover: number | null;
  /** When the old primary failed or was cut off: the moment from which the RPO's window is measured. */
  readonly failedAt: Nanos;
  readonly cause: string;
}

/**
 * A history that had ended goes on: the winner that ended it lost its host before anybody had heard of its election, and
 * the primary before it leads as if nothing had been. What the winner acknowledged in `successor` beyond `keptOffset` is
 * gone with it.
 */
export interface HistoryResumedRecord {
  readonly kind: "history-resumed";
  readonly at: Nanos;
  readonly cache: string;
  readonly shard: number;
  readonly history: number;
  readonly keptOffset: number;
  /** That goes on no more. */
  readonly successor: number;
  readonly cause: string;
}

/** A primary began to lead a shard under a configuration epoch (0 with cluster mode disabled: the service's own counter). */
export interface PrimaryClaimRecord {
  readonly kind: "primary-claim";
  readonly at: Nanos;
  readonly cache: string;
  readonly shard: number;
  readonly node: string;
  readonly configEpoch: number;
  readonly history: number;
  readonly offset: number;
}

/** Where every copy stands. Written once a simulated second, and before anything that ends a history. */
export interface OffsetsRecord {
  readonly kind: "offsets";
  readonly at: Nanos;
  readonly cache: string;
  readonly shard: number;
  readonly nodes: readonly {
    readonly node: string;
    readonly role: NodeRole;
    readonly history: number;
    readonly offset: number;
    readonly alive: boolean;
  }[];
}

/** A client host found out where a shard's writes go, or opened its first connection there. */
export interface ClientRecord {
  readonly kind: "client-learned" | "client-connected";
  readonly at: Nanos;
  readonly traffic: string;
  /** Client host: `checkout@use1-az2`. */
  readonly client: string;
  readonly cache: string;
  readonly shard: number;
  readonly node: string;
  /** `MOVED from cart-0001-001`, `topology refresh`, `DNS primary endpoint`, `redirected to sessions-eu`, `connected`. */
  readonly cause: string;
}

/** The service changed a DNS record. */
export interface DnsRecord {
  readonly kind: "dns-updated";
  readonly at: Nanos;
  readonly cache: string;
  readonly endpoint: "primary" | "reader";
  readonly nodes: readonly string[];
}

/** A line of a sentinel's log, by the names that its log has: `+sdown`, `+elected-leader`. */
export interface SentinelRecord {
  readonly kind: "sentinel-event";
  readonly at: Nanos;
  readonly cache: string;
  readonly sentinel: string;
  readonly event: string;
  /** The node or sentinel that it is about. */
  readonly subject: string;
}

/** A rare state was reached: a named mark, counted for coverage. */
export interface MarkRecord {
  readonly kind: "mark";
  readonly at: Nanos;
  readonly mark: string;
  readonly of: string;
}

/** Keys that left a node's memory by eviction or flush, as the last write ids they held: what durability checks excuse. */
export interface EvictedRecord {
  readonly kind: "evicted";
  readonly at: Nanos;
  readonly cache: string;
  readonly shard: number;
  readonly key: number;
  readonly writeId: number;
}

/**
 * A primary concluded that a node has failed: `reporters` are the primaries, itself among them, whose suspicion it knew.
 * With `primaries` shards that have an owner, more than half of them must agree.
 */
export interface FailureConcludedRecord {
  readonly kind: "failure-concluded";
  readonly at: Nanos;
  readonly cache: string;
  readonly shard: number;
  /** Who failed. */
  readonly node: string;
  readonly by: string;
  readonly reporters: readonly string[];
  readonly primaries: number;
}

/** A replica asked for votes. */
export interface ElectionAskedRecord {
  readonly kind: "election-asked";
  readonly at: Nanos;
  readonly cache: string;
  readonly shard: number;
  readonly node: string;
  readonly epoch: number;
  /** When it set the time of its election. */
  readonly scheduledAt: Nanos;
  readonly offset: number;
  /** Other replicas of its shard, with the offset each advertised last. */
  readonly siblings: readonly { readonly node: string; readonly offset: number }[];
  /** Of equal offsets the lower node id goes first. */
  readonly tiesByNodeId: boolean;
  /** An operator asked for it: it waits for nothing. */
  readonly manual: boolean;
}

/** A primary gave its vote. */
export interface VoteRecord {
  readonly kind: "vote-granted";
  readonly at: Nanos;
  readonly cache: string;
  readonly shard: number;
  readonly voter: string;
  readonly candidate: string;
  readonly epoch: number;
}

/** A replica took the lead of its shard by election, with the votes of `voters` out of `primaries`. */
export interface ElectionWonRecord {
  readonly kind: "election-won";
  readonly at: Nanos;
  readonly cache: string;
  readonly shard: number;
  readonly node: string;
  readonly epoch: number;
  readonly voters: readonly string[];
  readonly primaries: number;
}

/** A node began to follow another: what it held, what its source could offer, and where the stream goes on. */
export interface ResyncRecord {
  readonly kind: "resync";
  readonly at: Nanos;
  readonly cache: string;
  readonly shard: number;
  readonly node: string;
  readonly source: string;
  readonly mode: "partial" | "full";
  /** What the follower holds before its first entry: of a full synchronisation, the snapshot. */
  readonly history: number;
  readonly offset: number;
  /** The source's own history; the one it forked from (-1: none) and where; the oldest offset its backlog reaches. */
  readonly sourceHistory: number;
  readonly parentHistory: number;
  readonly forkOffset: number;
  readonly backlogStart: number;
  /** Offset at which the stream goes on. */
  readonly fromOffset: number;
}

/** Keys went over to another shard, with what they held: positions in one history became others in another. */
export interface KeysMovedRecord {
  readonly kind: "keys-moved";
  readonly at: Nanos;
  readonly cache: string;
  readonly fromHistory: number;
  readonly toHistory: number;
  readonly keys: readonly {
    readonly key: number;
    readonly writeId: number;
    readonly expireAt: Nanos;
    /** In the history they came to. */
    readonly offset: number;
  }[];
}

export type JournalRecord =
  | NodeStateRecord
  | FaultRecord
  | StepRecord
  | ServiceEventRecord
  | FailoverRecord
  | HistoryEndedRecord
  | HistoryResumedRecord
  | PrimaryClaimRecord
  | OffsetsRecord
  | ClientRecord
  | DnsRecord
  | SentinelRecord
  | MarkRecord
  | EvictedRecord
  | FailureConcludedRecord
  | ElectionAskedRecord
  | VoteRecord
  | ElectionWonRecord
  | ResyncRecord
  | KeysMovedRecord;

/** What a run states for its checks alone: no part of its timeline, nor of what makes two runs behave alike. */
export const EVIDENCE: ReadonlySet<JournalRecord["kind"]> = new Set<JournalRecord["kind"]>([
  "mark",
  "offsets",
  "failure-concluded",
  "election-asked",
  "vote-granted",
  "election-won",
  "resync",
  "keys-moved",
]);
