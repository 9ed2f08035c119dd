/** Explains a minimal failing trial: what each fault is needed for, when it was decided, and what would have saved it. */
import { type Nanos, SECOND, toSeconds } from "../base/nanos.ts";
import { formatDuration, parseDuration, parsePercentage } from "../base/units.ts";
import type { ResolvedScenario } from "../scenario/resolved.ts";
import { all, type Course, first } from "./course.ts";
import type { Breach, FaultWords, Moment, Outcome, Trial } from "./schedule.ts";
import { trialOf } from "./search.ts";
import type { Space } from "./space.ts";

/** What one fault of a minimal schedule is needed for. */
export interface Necessity {
  readonly fault: FaultWords;
  /** What still breaks without it; empty: it is needed. */
  readonly removed: readonly string[];
  /** How it was halved, in words, and what still breaks then; null where there is nothing to halve. */
  readonly halved: { readonly how: string; readonly breaks: readonly string[] } | null;
}

/** P(breach) when chance is keyed anew from a moment on. */
export interface PointOfNoReturn {
  readonly samples: number;
  readonly curve: readonly { readonly at: number; readonly probability: number }[];
  /** The event at which the probability jumps most, the step, and both sides; null where it is the same throughout. */
  readonly event: {
    readonly at: number;
    readonly text: string;
    readonly before: number;
    readonly after: number;
  } | null;
}

/** One changed setting under the same chance. */
export interface Counterfactual {
  /** `--set` words. */
  readonly sets: readonly string[];
  readonly what: string;
  readonly saved: boolean;
  /** Checks that break with it. */
  readonly breaks: readonly string[];
  /** What the broken expectation observed with it; null where it observes nothing. */
  readonly observed: number | null;
  /** USD a month more, null where no price is known. */
  readonly costPerMonth: number | null;
}

/** The smallest number of simultaneous faults that breaks the promise. */
export interface Tolerance {
  readonly faults: number;
  /** Schedules with fewer at once that were tried and broke nothing of it. */
  readonly triedBelow: number;
  /** The schedule with so few at once that breaks it too; null where that is the minimal one. */
  readonly schedule: readonly FaultWords[] | null;
}

const broken = (outcome: Outcome): string[] => outcome.breaches.map(({ check }) => check);

export function* necessity(trial: Trial): Course<Necessity[]> {
  const { faults } = trial;
  const replaced = (at: number, words: readonly FaultWords[]): Trial => ({
    ...trial,
    detail: false,
    faults: [...faults.slice(0, at), ...words, ...faults.slice(at + 1)],
  });
  const halves = faults.map(half);
  const without = yield* all(faults.map((_, at) => replaced(at, [])));
  const withHalf = yield* all(
    halves.flatMap((of, at) => (of === null ? [] : [replaced(at, [of.words])])),
  );
  let next = 0;
  return faults.map((fault, at) => {
    const of = halves[at] ?? null;
    const outcome = of === null ? null : (withHalf[next++] as Outcome);
    return {
      fault,
      removed: broken(without[at] as Outcome),
      halved: of === null || outcome === null ? null : { how: of.how, breaks: broken(outcome) },
    };
  });
}

function half(fault: FaultWords): { readonly words: FaultWords; readonly how: string } | null {
  for (const word of ["for", "down", "add", "ahead", "behind"]) {
    const ns = parseDuration(String(fault[word] ?? "")) ?? 0;
    if (ns > 1) return asHalf(fault, word, formatDuration(Math.max(1, Math.round(ns / 2))));
  }
  if (typeof fault["factor"] === "number") return asHalf(fault, "factor", fault["factor"] / 2);
  for (const word of ["loss", "share"]) {
    const share = parsePercentage(String(fault[word] ?? "")) ?? 0;
    if (share > 0) return asHalf(fault, word, `${(share * 100) / 2}%`);
  }
  return null;
}

const asHalf = (fault: FaultWords, word: string, value: unknown) => ({
  words: { ...fault, [word]: value },
  how: `${word}: ${String(value)}`,
});

/** Moments that are looked at. */
const MOMENTS_MAX = 160;
const SAMPLES = 10;

/**
 * Runs the trial to a moment, keys all chance anew, and goes on; and that for moments ever closer to the jump.
 *
 * @param moments - what happened, of the trial's outcome with `detail`
 */
export function* pointOfNoReturn(
  trial: Trial,
  check: string,
  moments: readonly Moment[],
): Course<PointOfNoReturn> {
  const events = distinctMoments(moments).slice(0, MOMENTS_MAX);
  const known = new Map<number, number>();
  const measure = function* (places: readonly number[]): Course<void> {
    const wanted = places.filter((place) => !known.has(place));
    const trials = wanted.flatMap((place) =>
      Array.from({ length: SAMPLES }, (_, sample): Trial => {
        // Right after the event: what it did stays, what follows from chance does not.
        const atNs = place < 0 ? 0 : (events[place] as Moment).atNs + 1;
        return { ...trial, detail: false, rekey: { atNs, salt: `s${sample}` } };
      }),
    );
    const outcomes = yield* all(trials);
    for (const [at, place] of wanted.entries()) {
      const own = outcomes.slice(at * SAMPLES, (at + 1) * SAMPLES);
      const hits = own.filter(({ breaches }) => breaches.some((of) => of.check === check)).length;
      known.set(place, hits / SAMPLES);
    }
  };
  // Place -1 is the start: nothing has happened yet.
  const last = events.length - 1;
  const coarse = new Set([-1, last]);
  for (let i = 1; i < 8; i++) coarse.add(Math.round(-1 + ((last + 1) * i) / 8));
  yield* measure([...coarse]);
  for (;;) {
    const [low, high] = steepest(known);
    if (high - low <= 1 || (known.get(high) as number) <= (known.get(low) as number)) break;
    yield* measure([Math.floor((low + high) / 2)]);
  }
  const places = [...known.keys()].sort((a, b) => a - b);
  const [low, high] = steepest(known);
  const before = known.get(low) as number;
  const after = known.get(high) as number;
  const event = events[high];
  return {
    samples: SAMPLES,
    curve: places.map((place) => ({
      at: place < 0 ? 0 : toSeconds((events[place] as Moment).atNs),
      probability: known.get(place) as number,
    })),
    event:
      event === undefined || after <= before
        ? null
        : { at: toSeconds(event.atNs), text: event.text, before, after },
  };
}

/** The neighbouring places between which the probability grows most. */
function steepest(known: ReadonlyMap<number, number>): [number, number] {
  const places = [...known.keys()].sort((a, b) => a - b);
  let best: [number, number] = [places[0] as number, places[0] as number];
  let most = 0;
  for (let i = 1; i < places.length; i++) {
    const [low, high] = [places[i - 1] as number, places[i] as number];
    const growth = (known.get(high) as number) - (known.get(low) as number);
    if (growth > most) {
      most = growth;
      best = [low, high];
    }
  }
  return best;
}

/** One a nanosecond: the last of those that happened at once. */
function distinctMoments(moments: readonly Moment[]): Moment[] {
  const byTime = new Map<number, Moment>();
  for (const moment of moments) byTime.set(moment.atNs, moment);
  return [...byTime.values()];
}

/** Settings that might have saved it: one change each. */
export function changesOf(resolved: ResolvedScenario): { what: string; sets: string[] }[] {
  const changes: { what: string; sets: string[] }[] = [];
  const add = (what: string, ...sets: string[]): void => void changes.push({ what, sets });
  for (const {
    name,
    clusterMode,
    shards,
    multiAz,
    automaticFailover,
    service,
    selfManaged,
  } of resolved.caches) {
    const nodes = shards[0]?.nodes.length ?? 1;
    if (clusterMode === "enabled")
      add(`one more replica per shard of ${name}`, `caches.${name}.replicasPerNodeGroup=${nodes}`);
    else if (selfManaged !== undefined)
      add(`one more replica of ${name}`, `caches.${name}.replicas=${nodes}`);
    else add(`one more replica of ${name}`, `caches.${name}.numCacheClusters=${nodes + 1}`);
    if (selfManaged === undefined && (!multiAz || !automaticFailover))
      add(
        `Multi-AZ with automatic failover for ${name}`,
        `caches.${name}.automaticFailoverEnabled=true`,
        `caches.${name}.multiAZEnabled=true`,
      );
    // Members of a Global Datastore have the same parameters.
    const datastore = resolved.globalDatastores.find(
      ({ primary, secondaries }) => primary === name || secondaries.includes(name),
    );
    const members =
      datastore === undefined ? [name] : [datastore.primary, ...datastore.secondaries];
    if (name === members[0])
      add(
        `writes of ${members.join(" and ")} need one replica in touch (min-replicas-to-write 1)`,
        ...members.flatMap((member) => [
          `caches.${member}.parameters.min-replicas-to-write=1`,
          `caches.${member}.parameters.min-replicas-max-lag=1`,
        ]),
      );
    if (clusterMode === "disabled" && selfManaged === undefined && service.dnsTtlNs > 5 * SECOND)
      add(`DNS answers of ${name} live 5 s`, `caches.${name}.assume.dnsTtl=5s`);
  }
  const hasMaps = resolved.caches.some(({ clusterMode }) => clusterMode === "enabled");
  for (const { name, client } of resolved.traffic) {
    const path = `traffic.${name}.client`;
    if (client.wait.replicas === 0)
      add(`${name} waits for one replica (WAIT 1)`, `${path}.wait={replicas: 1, timeout: 100ms}`);
    if (hasMaps && (client.topologyRefresh.everyNs ?? Number.POSITIVE_INFINITY) > 5 * SECOND)
      add(
        `${name} refreshes its topology every 5 s`,
        `${path}.topologyRefresh={every: 5s, onError: true}`,
      );
    if (client.retry.jitter !== "full")
      add(`${name} retries with full jitter`, `${path}.retry.jitter=full`);
    add(`${name} retries up to 8 times`, `${path}.retry.max=8`);
    if (client.readFrom !== "primary")
      add(`${name} reads from primaries`, `${path}.readFrom=primary`);
  }
  return changes;
}

/** Changed settings under the same chance: those that save it first, the cheapest of them first of all. */
export function* counterfactuals(
  trial: Trial,
  base: Outcome,
  check: string,
  resolved: ResolvedScenario,
): Course<Counterfactual[]> {
  const changes = changesOf(resolved);
  const outcomes = yield* all(
    changes.map(({ sets }) => ({ ...trial, detail: false, sets: [...trial.sets, ...sets] })),
  );
  const observedIn = (outcome: Outcome): number | null =>
    outcome.figures.find(({ id }) => id === check)?.observed ?? null;
  const rows = changes.flatMap(({ what, sets }, at): Counterfactual[] => {
    const outcome = outcomes[at] as Outcome;
    if (outcome.problem !== null) return [];
    const breaks = broken(outcome);
    const more =
      outcome.costPerMonth === null || base.costPerMonth === null
        ? null
        : Math.round((outcome.costPerMonth - base.costPerMonth) * 100) / 100;
    return [
      {
        sets,
        what,
        saved: !breaks.includes(check),
        breaks,
        observed: observedIn(outcome),
        costPerMonth: more,
      },
    ];
  });
  const was = observedIn(base);
  const gain = (row: Counterfactual): number =>
    was === null || row.observed === null ? 0 : was - row.observed;
  return rows.sort(
    (a, b) =>
      Number(b.saved) - Number(a.saved) ||
      a.breaks.length - b.breaks.length ||
      gain(b) - gain(a) ||
      (a.costPerMonth ?? 0) - (b.costPerMonth ?? 0),
  );
}

/** Schedules with fewer faults at once that are tried before a number is said. */
const BELOW = 48;

/**
 * The smallest number of faults at once that breaks the promise: that of the minimal schedule, unless one with fewer is
 * found to break it too.
 */
export function* tolerance(
  space: Space,
  trial: Trial,
  outcome: Outcome,
  check: string,
  seed: string,
): Course<Tolerance> {
  let faults = simultaneous(outcome, trial);
  let triedBelow = 0;
  let schedule: readonly FaultWords[] | null = null;
  while (faults > 1) {
    const settings = { ...space.settings, atOnce: faults - 1, atMost: Math.max(1, 2 * faults) };
    const narrow = { ...space, settings };
    const trials = Array.from({ length: BELOW }, (_, run) => ({
      ...trialOf(narrow, `${seed}-below${faults}`, run),
      sets: trial.sets,
    }));
    const breaks = (of: Outcome): boolean =>
      of.breaches.some((breach: Breach) => breach.check === check && breach.avoidable);
    const found = yield* first(trials, breaks);
    if (found === null) {
      triedBelow = BELOW;
      break;
    }
    faults = Math.min(faults - 1, simultaneous(found.outcome, found.trial));
    schedule = found.trial.faults;
  }
  return { faults, triedBelow, schedule };
}

/** Most faults that held at once; one without a heal holds to the end. */
function simultaneous(outcome: Outcome, trial: Trial): number {
  if (trial.faults.length === 0) return 0;
  const spans = outcome.faults.map(({ injectedAt, healedAt }) => ({
    from: injectedAt,
    to: healedAt ?? Number.POSITIVE_INFINITY,
  }));
  const at = (time: Nanos): number =>
    spans.filter(({ from, to }) => from <= time && time < to).length;
  return Math.max(Math.min(1, spans.length), ...spans.map(({ from }) => at(from)));
}
