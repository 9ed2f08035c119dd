import { MILLISECOND, type Nanos } from "../../base/nanos.ts";

export interface NetworkSettings {
  /** Round trip between two hosts of one zone. */
  readonly sameZoneRttNs: Nanos;
  /** Round trip between two zones of a Region. */
  readonly interZoneRttNs: Nanos;
  /** Round trip between Regions, for every pair of Regions of the scenario, both orders. */
  readonly regionRttNs: readonly {
    readonly from: string;
    readonly to: string;
    readonly rttNs: Nanos;
  }[];
  /** First retransmission timeout of TCP; doubles on each try. Linux: 200 ms. */
  readonly tcpRetransmitNs: Nanos;
}

/**
 * How long Linux sends a segment again before it gives the connection up, without TCP_USER_TIMEOUT.
 * Source: Linux Documentation/networking/ip-sysctl.rst: tcp_retries2 15, hypothetical timeout of 924.6 seconds.
 */
export const TCP_TIMEOUT: Nanos = 924_600 * MILLISECOND;
