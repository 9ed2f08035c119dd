/** The same scenario, simulated as often as a band needs. */
import { type Nanos, SECOND } from "../base/nanos.ts";
import { ranksTiesByNodeId } from "../catalog/engines.ts";
import type { Trigger } from "../faults/contract.ts";
import type { RunInput } from "../run/assemble-result.ts";
import { open } from "../run/simulation.ts";
import type { ResolvedScenario } from "../scenario/resolved.ts";
import { AcknowledgedWrites, phasesOf } from "./phases.ts";
import type { ServerBinary } from "./server-binary.ts";
import { promotedIn, type Witness } from "./witness.ts";

export const SEEDS = 200;

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

/** Simulates the seeds, the scenario's own first; between two of them signals are answered. */
export async function simulateSeeds(
  resolved: ResolvedScenario,
  input: RunInput,
  onProgress: (share: number) => void,
): Promise<Witness[]> {
  const witnesses: Witness[] = [];
  while (witnesses.length < SEEDS) {
    const seed = witnesses.length === 0 ? resolved.seed : `twin-${witnesses.length}`;
    const run = laterBy((witnesses.length / SEEDS) * SECOND, { ...resolved, seed, tieSeed: seed });
    witnesses.push(simulate(run, input));
    onProgress(witnesses.length / SEEDS);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return witnesses;
}

/**
 * The scenario with all that it does to the nodes at a time so much later. Real servers have run for a while when it begins, so
 * that its faults come at any moment of a second, of which the cluster bus counts whole ones from a node's start.
 */
export function laterBy(ns: Nanos, resolved: ResolvedScenario): ResolvedScenario {
  const moved = (trigger: Trigger): Trigger => {
    switch (trigger.kind) {
      case "at":
        return { ...trigger, atNs: trigger.atNs + ns };
      case "every":
        return { ...trigger, firstNs: trigger.firstNs + ns };
      case "random":
        return { ...trigger, fromNs: trigger.fromNs + ns, untilNs: trigger.untilNs + ns };
      case "when":
        return { ...trigger, notBeforeNs: trigger.notBeforeNs + ns };
      case "after":
        return trigger;
    }
  };
  return {
    ...resolved,
    durationNs: resolved.durationNs + ns,
    method: resolved.method.map((entry) => ({ ...entry, trigger: moved(entry.trigger) })),
  };
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
