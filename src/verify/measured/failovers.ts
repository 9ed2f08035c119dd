/** Failovers of a cluster against measured ones. */
import { MILLISECOND, type Nanos } from "../../base/nanos.ts";
import type { JournalRecord } from "../../journal/records.ts";
import { type Distortion, type Experiment, experiment, seeds } from "../lab.ts";
import type { VerifyRow } from "../row.ts";
import { choiceRow, delayPairs, delayRows, elections, pingRows } from "./bus.ts";
import { clusterText } from "./cluster-text.ts";
import {
  isolatedPrimary,
  killedPrimary,
  killedPrimaryAgain,
  pausedPrimary,
  pausedPrimaryAgain,
} from "./figures.ts";
import { killedPrimaryElsewhere } from "./figures-of-settings.ts";
import { judgeDistributions, judgeSupport, type Pair } from "./judge.ts";
import { polled } from "./polled.ts";
import { sentinelPairs } from "./sentinel.ts";

const RUNS = 200;

/** The real faults came at any moment of a second, of which the bus's clock knows whole ones: so do ours, evenly. */
const faultAtMs = (run: number): number => 3000 + Math.round((run * 1000) / RUNS);

/** First record of a kind, ms after the fault. */
function after(run: Experiment, kind: JournalRecord["kind"], faultMs: number): number {
  const record = run.records.find((candidate) => candidate.kind === kind);
  return ((record?.at ?? Number.POSITIVE_INFINITY) as Nanos) / MILLISECOND - faultMs;
}

export interface Failover {
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

/** Its map of slots is refreshed each 100 to 120 ms, in every fifth poll. */
const MAP_REFRESH_MS = 110;
const ROLE_POLL_MS = 20;
/** It waits so long between attempts to connect. */
const RECONNECT_MS = 50;

const ABOUT = `three primaries with a replica each, node timeout 1 s; ${RUNS} seeds against`;
const BASE = { nodeTimeout: "1s", replicas: 1, duration: "8s", rate: "5/s" } as const;

const of = <K extends keyof Failover>(runs: readonly Failover[], key: K): number[] =>
  runs.map((run) => run[key]);

/** Failovers after a fault of the first shard's primary, given as the words that follow its time. */
const failoversAfter = (fault: string, distort: Distortion): Failover[] =>
  failovers((at) => clusterText({ ...BASE, method: [`{ ${at}, ${fault} }`] }), distort);

export function killedPrimaries(distort: Distortion): Failover[] {
  return failoversAfter("fault: node-crash, target: primary of real/shard 1", distort);
}

export function killPairs(kills: readonly Failover[]): Pair[] {
  const kill = `${ABOUT} 59 times kill -9 on two machines`;
  return [
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
      `${ABOUT} 14 times kill -9`,
      polled(
        kills.map(() => 0),
        ROLE_POLL_MS,
        "role",
      ),
      killedPrimary.victoryToRole,
    ),
    pair(
      "kill, first write",
      `${ABOUT} 14 times kill -9`,
      polled(polled(of(kills, "won"), MAP_REFRESH_MS, "map"), RECONNECT_MS, "reconnect"),
      killedPrimary.firstWrite,
    ),
  ];
}

function pausePairs(distort: Distortion): Pair[] {
  const pauses = failoversAfter(
    "fault: node-pause, target: primary of real/shard 1, for: 4s",
    distort,
  );
  const pause = `${ABOUT} 46 times SIGSTOP on two machines`;
  return [
    pair("pause, FAIL agreed", pause, of(pauses, "failAgreed"), [
      ...pausedPrimary.failAgreed,
      ...pausedPrimaryAgain.failAgreed,
    ]),
    pair("pause, election won", pause, of(pauses, "won"), [
      ...pausedPrimary.won,
      ...pausedPrimaryAgain.won,
    ]),
  ];
}

function cutPairs(distort: Distortion): Pair[] {
  const cuts = isolations(
    (at) =>
      clusterText({
        ...BASE,
        rate: "750/s",
        method: [
          `{ ${at}, fault: network-partition, isolate: primary of real/shard 1, withClients: true, for: 4s }`,
        ],
      }),
    distort,
  );
  const cut = `${ABOUT} 10 partitions`;
  return [
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
}

export function failoverRows(distort: Distortion): VerifyRow[] {
  const kills = killedPrimaries(distort);
  const chosen = elections(distort);
  const delays: Pair = pair(
    "kill, from scheduling to victory",
    `${ABOUT} 59 times kill -9 on two machines`,
    kills.map((run) => run.won - run.scheduled),
    [...killedPrimary.electionTook, ...killedPrimaryAgain.electionTook],
  );
  return [
    ...judgeDistributions([
      ...killPairs(kills),
      delays,
      ...pausePairs(distort),
      ...cutPairs(distort),
      ...killedPrimaryElsewhere.flatMap(({ nodeTimeoutMs, ...measured }) =>
        killsElsewhere(nodeTimeoutMs, measured, distort),
      ),
      ...delayPairs(chosen),
      ...sentinelPairs(distort),
    ]),
    // Real crons are late now and then, and voters write their vote to disk before they answer.
    judgeSupport(delays, 60),
    ...delayRows(chosen),
    ...pingRows(distort),
    choiceRow(chosen),
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

/** Kills under another node timeout than that of the first measurements. */
function killsElsewhere(
  nodeTimeoutMs: number,
  measured: { readonly failAgreed: readonly number[]; readonly won: readonly number[] },
  distort: Distortion,
): Pair[] {
  const seconds = nodeTimeoutMs / 1000;
  const runs = failovers(
    (at) =>
      clusterText({
        nodeTimeout: `${nodeTimeoutMs}ms`,
        replicas: 1,
        duration: `${Math.ceil(7 + 2 * seconds)}s`,
        rate: "1/s",
        method: [`{ ${at}, fault: node-crash, target: primary of real/shard 1 }`],
      }),
    distort,
  );
  const about = `three primaries with a replica each, node timeout ${seconds} s; ${RUNS} seeds against ${measured.won.length} times kill -9`;
  return [
    pair(
      `kill, node timeout ${seconds} s, FAIL agreed`,
      about,
      of(runs, "failAgreed"),
      measured.failAgreed,
    ),
    pair(`kill, node timeout ${seconds} s, election won`, about, of(runs, "won"), measured.won),
  ];
}
