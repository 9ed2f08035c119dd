import type { Nanos } from "../../base/nanos.ts";
import type { Distribution, KeyPopularity } from "../../kernel/distribution.ts";
import type { ClientSettings } from "../client/client-settings.ts";
import type { CollectionType } from "../engine/redis/collections.ts";
import type { KeyTrace } from "./key-trace.ts";

/** From `fromNs` on the rate is `perSecond`, reached along a straight line over `rampNs` from the rate before. */
export interface Phase {
  readonly fromNs: Nanos;
  /** At least 0. */
  readonly perSecond: number;
  /** 0: at once. */
  readonly rampNs: Nanos;
}

/** When requests come. All but users come whether earlier ones were answered or not. */
export type Arrivals =
  /** Poisson arrivals, mean per second, above 0. */
  | { readonly kind: "constant"; readonly perSecond: number }
  /** The first from 0, in order of time, ramps that do not overlap. Before the first there is no traffic. */
  | { readonly kind: "phases"; readonly phases: readonly Phase[] }
  /** A cosine between two rates, highest at `peakAtNs` of each period. */
  | {
      readonly kind: "daily";
      readonly lowPerSecond: number;
      readonly highPerSecond: number;
      readonly peakAtNs: Nanos;
      readonly periodNs: Nanos;
    }
  /** So many users, each with one request at a time and a time to think between two. */
  | { readonly kind: "users"; readonly users: number; readonly thinkTime: Distribution }
  | RecordedArrivals;

/** Requests of a recording, with keys, operations, sizes and TTLs of its own. */
export interface RecordedArrivals {
  readonly kind: "recorded";
  readonly trace: KeyTrace;
  /** After its last row the trace begins anew, its first moment `periodNs` after the one before. */
  readonly loops: boolean;
  readonly periodNs: Nanos;
}

/** A share of requests goes to a part of the keys. */
export interface HotSetPopularity {
  readonly kind: "hot-set";
  /** Of requests, above 0 and at most 1. */
  readonly share: number;
  /** Of keys, above 0 and below 1; at least one key is hot. */
  readonly of: number;
  /** After which the hot part moves on to the next keys; null: never. */
  readonly shiftEveryNs: Nanos | null;
  /** From 1: all hot keys are this shard's; null: of all shards. */
  readonly shard: number | null;
}

/** Values with elements. */
export interface CollectionValues {
  readonly type: CollectionType;
  /** Of an element's text; of a hash's field and value each. */
  readonly elementBytes: number;
  /** At least 1. */
  readonly elements: number;
  /** The last of each `every` keys has so many elements; null: all keys are alike. */
  readonly big: { readonly every: number; readonly elements: number } | null;
}

export interface TrafficSettings {
  readonly name: string;
  /** A cache's or a global datastore's name. */
  readonly cache: string;
  readonly region: string;
  /** Zones with client hosts, one host each. */
  readonly zones: readonly string[];
  readonly arrivals: Arrivals;
  /** Share of requests that are SET, 0..1; the rest are GET. */
  readonly setShare: number;
  readonly keys: {
    readonly count: number;
    /** Number of the first within its cache: sources share the numbers they have in common. */
    readonly first: number;
    readonly popularity: KeyPopularity | HotSetPopularity;
    /** Bytes, rounded to whole bytes when drawn. */
    readonly valueSize: Distribution;
    /** Keys that one GET reads, at least 1: those whose numbers divided by it are one. They share a hash tag. */
    readonly perGet: number;
    /** In place of strings of `valueSize`; null: strings. */
    readonly collection: CollectionValues | null;
    readonly ttlNs: Nanos | null;
    /** Below 1: each TTL is drawn evenly from `ttlNs` times 1 - jitter to 1 + jitter. 0: all are alike. */
    readonly ttlJitter: number;
  };
  readonly client: ClientSettings;
  /** Name of the origin asked on a miss, or null: a miss is just an answer. */
  readonly onMiss: string | null;
  /** Longest wait for the origin, after which the request fails; null: without end. */
  readonly originTimeoutNs: Nanos | null;
  /** Misses of one key on one client host share one request to the origin. */
  readonly coalesce: boolean;
  /** What a request does when the cache fails it. */
  readonly onError: "fail" | "origin";
}
