/** What a campaign of `explore` found, as one page: each cause with its schedule, when it was decided, and what would have saved it. */
import type { ExploreFailure, ExploreReport } from "../explore/report.ts";
import { exportLines, flow, sourceLine, toleranceText } from "./explore-summary.ts";
import { escapeMarkup as e, figure, integer, percent, seconds } from "./format.ts";
import { drawOdds } from "./odds-svg.ts";
import { linesOf, renderPage, table } from "./page.ts";

export function renderExplorePage(report: ExploreReport): string {
  return renderPage(`${report.scenario}: ${report.verdict}`, [
    header(report),
    tiles(report),
    ...report.failures.flatMap((failure, at) => ofFailure(failure, at + 1)),
    marks(report),
    `<p class="soft">cachequake ${e(report.tool.version)} · ${integer(report.runs)} schedules, ${integer(report.states)} abstract states${report.problems > 0 ? ` · ${integer(report.problems)} ran out of events` : ""}</p>`,
  ]);
}

function header(report: ExploreReport): string {
  const { scenario, seed, verdict, planted, failures } = report;
  const bug = planted === null ? "" : `, planted bug ${planted}`;
  return `<header><h1>${e(scenario)}, explored</h1><span class="verdict ${verdict}">${verdict.toUpperCase()}</span><span class="soft">seed ${e(seed)}${e(bug)}</span></header>
<p class="answer">${e(failures.length === 0 ? unbroken(report) : failures.map(inShort).join(" "))}</p>`;
}

function unbroken({ runs, breachAtMost, unreached }: ExploreReport): string {
  const missed =
    unreached.length > 0 ? ` Must be reached, and were not: ${unreached.join(", ")}.` : "";
  return `None of ${integer(runs)} schedules broke a promise that could have been kept: P(breach) is at most ${odds(breachAtMost)}, with 95 % confidence, of schedules as they are generated here.${missed}`;
}

function inShort({ check, minimal, avoidable, wouldHaveSaved }: ExploreFailure): string {
  const { length } = minimal.faults;
  const faults = length === 0 ? "no fault" : length === 1 ? "one fault" : `${length} faults`;
  const best = wouldHaveSaved.find(({ saved, breaks }) => saved && breaks.length === 0);
  const saved = best === undefined ? "" : ` Would have saved it: ${best.what}.`;
  return `${check} breaks under ${faults}${avoidable ? "" : ", which no one could have avoided"}.${saved}`;
}

/** A share to three figures. */
const odds = (share: number): string => percent(Number(share.toPrecision(3)));

function tiles(report: ExploreReport): string {
  const reached = Object.values(report.marks).filter((runs) => runs > 0).length;
  const list: (readonly [string, string])[] = [
    [integer(report.runs), "schedules tried"],
    [integer(report.failures.length), "causes of broken promises"],
    [odds(report.breachAtMost), "P(breach) at most, 95 % sure"],
    [integer(report.unavoidable), "broke what no one could have kept"],
    [`${reached} of ${Object.keys(report.marks).length}`, "marks of rare states reached"],
  ];
  return `<ul class="tiles">${list.map(([value, name]) => `<li><b>${e(value)}</b><span>${e(name)}</span></li>`).join("")}</ul>`;
}

function ofFailure(failure: ExploreFailure, number: number): string[] {
  const { check, reason, minimal, shrink, foundWith, others, path, seed } = failure;
  const found = `Seed ${seed}, path ${path}; ${foundWith} faults as found, ${minimal.faults.length} as shrunk in ${integer(shrink.trials)} runs${shrink.complete ? "" : " (time was up: perhaps not minimal)"}. ${sourceLine(failure)}.${others > 0 ? ` ${integer(others)} more of the same cause.` : ""}`;
  const settings = minimal.sets.length === 0 ? [] : [`# with ${minimal.sets.join("  ")}`];
  const lines = [...minimal.faults.map((fault) => `- ${flow(fault)}`), ...settings];
  return [
    `<h2>${number}. ${e(check)} breaks${failure.avoidable ? "" : ", unavoidably"}</h2><p>${e(reason)}.</p><p class="soft">${e(found)}</p>`,
    `<pre tabindex="0">${linesOf(lines.length === 0 ? "# no fault at all" : lines.join("\n"))}</pre>`,
    decided(failure),
    necessity(failure),
    saved(failure),
    tolerance(failure),
    tools(failure),
    failure.reproduce === null ? "" : `<pre tabindex="0">${e(failure.reproduce)}</pre>`,
  ];
}

function decided(failure: ExploreFailure): string {
  const { pointOfNoReturn } = failure;
  if (pointOfNoReturn === null) return "";
  const { event, samples, curve } = pointOfNoReturn;
  const what =
    event === null
      ? `Whatever chance does, ${percent(curve[0]?.probability ?? 1)} of all futures break it from the start.`
      : `Decided at ${seconds(event.at)}: ${event.text}. From there on ${percent(event.after)} of all futures break it, before ${percent(event.before)}.`;
  const about = `Each dot: ${samples} futures with the same past up to a moment and new chance from there on; the share that breaks the promise.`;
  return `<h2>Point of no return</h2><p>${e(what)}</p><div class="scroll" tabindex="0" role="region" aria-label="Point of no return">${drawOdds(failure)}</div><p class="soft">${e(about)}</p>`;
}

const broken = (checks: readonly string[]): string =>
  checks.length === 0 ? "nothing breaks" : `${checks.join(", ")} breaks`;

function necessity({ necessity: rows }: ExploreFailure): string {
  return table(
    "What each fault is needed for",
    ["fault", "without it", "halved"],
    rows.map(
      ({ fault, removed, halved }) =>
        `<tr><td>${e(flow(fault))}</td><td>${e(broken(removed))}</td><td>${halved === null ? "-" : e(`${halved.how}: ${broken(halved.breaks)}`)}</td></tr>`,
    ),
    "The same run, with the same chance, less one fault or with half of it.",
  );
}

function saved({ wouldHaveSaved, observed, check }: ExploreFailure): string {
  const unit = observed?.unit ?? "";
  const was =
    observed === null
      ? ""
      : ` Without any, ${check} is ${figure(observed.value, unit)}; its limit is ${figure(observed.limit, unit)}.`;
  return table(
    "What would have saved it",
    ["change", "saves it", `${check} then`, "a month", "breaks instead"],
    wouldHaveSaved.map(
      (row) =>
        `<tr><td>${e(row.what)}</td><td class="v ${row.saved ? "pass" : "fail"}">${row.saved ? "yes" : "no"}</td><td class="n">${row.observed === null ? "-" : e(figure(row.observed, unit))}</td><td class="n">${e(cost(row.costPerMonth))}</td><td>${e(row.saved ? row.breaks.join(", ") : "")}</td></tr>`,
    ),
    `One setting changed, in the scenario's own world, with the same chance; by what it saves, then by its price.${was}`,
  );
}

const cost = (usd: number | null): string =>
  usd === null ? "unknown" : usd === 0 ? "no cost" : `${usd > 0 ? "+" : "-"}$${Math.abs(usd)}`;

function tolerance({ tolerance: of }: ExploreFailure): string {
  if (of === null) return "";
  const schedule = (of.schedule ?? []).map((fault) => `- ${flow(fault)}`);
  const lines =
    schedule.length === 0 ? "" : `<pre tabindex="0">${linesOf(schedule.join("\n"))}</pre>`;
  return `<h2>Tolerance</h2><p>${e(toleranceText(of))}</p>${lines}`;
}

function tools({ exports, file }: ExploreFailure): string {
  const lines = [...(file === null ? [] : [`Scenario: ${file}`]), ...exports.flatMap(exportLines)];
  if (lines.length === 0) return "";
  return `<details><summary>As a scenario, and for other tools</summary><pre tabindex="0">${linesOf(lines.join("\n"))}</pre></details>`;
}

function marks(report: ExploreReport): string {
  const rows = Object.entries(report.marks)
    .sort(([, a], [, b]) => b - a)
    .map(
      ([mark, runs]) =>
        `<tr><td>${e(mark)}</td><td class="n">${integer(runs)}</td><td>${runs > 0 ? "" : report.unreached.includes(mark) ? "never reached, and had to be" : "never reached"}</td></tr>`,
    );
  const about = "Rare states, and in how many schedules each was reached.";
  return `<details${report.failures.length === 0 ? " open" : ""}><summary>Marks</summary>${table("", ["mark", "schedules", "remark"], rows, about)}</details>`;
}
