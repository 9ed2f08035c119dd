/** Reads when an entry of a method begins. */
import type { Nanos } from "../base/nanos.ts";
import { listWithNearest } from "../base/nearest-word.ts";
import { parseDuration } from "../base/units.ts";
import type { Reading } from "../model/kinds/contract.ts";
import type { Trigger, TriggerEvent } from "./contract.ts";
import { isOnLinks } from "./link-words.ts";
import type { MethodWorld } from "./method-world.ts";
import { readShard } from "./resolve-target.ts";
import type { AfterWords, MethodEntryWords, RandomWords, WhenWords } from "./words.gen.ts";
import { faultWords, stepWords } from "./words.ts";

type CacheEvent = NonNullable<AfterWords["event"]>;
type Path = readonly (string | number)[];

/** Null where a problem leaves no time to begin. */
export function resolveTrigger(
  words: MethodEntryWords,
  world: MethodWorld,
  reading: Reading,
): Trigger | null {
  const { at, every, random, when, after } = words;
  const kinds = Object.entries({ at, every, random, when, after });
  const given = kinds.filter(([, of]) => of !== undefined).map(([kind]) => kind);
  if (given.length !== 1) {
    const found = given.length === 0 ? "says no time" : `has ${given.join(" and ")}`;
    reading.problem({ path: [], found, expected: "exactly one of at, every, random, when, after" });
    return null;
  }
  const repeats = isOnLinks(words) ? (["times"] as const) : (["times", "from"] as const);
  for (const word of repeats) {
    if (every !== undefined || words[word] === undefined) continue;
    reading.problem({
      path: [word],
      found: `is ${JSON.stringify(words[word])} beside ${given[0]}`,
      expected: "every: beside it",
    });
  }
  const time = (text: string, path: Path): Nanos => {
    const ns = parseDuration(text) ?? 0;
    if (ns >= world.durationNs)
      reading.problem({
        path,
        found: `is "${text}"`,
        expected: "a time before the end of the run",
      });
    return ns;
  };
  if (at !== undefined) return { kind: "at", atNs: time(at, ["at"]) };
  if (every !== undefined) return resolveEvery(every, words, world, time, reading);
  if (random !== undefined) return resolveRandom(random, words, world, reading);
  if (when !== undefined) return resolveWhen(when, world, time, reading);
  return resolveAfter(after as AfterWords, world, reading);
}

type ReadTime = (text: string, path: Path) => Nanos;

function resolveEvery(
  every: string,
  words: MethodEntryWords,
  world: MethodWorld,
  time: ReadTime,
  reading: Reading,
): Trigger | null {
  const everyNs = parseDuration(every) ?? 0;
  if (everyNs <= 0) {
    const expected = "a duration above 0";
    reading.problem({ path: ["every"], found: `is "${every}"`, expected });
    return null;
  }
  const from = isOnLinks(words) ? undefined : words.from;
  const firstNs = from === undefined ? everyNs : time(from, ["from"]);
  // None at the very end: nothing would come of it.
  const fitting = Math.max(1, Math.ceil((world.durationNs - firstNs) / everyNs));
  const times = Math.min(words.times ?? fitting, fitting, 10_000);
  return { kind: "every", firstNs, everyNs, times };
}

function resolveWhen(
  when: WhenWords,
  world: MethodWorld,
  time: ReadTime,
  reading: Reading,
): Trigger | null {
  const of = readShard(when.of, ["when", "of"], world, reading);
  if (of === null) return null;
  const notBeforeNs =
    when.notBefore === undefined ? 0 : time(when.notBefore, ["when", "notBefore"]);
  return { kind: "when", state: when.state, ...of, notBeforeNs };
}

/** Gaps and durations of a random trigger. */
function resolveRandom(
  random: RandomWords,
  words: MethodEntryWords,
  world: MethodWorld,
  reading: Reading,
): Trigger | null {
  let wrong = false;
  type Name = keyof RandomWords;
  const problem = (name: Name, expected: string): void => {
    wrong = true;
    const found = random[name] === undefined ? "is missing" : `is "${random[name]}"`;
    reading.problem({ path: ["random", name], found, expected });
  };
  const time = (name: Name, usual: Nanos): Nanos => {
    const text = random[name];
    return text === undefined ? usual : (parseDuration(text) ?? 0);
  };
  const pair = (mean: Name, least: Name): { meanNs: Nanos; leastNs: Nanos } => {
    const meanNs = time(mean, 0);
    const leastNs = time(least, 0);
    if (meanNs <= 0) problem(mean, "a duration above 0");
    else if (leastNs > meanNs) problem(least, `at most the mean, ${random[mean]}`);
    return { meanNs, leastNs };
  };
  const gap = pair("meanGap", "minGap");
  const fault = "fault" in words ? words.fault : undefined;
  const heals = fault !== undefined && faultWords[fault]?.heals === true;
  if (!heals && (random.meanFor !== undefined || random.minFor !== undefined)) {
    problem(
      random.meanFor === undefined ? "minFor" : "meanFor",
      `nothing: ${fault ?? "a step"} has no heal of its own`,
    );
  }
  const lasts = heals ? pair("meanFor", "minFor") : null;
  if ("for" in words && words.for !== undefined) {
    const expected = "random: { meanFor: } in its place";
    reading.problem({ path: ["for"], found: "is given beside random", expected });
    wrong = true;
  }
  const fromNs = time("from", 0);
  const untilNs = Math.min(time("until", world.durationNs), world.durationNs);
  if (fromNs >= untilNs) problem("from", "a time before the end of the window");
  if (wrong) return null;
  return {
    kind: "random",
    fromNs,
    untilNs,
    meanGapNs: gap.meanNs,
    minGapNs: gap.leastNs,
    meanForNs: lasts?.meanNs ?? null,
    minForNs: lasts?.leastNs ?? 0,
  };
}

function resolveAfter(words: AfterWords, world: MethodWorld, reading: Reading): Trigger | null {
  const { fault, heal, step, event } = words;
  const kinds = Object.entries({ fault, heal, step, event });
  const given = kinds.filter(([, of]) => of !== undefined).map(([kind]) => kind);
  if (given.length !== 1) {
    reading.problem({
      path: ["after"],
      found: given.length === 0 ? "names nothing" : `names ${given.join(" and ")}`,
      expected: "exactly one of fault, heal, step, event",
    });
    return null;
  }
  const delayNs = words.delay === undefined ? 0 : (parseDuration(words.delay) ?? 0);
  const isOneOf = (name: string, known: readonly string[]): boolean => {
    if (known.includes(name)) return true;
    reading.problem({
      path: ["after", given[0] as string],
      found: `is "${name}"`,
      expected: `one of ${listWithNearest(known, name)}`,
    });
    return false;
  };
  const after = (of: TriggerEvent): Trigger => ({ kind: "after", event: of, delayNs });
  const disturbance = fault ?? heal;
  if (disturbance !== undefined) {
    const kinds = Object.entries(faultWords).filter(([, of]) => fault !== undefined || of.heals);
    if (
      !isOneOf(
        disturbance,
        kinds.map(([kind]) => kind),
      )
    )
      return null;
    const phase = fault === undefined ? "healed" : "injected";
    return after({ kind: "fault", fault: disturbance, phase });
  }
  if (step !== undefined)
    return isOneOf(step, Object.keys(stepWords)) ? after({ kind: "step", step }) : null;
  const cache = words.of ?? "";
  const known = [
    ...world.caches.map((group) => group.name),
    ...world.datastores.map((store) => store.name),
  ];
  if (!known.includes(cache)) {
    reading.problem({
      path: ["after", "of"],
      found: words.of === undefined ? "is missing" : `is "${cache}"`,
      expected: `one of ${listWithNearest(known, cache)}`,
    });
    return null;
  }
  const store = world.datastores.find(({ name }) => name === cache);
  if (store !== undefined && (event === "node-replaced" || event === "full-sync-started")) {
    reading.problem({
      path: ["after", "of"],
      found: `is "${cache}", a Global Datastore`,
      expected: `a cache: ${event} is told of its members, ${[store.primary, ...store.secondaries].join(", ")}`,
    });
    return null;
  }
  return after({ kind: "cache-event", event: event as CacheEvent, cache });
}
