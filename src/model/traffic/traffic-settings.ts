import type { Nanos } from "../../base/nanos.ts";
import type { Distribution, KeyPopularity } from "../../kernel/distribution.ts";
import type { ClientSettings } from "../client/client-settings.ts";

export interface TrafficSettings {
  readonly name: string;
  /** A cache's or a global datastore's name. */
  readonly cache: string;
  readonly region: string;
  /** Zones with client hosts, one host each. */
  readonly zones: readonly string[];
  /** Poisson arrivals, mean per second, above 0. */
  readonly arrivalsPerSecond: number;
  /** Share of requests that are SET, 0..1; the rest are GET. */
  readonly setShare: number;
  readonly keys: {
    readonly count: number;
    readonly popularity: KeyPopularity;
    /** Bytes, rounded to whole bytes when drawn. */
    readonly valueSize: Distribution;
    readonly ttlNs: Nanos | null;
  };
  readonly client: ClientSettings;
  /** Name of the origin asked on a miss, or null: a miss is just an answer. */
  readonly onMiss: string | null;
  /** What a request does when the cache fails it. */
  readonly onError: "fail" | "origin";
}
