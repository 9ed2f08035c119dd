/** Failovers of a cluster against measured ones. */
import { MILLISECOND, type Nanos } from "../../base/nanos.ts";
import type { JournalRecord } from "../../journal/records.ts";
import { Streams } from "../../kernel/streams.ts";
import { type Distortion, type Experiment, experiment, seeds } from "../lab.ts";
import type { VerifyRow } from "../row.ts";
import {
  isolatedPrimary,
  killedPrimary,
  killedPrimaryAgain,
  pausedPrimary,
  pausedPrimaryAgain,
  replicaChoice,
} from "./figures.ts";
import { judgeChance, judgeDistributions, judgeSupport, type Pair } from "./judge.ts";

const RUNS = 200;

/** The real faults came at any moment of a second, of which the bus's clock knows whole ones: so do ours, evenly. */
const faultAtMs = (run: number): number => 6000 + Math.round((run * 1000) / RUNS);

/** Three shards of one replica each on one machine: every path is short. */
function cluster(of: {
  readonly nodeTimeout: string;
  readonly replicas: number;
  readonly duration: string;
  readonly rate: string;
  readonly method: readonly string[];
}): string {
  return `
scenario: measured-cluster
seed: 1
duration: ${of.duration}
regions: { us-east-1: { zones: 3 } }
assume: { interZoneRtt: 0.1ms, sameZoneRtt: 0.1ms }
caches:
  real:
    type: replication-group
    region: us-east-1
    engine: redis
    engineVersion: "7.0"
    cacheNodeType: cache.r7g.large
    clusterMode: enabled
    numNodeGroups: 3
    replicasPerNodeGroup: ${of.replicas}
    automaticFailoverEnabled: true
    multiAZEnabled: true
    parameters: { cluster-require-full-coverage: "yes" }
    assume: { cluster-node-timeout: ${of.nodeTimeout}, replacementProvisioning: 15m }
traffic:
  driver:
    cache: real
    arrivals: { rate: ${of.rate} }
    operations: { set: 100% }
    keys: { count: 1k, valueSize: 95B }
    client: { commandTimeout: 500ms, retry: { max: 0 } }
method:
${of.method.map((entry) => `  - ${entry}`).join("\n")}
expect: []
`;
}

/** First record of a kind, ms after the fault. */
function after(run: Experiment, kind: JournalRecord["kind"], faultMs: number): number {
  const record = run.records.find((candidate) => candidate.kind === kind);
  return ((record?.at ?? Number.POSITIVE_INFINITY) as Nanos) / MILLISECOND - faultMs;
}

interface Failover {
  readonly failAgreed: number;
  readonly scheduled: number;
  readonly won: number;
}

function failovers(text: (at: string) => string, distort: Distortion): Failover[] {
  return seeds(RUNS).map((seed, i) => {
    const faultMs = faultAtMs(i);
    const run = experiment(text(`at: ${faultMs}ms`), seed, distort);
    const mark = run.records.find(
      (record) => record.kind === "mark" && record.mark === "election-scheduled",
    );
    return {
      failAgreed: after(run, "failover-detected", faultMs),
      scheduled: (mark?.at ?? 0) / MILLISECOND - faultMs,
      won: after(run, "failover-promoted", faultMs),
    };
  });
}

/** What a driver that looks each `periodMs` makes of a moment, by a draw of its own phase. */
function polled(moments: readonly number[], periodMs: number, purpose: string): number[] {
  const phase = new Streams("verify-driver").stream("driver", purpose);
  return moments.map((moment) => moment + phase.next() * periodMs);
}

/** Its map of slots is refreshed each 100 to 120 ms, in every fifth poll. */
const MAP_REFRESH_MS = 110;
const ROLE_POLL_MS = 20;
/** It waits so long between attempts to connect. */
const RECONNECT_MS = 50;

export function failoverRows(distort: Distortion): VerifyRow[] {
  const base = { nodeTimeout: "1s", replicas: 1, duration: "12s", rate: "5/s" } as const;
  const kills = failovers(
    (at) =>
      cluster({
        ...base,
        method: [`{ ${at}, fault: node-crash, target: primary of real/shard 1 }`],
      }),
    distort,
  );
  const pauses = failovers(
    (at) =>
      cluster({
        ...base,
        method: [`{ ${at}, fault: node-pause, target: primary of real/shard 1, for: 4s }`],
      }),
    distort,
  );
  const cuts = isolations(
    (at) =>
      cluster({
        ...base,
        rate: "750/s",
        method: [
          `{ ${at}, fault: network-partition, isolate: primary of real/shard 1, withClients: true, for: 4s }`,
        ],
      }),
    distort,
  );
  const of = <K extends keyof Failover>(runs: readonly Failover[], key: K): number[] =>
    runs.map((run) => run[key]);
  const about = `three primaries with a replica each, node timeout 1 s; ${RUNS} seeds against`;
  const kill = `${about} 59 times kill -9 on two machines`;
  const pause = `${about} 46 times SIGSTOP on two machines`;
  const cut = `${about} 10 partitions`;
  const pairs: Pair[] = [
    pair("kill, FAIL agreed", kill, of(kills, "failAgreed"), [
      ...killedPrimary.failAgreed,
      ...killedPrimaryAgain.failAgreed,
    ]),
    pair("kill, election won", kill, of(kills, "won"), [
      ...killedPrimary.won,
      ...killedPrimaryAgain.won,
    ]),
    pair(
      "kill, from victory to ROLE",
      `${about} 14 times kill -9`,
      polled(
        kills.map(() => 0),
        ROLE_POLL_MS,
        "role",
      ),
      killedPrimary.victoryToRole,
    ),
    pair(
      "kill, first write",
      `${about} 14 times kill -9`,
      polled(polled(of(kills, "won"), MAP_REFRESH_MS, "map"), RECONNECT_MS, "reconnect"),
      killedPrimary.firstWrite,
    ),
    pair("pause, FAIL agreed", pause, of(pauses, "failAgreed"), [
      ...pausedPrimary.failAgreed,
      ...pausedPrimaryAgain.failAgreed,
    ]),
    pair("pause, election won", pause, of(pauses, "won"), [
      ...pausedPrimary.won,
      ...pausedPrimaryAgain.won,
    ]),
    pair(
      "partition, minority's last acknowledgement",
      cut,
      cuts.lastAck,
      isolatedPrimary.minorityLastAck,
    ),
    pair(
      "partition, majority's first write",
      cut,
      polled(polled(cuts.won, MAP_REFRESH_MS, "cut"), RECONNECT_MS, "cut-reconnect"),
      isolatedPrimary.majorityFirstWrite,
    ),
  ];
  const delays: Pair = pair(
    "kill, from scheduling to victory",
    kill,
    kills.map((run) => run.won - run.scheduled),
    [...killedPrimary.electionTook, ...killedPrimaryAgain.electionTook],
  );
  return [
    ...judgeDistributions(pairs),
    // Real crons are late now and then, and voters write their vote to disk before they answer.
    judgeSupport(delays, 60),
    choiceRow(distort),
  ];
}

const pair = (
  name: string,
  about: string,
  ours: readonly number[],
  reference: readonly number[],
): Pair => ({ name, about, ours, reference });

/** One primary cut off with the client of its zone. */
function isolations(
  text: (at: string) => string,
  distort: Distortion,
): { lastAck: number[]; won: number[] } {
  const lastAck: number[] = [];
  const won: number[] = [];
  for (const [i, seed] of seeds(RUNS).entries()) {
    const faultMs = faultAtMs(i);
    const run = experiment(text(`at: ${faultMs}ms`), seed, distort);
    const victim = run.world.groups[0]?.shards[0]?.nodes[0]?.index;
    const last = run.acknowledged
      .filter(({ node, at: when }) => node === victim && when < (faultMs + 4000) * MILLISECOND)
      .reduce((latest, { at: when }) => Math.max(latest, when), 0);
    lastAck.push(last / MILLISECOND - faultMs);
    won.push(after(run, "failover-promoted", faultMs));
  }
  return { lastAck, won };
}

/** Five replicas, some far behind: does one of the most advanced win? */
function choiceRow(distort: Distortion): VerifyRow {
  let most = 0;
  const runs = seeds(RUNS / 2);
  for (const [i, seed] of runs.entries()) {
    const lagging = Array.from(
      { length: i % 5 },
      (_, k) => `{ at: ${1 + k}s, fault: replication-link-cut, target: node real-0001-00${k + 2} }`,
    );
    const text = cluster({
      nodeTimeout: "2s",
      replicas: 5,
      duration: "14s",
      rate: "60/s",
      method: [
        ...lagging,
        `{ at: ${faultAtMs(2 * i)}ms, fault: node-crash, target: primary of real/shard 1 }`,
      ],
    });
    const decided = experiment(text, seed, distort).records.find(
      ({ kind }) => kind === "failover-decided",
    );
    if (decided?.kind !== "failover-decided") continue;
    const alive = decided.copies.filter(({ alive: lives }) => lives);
    const best = Math.max(...alive.map(({ offset }) => offset));
    if (alive.find(({ node }) => node === decided.toNode)?.offset === best) most++;
  }
  return judgeChance(
    "replica choice: one of the most advanced wins",
    `five replicas, 0 to 4 of them far behind, node timeout 2 s; ${runs.length} seeds`,
    most / runs.length,
    { successes: replicaChoice.wonByTheMostAdvanced, trials: replicaChoice.elections },
  );
}
