/** Writes lost behind a replica that cannot keep up, by closed forms: what was written less what came through. */
import { mean } from "../../measure/statistics.ts";
import { setStreamBytes } from "../../model/engine/redis/resp.ts";
import { type Distortion, experiment, seeds } from "../lab.ts";
import { pairScenario } from "../pair-scenario.ts";
import { rounded, type VerifyRow } from "../row.ts";

/** The primary's host is lost so long after the start; the service detects it after 2 s and promotes in half of one. */
const LOST_AFTER_SECONDS = 4;
const PROMOTED_AFTER_SECONDS = 2.5;
const RUNS = 3;
/** Of the names of a hundred keys. */
const KEY_BYTES = 6;
/** The counts are exact but for the write whose turn it is, and those whose acknowledgement is on its way. */
const SHARE = 0.01;

interface Behind {
  readonly writesPerSecond: number;
  readonly oneWayMs: number;
  readonly assume?: string;
  readonly method?: string;
}

/** A primary with its clients in one zone, its replica in another. */
const text = ({ writesPerSecond, oneWayMs, assume, method = "" }: Behind): string =>
  pairScenario({
    roundTrip: `${2 * oneWayMs}ms`,
    rate: writesPerSecond,
    duration: "8s",
    ...(assume === undefined ? {} : { assume }),
    method: `${method}{ at: ${LOST_AFTER_SECONDS}s, fault: host-power-loss, target: node pair-001 }`,
  });

/** @param kept - writes that came through, of all */
function row(
  name: string,
  about: string,
  of: Behind,
  kept: number,
  distort: Distortion,
): VerifyRow {
  const runs = seeds(RUNS).map((seed) => {
    const { records, acknowledged } = experiment(text(of), seed, distort);
    const ended = records.find((record) => record.kind === "history-ended");
    if (ended?.kind !== "history-ended") return { lost: Number.NaN, expected: 0 };
    const written = acknowledged.filter(({ write, history }) => write && history === ended.history);
    const lost = written.filter(({ offset }) => offset > ended.keptOffset).length;
    return { lost, expected: written.length - kept };
  });
  const ours = mean(runs.map(({ lost }) => lost));
  const reference = mean(runs.map(({ expected }) => expected));
  return {
    part: "theory",
    name,
    about: `${about}; ${RUNS} runs, each by what it had written`,
    ours,
    reference,
    unit: "writes",
    tolerance: `+-${rounded(SHARE * reference)} writes: 1 %`,
    verdict: Math.abs(ours - reference) <= SHARE * reference ? "pass" : "fail",
  };
}

/** It applies what it has received until it is promoted. */
function slowRow(
  writesPerSecond: number,
  appliedPerSecond: number,
  distort: Distortion,
): VerifyRow {
  return row(
    `writes lost at ${writesPerSecond}/s, applied at ${appliedPerSecond}/s`,
    `rate x ${LOST_AFTER_SECONDS} s - applied x (${LOST_AFTER_SECONDS} s + ${PROMOTED_AFTER_SECONDS} s)`,
    { writesPerSecond, oneWayMs: 0.1, assume: `, applyRate: ${appliedPerSecond}/s` },
    appliedPerSecond * (LOST_AFTER_SECONDS + PROMOTED_AFTER_SECONDS),
    distort,
  );
}

/** What is not on the wire, and what is on its way, is lost with the host. */
function narrowRow(
  writesPerSecond: number,
  bytesPerSecond: number,
  distort: Distortion,
): VerifyRow {
  const oneWayMs = 20;
  const entry = setStreamBytes(KEY_BYTES, 100, false);
  const seconds = LOST_AFTER_SECONDS - oneWayMs / 1000;
  return row(
    `writes lost at ${writesPerSecond}/s behind ${bytesPerSecond / 1000} kB/s`,
    `(rate - bandwidth / ${entry} B) x ${LOST_AFTER_SECONDS} s + bandwidth x ${oneWayMs} ms`,
    {
      writesPerSecond,
      oneWayMs,
      method: `{ at: 0s, fault: network-bandwidth, from: node pair-001, to: node pair-002, limit: ${bytesPerSecond}B }, `,
    },
    (seconds * bytesPerSecond) / entry,
    distort,
  );
}

export const slowRows = (distort: Distortion): VerifyRow[] => [
  slowRow(1000, 500, distort),
  slowRow(600, 300, distort),
];

export function replicaRows(distort: Distortion): VerifyRow[] {
  return [...slowRows(distort), narrowRow(1000, 50_000, distort), narrowRow(500, 20_000, distort)];
}
