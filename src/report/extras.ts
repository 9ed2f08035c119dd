/** What a report says of many runs: replications, and the influence of assumptions. */
import { whyNeverNarrow } from "../run/replications.ts";
import type { ReplicatedFigure, Replications, Tornado, TornadoBar } from "../run/result.ts";
import { escapeMarkup as e, figure, plain } from "./format.ts";

const number = (value: number | null): string =>
  value === null ? "-" : String(Number(value.toPrecision(4)));

const spread = (of: ReplicatedFigure): string =>
  `${number(of.mean)} (${number(of.low)} to ${number(of.high)})`;

/** What the seeds came to under `--until-ci`. */
function untilText(replications: Replications): string {
  const { count, until } = replications;
  if (until === undefined) return "";
  const never = whyNeverNarrow(replications);
  if (never !== null) return `not enough: ${never}`;
  const width = `every expectation's interval is within ${number(100 * until.share)} % of its mean`;
  return until.reached ? `enough: ${width}` : `not enough: not ${width} after ${count} seeds`;
}

/** Of a figure's runs those that do not have it, and why: `3 of 10 seeds: never recovered`. */
function missingText({ count, missing }: Replications, figure: string): string {
  return missing
    .filter((of) => of.figure === figure)
    .map(({ runs, reason }) => `none under ${runs} of ${count} seeds: ${reason}`)
    .join("; ");
}

/** Figures that only some runs have, or none of them and an expectation asks for it. */
function lackingFigures({ figures, missing, verdicts }: Replications): string[] {
  const named = [...figures.map(({ figure }) => figure), ...verdicts.map((of) => of.expectation)];
  return [...new Set(missing.map(({ figure }) => figure))].filter((name) => named.includes(name));
}

/** Figures that are alike under all seeds are left out, unless an expectation asks for them. */
export function replicationLines(replications: Replications): string[] {
  const asked = new Set(replications.verdicts.map(({ expectation }) => expectation));
  const lacking = lackingFigures(replications);
  const moving = replications.figures.filter(
    (of) => of.standardDeviation > 0 || asked.has(of.figure) || lacking.includes(of.figure),
  );
  const alike = replications.figures.length - moving.length;
  const width = Math.max(0, ...moving.map(({ figure: name }) => name.length));
  const until = untilText(replications);
  return [
    `Replications  ${replications.count} seeds: mean (95 % interval), 5th, 50th and 95th percentile`,
    ...(until === "" ? [] : [`  ${until}`]),
    ...moving.map(
      (of) =>
        `  ${plain(of.figure).padEnd(width)}  ${spread(of)} ${of.unit}  ${number(of.p5)}  ${number(of.p50)}  ${number(of.p95)}`,
    ),
    ...lacking.map((name) => `  ${plain(name)}: ${plain(missingText(replications, name))}`),
    ...(alike === 0 ? [] : [`  ${alike} more figures are alike under every seed`]),
    ...replications.verdicts.map(
      ({ expectation, pass, fail, unknown }) =>
        `  ${plain(expectation)}: ${pass} pass, ${fail} fail, ${unknown} unknown`,
    ),
  ];
}

/** A tornado for each expectation that something moves. */
export function sensitivityLines(tornadoes: readonly Tornado[]): string[] {
  const lines = [
    "Sensitivity  each assumption from low to high; per expectation, the strongest first",
  ];
  for (const { expectation, unit, limit, observed, verdict, bars, unmoved } of tornadoes) {
    const bound = limit === null ? "" : `  limit ${figure(limit, unit)}`;
    lines.push(`  ${plain(expectation)}  ${told(observed, unit)}${bound}  ${verdict}`);
    const width = Math.max(0, ...bars.map(({ assumption }) => assumption.length));
    for (const bar of bars) {
      const values = `${told(bar.atLow, unit)} .. ${told(bar.atHigh, unit)}`;
      const flip = bar.flips ? `  FLIPS: ${bar.verdictLow} .. ${bar.verdictHigh}` : "";
      lines.push(
        `    ${plain(bar.assumption).padEnd(width)}  ${values}  at ${bar.low} .. ${bar.high}${flip}`,
      );
    }
    const none = bars.length === 0 ? "moved by no assumption" : "";
    if (none !== "") lines.push(`    ${none}`);
    else if (unmoved.length > 0) lines.push(`    ${unmoved.length} more do nothing to it`);
  }
  return lines;
}

const told = (value: number | null, unit: string): string =>
  value === null ? "-" : figure(value, unit);

export function replicationSection(replications: Replications): string {
  const runsText = (name: string, runs: number): string => {
    const lacking = missingText(replications, name);
    return lacking === "" ? String(runs) : `${runs}; ${e(lacking)}`;
  };
  const rows = replications.figures.map(
    (of) =>
      `<tr><td>${e(of.figure)}</td><td class="n">${number(of.mean)}</td><td class="n">${number(of.low)} to ${number(of.high)}</td><td class="n">${number(of.p5)}</td><td class="n">${number(of.p50)}</td><td class="n">${number(of.p95)}</td><td class="n">${runsText(of.figure, of.count)}</td><td>${e(of.unit)}</td></tr>`,
  );
  const none = lackingFigures(replications)
    .filter((name) => replications.figures.every(({ figure }) => figure !== name))
    .map(
      (name) =>
        `<tr><td>${e(name)}</td>${'<td class="n">-</td>'.repeat(5)}<td class="n">${runsText(name, 0)}</td><td></td></tr>`,
    );
  const verdicts = replications.verdicts
    .map(
      ({ expectation, pass, fail, unknown }) =>
        `${expectation}: ${pass} pass, ${fail} fail, ${unknown} unknown`,
    )
    .join(" · ");
  const until = untilText(replications);
  return `<h2>Replications</h2><div class="scroll" tabindex="0" role="region" aria-label="Replications"><table><caption><span>${replications.count} seeds; ${e([until, verdicts].filter((part) => part !== "").join("; "))}</span></caption><thead><tr><th>Figure</th><th>Mean</th><th>95 % interval</th><th>p5</th><th>p50</th><th>p95</th><th>Runs</th><th>Unit</th></tr></thead><tbody>${[...rows, ...none].join("\n")}</tbody></table></div>`;
}

const WIDTH = 220;

/** A tornado for each expectation: one bar for each assumption that moves it, the strongest first. */
export function sensitivitySection(tornadoes: readonly Tornado[]): string {
  const tables = tornadoes.map((tornado) => {
    const { expectation, unit, limit, observed, verdict, bars, unmoved } = tornado;
    const bound = limit === null ? "" : `, limit ${figure(limit, unit)}`;
    const caption = `${expectation}: ${told(observed, unit)}${bound}, ${verdict}`;
    const rows = bars.map(
      (bar) =>
        `<tr><td>${e(bar.assumption)}</td><td>${e(`${bar.low} .. ${bar.used} .. ${bar.high}`)}</td><td class="n">${number(bar.atLow)}</td><td class="n">${number(bar.atHigh)}</td><td>${e(unit)}</td><td>${drawBar(bar, tornado)}</td><td class="v ${bar.flips ? "fail" : ""}">${bar.flips ? e(`flips: ${bar.verdictLow} .. ${bar.verdictHigh}`) : ""}</td></tr>`,
    );
    const still =
      unmoved.length === 0
        ? ""
        : `<p class="soft">Without influence: ${e(unmoved.join(", "))}.</p>`;
    if (rows.length === 0) return `<p>${e(caption)}: moved by no assumption.</p>`;
    return `<div class="scroll" tabindex="0" role="region" aria-label="Sensitivity of ${e(expectation)}"><table><caption><span>${e(caption)}</span></caption><thead><tr><th>Assumption</th><th>Low .. used .. high</th><th>At low</th><th>At high</th><th>Unit</th><th>Range</th><th>Verdict</th></tr></thead><tbody>${rows.join("\n")}</tbody></table></div>${still}`;
  });
  return `<h2>Sensitivity</h2><p>Each assumption from low to high, with the same seed; per expectation, the strongest first.</p>${tables.join("\n")}`;
}

/** On the scale of its tornado; the line stands where the run as written stands. */
function drawBar(bar: TornadoBar, { bars, observed }: Tornado): string {
  const known = (values: readonly (number | null)[]): number[] =>
    values.filter((value) => value !== null);
  const all = known([observed, ...bars.flatMap(({ atLow, atHigh }) => [atLow, atHigh])]);
  const own = known([bar.atLow, observed, bar.atHigh]);
  if (own.length === 0) return "";
  const low = Math.min(...all);
  const span = Math.max(...all) - low || 1;
  const x = (value: number): number => ((value - low) / span) * (WIDTH - 4) + 2;
  const from = x(Math.min(...own));
  const wide = Math.max(2, x(Math.max(...own)) - from);
  const used =
    observed === null
      ? ""
      : `<path d="M${x(observed).toFixed(1)} 0V14" stroke="currentColor" stroke-width="2"/>`;
  return `<svg class="bar" width="${WIDTH}" height="14" viewBox="0 0 ${WIDTH} 14" role="img" aria-label="range"><rect x="${from.toFixed(1)}" y="3" width="${wide.toFixed(1)}" height="8" fill="currentColor" opacity=".45"/>${used}</svg>`;
}
