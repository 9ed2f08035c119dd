/** A twin: the same scenario on real servers and in simulation, and whether the two agree. */
import { MILLISECOND, type Nanos } from "../base/nanos.ts";
import type { RunInput } from "../run/assemble-result.ts";
import type { Result } from "../run/result.ts";
import { open } from "../run/simulation.ts";
import type { ResolvedScenario } from "../scenario/resolved.ts";
import { type Comparison, compare, type Tolerances } from "./compare.ts";
import { POLL_MS } from "./observer.ts";
import { phasesOf } from "./phases.ts";
import { type JudgedRun, judgeRealRun } from "./real-journal.ts";
import { realResult } from "./real-result.ts";
import { type RealRun, runReal } from "./real-run.ts";
import type { ServerBinary } from "./server-binary.ts";
import { SEEDS, simulateSeeds, withEngine } from "./simulated.ts";
import { promotedIn, type Witness } from "./witness.ts";

export interface TwinReport extends Comparison {
  readonly scenario: string;
  readonly seed: string;
  readonly server: { readonly engine: string; readonly version: string };
  /** How many seeds were simulated. */
  readonly seeds: number;
  /** Seconds by which a phase may lie outside of its band. */
  readonly tolerances: Readonly<Record<string, number>>;
}

/** The comparison, and what the real run alone says. */
export interface TwinOutcome {
  readonly report: TwinReport;
  readonly result: Result;
}

export async function runTwin(
  scenario: ResolvedScenario,
  input: RunInput,
  binary: ServerBinary,
  onProgress: (doing: string, share: number) => void,
): Promise<TwinOutcome> {
  const resolved = withEngine(scenario, binary);
  const run = await runReal(resolved, binary, onProgress);
  const { index } = open(resolved);
  const judged = judgeRealRun(resolved, index, run);
  const real = witnessOf(resolved, judged);
  const tolerances = tolerancesOf(run);
  const simulated = await simulateSeeds(resolved, input, (share) =>
    onProgress(`simulating ${SEEDS} seeds`, share),
  );
  const report: TwinReport = {
    scenario: resolved.name,
    seed: resolved.seed,
    server: { engine: binary.engine, version: binary.version },
    seeds: simulated.length,
    tolerances: Object.fromEntries(
      Object.entries(tolerances).map(([phase, ns]) => [phase, Math.round(ns / 1e6) / 1e3]),
    ),
    ...compare(real, simulated, tolerances),
  };
  return { report, result: realResult(resolved, input, { index, run, judged, binary }) };
}

function witnessOf(resolved: ResolvedScenario, judged: JudgedRun): Witness {
  const figures: Record<string, number | null> = {};
  for (const { name } of resolved.caches) {
    const windows = judged.measured.losses.filter(({ cache }) => cache === name);
    figures[`writes lost of ${name}`] = windows.reduce(
      (sum, { writesLost }) => sum + writesLost,
      0,
    );
  }
  for (const [at, { name }] of resolved.traffic.entries()) {
    const availability = judged.measured.requests[at]?.availability ?? null;
    figures[`availability of ${name}`] =
      availability === null ? null : Math.round(availability * 1e9) / 1e9;
  }
  return {
    phases: phasesOf(judged.records, judged.writes),
    promoted: promotedIn(judged.records),
    expectations: judged.expectations.map(({ id, verdict }) => ({ id, verdict })),
    figures,
  };
}

/** A server's cron comes 100 to 101 ms after the one before it, the model's after 100; an election waits for ten. */
const CRON_DRIFT: Nanos = 10 * MILLISECOND;

/** Phases are seen by polls, which a busy machine delays. */
function tolerancesOf({ pollGapNs }: RealRun): Tolerances {
  const poll: Nanos = Math.max(POLL_MS * MILLISECOND, pollGapNs);
  return { detect: poll, promote: poll + CRON_DRIFT, write: poll, alone: poll };
}
