/** Loss, resynchronisation and WAIT against measured ones. */
import { MILLISECOND } from "../../base/nanos.ts";
import { Streams } from "../../kernel/streams.ts";
import { ascending, mean, quantile } from "../../measure/statistics.ts";
import { HistoryLog } from "../../model/engine/redis/history-log.ts";
import { setStreamBytes } from "../../model/engine/redis/resp.ts";
import type { ResolvedScenario } from "../../scenario/resolved.ts";
import { type Distortion, engineOf, experiment, seeds } from "../lab.ts";
import { pairScenario } from "../pair-scenario.ts";
import type { VerifyRow } from "../row.ts";
import {
  fullSync,
  lostBehindDelay,
  resynchronised,
  snapshotLoad,
  streamStart,
  waitLatency,
} from "./figures.ts";
import { judgeChance, judgeRatio, judgeSupport } from "./judge.ts";

export function replicationRows(distort: Distortion): VerifyRow[] {
  return [
    ...lossRows(distort),
    ...backlogRows(distort),
    ...syncRows(distort),
    ...waitRows(distort),
  ];
}

/** Acknowledged writes that no longer exist after the failover, mean over seeds. */
function meanLost(fault: string, rate: number, distort: Distortion): number {
  const text = pairScenario({
    roundTrip: "100ms",
    keys: "10k",
    value: "100B",
    rate,
    duration: "5s",
    method: `{ at: 1600ms, fault: ${fault}, target: primary of pair }`,
  });
  return mean(
    seeds(20).map((seed) => {
      const { records, acknowledged } = experiment(text, seed, distort);
      const ended = records.find((record) => record.kind === "history-ended");
      if (ended?.kind !== "history-ended") return Number.NaN;
      return acknowledged.filter(
        ({ write, history, offset }) =>
          write && history === ended.history && offset > ended.keptOffset,
      ).length;
    }),
  );
}

export function lossRows(distort: Distortion): VerifyRow[] {
  const about = "link of 50 ms one way, 20 seeds against 8 losses of a host";
  const rows = ([200, 1000, 4000] as const).map((rate) =>
    judgeRatio(
      `writes lost with the host at ${rate}/s`,
      about,
      meanLost("host-power-loss", rate, distort),
      mean(lostBehindDelay.host[rate]),
      "writes",
    ),
  );
  const process = judgeRatio(
    "writes lost with the process alone at 1000/s",
    "link of 50 ms one way, 20 seeds against 15 kills of a process on a host that lives",
    meanLost("node-crash", 1000, distort),
    mean(lostBehindDelay.process),
    "writes",
  );
  return [...rows, process];
}

const BACKLOG_BYTES = 65_536;

/** Chance that a replica that missed so many bytes resumes partially, over all phases of the backlog's blocks. */
function partialChance(missing: number, backlogBytes: number): number {
  const phases = 400;
  const entry = setStreamBytes(10, 100, false);
  let partial = 0;
  for (let phase = 0; phase < phases; phase++) {
    const log = new HistoryLog(1, -1, phase * 41, backlogBytes, 0);
    while (log.headOffset < 4 * backlogBytes + phase * 41) log.append(entry, 0, 0, 1, 0, 100);
    if (log.canContinue(1, log.headOffset - missing, log.headOffset)) partial++;
  }
  return partial / phases;
}

export function backlogRows(distort: Distortion): VerifyRow[] {
  const { replBacklogBytes } = engineOf(distort, { replBacklogBytes: BACKLOG_BYTES });
  return resynchronised.map(({ missing, partial }) =>
    judgeChance(
      `partial resynchronisation after ${missing} bytes`,
      "backlog of 64 KiB, entries of 138 B, 4 cuts; blocks of 16 KiB at any phase",
      partialChance(missing, replBacklogBytes),
      { successes: partial, trials: 4 },
    ),
  );
}

/** A replica restarts and synchronises: ms from its start to its being up, and whether the stream stalled. */
function synchronise(
  change: (resolved: ResolvedScenario) => ResolvedScenario,
  seed: string,
  of: { readonly keys: string; readonly value: string; readonly rate: number },
  atMs = 2000,
): { readonly ms: number; readonly stalled: boolean } {
  const text = pairScenario({
    ...of,
    roundTrip: "0.1ms",
    duration: "16s",
    prefill: "100%",
    method: `{ at: ${atMs}ms, fault: node-restart, target: node pair-002, down: 100ms }`,
  });
  const { records } = experiment(text, seed, change);
  const states = records.filter((record) => record.kind === "node-state");
  const asked = states.find(({ cause }) => cause.startsWith("process restarted"));
  const done = states.find(({ cause }) => cause.endsWith("complete"));
  const stalled = records.some(
    (record) => record.kind === "mark" && record.mark === "stream-stalled",
  );
  const ms = ((done?.at ?? Number.NaN) - (asked?.at ?? Number.NaN)) / MILLISECOND;
  return { ms, stalled };
}

/** The measured servers had this bandwidth and delay; nothing else is changed. */
const limited =
  (bandwidth: number, delaySeconds: number, distort: Distortion) =>
  (resolved: ResolvedScenario): ResolvedScenario => ({
    ...distort(resolved),
    caches: distort(resolved).caches.map((cache) => ({
      ...cache,
      engine: {
        ...cache.engine,
        replDisklessSyncDelayNs: delaySeconds * 1000 * MILLISECOND,
        networkBytesPerSecond: bandwidth,
      },
    })),
  });

const LOAD = { keys: "48828", value: "1024B", rate: 1 };
const AT_ONCE = fullSync.filter(({ delaySeconds }) => delaySeconds === 0);

/** The time that a load adds: two synchronisations, of which one loads at once. */
export function loadRow(distort: Distortion): VerifyRow {
  const unlimited = limited(Number.POSITIVE_INFINITY, 0, distort);
  const atOnce: Distortion = (resolved) => ({
    ...unlimited(resolved),
    caches: unlimited(resolved).caches.map((cache) => ({
      ...cache,
      engine: { ...cache.engine, loadKeysPerSecond: Number.POSITIVE_INFINITY },
    })),
  });
  const ours =
    synchronise(unlimited, "verify-1", LOAD).ms - synchronise(atOnce, "verify-1", LOAD).ms;
  return judgeRatio(
    "load of a full synchronisation",
    "48,828 items of 1 KiB; mean of 18 loads by the servers' logs",
    ours,
    mean(snapshotLoad.ms),
    "ms",
  );
}

function durationRows(distort: Distortion): VerifyRow[] {
  return AT_ONCE.map(({ bandwidth, ms }) => {
    const cap = bandwidth === Number.POSITIVE_INFINITY ? "no limit" : `${bandwidth / 1e6} MB/s`;
    const ours = synchronise(limited(bandwidth, 0, distort), "verify-1", LOAD).ms;
    return judgeRatio(
      `full synchronisation, ${cap}`,
      "48,828 items of 1 KiB, no delay; mean of 3 measured",
      ours,
      mean(ms),
      "ms",
    );
  });
}

function syncRows(distort: Distortion): VerifyRow[] {
  // The measured runs began in step with the server's clock, so that they tell what is possible and not how likely it is.
  const waits = fullSync
    .filter(({ delaySeconds }) => delaySeconds === 5)
    .flatMap(({ bandwidth, ms }) => {
      const transfer = mean(AT_ONCE.find((other) => other.bandwidth === bandwidth)?.ms ?? [0]);
      return ms.map((total) => total - transfer);
    });
  const base = synchronise(limited(Number.POSITIVE_INFINITY, 0, distort), "verify-1", LOAD).ms;
  const ours = seeds(40).map(
    (seed, i) =>
      synchronise(limited(Number.POSITIVE_INFINITY, 5, distort), seed, LOAD, 2000 + 25 * i).ms -
      base,
  );
  const small = { keys: "1k", value: "100B", rate: 1000 };
  const runs = seeds(100);
  const stalled = runs.filter(
    (seed) => synchronise(limited(Number.POSITIVE_INFINITY, 0, distort), seed, small).stalled,
  );
  return [
    ...durationRows(distort),
    loadRow(distort),
    judgeSupport(
      {
        name: "wait before a full synchronisation, delay 5 s",
        about: "what the delay adds; 40 seeds against 6 measured",
        ours,
        reference: waits,
      },
      50,
    ),
    judgeChance(
      "stream stalls a second after a full synchronisation",
      `1,000 small items under writes; ${runs.length} seeds`,
      stalled.length / runs.length,
      { successes: streamStart.stalled, trials: streamStart.runs },
    ),
  ];
}

function waitRows(distort: Distortion): VerifyRow[] {
  return waitLatency.map(({ oneWayMs, ms }) => {
    const text = pairScenario({
      roundTrip: `${2 * oneWayMs}ms`,
      keys: "1k",
      value: "100B",
      rate: 50,
      duration: "5s",
      client: "{ wait: { replicas: 1, timeout: 1s } }",
      method: "",
    });
    const { acknowledged } = experiment(text, "verify-1", distort);
    const timer = new Streams("verify-driver").stream("driver", "proxy");
    // The proxy's timers are whole milliseconds, and late: on average half of one in each direction.
    const times = acknowledged.map(
      ({ at, invokedAt }) => (at - invokedAt) / MILLISECOND + timer.next() + timer.next(),
    );
    return judgeRatio(
      `SET and WAIT 1 over ${oneWayMs} ms, median`,
      "50 writes/s; 40 measured through a proxy with timers of a millisecond",
      quantile(ascending(times), 0.5),
      ms,
      "ms",
    );
  });
}
