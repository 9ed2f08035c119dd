/** What a scenario offers to faults: names, places and times to draw from. */
import { type Nanos, SECOND } from "../base/nanos.ts";
import { faultWords } from "../faults/words.ts";
import type { ExploreSettings } from "../scenario/explore.ts";
import type { ResolvedScenario } from "../scenario/resolved.ts";

export interface SpaceShard {
  readonly cache: string;
  readonly region: string;
  /** From 1. */
  readonly number: number;
  readonly nodes: readonly { readonly id: string; readonly zone: string }[];
}

export interface Space {
  readonly settings: ExploreSettings;
  readonly durationNs: Nanos;
  /** Kinds that have something to hit in this scenario. */
  readonly kinds: readonly string[];
  readonly shards: readonly SpaceShard[];
  /** Shards that most faults on nodes aim at; empty: none in particular. */
  readonly focus: readonly SpaceShard[];
  readonly caches: readonly string[];
  readonly zones: readonly string[];
  readonly regions: readonly { readonly name: string; readonly zones: number }[];
  readonly origins: readonly string[];
  /** Sizes that memory pressure may take: half, nine tenths and all of what data may use on some node. */
  readonly takes: readonly string[];
  readonly traffic: readonly string[];
  /** Words by which the world becomes smaller: values from the smallest on, all smaller than the scenario's. */
  readonly knobs: readonly { readonly path: string; readonly values: readonly string[] }[];
  /** Least time that a fault without a heal of its own is counted as holding: until its node is replaced. */
  readonly replacementNs: Nanos;
}

export function spaceOf(resolved: ResolvedScenario): Space {
  const { explore: settings, caches, regions, origins, traffic } = resolved;
  const zones = regions.flatMap((region) => region.zones);
  const needs: Readonly<Record<string, boolean>> = {
    "origin-slow": origins.length > 0,
    // One that the budget can never pay is not worth drawing.
    "region-outage":
      regions.length > 1 && regions.some((region) => region.zones.length <= settings.zones),
    "az-power-interruption": zones.length > 1,
    "az-network-disruption": zones.length > 1,
  };
  return {
    settings,
    durationNs: resolved.durationNs,
    kinds: settings.faults.filter((kind) => needs[kind] ?? true),
    shards: caches.flatMap((cache) =>
      cache.shards.map(({ nodes }, at) => ({
        cache: cache.name,
        region: cache.region,
        number: at + 1,
        nodes,
      })),
    ),
    focus: [],
    caches: caches.map(({ name }) => name),
    zones,
    regions: regions.map(({ name, zones: own }) => ({ name, zones: own.length })),
    origins: origins.map(({ name }) => name),
    takes: takesOf(resolved),
    traffic: traffic.map(({ name }) => name),
    knobs: knobsOf(resolved),
    replacementNs: Math.max(
      0,
      ...caches.map(({ service }) => service.replacementProvisioningNs + 5 * SECOND),
    ),
  };
}

function takesOf({ caches }: ResolvedScenario): string[] {
  const usable = caches.map(
    ({ engine }) => engine.maxmemoryBytes * (1 - engine.reservedMemoryShare),
  );
  const takes = usable.flatMap((bytes) =>
    [0.5, 0.9, 1].map((share) => `${Math.ceil((bytes * share) / 1e6)}MB`),
  );
  return [...new Set(takes)];
}

function knobsOf(resolved: ResolvedScenario): Space["knobs"] {
  const below = (most: number, least = 1): string[] =>
    Array.from({ length: Math.max(0, most - least) }, (_, at) => String(least + at));
  const { caches, traffic, durationNs, explore } = resolved;
  const knobs = caches.flatMap(({ name, clusterMode, shards }) => {
    const nodes = shards[0]?.nodes.length ?? 1;
    return clusterMode === "enabled"
      ? [
          { path: `caches.${name}.numNodeGroups`, values: below(shards.length) },
          { path: `caches.${name}.replicasPerNodeGroup`, values: below(nodes - 1, 0) },
        ]
      : [{ path: `caches.${name}.numCacheClusters`, values: below(nodes) }];
  });
  for (const { name, arrivals, keys } of traffic) {
    const most = arrivals.kind === "constant" ? arrivals.perSecond : 0;
    if (arrivals.kind === "recorded") continue;
    const rates = [10, 20, 50, 100, 200, 500, 1000].filter((rate) => rate < most);
    const counts = [1, 10, 100, 1000].filter((count) => count < keys.count);
    knobs.push(
      { path: `traffic.${name}.arrivals.rate`, values: rates.map((rate) => `${rate}/s`) },
      { path: `traffic.${name}.keys.count`, values: counts.map(String) },
    );
  }
  const shortest = Math.ceil(explore.untilNs / SECOND) + 1;
  const seconds = [...new Set([shortest, Math.ceil((shortest + durationNs / SECOND) / 2)])];
  const values = seconds.filter((length) => length < durationNs / SECOND).map((s) => `${s}s`);
  knobs.push({ path: "duration", values });
  return knobs.filter((knob) => knob.values.length > 0);
}

/** Whether a kind heals by itself when its time is over. */
export const heals = (kind: string): boolean => faultWords[kind]?.heals === true;
