/** Loss by a replication delay, and availability of k of n nodes that fail and recover at random. */
import { SECOND } from "../../base/nanos.ts";
import { exp } from "../../base/portable-math.ts";
import type { Distortion } from "../lab.ts";
import { experiment, seeds } from "../lab.ts";
import { pairScenario } from "../pair-scenario.ts";
import type { VerifyRow } from "../row.ts";
import { judgeBatches } from "./judge.ts";

interface Far {
  readonly perSecond: number;
  readonly oneWayMs: number;
  readonly runs: number;
  /** A number of lost writes, and in what share of the runs at most so many are lost is judged too. */
  readonly atMost?: number;
}

/** So many runs that the interval of the mean is narrow: the number of lost writes is one of a Poisson distribution. */
const FAR: readonly Far[] = [
  { perSecond: 2000, oneWayMs: 50, runs: 80 },
  { perSecond: 500, oneWayMs: 150, runs: 480, atMost: 86 },
  { perSecond: 8000, oneWayMs: 10, runs: 80 },
];

/** One shard whose two zones are far apart: a write is on its way for half of the round trip. */
const farReplica = ({ perSecond, oneWayMs }: Far): string =>
  pairScenario({
    roundTrip: `${2 * oneWayMs}ms`,
    rate: perSecond,
    duration: "3s",
    keys: "10k",
    detection: "1s",
    method: "{ at: 1s, fault: host-power-loss, target: primary of pair }",
  });

function lossRows(far: Far, distort: Distortion): VerifyRow[] {
  const { perSecond, oneWayMs, runs, atMost } = far;
  const lost = seeds(runs).map((seed) => {
    const { records, acknowledged } = experiment(farReplica(far), seed, distort);
    const ended = records.find((record) => record.kind === "history-ended");
    if (ended?.kind !== "history-ended") return 0;
    return acknowledged.filter(
      ({ write, history, offset }) =>
        write && history === ended.history && offset > ended.keptOffset,
    ).length;
  });
  // Acknowledgements come back after a round trip within the zone, so what is lost and was told is a little less.
  const backSeconds = 0.00005;
  const expected = perSecond * (oneWayMs / 1000 - backSeconds);
  const name = `writes lost with a host behind ${oneWayMs} ms at ${perSecond}/s`;
  const about = `${runs} hosts lost: rate x one-way delay`;
  const rows = [judgeBatches(name, about, lost, expected, "writes")];
  if (atMost !== undefined) {
    const few = lost.map((writes) => Number(writes <= atMost));
    const share = poissonAtMost(expected, atMost);
    rows.push(judgeBatches(`${name}, share of at most ${atMost}`, about, few, share, ""));
  }
  return rows;
}

/** P(N <= most) of a Poisson distribution. */
export function poissonAtMost(mean: number, most: number): number {
  let term = exp(-mean);
  let sum = term;
  for (let n = 1; n <= most; n++) {
    term *= mean / n;
    sum += term;
  }
  return sum;
}

const UP_SECONDS = 4;
const DOWN_SECONDS = 1;
const RUN_SECONDS = 720;
const NODES = 3;

/** Three nodes, each up and still by turns, for times of exponential distributions. */
const flapping = `
scenario: flapping
seed: 1
duration: ${RUN_SECONDS}s
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

/** By batch: share of the time in which at least 0, 1, 2 ... of the nodes serve. */
function availabilities(distort: Distortion): number[][] {
  return seeds(30).map((seed) => {
    const { records } = experiment(flapping, seed, distort);
    const serving = new Map<string, boolean>();
    const available = new Array<number>(NODES + 1).fill(0);
    let last = 0;
    const settle = (now: number): void => {
      const count = [...serving.values()].filter((up) => up).length;
      for (let k = 0; k <= count; k++) available[k] = (available[k] as number) + now - last;
      last = now;
    };
    for (const record of records) {
      if (record.kind !== "node-state") continue;
      settle(record.at);
      serving.set(record.node, record.state === "serving");
    }
    settle(RUN_SECONDS * SECOND);
    return available.map((time) => time / (RUN_SECONDS * SECOND));
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
  const about = `${NODES} nodes, up for ${UP_SECONDS} s and still for ${DOWN_SECONDS} s on average, 30 runs of ${RUN_SECONDS} s`;
  const batches = availabilities(distort);
  return [
    ...FAR.flatMap((far) => lossRows(far, distort)),
    ...[1, 2, 3].map((k) =>
      judgeBatches(
        `time with at least ${k} of ${NODES} nodes`,
        about,
        batches.map((shares) => shares[k] as number),
        kOfN(k, NODES, up),
        "",
      ),
    ),
  ];
}
