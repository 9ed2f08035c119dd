/** The scenario text of most experiments: writes to a primary in one zone, whose only replica is in another. */
export interface PairWords {
  /** Between the zones, such as `100ms`; the engine's usual one where it is not given. */
  readonly roundTrip?: string;
  /** Writes per second. */
  readonly rate: number;
  readonly duration: string;
  readonly keys?: string | number;
  readonly value?: string;
  readonly prefill?: string;
  /** Of the group, beside those that make its failover quick. */
  readonly assume?: string;
  /** How soon the service notices that the primary is gone. */
  readonly detection?: string;
  readonly client?: string;
  readonly method: string;
}

/** @returns YAML: cache `pair` with nodes `pair-001`, the primary in `us-east-1a`, and `pair-002`; traffic `writer` */
export function pairScenario(of: PairWords): string {
  const { assume = "", client, detection = "2s", keys = 100, prefill, value = "100B" } = of;
  const roundTrip =
    of.roundTrip === undefined
      ? ""
      : `assume: { interZoneRtt: ${of.roundTrip}, sameZoneRtt: 0.1ms }\n`;
  return `scenario: pair
seed: 1
duration: ${of.duration}
regions: { us-east-1: { zones: 2 } }
${roundTrip}caches:
  pair:
    type: replication-group
    region: us-east-1
    engine: redis
    engineVersion: "7.0"
    cacheNodeType: cache.r7g.large
    clusterMode: disabled
    numCacheClusters: 2
    automaticFailoverEnabled: true
    multiAZEnabled: true${prefill === undefined ? "" : `\n    prefill: ${prefill}`}
    assume: { monitorDetection: ${detection}, promotionTime: 0.5s${assume} }
traffic:
  writer:
    cache: pair
    from: { zones: [us-east-1a] }
    arrivals: { rate: ${of.rate}/s }
    operations: { set: 100% }
    keys: { count: ${keys}, valueSize: ${value} }${client === undefined ? "" : `\n    client: ${client}`}
method: [${of.method}]
expect: []
`;
}
