import { MILLISECOND, type Nanos, SECOND } from "../../base/nanos.ts";

/** The sentinels that watch one primary and its replicas. */
export interface SentinelSettings {
  readonly processes: readonly { readonly id: string; readonly zone: string }[];
  /** Sentinels that must find the primary down, 1 to all. */
  readonly quorum: number;
  readonly downAfterNs: Nanos;
  readonly failoverTimeoutNs: Nanos;
  /** Replicas that are told of a new primary at the same time, at least 1. */
  readonly parallelSyncs: number;
  /** replica-priority of each node in order: the lowest is promoted first, 0 never. */
  readonly priorities: readonly number[];
  readonly protocol: SentinelProtocol;
}

/** Constants of the protocol; settings only so that a test can show that shifting one is noticed. */
export interface SentinelProtocol {
  /** The timer runs 10 to 19 times a second, drawn anew each time (5183-5198). */
  readonly timerHz: number;
  readonly pingPeriodNs: Nanos;
  /** INFO of a node; and of replicas while the primary is down or their link is (2972-2979). */
  readonly infoPeriodNs: Nanos;
  readonly infoPeriodDownNs: Nanos;
  readonly askPeriodNs: Nanos;
  readonly helloPeriodNs: Nanos;
  readonly electionTimeoutNs: Nanos;
  /** Attempts start up to so much apart (4697-4706). */
  readonly desyncMaxNs: Nanos;
}

/** Source: valkey 8.0.1 sentinel.c, and redis 7.0.15 sentinel.c alike. */
export const SENTINEL_PROTOCOL: SentinelProtocol = {
  timerHz: 10,
  pingPeriodNs: SECOND,
  infoPeriodNs: 10 * SECOND,
  infoPeriodDownNs: SECOND,
  askPeriodNs: SECOND,
  helloPeriodNs: 2 * SECOND,
  electionTimeoutNs: 10 * SECOND,
  desyncMaxNs: 1000 * MILLISECOND,
};
