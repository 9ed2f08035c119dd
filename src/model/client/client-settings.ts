import type { Nanos } from "../../base/nanos.ts";

/** A client library's settings, the same on every client host of a traffic source. */
export interface ClientSettings {
  /** Connections per client host and node, 1..10,000. */
  readonly connections: number;
  /** Commands in flight on one connection, 1..10,000. */
  readonly pipeline: number;
  readonly connectTimeoutNs: Nanos;
  /** Per attempt, waiting for a connection included. */
  readonly commandTimeoutNs: Nanos;
  /** What the command timeout ends: an attempt as a whole, or only while it waits for a connection. */
  readonly commandTimeoutCovers: "attempt" | "waiting";
  /** After so long without an acknowledgement TCP gives a connection up, where no command timeout closes it before. */
  readonly tcpTimeoutNs: Nanos;
  /** Round trips that opening a connection costs before TLS and AUTH: 1 for TCP. */
  readonly connectRoundTrips: number;
  /** Round trips of a TLS handshake, where the cache asks for one: 1 with TLS 1.3, 2 with 1.2. */
  readonly tlsRoundTrips: number;
  readonly retry: RetrySettings;
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
    /** An error asks only once so many connection attempts to its node have failed in a row, and for so long: 0 for at once. */
    readonly afterFailures: number;
    readonly afterFailingForNs: Nanos;
    readonly minIntervalNs: Nanos;
  };
  readonly readFrom: "primary" | "replica" | "nearest";
  /** Reads of a Global Datastore go to the member in the client's own Region. */
  readonly readLocalRegion: boolean;
}

export interface RetrySettings {
  /** Further attempts after the first, 0..20. */
  readonly max: number;
  readonly backoffMinNs: Nanos;
  readonly backoffMaxNs: Nanos;
  /** full: the wait is drawn from 0 to the backoff; none: it is the backoff; added: 0 to `addedNs` more. */
  readonly jitter: "full" | "none" | "added";
  readonly addedNs: Nanos;
  /** An attempt that was sent, and one that the command timeout ended, are followed by another. */
  readonly afterSent: boolean;
  readonly afterTimeout: boolean;
  /** Error replies, by status, that are followed by another attempt. */
  readonly errors: ReadonlySet<number>;
  /** What retries a client host may make; null: no more than `max` bounds them. */
  readonly budget: RetryBudget | null;
}

/**
 * Each operation earns `share` of a retry and each retry costs one; at most `reserve` are saved, and as many are there at
 * the start. So any interval has at most `reserve` + `share` x operations retries.
 */
export interface RetryBudget {
  /** 0..1. */
  readonly share: number;
  readonly reserve: number;
}
