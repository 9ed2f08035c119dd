/** What nodes of a cluster do by their own clocks: when they ping, and how long they put off an election. */
import { MILLISECOND, SECOND } from "../../base/nanos.ts";
import { ascending, mean, quantile } from "../../measure/statistics.ts";
import type { BusNode } from "../../model/cluster/bus-node.ts";
import type { World } from "../../model/world.ts";
import { type Distortion, experiment, seeds, shownSeeds } from "../lab.ts";
import type { SeedSample, VerifyRow } from "../row.ts";
import { clusterText } from "./cluster-text.ts";
import { electionDelay, replicaChoice } from "./figures.ts";
import { pingGap } from "./figures-of-settings.ts";
import { judgeChance, judgeRatio, type Pair } from "./judge.ts";

/** Every 20 ms the driver asked each node for what it knows, as here. */
const POLL_NS = 20 * MILLISECOND;
const PING_RUNS = 3;

const busNodes = (world: World): readonly BusNode[] => world.groups[0]?.bus?.nodes ?? [];

/** How much later a node knows of the next answer of a peer, ms, as CLUSTER NODES tells it: over all pairs. */
function pingGaps(nodeTimeoutMs: number, distort: Distortion): number[] {
  const gaps: number[] = [];
  const seconds = (20 * nodeTimeoutMs) / 1000;
  const text = clusterText({
    nodeTimeout: `${nodeTimeoutMs}ms`,
    replicas: 1,
    duration: `${seconds}s`,
    rate: "1/s",
    method: [`{ at: ${seconds - 1}s, fault: node-pause, target: node real-0001-002, for: 100ms }`],
  });
  for (const seed of seeds(PING_RUNS)) {
    const known = new Map<number, number>();
    const look = (world: World, now: number): void => {
      const nodes = busNodes(world);
      for (const node of nodes)
        for (const peer of nodes) {
          if (peer === node) continue;
          const pair = node.index * nodes.length + peer.index;
          const at = node.pongReceived[peer.index] as number;
          const before = known.get(pair);
          known.set(pair, at);
          const settled = now > 4 * nodeTimeoutMs * MILLISECOND && now < (seconds - 1) * SECOND;
          if (before !== undefined && before !== at && settled)
            gaps.push((at - before) / MILLISECOND);
        }
    };
    experiment(text, seed, distort, { everyNs: POLL_NS, look });
  }
  return ascending(gaps);
}

export function pingRows(distort: Distortion): VerifyRow[] {
  return pingGap.flatMap(({ nodeTimeoutMs, answers, ...measured }) => {
    const gaps = pingGaps(nodeTimeoutMs, distort);
    const name = `time between two answers of a peer, node timeout ${nodeTimeoutMs / 1000} s`;
    const about = `six idle nodes; ${PING_RUNS} seeds against ${answers} answers that CLUSTER NODES told of`;
    return [
      judgeRatio(`${name}, median`, about, quantile(gaps, 0.5), measured.median, "ms"),
      judgeRatio(`${name}, mean`, about, mean(gaps), measured.mean, "ms"),
    ];
  });
}

interface Elections {
  /** What was put off, ms, by the rank that the replica gave itself. */
  readonly delays: ReadonlyMap<number, readonly SeedSample[]>;
  /** Runs, and those that one of the most advanced won. */
  readonly runs: number;
  readonly wonByTheMostAdvanced: number;
}

const CHOICES = 60;
const CHOICE_LOOK_NS = 50 * MILLISECOND;

/** Five replicas, some far behind, and a primary that dies. */
export function elections(distort: Distortion): Elections {
  const delays = new Map<number, SeedSample[]>();
  let wonByTheMostAdvanced = 0;
  for (const [i, seed] of seeds(CHOICES).entries()) {
    const lagging = Array.from(
      { length: i % 5 },
      (_, k) => `{ at: ${1 + k}s, fault: replication-link-cut, target: node real-0001-00${k + 2} }`,
    );
    const faultMs = 6000 + i * 16;
    const text = clusterText({
      nodeTimeout: "2s",
      replicas: 5,
      duration: "13s",
      rate: "60/s",
      method: [
        ...lagging,
        `{ at: ${faultMs}ms, fault: node-crash, target: primary of real/shard 1 }`,
      ],
    });
    const scheduled = new Set<number>();
    const look = (world: World, now: number): void => {
      if (now < (faultMs + 2000) * MILLISECOND) return;
      for (const { index, shard, election } of busNodes(world)) {
        if (shard !== 0 || election.scheduledAt === 0 || scheduled.has(index)) continue;
        scheduled.add(index);
        const own = delays.get(election.rank) ?? [];
        delays.set(election.rank, own);
        own.push({ seed, value: (election.dueAt - election.scheduledAt) / MILLISECOND });
      }
    };
    const { records } = experiment(text, seed, distort, { everyNs: CHOICE_LOOK_NS, look });
    const decided = records.find(({ kind }) => kind === "failover-decided");
    if (decided?.kind !== "failover-decided") continue;
    const alive = decided.copies.filter(({ alive: lives }) => lives);
    const best = Math.max(...alive.map(({ offset }) => offset));
    if (alive.find(({ node }) => node === decided.toNode)?.offset === best) wonByTheMostAdvanced++;
  }
  return { delays, runs: CHOICES, wonByTheMostAdvanced };
}

const ABOUT = "five replicas, 0 to 4 of them far behind, node timeout 2 s";

/** Ranks that enough replicas had for their medians to be worth something. */
export function delayPairs({ delays }: Elections): Pair[] {
  const shown = shownSeeds(CHOICES);
  return ([0, 3, 4] as const).map((rank) => {
    const ours = delays.get(rank) ?? [];
    return {
      name: `delay of an election, rank ${rank}`,
      about: `${ABOUT}; ${ours.length} replicas against ${electionDelay[rank].length}`,
      ours: ours.map(({ value }) => value),
      reference: electionDelay[rank],
      shown: ours.filter(({ seed }) => shown.includes(seed)),
    };
  });
}

/** Fixed part, random part and penalty of a rank, as they show in delays that are even between two extremes. */
function partsOf(delays: (rank: number) => readonly number[]) {
  const [most, least] = [delays(0).reduce(larger, 0), delays(0).reduce(smaller, 1e9)];
  const gap = (most - least) / (delays(0).length - 1);
  return {
    fixed: least - gap,
    random: most - least + 2 * gap,
    rank: (mean(delays(4)) - mean(delays(0))) / 4,
  };
}

const larger = (a: number, b: number): number => Math.max(a, b);
const smaller = (a: number, b: number): number => Math.min(a, b);

export function delayRows({ delays }: Elections): VerifyRow[] {
  const ours = partsOf((rank) => (delays.get(rank) ?? []).map(({ value }) => value));
  const measured = partsOf((rank) => electionDelay[rank as 0 | 4]);
  const about = `${ABOUT}: ${electionDelay[0].length} replicas of rank 0, ${electionDelay[4].length} of rank 4`;
  return [
    judgeRatio("fixed part of an election's delay", about, ours.fixed, measured.fixed, "ms"),
    judgeRatio("random part of an election's delay", about, ours.random, measured.random, "ms"),
    judgeRatio("penalty of a rank", about, ours.rank, measured.rank, "ms"),
  ];
}

export function choiceRow({ runs, wonByTheMostAdvanced }: Elections): VerifyRow {
  return judgeChance(
    "replica choice: one of the most advanced wins",
    `${ABOUT}; ${runs} seeds`,
    wonByTheMostAdvanced / runs,
    { successes: replicaChoice.wonByTheMostAdvanced, trials: replicaChoice.elections },
  );
}
