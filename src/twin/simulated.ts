/** The same scenario, simulated as often as a band needs. */
import { ranksTiesByNodeId } from "../catalog/engines.ts";
import type { RunInput } from "../run/assemble-result.ts";
import { open } from "../run/simulation.ts";
import type { ResolvedScenario } from "../scenario/resolved.ts";
import { AcknowledgedWrites, phasesOf } from "./phases.ts";
import type { ServerBinary } from "./server-binary.ts";
import { promotedIn, type Witness } from "./witness.ts";

/** So many seeds show most bands; where they do not settle it, so many do. */
export const SEEDS = 200;
export const SEEDS_MAX = 1000;

/** The scenario with the engine that the real servers run. */
export function withEngine(
  resolved: ResolvedScenario,
  { engine, modelledVersion }: Pick<ServerBinary, "engine" | "modelledVersion">,
): ResolvedScenario {
  return {
    ...resolved,
    caches: resolved.caches.map((cache) => ({
      ...cache,
      engine: { ...cache.engine, engine, engineVersion: modelledVersion },
      bus: { ...cache.bus, rankTieBreakByNodeId: ranksTiesByNodeId(engine, modelledVersion) },
    })),
  };
}

/** Simulates up to `count` seeds, the scenario's own first; between two of them signals are answered. */
export async function simulateSeeds(
  resolved: ResolvedScenario,
  input: RunInput,
  count: number,
  given: {
    /** Those of the first seeds, from an earlier call. */
    readonly known: readonly Witness[];
    readonly onProgress: (share: number) => void;
  },
): Promise<Witness[]> {
  const witnesses = [...given.known];
  while (witnesses.length < count) {
    const seed = witnesses.length === 0 ? resolved.seed : `twin-${witnesses.length}`;
    witnesses.push(simulate({ ...resolved, seed, tieSeed: seed }, input));
    given.onProgress(witnesses.length / count);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return witnesses;
}

function simulate(resolved: ResolvedScenario, input: RunInput): Witness {
  const simulation = open(resolved);
  const { journal, index } = simulation;
  const writes = new AcknowledgedWrites(index);
  writes.attach(journal);
  const result = simulation.finish(input);
  const figures: Record<string, number | null> = {};
  for (const [name, cache] of Object.entries(result.caches))
    figures[`writes lost of ${name}`] = cache.writesLost;
  for (const [name, traffic] of Object.entries(result.traffic))
    figures[`availability of ${name}`] = traffic.availability;
  return {
    phases: phasesOf(journal.records, writes),
    promoted: promotedIn(journal.records),
    expectations: result.expectations.map(({ id, verdict }) => ({ id, verdict })),
    figures,
  };
}
