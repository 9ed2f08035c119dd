/** Failovers by sentinels against measured ones. */
import { MILLISECOND } from "../../base/nanos.ts";
import { type Distortion, type Experiment, experiment, seeds } from "../lab.ts";
import { sentinelFailover } from "./figures.ts";
import type { Pair } from "./judge.ts";
import { polled } from "./polled.ts";

const RUNS = 200;
const CLIENT_POLL_MS = 20;

/** One primary, two replicas and three sentinels on one machine. */
const text = (faultMs: number): string => `
scenario: measured-sentinels
seed: 1
duration: 8s
regions: { us-east-1: { zones: 3 } }
assume: { interZoneRtt: 0.1ms, sameZoneRtt: 0.1ms }
caches:
  real:
    type: self-managed
    region: us-east-1
    engine: redis
    engineVersion: "7.0"
    memory: 1GB
    replicas: 2
    sentinels: { count: 3, quorum: 2, downAfterMilliseconds: 1s }
traffic:
  driver:
    cache: real
    arrivals: { rate: 5/s }
    operations: { set: 100% }
    keys: { count: 1k, valueSize: 95B }
method:
  - { at: ${faultMs}ms, fault: node-crash, target: primary of real }
expect: []
`;

/** ms after the fault until any sentinel first said so. */
function saidAfter(run: Experiment, event: string, faultMs: number): number {
  const record = run.records.find(
    (candidate) =>
      candidate.kind === "sentinel-event" &&
      candidate.event === event &&
      candidate.at >= faultMs * MILLISECOND,
  );
  return (record?.at ?? Number.POSITIVE_INFINITY) / MILLISECOND - faultMs;
}

export function sentinelPairs(distort: Distortion): Pair[] {
  const runs = seeds(RUNS).map((seed, i) => {
    const faultMs = 3000 + Math.round((i * 2000) / RUNS);
    const run = experiment(text(faultMs), seed, distort);
    const after = (event: string): number => saidAfter(run, event, faultMs);
    return {
      down: after("+sdown"),
      agreed: after("+odown"),
      elected: after("+elected-leader"),
      selected: after("+selected-slave"),
      promoted: after("+promoted-slave"),
      switched: after("+switch-master"),
    };
  });
  const about = `three sentinels, down-after 1 s; ${RUNS} seeds against 10 times kill -9`;
  const pair = (name: string, of: keyof (typeof runs)[number]): Pair => ({
    name: `sentinels, ${name}`,
    about,
    ours: runs.map((run) => run[of]),
    reference: sentinelFailover[of],
  });
  return [
    pair("first finds the primary down", "down"),
    pair("quorum agreed", "agreed"),
    pair("leader elected", "elected"),
    pair("replica selected", "selected"),
    pair("replica promoted", "promoted"),
    pair("first other switched", "switched"),
    {
      name: "sentinels, first write",
      about,
      ours: polled(
        runs.map(({ promoted }) => promoted),
        CLIENT_POLL_MS,
        "sentinel-client",
      ),
      reference: sentinelFailover.firstWrite,
    },
  ];
}
