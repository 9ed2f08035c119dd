/** A world at time 0 with everything scheduled that will happen by itself. */
import { SECOND } from "../base/nanos.ts";
import { Method } from "../faults/method.ts";
import { Journal } from "../journal/journal.ts";
import { Kernel } from "../kernel/kernel.ts";
import type { SeriesRecorder } from "../measure/series-recorder.ts";
import type { ResolvedScenario } from "../scenario/resolved.ts";
import { type Built, buildWorld } from "./build-world.ts";
import { Metrics } from "./metrics.ts";

export interface Started extends Built {
  readonly kernel: Kernel;
  readonly journal: Journal;
}

/**
 * Builds and starts a world.
 *
 * @param attach - subscribes readers before the first record is written
 * @param series - where metrics are sampled, null for none
 */
export function startWorld(
  resolved: ResolvedScenario,
  attach: (journal: Journal, built: Built) => void,
  series: { readonly recorder: SeriesRecorder; readonly stepNs: number } | null,
): Started {
  const { seed, maxEvents, tieBreak, tieSeed } = resolved;
  const kernel = new Kernel({ seed, maxEvents, tieBreak, tieSeed });
  const journal = new Journal();
  const built = buildWorld(resolved, kernel, journal);
  attach(journal, built);
  const { world } = built;
  for (const group of world.groups) group.claimAtStart();
  world.fleet.start();
  for (const source of world.traffic) source.start();
  new Method(world, resolved.method).start();
  if (series !== null)
    new Metrics(world, series.recorder, series.stepNs, resolved.durationNs).start();
  const target = kernel.target("journal");
  const kind = kernel.kind(
    "offsets",
    () => {
      for (const group of world.groups)
        for (const shard of group.shards) group.recordOffsets(shard);
      kernel.schedule(kernel.now + SECOND, kind, target, 0, 0);
    },
    2,
  );
  kernel.schedule(SECOND, kind, target, 0, 0);
  return { ...built, kernel, journal };
}

/** What faults have written and not yet taken back, for comparison with a run that had none. */
export function faultStateOf({ world }: Built): unknown {
  return {
    network: world.network.faultState(),
    zones: world.hosts.faultState(),
    nodes: world.nodes.map((node) => node.faultState()),
    replication: world.replication.faultState(),
    resolvers: world.resolvers.faultState(),
    services: world.controlPlanes.map((plane) => plane.faultState()),
    sentinels: world.sentinels().map((sentinel) => sentinel.faultState()),
    origins: world.origins.map((origin) => origin.slowness.product),
    traffic: world.traffic.map((source) => source.faultState()),
  };
}
