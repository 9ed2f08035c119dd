/**
 * What rare states a run reached: the model's own marks, marks that only several records together show, and the
 * abstract states of shards. Guides exploration and says what a campaign never saw.
 */
import { hash32 } from "../base/hash.ts";
import { type Nanos, SECOND } from "../base/nanos.ts";
import { type Mark, marks as ownMarks } from "../journal/marks.ts";
import type {
  ElectionAskedRecord,
  EvictedRecord,
  FailoverRecord,
  JournalRecord,
  NodeStateRecord,
} from "../journal/records.ts";

/** Marks that are derived from the journal. */
export const derivedMarks = [
  {
    mark: "all-copies-lost",
    summary: "the last copy of a shard's data was lost",
    part: "service/control-plane.ts",
  },
  {
    mark: "back-to-back-failover",
    summary: "a shard failed over again within 30 s of a promotion",
    part: "cluster/election.ts",
  },
  {
    mark: "candidate-behind",
    summary: "a replica asked for votes though another one of its shard had more of the data",
    part: "cluster/election.ts",
  },
  {
    mark: "candidates-met",
    summary: "two replicas of a shard asked for votes in one failover",
    part: "cluster/election.ts",
  },
  {
    mark: "clusterdown",
    summary: "a node refused commands: CLUSTERDOWN",
    part: "cluster/cluster-bus.ts",
  },
  {
    mark: "dns-moved",
    summary: "the service pointed a primary endpoint at another node",
    part: "service/control-plane.ts",
  },
  {
    mark: "election-repeated",
    summary: "a replica asked for votes again, having got too few",
    part: "cluster/election.ts",
  },
  {
    mark: "evicted-lost-write",
    summary: "a key was evicted of which a failover had lost an acknowledged write",
    part: "engine/redis/eviction.ts",
  },
  {
    mark: "evicted-written-key",
    summary: "a key that had been written was evicted",
    part: "engine/redis/eviction.ts",
  },
  {
    mark: "failover-abandoned",
    summary: "the old primary came back before a failover was done",
    part: "cluster/cluster-bus.ts",
  },
  {
    mark: "failover-during-full-sync",
    summary: "a failover began while a replica of the shard was in a full synchronisation",
    part: "engine/redis/replication.ts",
  },
  {
    mark: "faults-overlapped",
    summary: "two faults held at once",
    part: null,
  },
  {
    mark: "lagging-replica-promoted",
    summary: "a replica was promoted that lacked acknowledged writes",
    part: "cluster/election.ts",
  },
  {
    mark: "moved-followed",
    summary: "a client learnt from MOVED where a shard's writes go",
    part: "client/router.ts",
  },
  {
    mark: "node-replaced",
    summary: "the service put a new node in the place of a dead one",
    part: "service/control-plane.ts",
  },
  {
    mark: "primary-paused",
    summary: "a primary stood still while its shard had no other",
    part: "engine/redis/redis-node.ts",
  },
  {
    mark: "quorum-lost",
    summary: "half of all shards of a cache or more had no primary",
    part: "cluster/cluster-bus.ts",
  },
  {
    mark: "region-promoted",
    summary: "a secondary Region took over",
    part: "service/global-datastore.ts",
  },
  {
    mark: "resync-across-promotion",
    summary: "a replica went on from the backlog of a primary that was promoted meanwhile",
    part: "engine/redis/history-log.ts",
  },
  {
    mark: "shard-without-copy-alive",
    summary: "no process of a shard was alive",
    part: "service/control-plane.ts",
  },
  {
    mark: "split-brain",
    summary: "two nodes of one shard believed to be its primary",
    part: "cluster/cluster-bus.ts",
  },
  {
    mark: "winner-failed-too",
    summary: "a promoted replica went down within 10 s",
    part: "cluster/election.ts",
  },
] as const satisfies readonly Mark[];

/** Every mark that a scenario may ask for. */
export const allMarks: readonly Mark[] = [...ownMarks, ...derivedMarks].sort((a, b) =>
  a.mark < b.mark ? -1 : 1,
);

export interface Coverage {
  /** How often each mark was reached; marks that were not are left out. By name, in order. */
  readonly marks: Readonly<Record<string, number>>;
  /** Hashes of the abstract states that shards were in, in ascending order. */
  readonly states: readonly number[];
}

interface ShardView {
  readonly cache: string;
  readonly nodes: Map<string, NodeStateRecord>;
  failover: FailoverRecord["kind"] | null;
  promotedAt: Nanos;
  promoted: string | null;
  wasSplit: boolean;
  /** Replicas that asked for votes since the last one won. */
  readonly asked: Set<string>;
}

/** Keys of which a failover lost acknowledged writes, by their numbers within the shard. */
export interface LostKeys {
  readonly cache: string;
  readonly shard: number;
  /** The first acknowledgement of a write that was lost. */
  readonly fromNs: Nanos;
  readonly keys: ReadonlySet<number>;
}

/** Folds records, in order of time. */
export function coverageOf(
  records: readonly JournalRecord[],
  lost: readonly LostKeys[] = [],
): Coverage {
  const fold = new CoverageFold(lost);
  for (const record of records) fold.add(record);
  return fold.finish();
}

class CoverageFold {
  private readonly counts = new Map<string, number>();
  private readonly states = new Set<number>();
  private readonly shards = new Map<string, ShardView>();
  private readonly holding = new Map<number, string>();

  constructor(private readonly lost: readonly LostKeys[]) {}

  add(record: JournalRecord): void {
    switch (record.kind) {
      case "mark":
        this.count(record.mark);
        return;
      case "fault-injected":
        if (!record.holds) return;
        this.holding.set(record.fault, record.faultKind);
        if (this.holding.size > 1) this.count("faults-overlapped");
        return;
      case "fault-healed":
        this.holding.delete(record.fault);
        return;
      case "node-state":
        this.nodeState(record);
        return;
      case "history-ended":
        if (record.keptOffset === 0 && record.failover === null) this.count("all-copies-lost");
        return;
      case "election-asked":
        this.election(record);
        return;
      case "election-won":
        this.shardOf(record.cache, record.shard).asked.clear();
        return;
      case "resync":
        // Of a partial one: what it held before, of a history that the source's own forked from.
        if (record.mode === "partial" && record.history !== record.sourceHistory)
          this.count("resync-across-promotion");
        return;
      case "dns-updated":
        if (record.endpoint === "primary") this.count("dns-moved");
        return;
      case "service-event":
        if (record.text.startsWith("Finished recovery")) this.count("node-replaced");
        return;
      case "client-learned":
        if (record.cause.startsWith("MOVED")) this.count("moved-followed");
        return;
      case "evicted":
        this.evicted(record);
        return;
      case "failover-started":
      case "failover-detected":
      case "failover-decided":
      case "failover-promoted":
      case "failover-abandoned":
        this.failover(record);
        return;
      default:
    }
  }

  finish(): Coverage {
    const names = [...this.counts.keys()].sort((a, b) => (a < b ? -1 : 1));
    return {
      marks: Object.fromEntries(names.map((name) => [name, this.counts.get(name) as number])),
      states: [...this.states].sort((a, b) => a - b),
    };
  }

  private nodeState(record: NodeStateRecord): void {
    const shard = this.shardOf(record.cache, record.shard);
    const before = shard.nodes.get(record.node);
    // A replica that goes over to another shard leaves its own.
    if (before === undefined) for (const of of this.shards.values()) of.nodes.delete(record.node);
    if (record.state === "removed") shard.nodes.delete(record.node);
    else shard.nodes.set(record.node, record);
    if (record.state === "minority" && before?.state !== "minority") this.count("clusterdown");
    const isOut = record.state === "down" || record.state === "provisioning";
    if (isOut && shard.promoted === record.node && record.at - shard.promotedAt <= 10 * SECOND) {
      this.count("winner-failed-too");
      shard.promoted = null;
    }
    const primaries = count(shard, (node) => node.role === "primary" && node.state === "serving");
    if (primaries > 1 && !shard.wasSplit) this.count("split-brain");
    shard.wasSplit = primaries > 1;
    if (record.state === "paused" && record.role === "primary" && primaries === 0)
      this.count("primary-paused");
    if (isOut && count(shard, ({ state }) => state !== "down" && state !== "provisioning") === 0)
      this.count("shard-without-copy-alive");
    if (isOut) this.quorum(record.cache);
    this.note(shard);
  }

  private election({ cache, shard: number, node, offset, siblings }: ElectionAskedRecord): void {
    const { asked } = this.shardOf(cache, number);
    if (asked.has(node)) this.count("election-repeated");
    else if (asked.size > 0) this.count("candidates-met");
    asked.add(node);
    if (siblings.some((sibling) => sibling.offset > offset)) this.count("candidate-behind");
  }

  private evicted({ cache, shard, key, at, writeId }: EvictedRecord): void {
    if (writeId > 0) this.count("evicted-written-key");
    const wasLost = this.lost.some(
      (of) => of.cache === cache && of.shard === shard && of.fromNs <= at && of.keys.has(key),
    );
    if (wasLost) this.count("evicted-lost-write");
  }

  /** Counted when it begins: at the node that made it half. */
  private quorum(cache: string): void {
    const shards = [...this.shards.values()].filter((shard) => shard.cache === cache);
    const without = shards.filter(
      (shard) => count(shard, ({ role, state }) => role === "primary" && state === "serving") === 0,
    ).length;
    if (shards.length > 1 && 2 * without >= shards.length) this.count("quorum-lost");
  }

  private failover(record: FailoverRecord): void {
    const shard = this.shardOf(record.cache, record.shard);
    const ends = record.kind === "failover-promoted" || record.kind === "failover-abandoned";
    shard.failover = ends ? null : record.kind;
    if (record.kind === "failover-started") {
      if (count(shard, ({ state }) => state === "syncing") > 0)
        this.count("failover-during-full-sync");
      if (shard.promotedAt >= 0 && record.at - shard.promotedAt <= 30 * SECOND)
        this.count("back-to-back-failover");
    } else if (record.kind === "failover-decided") {
      const winner = record.copies.find(({ node }) => node === record.toNode);
      const first = record.copies.find(({ node }) => node === record.fromNode);
      if (winner && first && winner.history === first.history && winner.offset < first.offset)
        this.count("lagging-replica-promoted");
    } else if (record.kind === "failover-promoted") {
      shard.promotedAt = record.at;
      shard.promoted = record.toNode;
      if (record.globalDatastore !== null) this.count("region-promoted");
    } else if (record.kind === "failover-abandoned") this.count("failover-abandoned");
    this.note(shard);
  }

  /** The state of a shard without names: who is what, and how far a failover is. */
  private note(shard: ShardView): void {
    const nodes = [...shard.nodes.values()].map(({ role, state }) => `${role}:${state}`);
    const kinds = Math.min(3, new Set(this.holding.values()).size);
    const text = `${nodes.sort((a, b) => (a < b ? -1 : 1)).join()}|${shard.failover}|${kinds}`;
    this.states.add(hash32(text));
  }

  private shardOf(cache: string, number: number): ShardView {
    const key = `${cache}/${number}`;
    let shard = this.shards.get(key);
    if (shard === undefined) {
      shard = {
        cache,
        nodes: new Map(),
        failover: null,
        promotedAt: Number.NEGATIVE_INFINITY,
        promoted: null,
        wasSplit: false,
        asked: new Set(),
      };
      this.shards.set(key, shard);
    }
    return shard;
  }

  private count(mark: string): void {
    this.counts.set(mark, (this.counts.get(mark) ?? 0) + 1);
  }
}

const count = (shard: ShardView, is: (node: NodeStateRecord) => boolean): number =>
  [...shard.nodes.values()].filter(is).length;
