/** Loss by a replication delay, and availability of k of n nodes that fail and recover at random. */
import { SECOND } from "../../base/nanos.ts";
import type { Distortion } from "../lab.ts";
import { experiment, seeds } from "../lab.ts";
import type { VerifyRow } from "../row.ts";
import { judgeBatches } from "./judge.ts";

const RATE = 2000;
const ROUND_TRIP_MS = 100;

/** One shard of three whose zones are far apart: a write is on its way for half of the round trip. */
const farReplica = `
scenario: far-replica
seed: 1
duration: 7s
regions: { us-east-1: { zones: 3 } }
assume: { interZoneRtt: ${ROUND_TRIP_MS}ms, sameZoneRtt: 0.1ms }
caches:
  pair:
    type: replication-group
    region: us-east-1
    engine: redis
    engineVersion: "7.0"
    cacheNodeType: cache.r7g.large
    clusterMode: disabled
    numCacheClusters: 2
    automaticFailoverEnabled: true
    multiAZEnabled: true
    assume: { monitorDetection: 2s, promotionTime: 0.5s }
traffic:
  writer:
    cache: pair
    from: { zones: [us-east-1a] }
    arrivals: { rate: ${RATE}/s }
    operations: { set: 100% }
    keys: { count: 10k, valueSize: 100B }
method: [{ at: 2s, fault: host-power-loss, target: primary of pair }]
expect: []
`;

function lossRow(distort: Distortion): VerifyRow {
  // Acknowledgements come back after a round trip within the zone, so what is lost and was told is a little less.
  const lost = seeds(60).map((seed) => {
    const { records, acknowledged } = experiment(farReplica, seed, distort);
    const ended = records.find((record) => record.kind === "history-ended");
    if (ended?.kind !== "history-ended") return 0;
    return acknowledged.filter(
      ({ write, history, offset }) =>
        write && history === ended.history && offset > ended.keptOffset,
    ).length;
  });
  const oneWaySeconds = ROUND_TRIP_MS / 2 / 1000;
  const backSeconds = 0.00005;
  return judgeBatches(
    "writes lost with a host behind a delay",
    `${RATE} writes/s, 50 ms one way to the replica, 60 hosts lost: rate x one-way delay`,
    lost,
    RATE * (oneWaySeconds - backSeconds),
    "writes",
  );
}

const UP_SECONDS = 40;
const DOWN_SECONDS = 10;
const NODES = 3;

/** Three nodes, each up and still by turns, for times of exponential distributions. */
const flapping = `
scenario: flapping
seed: 1
duration: 2h
regions: { us-east-1: { zones: 3 } }
caches:
  trio:
    type: replication-group
    region: us-east-1
    engine: redis
    engineVersion: "7.0"
    cacheNodeType: cache.r7g.large
    clusterMode: disabled
    numCacheClusters: ${NODES}
    automaticFailoverEnabled: false
    multiAZEnabled: false
traffic: { nobody: { cache: trio, arrivals: { rate: 1/h }, keys: { count: 1 } } }
method:
${Array.from({ length: NODES }, (_, i) => `  - { random: { meanGap: ${UP_SECONDS}s, meanFor: ${DOWN_SECONDS}s }, fault: node-pause, target: node trio-00${i + 1} }`).join("\n")}
expect: []
`;

/** Share of the time in which at least `k` nodes serve, by batch. */
function availability(k: number, distort: Distortion): number[] {
  return seeds(30).map((seed) => {
    const { records } = experiment(flapping, seed, distort);
    const serving = new Map<string, boolean>();
    let available = 0;
    let last = 0;
    const settle = (now: number): void => {
      const count = [...serving.values()].filter((up) => up).length;
      if (count >= k) available += now - last;
      last = now;
    };
    for (const record of records) {
      if (record.kind !== "node-state") continue;
      settle(record.at);
      serving.set(record.node, record.state === "serving");
    }
    settle(7200 * SECOND);
    return available / (7200 * SECOND);
  });
}

export function kOfN(k: number, n: number, up: number): number {
  let sum = 0;
  for (let i = k; i <= n; i++) {
    let term = 1;
    for (let j = 0; j < i; j++) term *= ((n - j) / (j + 1)) * up;
    for (let j = 0; j < n - i; j++) term *= 1 - up;
    sum += term;
  }
  return sum;
}

export function faultRows(distort: Distortion): VerifyRow[] {
  const up = UP_SECONDS / (UP_SECONDS + DOWN_SECONDS);
  const about = `${NODES} nodes, up for ${UP_SECONDS} s and still for ${DOWN_SECONDS} s on average, 30 runs of 2 h`;
  return [
    lossRow(distort),
    ...[1, 2, 3].map((k) =>
      judgeBatches(
        `time with at least ${k} of ${NODES} nodes`,
        about,
        availability(k, distort),
        kOfN(k, NODES, up),
        "",
      ),
    ),
  ];
}
