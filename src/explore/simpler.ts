/** What is simpler than a trial: each function proposes candidates, the boldest first, all strictly simpler. */
import { type Nanos, SECOND } from "../base/nanos.ts";
import { formatDuration, parseDuration, parsePercentage } from "../base/units.ts";
import type { FaultWords, Outcome, Trial } from "./schedule.ts";
import type { Space } from "./space.ts";

export type Simpler = (trial: Trial, outcome: Outcome, space: Space) => Trial[];

/** Fewer faults: none, halves, quarters, one less. */
const fewerFaults: Simpler = (trial) => {
  const { faults } = trial;
  const candidates: Trial[] = [];
  for (let size = faults.length; size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < faults.length; at += size)
      candidates.push({ ...trial, faults: [...faults.slice(0, at), ...faults.slice(at + size)] });
  }
  return candidates;
};

/** Words that were set besides: without each. */
const fewerSets: Simpler = (trial, _outcome, space) =>
  trial.sets
    // A knob that was turned down stays so.
    .filter((set) => !space.knobs.some(({ path }) => set.startsWith(`${path}=`)))
    .map((set) => ({ ...trial, sets: trial.sets.filter((other) => other !== set) }));

/** One entry changed in one way. */
const perFault =
  (
    change: (entry: FaultWords, at: number, outcome: Outcome, space: Space) => FaultWords[],
  ): Simpler =>
  (trial, outcome, space) =>
    trial.faults.flatMap((entry, at) =>
      change(entry, at, outcome, space).map((words) => ({
        ...trial,
        faults: trial.faults.map((other, i) => (i === at ? words : other)),
      })),
    );

/** Words that are not needed. */
const fewerWords = perFault((entry) =>
  ["to", "bridge", "withClients", "jitter", "burst", "direction"]
    .filter((word) => entry[word] !== undefined && entry[word] !== false)
    .map((word) => without(entry, word)),
);

const noFalse = perFault((entry) =>
  entry["withClients"] === false ? [without(entry, "withClients")] : [],
);

function without(entry: FaultWords, word: string): FaultWords {
  const { [word]: _, ...rest } = entry;
  return rest;
}

/** A role instead of a name: the one that the node had. */
const roles = perFault((entry, _at, outcome, space) => {
  const changes: FaultWords[] = [];
  for (const word of ["target", "isolate", "from", "to"]) {
    const name = /^node (\S+)$/.exec(String(entry[word] ?? ""))?.[1];
    if (name === undefined) continue;
    const role = injectedAs(entry, outcome)?.roles[name];
    if (role !== undefined) changes.push({ ...entry, [word]: shortRole(role, space) });
  }
  return changes;
});

/** The entry as it was injected: of its kind, and nearest to its time. */
function injectedAs(entry: FaultWords, { faults }: Outcome): Outcome["faults"][number] | undefined {
  const at = (parseDuration(String(entry["at"] ?? "")) ?? 0) / SECOND;
  const own = faults.filter(({ kind }) => kind === entry["fault"]);
  if (entry["at"] === undefined) return own[0];
  return own.sort((a, b) => Math.abs(a.injectedAt - at) - Math.abs(b.injectedAt - at))[0];
}

/** A group of one shard needs no number. */
function shortRole(role: string, space: Space): string {
  const cache = / of ([a-z0-9-]+)\/shard 1$/.exec(role)?.[1];
  const isOnly = space.shards.filter((shard) => shard.cache === cache).length === 1;
  return isOnly ? role.replace("/shard 1", "") : role;
}

/**
 * Aimed at a time, rather than at a phase or a state: on the grid of schedules. One that comes right with a phase says
 * more than such a time does, and gives way to whole seconds alone.
 */
export const plainTimes = perFault((entry, _at, outcome) => {
  if (entry["at"] !== undefined) return [];
  const { when: _w, after: _a, ...rest } = entry;
  const grid = isOnPhase(entry) ? SECOND : SECOND / 10;
  const injected = outcome.faults.filter(({ kind }) => kind === entry["fault"]);
  const times = injected
    .slice(0, 3)
    .map(({ injectedAt }) => Math.round((injectedAt * SECOND) / grid) * grid);
  return [...new Set(times)]
    .filter((time) => time > 0)
    .map((time) => ({ at: formatDuration(time), ...rest }));
});

const isOnPhase = ({ after }: FaultWords): boolean => {
  const delay = (after as { delay?: string } | undefined)?.delay;
  return after !== undefined && (parseDuration(delay ?? "0s") ?? 0) === 0;
};

/** Farther from its phase than this, a fault does not belong to it. */
const NEAR: Nanos = 3 * SECOND;

/** With a phase, where no whole second will do: those that came nearest first. What waits for itself comes never. */
export const onPhases = perFault((entry, _at, { phases }) => {
  const at = parseDuration(String(entry["at"] ?? ""));
  if (at === undefined || at % SECOND === 0) return [];
  const { at: _, ...rest } = entry;
  return phases
    .filter(({ atNs, after }) => Math.abs(atNs - at) <= NEAR && after["fault"] !== entry["fault"])
    .sort((a, b) => Math.abs(a.atNs - at) - Math.abs(b.atNs - at))
    .slice(0, 4)
    .map(({ after }) => ({ after, ...rest }));
});

const ROUND: readonly Nanos[] = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30].map((s) =>
  Math.round(s * SECOND),
);

/** Shorter: round durations from the shortest on, then half. */
const shorter = perFault((entry) =>
  ["for", "down", "add", "ahead", "behind"].flatMap((word) => {
    const ns = parseDuration(String(entry[word] ?? "")) ?? 0;
    const values = [...ROUND.filter((round) => round < ns), Math.round(ns / 2e8) * 1e8];
    return [...new Set(values)]
      .filter((value) => value > 0 && value < ns)
      .map((value) => ({ ...entry, [word]: formatDuration(value) }));
  }),
);

/** Weaker: smaller factors and shares. */
const weaker = perFault((entry) => {
  const changes: FaultWords[] = [];
  const factor = entry["factor"];
  if (typeof factor === "number")
    for (const less of [2, 10, 100]) if (less < factor) changes.push({ ...entry, factor: less });
  for (const word of ["loss", "share"]) {
    const share = parsePercentage(String(entry[word] ?? "")) ?? 0;
    for (const less of [1, 5, 10, 20, 50])
      if (less < Math.round(share * 100)) changes.push({ ...entry, [word]: `${less}%` });
  }
  return changes;
});

/** Round times: to 10 s, 5 s, 1 s. A time that is round already stays. */
const rounder = perFault((entry) => {
  const at = parseDuration(String(entry["at"] ?? "")) ?? 0;
  const values: Nanos[] = [];
  for (const grid of [10 * SECOND, 5 * SECOND, SECOND]) {
    if (at % grid === 0) break;
    for (const value of [Math.round(at / grid) * grid, Math.floor(at / grid) * grid])
      if (value > 0 && value !== at && !values.includes(value)) values.push(value);
  }
  return values.map((value) => ({ ...entry, at: formatDuration(value) }));
});

/** Nothing that may be empty: the scenario says what it hits. */
const mustHit = perFault((entry) =>
  entry["allowEmpty"] === true ? [without(entry, "allowEmpty")] : [],
);

/** Smaller worlds: each knob from its smallest value on. */
export const smaller: Simpler = (trial, _outcome, space) =>
  space.knobs.flatMap(({ path, values }) => {
    const set = trial.sets.find((of) => of.startsWith(`${path}=`));
    const now = set === undefined ? values.length : values.indexOf(set.slice(path.length + 1));
    const others = trial.sets.filter((of) => of !== set);
    return values
      .slice(0, Math.max(0, now))
      .map((value) => ({ ...trial, sets: [...others, `${path}=${value}`] }));
  });

/** In the order in which they are tried. */
export const SIMPLER: readonly Simpler[] = [
  fewerFaults,
  fewerSets,
  plainTimes,
  fewerWords,
  noFalse,
  roles,
  shorter,
  weaker,
  rounder,
  onPhases,
  smaller,
  mustHit,
];
