/** Runs small scenarios for `verify` and hands back what their journals said. */
import type { Nanos } from "../base/nanos.ts";
import { COMMAND_SET, type OperationColumns, OUTCOME_OK } from "../journal/operation-columns.ts";
import type { JournalRecord } from "../journal/records.ts";
import type { EngineSettings } from "../model/engine/redis/engine-settings.ts";
import type { ReplicationGroupSettings } from "../model/kinds/replication-group-settings.ts";
import type { World } from "../model/world.ts";
import { startWorld } from "../run/start-world.ts";
import { loadScenario } from "../scenario/load.ts";
import type { ResolvedScenario } from "../scenario/resolved.ts";
import { pairScenario } from "./pair-scenario.ts";

/** Changes a resolved scenario before it runs: how tests show that a wrong constant is noticed. */
export type Distortion = (resolved: ResolvedScenario) => ResolvedScenario;

export const undistorted: Distortion = (resolved) => resolved;

/** An operation that ended ok, as an experiment may need it. */
export interface Acknowledged {
  readonly at: number;
  readonly write: boolean;
  readonly node: number;
  readonly shard: number;
  readonly history: number;
  readonly offset: number;
  readonly invokedAt: number;
}

export interface Experiment {
  readonly records: readonly JournalRecord[];
  readonly acknowledged: readonly Acknowledged[];
  readonly world: World;
}

/** Looks into a world while it runs. */
export interface Probe {
  readonly everyNs: Nanos;
  readonly look: (world: World, now: Nanos) => void;
}

/** Runs a scenario's text under a seed. */
export function experiment(
  text: string,
  seed: string,
  distort: Distortion,
  probe?: Probe,
): Experiment {
  const resolved = distort(loadScenario(text, { file: "verify", seed }));
  const acknowledged: Acknowledged[] = [];
  const collect = (batch: OperationColumns): void => {
    for (let row = 0; row < batch.count; row++) {
      if (batch.outcome[row] !== OUTCOME_OK) continue;
      acknowledged.push({
        at: batch.returnedAt[row] as number,
        write: (batch.writeId[row] as number) > 0 && batch.command[row] === COMMAND_SET,
        node: batch.node[row] as number,
        shard: batch.shard[row] as number,
        history: batch.history[row] as number,
        offset: batch.offset[row] as number,
        invokedAt: batch.invokedAt[row] as number,
      });
    }
  };
  const started = startWorld(
    resolved,
    (journal) => journal.subscribe({ operations: collect }),
    null,
  );
  const { durationNs } = resolved;
  for (let now = 0; probe !== undefined && now < durationNs; now += probe.everyNs) {
    started.kernel.runUntil(now);
    probe.look(started.world, now);
  }
  started.kernel.runUntil(durationNs);
  started.journal.flush();
  return { records: started.journal.records, acknowledged, world: started.world };
}

/** The engine of a group that was measured with some settings, as a distortion leaves it. */
export function engineOf(distort: Distortion, measured: Partial<EngineSettings>): EngineSettings {
  const resolved = loadScenario(pairScenario({ rate: 1, duration: "5s", method: "" }));
  const [cache] = resolved.caches as [ReplicationGroupSettings];
  const engine = { ...cache.engine, ...measured };
  const distorted = distort({ ...resolved, caches: [{ ...cache, engine }] });
  return (distorted.caches[0] as ReplicationGroupSettings).engine;
}

/** Seeds of the experiments: fixed beforehand, the same for all. */
export const seeds = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `verify-${i + 1}`);

const SHOWN = 20;

/** Those of so many seeds that the page shows one by one: evenly spaced by number, as the moments of their faults are. */
export const shownSeeds = (count: number): string[] =>
  seeds(count).filter((_, i) => (i + 1) % Math.max(1, Math.floor(count / SHOWN)) === 0);
