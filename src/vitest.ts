/**
 * Matchers for vitest: `import "cachequake/vitest"` in a test or a set-up file.
 *
 * A failure says which checks broke and why, the seed and the schedule, what breaks without each of its faults, and the
 * command that runs it again.
 */
import { expect } from "vitest";
import { parseDuration } from "./base/units.ts";
import type { FaultWords } from "./explore/schedule.ts";
import type { Simulated } from "./explore/simulate.ts";
import { flow } from "./report/explore-summary.ts";
import type { Result } from "./run/result.ts";

/** What breaks in a run; empty: nothing. */
type Breaks = (result: Result) => readonly string[];

interface Answer {
  readonly pass: boolean;
  readonly message: () => string;
}

/** Every expectation and invariant of the scenario passes, or nothing tested it. */
function toMeetSlo(simulated: Simulated): Answer {
  const breaks: Breaks = ({ expectations, invariants }) =>
    [...expectations, ...invariants]
      .filter(({ verdict }) => verdict === "fail")
      .map(({ id, reason }) => `${id}: ${reason}`);
  return answer(simulated, breaks, "to meet its expectations");
}

/** No acknowledged write is lost by any cache. */
function toLoseNoAcknowledgedWrites(simulated: Simulated): Answer {
  const breaks: Breaks = ({ caches, invariants }) => [
    ...Object.entries(caches)
      .filter(([, { writesLost }]) => writesLost > 0)
      .map(
        ([name, { writesLost, rpoSeconds }]) =>
          `${name} lost ${writesLost} acknowledged writes within ${rpoSeconds} s`,
      ),
    ...invariants
      .filter(({ id, verdict }) => id === "acknowledged-writes-kept" && verdict === "fail")
      .map(({ id, reason }) => `${id}: ${reason}`),
  ];
  return answer(simulated, breaks, "to lose no acknowledged write");
}

/**
 * Every traffic source regains its steady state within the time after each injection.
 *
 * @param time - such as "20s"
 */
function toRecoverWithin(simulated: Simulated, time: string): Answer {
  const limitNs = parseDuration(time);
  if (limitNs === undefined)
    throw new RangeError(`the time is "${time}", expected a duration such as "20s"`);
  const breaks: Breaks = ({ traffic }) =>
    Object.entries(traffic).flatMap(([name, { recoveries }]) =>
      recoveries
        .filter(({ after }) => !after.endsWith("healed"))
        .filter(({ rtoSeconds }) => rtoSeconds === null || rtoSeconds * 1e9 > limitNs)
        .map(({ after, at, rtoSeconds }) =>
          rtoSeconds === null
            ? `${name} did not regain its steady state after ${after} at ${at} s`
            : `${name} took ${rtoSeconds} s after ${after} at ${at} s`,
        ),
    );
  return answer(simulated, breaks, `to recover within ${time}`);
}

function answer(simulated: Simulated, breaks: Breaks, what: string): Answer {
  const broken = breaks(simulated.result);
  const pass = broken.length === 0;
  return {
    pass,
    message: () =>
      pass
        ? `expected ${simulated.result.scenario} not ${what}, and it did\n\n${context(simulated)}`
        : [
            `expected ${simulated.result.scenario} ${what}, and`,
            ...broken.map((line) => `  ${line}`),
            "",
            context(simulated),
            ...necessity(simulated, breaks),
            "",
            `Reproduce  ${simulated.reproduce}`,
          ].join("\n"),
  };
}

function context({ seed, schedule }: Simulated): string {
  const sets = schedule.sets.length === 0 ? [] : [`with ${schedule.sets.join("  ")}`];
  const faults = schedule.faults.map((fault) => `  - ${flow(fault)}`);
  return [`seed ${seed}`, ...sets, faults.length === 0 ? "no faults" : "faults", ...faults].join(
    "\n",
  );
}

/** What breaks without each fault. */
function necessity({ schedule, rerun }: Simulated, breaks: Breaks): string[] {
  const { faults } = schedule;
  if (faults.length === 0) return [];
  const lines = faults.map((fault, at) => {
    const rest = faults.filter((_, other) => other !== at);
    return `  without ${String((fault as FaultWords)["fault"])}: ${breaks(rerun(rest)).length === 0 ? "it holds" : "it breaks still"}`;
  });
  return ["", "necessity", ...lines];
}

export const matchers = { toMeetSlo, toLoseNoAcknowledgedWrites, toRecoverWithin };

expect.extend(matchers);

declare module "vitest" {
  // biome-ignore lint/suspicious/noExplicitAny: vitest declares its matchers so
  interface Matchers<T = any> {
    /** Every expectation and invariant of the scenario passes. */
    toMeetSlo(): T;
    /** No acknowledged write is lost. */
    toLoseNoAcknowledgedWrites(): T;
    /** Every traffic source is in its steady state again within the time, such as "20s", after each injection. */
    toRecoverWithin(time: string): T;
  }
}
