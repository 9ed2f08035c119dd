/** What readers of the journal need besides it: names behind the indices of the operation columns, and the state at the end. */
import type { Nanos } from "../base/nanos.ts";
import type { Histogram } from "./histogram.ts";

/** Names behind indices. Fixed when the run starts; replacement nodes keep the id and index of the node they replace. */
export interface RunIndex {
  readonly durationNs: Nanos;
  /** Ratios, percentiles and peaks leave out what came before. Default 0. */
  readonly warmUpNs?: Nanos;
  readonly traffic: readonly {
    readonly name: string;
    readonly cache: string;
    /** Its settings let copies answer its reads: replicas, or another Region than that of the writes. Default false. */
    readonly readsCopies?: boolean;
  }[];
  /** Client hosts. */
  readonly sessions: readonly {
    readonly name: string;
    readonly traffic: number;
    readonly zone: string;
  }[];
  readonly nodes: readonly {
    readonly id: string;
    readonly region: string;
    readonly zone: string;
    readonly cache: string;
    readonly shard: number;
  }[];
  /** Shards of all caches in scenario order. `number` counts from 1 within its cache. */
  readonly shards: readonly {
    readonly cache: string;
    readonly number: number;
    readonly id: string;
  }[];
  readonly origins: readonly string[];
}

export interface StoredKey {
  readonly writeId: number;
  readonly offset: number;
  readonly history: number;
  /** Absolute ns; 0 for none. */
  readonly expireAt: Nanos;
}

export interface OriginFacts {
  readonly name: string;
  readonly requests: number;
  readonly peakConcurrency: number;
  readonly queuedMax: number;
  /** ns, waiting included. */
  readonly latency: Histogram;
}

/** Two copies of one position that hold different things under a key. */
export interface Divergence {
  readonly nodes: readonly [string, string];
  readonly history: number;
  readonly offset: number;
  /** Index within the shard. */
  readonly key: number;
  /** Writes that the two hold; 0 for none. */
  readonly writeIds: readonly [number, number];
}

export interface EndState {
  readonly at: Nanos;
  /** Requests that arrived. */
  issued(traffic: number): number;
  /** Requests open at the end, counted from the open requests themselves. */
  open(traffic: number): number;
  /** The node that leads the shard at the end, index, -1 if none is alive. For members of a Global Datastore each leads its own copy. */
  leader(shard: number): number;
  /** History and offset of the leader. */
  position(shard: number): { readonly history: number; readonly offset: number } | null;
  /** What the shard's leader holds under a key, expired or not; null when absent. */
  stored(shard: number, key: number): StoredKey | null;
  /** The most that a clock of the shard's nodes ever said beyond the true time: keys may have expired so much earlier. Default 0. */
  clockAheadNs?(shard: number): Nanos;
  /** The number of a key within its shard, as evictions name it; -1 where that is not known. */
  localKey(shard: number, key: number): number;
  /** The shard a key of this traffic's cache belongs to. */
  shardOfKey(traffic: number, key: number): number;
  /** Pairs of living nodes that stand at one position, and the first that differ. Costs a look at every key. */
  compareCopies(): { readonly pairs: number; readonly divergence: Divergence | null };
  readonly origins: readonly OriginFacts[];
  /** Keys that nodes of a cache evicted. */
  evictions(cache: string): number;
}
