/** The scenario's own arrivals, drawn as the simulation draws them: same seed, same requests at the same times. */
import { invariant } from "../base/invariant.ts";
import { type Nanos, SECOND } from "../base/nanos.ts";
import { createSampler } from "../kernel/sampler.ts";
import { Streams } from "../kernel/streams.ts";
import { KeyMap } from "../model/client/key-map.ts";
import { createKeyChoice } from "../model/traffic/hot-set.ts";
import { curveOf } from "../model/traffic/offered-rate.ts";
import type { ResolvedScenario } from "../scenario/resolved.ts";
import { keyName } from "./key-name.ts";

export interface PlannedRequest {
  /** Unique in the run, from 1: what a SET writes. */
  readonly id: number;
  readonly atNs: Nanos;
  readonly traffic: number;
  /** Number within its traffic source, from 0. */
  readonly number: number;
  /** Index among the client hosts of the run. */
  readonly session: number;
  readonly key: number;
  readonly keyName: string;
  /** Shard of the key, from 0. */
  readonly shard: number;
  readonly isSet: boolean;
  readonly valueBytes: number;
  readonly ttlMs: number | null;
}

/** All requests of a run, in order of their arrival. */
export function planTraffic(resolved: ResolvedScenario): PlannedRequest[] {
  const streams = new Streams(resolved.seed);
  const shards = resolved.caches[0]?.shards.length ?? 1;
  const keyCount = Math.max(1, ...resolved.traffic.map(({ keys }) => keys.first + keys.count));
  const keys = new KeyMap(keyCount, shards);
  const planned: Omit<PlannedRequest, "id">[] = [];
  let firstSession = 0;
  for (const [traffic, settings] of resolved.traffic.entries()) {
    const of = (purpose: string) => streams.stream(`traffic/${settings.name}`, purpose);
    const clock = { now: 0 };
    const { first } = settings.keys;
    const popular = createKeyChoice(settings.keys, {
      clock,
      shardOf: (key) => keys.shardOf(first + key),
    });
    const sizes = createSampler(settings.keys.valueSize);
    const { ttlNs, ttlJitter } = settings.keys;
    const spread = (): number => 1 - ttlJitter + 2 * ttlJitter * of("ttl-jitter").next();
    const { arrivals } = settings;
    invariant(
      arrivals.kind !== "users",
      "users, whose requests no plan knows, were refused before",
    );
    const curve = curveOf(arrivals);
    const meanGapNs = arrivals.kind === "constant" ? SECOND / arrivals.perSecond : 0;
    let atNs = 0;
    for (let number = 0; ; number++) {
      const amount = of("arrivals").exponential();
      atNs += Math.round(curve === null ? amount * meanGapNs : curve.gap(atNs, amount));
      if (atNs >= resolved.durationNs) break;
      clock.now = atNs;
      const key = first + popular.sample(of("keys"));
      planned.push({
        atNs,
        traffic,
        number,
        session: firstSession + Math.floor(of("zones").next() * settings.zones.length),
        key,
        keyName: keyName(key, keyCount),
        shard: keys.shardOf(key),
        isSet: of("operations").next() < settings.setShare,
        valueBytes: Math.max(1, Math.round(sizes.constant ?? sizes.sample(of("sizes")))),
        ttlMs:
          ttlNs === null
            ? null
            : Math.max(1, Math.round((ttlNs * (ttlJitter === 0 ? 1 : spread())) / 1e6)),
      });
    }
    firstSession += settings.zones.length;
  }
  planned.sort((a, b) => a.atNs - b.atNs);
  return planned.map((request, at) => ({ id: at + 1, ...request }));
}
