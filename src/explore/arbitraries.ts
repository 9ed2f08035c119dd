/**
 * Fast-check arbitraries for fault schedules. What they generate are words of a scenario's method, so that a schedule
 * is a scenario file as it stands. Times are on a grid of 100 ms, for people read what is left of them.
 */
import fc from "fast-check";
import { type Nanos, SECOND } from "../base/nanos.ts";
import { formatDuration } from "../base/units.ts";
import { withinBudget } from "./budget.ts";
import type { FaultWords, Schedule } from "./schedule.ts";
import { heals, type Space } from "./space.ts";

const GRID: Nanos = SECOND / 10;

type Words = fc.Arbitrary<Record<string, unknown>>;

/**
 * Schedules in the space of a scenario. Swarm shape: each enables a random subset of the kinds, with weights of its own.
 * What exceeds the budget is left out, last first; a schedule may be empty.
 */
export function schedules(space: Space): fc.Arbitrary<Schedule> {
  const { settings, kinds } = space;
  const entries = fc
    .record({
      enabled: fc.subarray([...kinds], { minLength: 1 }),
      weights: fc.array(fc.integer({ min: 1, max: 8 }), {
        minLength: kinds.length,
        maxLength: kinds.length,
      }),
      shape: fc.oneof(
        { weight: 6, arbitrary: fc.constant("apart") },
        { weight: 1, arbitrary: fc.constant("swizzle") },
        { weight: 1, arbitrary: fc.constant("flapping") },
      ),
    })
    .chain(({ enabled, weights, shape }) => {
      const of = fc.oneof(
        ...enabled.map((kind, at) => ({
          weight: weights[at] as number,
          arbitrary: fault(space, kind),
        })),
      );
      const apart = fc
        .array(of, { minLength: 1, maxLength: settings.atMost, size: "max" })
        .map((list) => list as FaultWords[]);
      if (shape === "swizzle") return fc.tuple(swizzle(space), apart).map((parts) => parts.flat());
      if (shape === "flapping")
        return fc.tuple(flapping(space, enabled), apart).map((parts) => parts.flat());
      return apart;
    });
  const varied = fc.tuple(
    ...settings.vary.map(({ path, values }) =>
      fc.constantFrom(...values).map((value) => `${path}=${JSON.stringify(value)}`),
    ),
  );
  return fc
    .tuple(entries, varied)
    .map(([list, sets]) => ({ faults: withinBudget(list, space), sets }));
}

/** One entry of a kind. */
export function fault(space: Space, kind: string): fc.Arbitrary<FaultWords> {
  return fc
    .record({ when: trigger(space), holds: duration(space), words: wordsOf(space, kind) })
    .map(({ when, holds, words }) => ({ ...when(holds), fault: kind, ...words(holds) }));
}

/** When an entry fires, given how long it holds: at a time, or aimed at a phase. */
function trigger(space: Space): fc.Arbitrary<(holds: Nanos) => Record<string, unknown>> {
  const { fromNs, untilNs, onStates } = space.settings;
  const at = fc
    .integer({ min: 0, max: Math.floor((untilNs - fromNs) / GRID) })
    .map((step) => (holds: Nanos) => ({
      at: formatDuration(Math.max(fromNs, Math.min(fromNs + step * GRID, untilNs - holds))),
    }));
  if (!onStates) return at;
  const shard = fc
    .constantFrom(...space.shards)
    .map(({ cache, number }) => shardName(space, cache, number));
  const notBefore = formatDuration(fromNs);
  const when = fc
    .record({
      state: fc.constantFrom("electing", "promoting", "full-sync", "no-primary", "replacing"),
      of: shard,
    })
    .map(({ state, of }) => () => ({ when: { state, of, notBefore } }));
  const after = fc
    .record({
      event: fc.constantFrom(
        "failover-started",
        "failover-detected",
        "failover-completed",
        "node-replaced",
        "full-sync-started",
      ),
      of: fc.constantFrom(...space.caches),
      delay: fc.integer({ min: 0, max: 30 }),
    })
    .map(({ event, of, delay }) => () => ({
      after: { event, of, delay: formatDuration(delay * GRID) },
    }));
  return fc.oneof(
    { weight: 6, arbitrary: at },
    { weight: 1, arbitrary: when },
    { weight: 2, arbitrary: after },
  );
}

/** Mostly short, rarely long. */
function duration(space: Space): fc.Arbitrary<Nanos> {
  const { fromNs, untilNs } = space.settings;
  const most = Math.max(1, Math.floor((untilNs - fromNs) / GRID));
  const steps = (min: number, max: number) =>
    fc.integer({ min: Math.min(min, most), max: Math.min(max, most) });
  return fc
    .oneof(
      { weight: 4, arbitrary: steps(1, 30) },
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

function node(space: Space): fc.Arbitrary<string> {
  const shard = fc.constantFrom(...space.shards);
  const name = shard.map(({ cache, number }) => shardName(space, cache, number));
  return fc.oneof(
    { weight: 3, arbitrary: name.map((of) => `primary of ${of}`) },
    { weight: 2, arbitrary: name.map((of) => `replica of ${of}`) },
    {
      weight: 3,
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
  const zone = fc.constantFrom(...space.zones);
  const region = fc.constantFrom(...space.regions);
  const side = fc.oneof(
    { weight: 4, arbitrary: target },
    { weight: 1, arbitrary: zone.map((name) => `zone ${name}`) },
  );
  const other = fc.option(side, { nil: undefined, freq: 2 });
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
          withClients: fc.boolean(),
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
      return fc.record({ target, take: fc.constantFrom("100MB", "1GB", "10GB") });
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
