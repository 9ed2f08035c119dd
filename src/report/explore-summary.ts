/** What a campaign of `explore` says, as text for a terminal. */
import { formatPercentage } from "../base/units.ts";
import type { Tolerance } from "../explore/explain.ts";
import type { ExploreExport, ExploreFailure, ExploreReport } from "../explore/report.ts";
import { plain, seconds } from "./format.ts";

export function renderExploreSummary(report: ExploreReport): string {
  const { scenario, seed, runs, failures, unavoidable } = report;
  const planted = report.planted === null ? "" : `  (planted bug: ${report.planted})`;
  const lines = [
    `${report.verdict.toUpperCase()}  ${scenario}  seed ${seed}${planted}`,
    "",
    `${runs} ${runs === 1 ? "schedule" : "schedules"}, ${failures.length === 0 ? "none broke a promise that could have been kept" : `${failures.length} ${failures.length === 1 ? "cause" : "causes"} of broken promises`}` +
      `${unavoidable > 0 ? `; ${unavoidable} broke what no one could have kept` : ""}`,
  ];
  if (failures.length === 0 && runs > 0)
    lines.push(
      `P(breach) at most ${formatPercentage(report.breachAtMost)} with 95 % confidence, of schedules as they are generated here`,
    );
  for (const [at, failure] of failures.entries()) lines.push("", ...describe(failure, at + 1));
  lines.push("", `Reached ${report.states} abstract states and`, ...marksOf(report));
  if (report.neverReached.length > 0)
    lines.push(`Never reached: ${report.neverReached.join(", ")}`);
  if (report.unreached.length > 0)
    lines.push(`Must be reached, and were not: ${report.unreached.join(", ")}`);
  return `${lines.map(plain).join("\n")}\n`;
}

function describe(failure: ExploreFailure, number: number): string[] {
  const { minimal, necessity, pointOfNoReturn, wouldHaveSaved, tolerance } = failure;
  const lines = [
    `${number}. ${failure.check} breaks${failure.avoidable ? "" : ", unavoidably"}: ${failure.reason}`,
    `   seed ${failure.seed}, path ${failure.path}; ${failure.foundWith} faults as found, ${minimal.faults.length} as shrunk in ${failure.shrink.trials} runs${failure.shrink.complete ? "" : " (time was up: perhaps not minimal)"}`,
    `   ${sourceLine(failure)}`,
    ...(failure.others > 0 ? [`   ${failure.others} more of the same cause`] : []),
    "",
    "   Minimal schedule",
    ...minimal.faults.map((fault) => `     - ${flow(fault)}`),
    ...(minimal.faults.length === 0 ? ["     no fault at all"] : []),
    ...(minimal.sets.length > 0 ? [`     with ${minimal.sets.join("  ")}`] : []),
  ];
  if (necessity.length > 0) {
    lines.push("", "   What each fault is needed for");
    for (const { fault, removed, halved } of necessity) {
      const without =
        removed.length === 0 ? "nothing breaks" : `${removed.join(", ")} still breaks`;
      const half =
        halved === null
          ? ""
          : `; with ${halved.how} ${halved.breaks.length === 0 ? "nothing breaks" : `${halved.breaks.join(", ")} breaks`}`;
      lines.push(`     ${word(fault["fault"])}: without it ${without}${half}`);
    }
  }
  if (pointOfNoReturn !== null) {
    const { event, curve } = pointOfNoReturn;
    lines.push("", "   Point of no return");
    if (event === null)
      lines.push(
        `     none: whatever chance does, ${percent(curve[0]?.probability ?? 1)} of all futures break it from the start`,
      );
    else {
      lines.push(
        `     at ${seconds(event.at)}, ${event.text}`,
        `     P(breach) goes from ${percent(event.before)} to ${percent(event.after)}`,
        `     ${curve.map(({ at, probability }) => `${seconds(at)}: ${percent(probability)}`).join("  ")}`,
      );
    }
  }
  if (wouldHaveSaved.length > 0) {
    lines.push("", "   What would have saved it");
    for (const row of wouldHaveSaved) {
      const cost =
        row.costPerMonth === null
          ? ""
          : row.costPerMonth === 0
            ? ", at no cost"
            : `, ${row.costPerMonth > 0 ? "+" : "-"}$${Math.abs(row.costPerMonth)} a month`;
      const instead =
        row.saved && row.breaks.length > 0 ? `, but ${row.breaks.join(", ")} breaks` : "";
      lines.push(`     ${row.saved ? "yes" : "no "}  ${row.what}${cost}${instead}`);
    }
  }
  if (tolerance !== null) {
    lines.push("", `   Tolerance: ${toleranceText(tolerance)}`);
    for (const fault of tolerance.schedule ?? []) lines.push(`     - ${flow(fault)}`);
  }
  if (failure.exports.length > 0) lines.push("", "   For other tools");
  for (const one of failure.exports) lines.push(...exportLines(one).map((line) => `     ${line}`));
  if (failure.file !== null) lines.push("", `   Scenario  ${failure.file}`);
  if (failure.reproduce !== null) lines.push(`   Again     ${failure.reproduce}`);
  return lines;
}

/** The tolerance number as a sentence; the schedule that it names, if any, follows it. */
export function toleranceText({ faults, triedBelow, schedule }: Tolerance): string {
  const number =
    faults === 0
      ? "it breaks without a fault"
      : faults === 1
        ? "1 fault at a time breaks it"
        : `${faults} faults at once break it`;
  const below = triedBelow > 0 ? `; none of ${triedBelow} schedules with fewer did` : "";
  return `${number}${below}${schedule === null ? "" : ", as here:"}`;
}

/** How the faults of a drawn schedule lie to each other, before the shards that most of them strike. */
const SHAPES = {
  apart: "each by itself, mostly at",
  aimed: "aimed at phases of",
  swizzle: "cut one by one and healed in another order, mostly at",
  flapping: "on and off again, mostly at",
} as const;

/** Where a schedule came from: what it was drawn with, in words. */
export function sourceLine({ from, swarm }: Pick<ExploreFailure, "from" | "swarm">): string {
  if (from === "corpus") return "kept by an earlier campaign";
  if (swarm === null) return "a change of a schedule that had reached something new";
  const { shape, weights, focus } = swarm;
  const kinds = Object.entries(weights).map(([kind, weight]) => `${kind} ${weight}`);
  return `drawn: ${SHAPES[shape]} ${focus.join(" and ")}; kinds by weight: ${kinds.join(", ")}`;
}

/** What another tool is given, and a word for what it cannot do. */
export function exportLines(one: ExploreExport): string[] {
  const { tool, file, faults, expressed, missing, different } = one;
  return [
    `${tool}: ${expressed} of ${faults} expressed${file === null ? "" : `, ${file}`}`,
    ...missing.map(({ fault, word: why }) => `  not ${fault}: ${why}`),
    ...different.map(({ fault, word: how }) => `  otherwise ${fault}: ${how}`),
  ];
}

function marksOf({ marks }: ExploreReport): string[] {
  const reached = Object.entries(marks).filter(([, runs]) => runs > 0);
  if (reached.length === 0) return ["no mark"];
  return reached.map(([mark, runs]) => `  ${String(runs).padStart(7)}  ${mark}`);
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** A method entry on one line, as YAML would have it. */
export const flow = (fault: Readonly<Record<string, unknown>>): string =>
  `{ ${Object.entries(fault)
    .map(([name, value]) =>
      typeof value === "object" && value !== null
        ? `${name}: ${flow(value as Record<string, unknown>)}`
        : `${name}: ${word(value)}`,
    )
    .join(", ")} }`;

const word = (value: unknown): string => String(value);
