/**
 * A simulation: a resolved scenario that runs in simulated time. Sees no YAML, no file, no promise.
 *
 * Same scenario and seed, same journal, same digests, same Result.
 */
import { InvariantError } from "../base/invariant.ts";
import { type Nanos, SECOND } from "../base/nanos.ts";
import type { ExpectationVerdict, InvariantVerdict, VerdictStatus } from "../checks/verdict.ts";
import type { Journal } from "../journal/journal.ts";
import type { JournalRecord } from "../journal/records.ts";
import { BehaviourDigest } from "../measure/behaviour-digest.ts";
import type { LostKeys } from "../measure/coverage.ts";
import type { LossWindow } from "../measure/loss-fold.ts";
import { Measurement, type MeasurementOptions } from "../measure/measurement.ts";
import type { EndState, RunIndex } from "../measure/run-facts.ts";
import { SeriesRecorder } from "../measure/series-recorder.ts";
import type { KeyMap } from "../model/client/key-map.ts";
import type { Group } from "../model/service/group.ts";
import type { World } from "../model/world.ts";
import type { ResolvedScenario } from "../scenario/resolved.ts";
import { assembleResult, judge, type RunInput } from "./assemble-result.ts";
import { compareCopies } from "./compare-copies.ts";
import { metricStepNs } from "./metrics.ts";
import type { Result } from "./result.ts";
import { faultStateOf, type Started, startWorld } from "./start-world.ts";

export interface Simulation {
  /** Simulated time, ns. */
  readonly now: Nanos;
  readonly journal: Journal;
  readonly index: RunIndex;
  /** Due time of the next event, Infinity when none is left before the end. */
  peek(): Nanos;
  /** Fires one event; false when the end is reached. */
  step(): boolean;
  /** Fires all events up to `time` (at most the scenario's duration). */
  runUntil(time: Nanos): void;
  /** Runs to the end and says what happened. */
  finish(input: RunInput): Result;
  /** The run digest so far: 16 hex digits. */
  digest(): string;
  /** Kind and target of the event fired last, in words. */
  lastEvent(): string;
  /** What faults have written and not yet taken back, for comparison with a run that had none. */
  faultState(): unknown;
}

/** Builds a simulation at time 0. */
export function open(resolved: ResolvedScenario): Simulation {
  const behaviour = new BehaviourDigest();
  let measurement: Measurement | null = null;
  const stepNs = metricStepNs(resolved.durationNs);
  const recorder = new SeriesRecorder(stepNs);
  const started = startWorld(
    resolved,
    (of, { index }) => {
      behaviour.attach(of);
      measurement = new Measurement(measurementOptions(resolved, index, of.records));
      measurement.attach(of);
    },
    { recorder, stepNs },
  );
  const { kernel, journal, index, world } = started;

  const end = resolved.durationNs;
  const guarded = (act: () => void): void => {
    try {
      act();
    } catch (error) {
      if (error instanceof InvariantError) {
        Object.assign(error.facts, { seed: resolved.seed, simulatedSeconds: kernel.now / SECOND });
      }
      throw error;
    }
  };
  return {
    get now() {
      return kernel.now;
    },
    journal,
    index,
    peek: () => (kernel.peek() > end ? Number.POSITIVE_INFINITY : kernel.peek()),
    step() {
      if (kernel.peek() > end) return false;
      guarded(() => kernel.step());
      return true;
    },
    runUntil: (time) => guarded(() => kernel.runUntil(Math.min(time, end))),
    finish(input) {
      guarded(() => {
        kernel.runUntil(end);
        for (const group of world.groups)
          for (const shard of group.shards) group.recordOffsets(shard);
        journal.flush();
      });
      const endState = endOf(resolved, started);
      return assembleResult({
        resolved,
        input,
        index,
        end: endState,
        measured: (measurement as unknown as Measurement).finish((traffic) =>
          world.fleet.requests.openSince(traffic),
        ),
        records: journal.records,
        series: recorder.toSeries(),
        digest: kernel.digest(),
        behaviourDigest: behaviour.hex(),
        checkpoints: kernel.checkpoints,
        events: kernel.events,
        ties: kernel.ties,
      });
    },
    digest: () => kernel.digest(),
    lastEvent: () => kernel.lastEvent,
    faultState: () => faultStateOf(started),
  };
}

/** Runs a scenario to its end. */
export function run(resolved: ResolvedScenario, input: RunInput): Result {
  return open(resolved).finish(input);
}

/** What a run comes to, without the figures and series of a report. */
export interface Probe {
  readonly verdict: VerdictStatus;
  readonly expectations: readonly ExpectationVerdict[];
  readonly invariants: readonly InvariantVerdict[];
  readonly records: readonly JournalRecord[];
  /** What failovers lost, for coverage. */
  readonly lostKeys: readonly LostKeys[];
  readonly behaviourDigest: string;
  readonly events: number;
}

export interface ProbeOptions {
  /** Keys all random streams anew when it is this time: the past stays, chance goes another way. */
  readonly rekey?: { readonly atNs: Nanos; readonly salt: string } | null;
}

/**
 * Runs a scenario to its end for its verdicts and journal alone: no metrics are sampled and no series kept, so that it
 * takes less time than `run`. What happens is the same: the behaviour digests of the two agree.
 */
export function probe(resolved: ResolvedScenario, options: ProbeOptions = {}): Probe {
  const behaviour = new BehaviourDigest();
  let measurement: Measurement | null = null;
  const started = startWorld(
    resolved,
    (of, { index }) => {
      behaviour.attach(of);
      measurement = new Measurement(measurementOptions(resolved, index, of.records));
      measurement.attach(of);
    },
    null,
  );
  const { kernel, journal, index, world } = started;
  const { rekey = null } = options;
  if (rekey !== null && rekey.atNs < resolved.durationNs) {
    kernel.runUntil(rekey.atNs);
    kernel.streams.rekey(rekey.salt);
  }
  kernel.runUntil(resolved.durationNs);
  for (const group of world.groups) for (const shard of group.shards) group.recordOffsets(shard);
  journal.flush();
  const measured = (measurement as unknown as Measurement).finish((traffic) =>
    world.fleet.requests.openSince(traffic),
  );
  const end = endOf(resolved, started);
  const judged = judge({ resolved, index, end, measured, records: journal.records });
  return {
    ...judged,
    records: journal.records,
    lostKeys: lostKeysOf(resolved, started, measured.losses),
    behaviourDigest: behaviour.hex(),
    events: kernel.events,
  };
}

/** Keys by their numbers within the shard, as records of evictions name them. */
function lostKeysOf(
  resolved: ResolvedScenario,
  { world, keyMaps }: Started,
  losses: readonly LossWindow[],
): LostKeys[] {
  return losses.flatMap(({ cache, shard, byKey, firstAckAt }) => {
    const group = world.groups.find(({ name }) => name === cache);
    const index = group?.shards[shard - 1]?.index ?? -1;
    const map = keyMaps.find((_, at) => inCache(resolved, world, at, index));
    if (byKey.size === 0 || map === undefined) return [];
    const keys = new Set([...byKey.keys()].map((key) => map.localOf(key)));
    return [{ cache, shard, fromNs: firstAckAt, keys }];
  });
}

/** What a journal of this scenario is measured with. */
export function measurementOptions(
  resolved: ResolvedScenario,
  index: RunIndex,
  records: readonly JournalRecord[],
): MeasurementOptions {
  const storeOf = (cache: string) =>
    resolved.globalDatastores.find(
      ({ name, primary, secondaries }) =>
        name === cache || primary === cache || secondaries.includes(cache),
    );
  // Traffic on one cache, or on members of one datastore, shares its keys.
  const families: string[] = [];
  const family = resolved.traffic.map(({ cache }) => {
    const name = storeOf(cache)?.name ?? cache;
    if (!families.includes(name)) families.push(name);
    return families.indexOf(name);
  });
  // Expectations name a cache or a datastore, families are named by the datastore where there is one.
  const histories = resolved.expect.flatMap((expectation) =>
    expectation.metric === "consistency"
      ? [families.indexOf(storeOf(expectation.of)?.name ?? expectation.of)]
      : [],
  );
  return {
    index,
    records,
    family,
    keys: resolved.traffic.map(({ keys }) => keys.first + keys.count),
    histories,
    steady: resolved.steadyState.map((clause) => ({
      metric: clause.metric,
      of: clause.of,
      overNs: clause.overNs,
      atLeast: clause.metric === "latencyP99" ? 0.99 : clause.atLeast,
      limitNs: clause.metric === "latencyP99" ? clause.atMostNs : 0,
    })),
    cachesOfTraffic: resolved.traffic.map(({ cache }) => {
      const store = resolved.globalDatastores.find(({ name }) => name === cache);
      return new Set(
        store === undefined ? [cache] : [store.name, store.primary, ...store.secondaries],
      );
    }),
  };
}

function endOf(resolved: ResolvedScenario, { world, keyMaps, kernel }: Started): EndState {
  const shards = world.groups.flatMap((group) => group.shards);
  const leaders = shards.map(({ leader, history }) => {
    // One that came back empty, and refuses commands, has not ended the history that it led: its replicas may yet win.
    const isEmptied = leader.upstream === null && leader.log.history !== history;
    return leader.alive && leader.leads && !isEmptied ? leader : null;
  });
  for (const node of world.nodes) node.link?.advance(kernel.now);
  const firstShards = resolved.traffic.map((_, at) => {
    const session = world.fleet.sessions.find((candidate) => candidate.traffic === at);
    return session?.routers[session.current]?.group.shards[0]?.index ?? 0;
  });
  // All traffic on one cache shares its keys.
  const mapsOfShard = shards.map(({ index }) =>
    keyMaps.filter((_, at) => inCache(resolved, world, at, index)),
  );
  return {
    at: kernel.now,
    issued: (traffic) => world.traffic[traffic]?.issued ?? 0,
    open: (traffic) => world.fleet.requests.openSince(traffic).length,
    leader: (shard) => leaders[shard]?.index ?? -1,
    position(shard) {
      const node = leaders[shard];
      return node ? { history: node.history, offset: node.offsetAt(kernel.now) } : null;
    },
    localKey(shard, key) {
      const keys = keyMaps.find(
        (map, at) => inCache(resolved, world, at, shard) && key < map.count,
      );
      return keys === undefined ? -1 : localIn(world, shard, key, keys);
    },
    clockAheadNs: (shard) =>
      Math.max(
        0,
        ...world.nodes
          .filter((node) => node.shard === shard)
          .map(({ clockAheadMaxNs }) => clockAheadMaxNs),
      ),
    stored(shard, key) {
      const node = leaders[shard];
      const keys = mapsOfShard[shard]?.find((map) => key < map.count);
      if (!node || keys === undefined) return null;
      const local = localIn(world, shard, key, keys);
      const { keyspace } = node;
      const writeId = keyspace.writeId(local);
      if (writeId === 0) return null;
      return {
        writeId,
        offset: keyspace.offset(local),
        history: keyspace.history(local),
        expireAt: keyspace.expireAt(local),
      };
    },
    shardOfKey(traffic, key) {
      const first = firstShards[traffic] as number;
      const map = keyMaps[traffic];
      if (map === undefined) return first;
      return (
        first +
        homeOf(
          world.groups.find(({ shards: [of] }) => of?.index === first),
          key,
          map,
        )
      );
    },
    compareCopies: () => compareCopies(world.nodes, kernel.now),
    origins: world.origins,
    evictions: (cache) =>
      world.nodes.reduce(
        (sum, node) => sum + (node.cache === cache ? node.counters.evictions : 0),
        0,
      ),
  };
}

/** The shard, from 0 within its group, that owns a key at the end. */
function homeOf(group: Group | undefined, key: number, map: KeyMap): number {
  const home = map.shardOf(key);
  const moved = group?.moves?.find(home, map.localOf(key)) ?? null;
  if (moved === null) return home;
  const { move, slot } = moved;
  const { from, to } = move.settings;
  const isMoved = slot < (group?.shards[to]?.leader.movedSlots[move.number] ?? 0);
  if (isMoved) return to;
  // In an open slot a key is where it is.
  const source = group?.shards[from]?.leader;
  const target = group?.shards[to]?.leader;
  const isThere = target?.keyspace.writeId(move.base + moved.position) !== 0;
  return isThere && source?.keyspace.writeId(map.localOf(key)) === 0 ? to : from;
}

/** A key's index within a shard of the run. */
function localIn(world: World, shard: number, key: number, map: KeyMap): number {
  const group = world.groups.find(({ shards }) => shards.some(({ index }) => index === shard));
  const own = shard - (group?.shards[0]?.index ?? 0);
  const moved = group?.moves?.find(map.shardOf(key), map.localOf(key)) ?? null;
  return moved?.move.settings.to === own ? moved.move.base + moved.position : map.localOf(key);
}

/** Whether a traffic source talks to the group that a shard belongs to. */
function inCache(
  resolved: ResolvedScenario,
  world: World,
  traffic: number,
  shard: number,
): boolean {
  const name = resolved.traffic[traffic]?.cache;
  const group = world.groups.find((candidate) =>
    candidate.shards.some((own) => own.index === shard),
  );
  if (group === undefined) return false;
  const datastore = world.datastores.find((candidate) => candidate.groups.includes(group));
  return group.name === name || datastore?.name === name;
}
