import type { Nanos } from "../../base/nanos.ts";

/** A client library's settings, the same on every client host of a traffic source. */
export interface ClientSettings {
  /** Connections per client host and node, 1..10,000; one command in flight on each. */
  readonly connections: number;
  readonly connectTimeoutNs: Nanos;
  /** Per attempt, waiting for a connection included. */
  readonly commandTimeoutNs: Nanos;
  /** Round trips that opening a connection costs: 1 for TCP, more with TLS and AUTH. */
  readonly connectRoundTrips: number;
  readonly retry: {
    /** Further attempts after the first, 0..20. */
    readonly max: number;
    readonly backoffMinNs: Nanos;
    readonly backoffMaxNs: Nanos;
    readonly jitter: "full" | "none";
  };
  /** Each write waits for this many replicas' acknowledgements (WAIT), 0 for none, and for at most `timeoutNs`. */
  readonly wait: { readonly replicas: number; readonly timeoutNs: Nanos };
  /** How sentinels are asked, where some watch the cache. */
  readonly sentinel?: {
    /** Of one question, before the next sentinel is asked. */
    readonly timeoutNs: Nanos;
    /** Pause after all were asked, or after the node named did not lead. */
    readonly retryNs: Nanos;
    /** Listens for +switch-master. */
    readonly subscribe: boolean;
  };
  /** Redirects (MOVED) followed without counting as retries. */
  readonly maxRedirects: number;
  /** Cluster mode enabled only. */
  readonly topologyRefresh: {
    readonly everyNs: Nanos | null;
    readonly onError: boolean;
    readonly minIntervalNs: Nanos;
  };
  readonly readFrom: "primary" | "replica";
  /** Reads of a Global Datastore go to the member in the client's own Region. */
  readonly readLocalRegion: boolean;
}
