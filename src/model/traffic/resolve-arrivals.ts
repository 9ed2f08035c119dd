/** Reads the words of arrivals. */

import type { DistributionWords } from "../../base/json-schema.gen.ts";
import { quantities } from "../../base/json-schema.ts";
import { type Nanos, SECOND } from "../../base/nanos.ts";
import { formatDuration, parseCount, parseDuration, parseRate } from "../../base/units.ts";
import { meanOf } from "../../kernel/distribution-mean.ts";
import { readDistribution } from "../../kernel/distribution-words.ts";
import type { Finding, Reading } from "../kinds/contract.ts";
import type { ArrivalWords, DailyWords, PhaseWords } from "./arrivals-words.gen.ts";
import type { Arrivals, Phase } from "./traffic-settings.ts";

const RATE_MAX = 1e7;
const USERS_MAX = 1_000_000;
const DAY: Nanos = 86_400 * SECOND;
const KINDS = ["rate", "phases", "daily", "users"] as const;

/** Null when a problem leaves nothing to build; all were reported, with paths from `arrivals` on. */
export function resolveArrivals(words: ArrivalWords, reading: Reading): Arrivals | null {
  let sound = true;
  const problem = (path: Finding["path"], found: string, expected: string): void => {
    sound = false;
    reading.problem({ path: ["arrivals", ...path], found, expected });
  };
  const given = KINDS.filter((kind) => words[kind] !== undefined);
  const [kind] = given;
  if (kind === undefined || given.length > 1) {
    const found = kind === undefined ? "has none of its kinds" : `has ${given.join(" and ")}`;
    problem([], found, `one of ${KINDS.join(", ")}`);
    return null;
  }
  if (kind !== "users" && words.thinkTime !== undefined)
    problem(["thinkTime"], `stands beside ${kind}`, "users: beside it, for nobody else waits");
  const arrivals = readers[kind](words, problem);
  return sound ? arrivals : null;
}

type Problem = (path: Finding["path"], found: string, expected: string) => void;

const readers: Readonly<
  Record<(typeof KINDS)[number], (words: ArrivalWords, problem: Problem) => Arrivals>
> = {
  rate({ rate = "" }, problem) {
    const perSecond = parseRate(rate) ?? 0;
    if (perSecond <= 0 || perSecond > RATE_MAX)
      problem(["rate"], `is "${rate}"`, "a rate above 0 and at most 10,000,000/s");
    return { kind: "constant", perSecond };
  },
  phases: ({ phases = [] }, problem) => ({ kind: "phases", phases: readPhases(phases, problem) }),
  daily: ({ daily }, problem) => readDaily(daily as DailyWords, problem),
  users: ({ users, thinkTime }, problem) => readUsers(users, thinkTime, problem),
};

function readPhases(words: readonly PhaseWords[], problem: Problem): Phase[] {
  const phases: Phase[] = [];
  let endNs = 0;
  for (const [i, phase] of words.entries()) {
    const fromNs = parseDuration(phase.from) ?? 0;
    const perSecond = parseRate(phase.rate) ?? 0;
    const rampNs = parseDuration(phase.ramp ?? "0s") ?? 0;
    if (perSecond > RATE_MAX)
      problem(["phases", i, "rate"], `is "${phase.rate}"`, "at most 10,000,000/s");
    const before = phases.at(-1);
    if (before === undefined && fromNs !== 0)
      problem(["phases", i, "from"], `is "${phase.from}"`, "0s for the first phase");
    if (before !== undefined && (fromNs < endNs || fromNs === before.fromNs)) {
      const ramp =
        before.rampNs > 0 ? `, when the ramp before ends` : ", when the one before begins";
      const than = before.rampNs > 0 ? "not before" : "after";
      problem(
        ["phases", i, "from"],
        `is "${phase.from}"`,
        `a time ${than} ${formatDuration(endNs)}${ramp}`,
      );
    }
    endNs = fromNs + rampNs;
    phases.push({ fromNs, perSecond, rampNs });
  }
  if (phases.every(({ perSecond }) => perSecond === 0))
    problem(["phases"], "has no rate above 0", "a phase with traffic");
  return phases;
}

function readDaily(words: DailyWords, problem: Problem): Arrivals {
  const lowPerSecond = parseRate(words.low) ?? 0;
  const highPerSecond = parseRate(words.high) ?? 0;
  const periodNs = parseDuration(words.period ?? "24h") ?? DAY;
  const peakAtNs =
    words.peakAt === undefined ? Math.floor(periodNs / 2) : (parseDuration(words.peakAt) ?? 0);
  if (highPerSecond <= 0 || highPerSecond > RATE_MAX)
    problem(["daily", "high"], `is "${words.high}"`, "a rate above 0 and at most 10,000,000/s");
  if (lowPerSecond > highPerSecond)
    problem(["daily", "low"], `is "${words.low}"`, `at most high: ${words.high}`);
  if (periodNs < SECOND) problem(["daily", "period"], `is "${words.period}"`, "at least 1s");
  if (peakAtNs > periodNs)
    problem(
      ["daily", "peakAt"],
      `is "${words.peakAt}"`,
      `a time within the period of ${formatDuration(periodNs)}`,
    );
  return { kind: "daily", lowPerSecond, highPerSecond, peakAtNs, periodNs };
}

function readUsers(
  given: number | string | undefined,
  thinkTime: DistributionWords | undefined,
  problem: Problem,
): Arrivals {
  const users = parseCount(String(given)) ?? 0;
  if (users < 1 || users > USERS_MAX)
    problem(["users"], `is "${given}"`, "a whole number from 1 to 1M");
  if (thinkTime === undefined) {
    problem(["thinkTime"], "is missing", 'a duration, such as "2s", or a distribution of them');
    return { kind: "users", users, thinkTime: { kind: "constant", value: 1 } };
  }
  const read = readDistribution(thinkTime, parseDuration, quantities.duration.expected);
  const found = `is ${JSON.stringify(thinkTime)}`;
  if ("problem" in read) {
    problem(["thinkTime"], found, read.problem);
    return { kind: "users", users, thinkTime: { kind: "constant", value: 1 } };
  }
  if (!(meanOf(read) > 0)) problem(["thinkTime"], found, "times above 0 in the mean");
  return { kind: "users", users, thinkTime: read };
}
