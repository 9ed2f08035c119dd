/**
 * Fast-check arbitraries for fault schedules. What they generate are words of a scenario's method, so that a schedule
 * is a scenario file as it stands. Times are on a grid of 100 ms, for people read what is left of them.
 */
import fc from "fast-check";
import { type Nanos, SECOND } from "../base/nanos.ts";
import { formatDuration } from "../base/units.ts";
import { withinBudget } from "./budget.ts";
import type { FaultWords, Schedule } from "./schedule.ts";
import { heals, type Space, type SpaceShard } from "./space.ts";

const GRID: Nanos = SECOND / 10;

type Words = fc.Arbitrary<Record<string, unknown>>;

/** What a schedule was drawn with: which kinds were enabled, how they weighed, and what shape it has. */
export interface Swarm {
  readonly shape: "apart" | "aimed" | "swizzle" | "flapping";
  /** By kind, in the order of the scenario. */
  readonly weights: Readonly<Record<string, number>>;
  /** Shards at which most faults on nodes aim. */
  readonly focus: readonly string[];
}

export interface Drawn {
  readonly schedule: Schedule;
  readonly swarm: Swarm;
}

/** Schedules in the space of a scenario. What exceeds the budget is left out, last first; a schedule may be empty. */
export const schedules = (space: Space): fc.Arbitrary<Schedule> =>
  drawn(space).map(({ schedule }) => schedule);

/**
 * Schedules and what they were drawn with. Swarm shape: each enables a random subset of the kinds, with weights of its own,
 * and aims at one or two shards.
 */
export function drawn(space: Space): fc.Arbitrary<Drawn> {
  const { settings, kinds } = space;
  const shapes: readonly { weight: number; arbitrary: fc.Arbitrary<Swarm["shape"]> }[] = [
    { weight: 6, arbitrary: fc.constant("apart") },
    { weight: settings.onStates ? 3 : 0, arbitrary: fc.constant("aimed") },
    { weight: 1, arbitrary: fc.constant("swizzle") },
    { weight: 1, arbitrary: fc.constant("flapping") },
  ];
  const entries = fc
    .record({
      enabled: fc.subarray([...kinds], { minLength: 1 }),
      weights: fc.array(fc.integer({ min: 1, max: 8 }), {
        minLength: kinds.length,
        maxLength: kinds.length,
      }),
      focus: fc.array(shardOf(space), { minLength: 1, maxLength: 2 }),
      shape: fc.oneof(...shapes),
    })
    .chain(({ enabled, weights, focus, shape }) => {
      const narrow = { ...space, focus };
      const weighed = enabled.map((kind, at) => ({
        kind,
        weight: (weights[at] as number) * (STRONG.includes(kind) ? 3 : 1),
      }));
      const of = fc.oneof(
        ...weighed.map(({ kind, weight }) => ({ weight, arbitrary: timed(narrow, kind) })),
      );
      // What overlaps beyond the budget is left out: twice as many are drawn as may stay.
      const apart = fc.array(of, { minLength: 1, maxLength: 2 * settings.atMost, size: "max" });
      const swarm: Swarm = {
        shape,
        weights: Object.fromEntries(weighed.map(({ kind, weight }) => [kind, weight])),
        focus: [...new Set(focus.map(({ cache, number }) => shardName(space, cache, number)))],
      };
      const special =
        shape === "apart"
          ? fc.constant<FaultWords[]>([])
          : shape === "aimed"
            ? aimed(narrow, enabled)
            : shape === "swizzle"
              ? swizzle(space)
              : flapping(narrow, enabled);
      return fc.tuple(special, apart).map((parts) => ({ list: parts.flat(), swarm }));
    });
  const varied = fc.tuple(
    ...settings.vary.map(({ path, values }) =>
      fc.constantFrom(...values).map((value) => `${path}=${JSON.stringify(value)}`),
    ),
  );
  return fc.tuple(entries, varied).map(([{ list, swarm }, sets]) => ({
    schedule: { faults: withinBudget(list, space), sets },
    swarm,
  }));
}

/** Kinds that take a node, a link or a place away, rather than slow it: drawn three times as often. */
const STRONG: readonly string[] = [
  "node-crash",
  "host-power-loss",
  "node-pause",
  "node-restart",
  "az-power-interruption",
  "az-network-disruption",
  "network-partition",
  "replication-link-cut",
];

/** One entry of a kind. */
export const fault = (space: Space, kind: string): fc.Arbitrary<FaultWords> =>
  entry(space, kind, trigger(space));

/** One entry of a kind, at a time. */
const timed = (space: Space, kind: string): fc.Arbitrary<FaultWords> =>
  entry(space, kind, atTime(space));

/** Words that say when an entry fires, given how long it holds. */
type Trigger = (holds: Nanos) => Record<string, unknown>;

function entry(
  space: Space,
  kind: string,
  triggers: fc.Arbitrary<Trigger>,
): fc.Arbitrary<FaultWords> {
  return fc
    .record({ when: triggers, holds: duration(space), words: wordsOf(space, kind) })
    .map(({ when, holds, words }) => ({ ...when(holds), fault: kind, ...words(holds) }));
}

function atTime({ settings: { fromNs, untilNs } }: Space): fc.Arbitrary<Trigger> {
  return fc
    .integer({ min: 0, max: Math.floor((untilNs - fromNs) / GRID) })
    .map((step) => (holds: Nanos) => ({
      at: formatDuration(Math.max(fromNs, Math.min(fromNs + step * GRID, untilNs - holds))),
    }));
}

/** At a time, or aimed at a phase of some shard. */
function trigger(space: Space): fc.Arbitrary<Trigger> {
  const at = atTime(space);
  if (!space.settings.onStates) return at;
  const phase = shardOf(space).chain((shard) => atPhase(space, shard));
  return fc.oneof({ weight: 5, arbitrary: at }, { weight: 1, arbitrary: phase });
}

/** Aimed at a phase of a shard's failover or of its cache. */
function atPhase(space: Space, { cache, number }: SpaceShard): fc.Arbitrary<Trigger> {
  const of = shardName(space, cache, number);
  const notBefore = formatDuration(space.settings.fromNs);
  const when = fc
    .constantFrom("electing", "promoting", "full-sync", "no-primary", "replacing")
    .map((state) => () => ({ when: { state, of, notBefore } }));
  const after = fc
    .record({
      event: fc.constantFrom(
        "failover-started",
        "failover-detected",
        "failover-completed",
        "node-replaced",
        "full-sync-started",
      ),
      delay: fc.integer({ min: 0, max: 30 }),
    })
    .map(({ event, delay }) => () => ({
      after: { event, of: cache, delay: formatDuration(delay * GRID) },
    }));
  return fc.oneof({ weight: 1, arbitrary: when }, { weight: 2, arbitrary: after });
}

/**
 * A zone or a primary is taken away, and what follows from that sets off one or two faults more: in the zone's absence
 * on nodes, and beside a node's on places.
 */
function aimed(space: Space, enabled: readonly string[]): fc.Arbitrary<FaultWords[]> {
  const causes = STRONG.filter((kind) => space.kinds.includes(kind));
  if (causes.length === 0) return fc.constant([]);
  const shards = space.focus.length > 0 ? space.focus : space.shards;
  return fc
    .constantFrom(...shards)
    .chain((shard) => {
      const of = shardName(space, shard.cache, shard.number);
      const narrow = { ...space, focus: [shard] };
      const cause = fc
        .constantFrom(...causes)
        .chain((kind) => timed(narrow, kind))
        .map((words) => ("target" in words ? { ...words, target: `primary of ${of}` } : words));
      const next = fc
        .constantFrom(...enabled)
        .chain((kind) => entry(narrow, kind, atPhase(space, shard)));
      return fc.tuple(cause, fc.array(next, { minLength: 1, maxLength: 2 }));
    })
    .map(([cause, followers]) => [cause, ...followers]);
}

/** Mostly short, rarely long. */
function duration(space: Space): fc.Arbitrary<Nanos> {
  const { fromNs, untilNs } = space.settings;
  const most = Math.max(1, Math.floor((untilNs - fromNs) / GRID));
  const steps = (min: number, max: number) =>
    fc.integer({ min: Math.min(min, most), max: Math.min(max, most) });
  return fc
    .oneof(
      { weight: 3, arbitrary: steps(1, 30) },
      { weight: 4, arbitrary: steps(10, 120) },
      { weight: 1, arbitrary: steps(60, most) },
    )
    .map((n) => n * GRID);
}

/** `cart/shard 2`; the cache alone where it has one shard. */
function shardName(space: Space, cache: string, number: number): string {
  const own = space.shards.filter((shard) => shard.cache === cache).length;
  return own === 1 ? cache : `${cache}/shard ${number}`;
}

/** Any shard: each cache as likely as the others, however many shards it has. */
function shardOf(space: Space): fc.Arbitrary<SpaceShard> {
  return fc
    .constantFrom(...space.caches)
    .chain((cache) => fc.constantFrom(...space.shards.filter((shard) => shard.cache === cache)));
}

/** Any name; those near what most faults aim at three times as often. */
function near(all: readonly string[], close: readonly string[]): fc.Arbitrary<string> {
  const any = { weight: 1, arbitrary: fc.constantFrom(...all) };
  if (close.length === 0) return any.arbitrary;
  return fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...close) }, any);
}

/** A zone, mostly one where the nodes of the focus stand; the first primary's as often as the others' together. */
const zoneOf = (space: Space): fc.Arbitrary<string> =>
  near(
    space.zones,
    space.focus.flatMap(({ nodes }) => [
      ...nodes.slice(1).map(() => nodes[0]?.zone ?? ""),
      ...nodes.map((of) => of.zone),
    ]),
  );

function node(space: Space): fc.Arbitrary<string> {
  const any = { weight: 1, arbitrary: shardOf(space) };
  const shard =
    space.focus.length === 0
      ? any.arbitrary
      : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...space.focus) }, any);
  const name = shard.map(({ cache, number }) => shardName(space, cache, number));
  return fc.oneof(
    { weight: 5, arbitrary: name.map((of) => `primary of ${of}`) },
    { weight: 2, arbitrary: name.map((of) => `replica of ${of}`) },
    {
      weight: 2,
      arbitrary: shard
        .chain(({ nodes }) => fc.constantFrom(...nodes))
        .map(({ id }) => `node ${id}`),
    },
  );
}

/** Words of a kind besides its trigger, given how long it holds. */
function wordsOf(
  space: Space,
  kind: string,
): fc.Arbitrary<(holds: Nanos) => Record<string, unknown>> {
  const own = ownWords(space, kind);
  return own.map((words) => (holds) => ({
    ...words,
    ...(heals(kind) ? { for: formatDuration(holds) } : {}),
    // What a trigger aims at may be gone by then.
    allowEmpty: true,
  }));
}

function ownWords(space: Space, kind: string): Words {
  const target = node(space);
  const zone = zoneOf(space);
  const region = near(
    space.regions.map(({ name }) => name),
    space.focus.map((shard) => shard.region),
  );
  const side = fc.oneof(
    { weight: 2, arbitrary: target },
    { weight: 1, arbitrary: zone.map((name) => `zone ${name}`) },
  );
  const other = fc.oneof(
    { weight: 2, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: side },
  );
  const milliseconds = (max: number) =>
    fc.integer({ min: 1, max: max / 10 }).map((n) => formatDuration(n * 10 * 1e6));
  switch (kind) {
    case "az-power-interruption":
    case "az-network-disruption":
      return fc.record({ zone });
    case "region-outage":
    case "dns-outage":
    case "control-plane-outage":
      return fc.record({ region });
    case "network-partition":
      return fc
        .record({
          isolate: side,
          to: other,
          direction: fc.constantFrom("both", "both", "to", "from"),
          withClients: fc.constantFrom(false, true, true),
        })
        .map(defined);
    case "network-latency":
      return fc
        .record({ from: side, to: other, add: milliseconds(2000), jitter: milliseconds(500) })
        .map(defined);
    case "network-loss":
      return fc
        .record({
          from: side,
          to: other,
          loss: fc.integer({ min: 1, max: 60 }).map((n) => `${n}%`),
          burst: fc.integer({ min: 1, max: 20 }),
        })
        .map(defined);
    case "network-bandwidth":
      return fc
        .record({
          from: side,
          to: other,
          limit: fc.constantFrom("10KB", "100KB", "1MB", "10MB"),
        })
        .map(defined);
    case "node-slow":
      return fc.record({ target, factor: fc.constantFrom(2, 10, 100, 1000) });
    case "node-restart":
      return fc.record({ target, down: milliseconds(5000) });
    case "memory-pressure":
      return fc.record({ target, take: fc.constantFrom(...space.takes) });
    case "origin-slow":
      return fc.record({
        origin: fc.constantFrom(...space.origins),
        factor: fc.constantFrom(2, 10, 100),
      });
    case "traffic-surge":
      return fc.record({
        traffic: fc.constantFrom(...space.traffic),
        factor: fc.constantFrom(2, 4, 8),
      });
    case "hot-key":
      return fc.record({
        traffic: fc.constantFrom(...space.traffic),
        share: fc.constantFrom("20%", "50%", "90%"),
      });
    case "clock-skew":
      return fc.record({ target, ahead: milliseconds(5000) });
    default:
      return fc.record({ target });
  }
}

const defined = (words: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(words).filter(([, value]) => value !== undefined));

/** Cuts a random subset of the nodes one by one, and heals them in another order. */
function swizzle(space: Space): fc.Arbitrary<FaultWords[]> {
  const { fromNs, untilNs } = space.settings;
  const all = space.shards.flatMap(({ nodes }) => nodes.map(({ id }) => id));
  return fc
    .record({
      nodes: fc.shuffledSubarray(all, {
        minLength: Math.min(2, all.length),
        maxLength: Math.min(4, all.length),
      }),
      start: fc.integer({ min: 0, max: Math.floor((untilNs - fromNs) / GRID / 2) }),
      gap: fc.integer({ min: 1, max: 10 }),
      order: fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 4, maxLength: 4 }),
    })
    .map(({ nodes, start, gap, order }) => {
      const ranks = nodes
        .map((_, at) => at)
        .sort((a, b) => (order[a] as number) - (order[b] as number) || a - b);
      return nodes.map((id, at) => {
        const from = fromNs + (start + at * gap) * GRID;
        const until = fromNs + (start + (nodes.length + ranks.indexOf(at)) * gap) * GRID;
        return {
          at: formatDuration(from),
          fault: "network-partition",
          isolate: `node ${id}`,
          for: formatDuration(Math.min(until, untilNs) - from),
          allowEmpty: true,
        };
      });
    });
}

/** One fault on and off again, with a least time for each. */
function flapping(space: Space, enabled: readonly string[]): fc.Arbitrary<FaultWords[]> {
  const healing = enabled.filter(heals);
  if (healing.length === 0) return fc.constant([]);
  const { fromNs, untilNs } = space.settings;
  return fc
    .record({
      words: fc
        .constantFrom(...healing)
        .chain((kind) =>
          ownWords(space, kind).map(
            (words): Record<string, unknown> => ({ fault: kind, ...words }),
          ),
        ),
      start: fc.integer({ min: 0, max: Math.floor((untilNs - fromNs) / GRID / 2) }),
      on: fc.integer({ min: 2, max: 30 }),
      off: fc.integer({ min: 2, max: 30 }),
      times: fc.integer({ min: 2, max: 6 }),
    })
    .map(({ words, start, on, off, times }) => {
      const entries: FaultWords[] = [];
      for (let i = 0; i < times; i++) {
        const from = fromNs + (start + i * (on + off)) * GRID;
        if (from + on * GRID > untilNs) break;
        const { fault: kind, ...rest } = words;
        entries.push({
          at: formatDuration(from),
          fault: kind,
          ...rest,
          for: formatDuration(on * GRID),
          allowEmpty: true,
        });
      }
      return entries;
    });
}
