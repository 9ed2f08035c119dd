/** What a report says of many runs: replications, and the influence of assumptions. */
import type { ReplicatedFigure, Replications, SensitivityRow } from "../run/result.ts";
import { escapeMarkup as e, figure, plain } from "./format.ts";

const number = (value: number | null): string =>
  value === null ? "-" : String(Number(value.toPrecision(4)));

const spread = (of: ReplicatedFigure): string =>
  `${number(of.mean)} (${number(of.low)} to ${number(of.high)})`;

export function replicationLines(replications: Replications): string[] {
  const width = Math.max(...replications.figures.map(({ figure: name }) => name.length));
  return [
    `Replications  ${replications.count} seeds: mean (95 % interval), 5th, 50th and 95th percentile`,
    ...replications.figures.map(
      (of) =>
        `  ${plain(of.figure).padEnd(width)}  ${spread(of)} ${of.unit}  ${number(of.p5)}  ${number(of.p50)}  ${number(of.p95)}`,
    ),
    ...replications.verdicts.map(
      ({ expectation, pass, fail, unknown }) =>
        `  ${plain(expectation)}: ${pass} pass, ${fail} fail, ${unknown} unknown`,
    ),
  ];
}

export function sensitivityLines(rows: readonly SensitivityRow[]): string[] {
  const lines = ["Sensitivity  assumptions by what they do, low .. used .. high"];
  for (const row of rows) {
    lines.push(`  ${plain(row.assumption)}  ${row.low} .. ${row.used} .. ${row.high}`);
    for (const effect of row.effects) {
      const values = [effect.atLow, effect.observed, effect.atHigh];
      if (!effect.flips && values.every((value) => value === values[0])) continue;
      const flip = effect.flips ? `  FLIPS: ${effect.verdictLow} .. ${effect.verdictHigh}` : "";
      const words = values.map((value) => (value === null ? "-" : figure(value, effect.unit)));
      lines.push(`    ${plain(effect.expectation)}  ${words.join(" .. ")}${flip}`);
    }
  }
  return lines;
}

export function replicationSection(replications: Replications): string {
  const rows = replications.figures.map(
    (of) =>
      `<tr><td>${e(of.figure)}</td><td class="n">${number(of.mean)}</td><td class="n">${number(of.low)} to ${number(of.high)}</td><td class="n">${number(of.p5)}</td><td class="n">${number(of.p50)}</td><td class="n">${number(of.p95)}</td><td class="n">${of.count}</td><td>${e(of.unit)}</td></tr>`,
  );
  const verdicts = replications.verdicts
    .map(
      ({ expectation, pass, fail, unknown }) =>
        `${expectation}: ${pass} pass, ${fail} fail, ${unknown} unknown`,
    )
    .join(" · ");
  return `<h2>Replications</h2><div class="scroll" tabindex="0" role="region" aria-label="Replications"><table><caption>${replications.count} seeds; ${e(verdicts)}</caption><thead><tr><th>Figure</th><th>Mean</th><th>95 % interval</th><th>p5</th><th>p50</th><th>p95</th><th>Runs</th><th>Unit</th></tr></thead><tbody>${rows.join("\n")}</tbody></table></div>`;
}

const WIDTH = 220;

/** A tornado: one bar for each assumption and expectation that moves, widest first. */
export function sensitivitySection(rows: readonly SensitivityRow[]): string {
  const lines = rows.flatMap((row) =>
    row.effects
      .filter(
        ({ flips, atLow, observed, atHigh }) => flips || atLow !== observed || atHigh !== observed,
      )
      .map(
        (effect) =>
          `<tr><td>${e(row.assumption)}</td><td>${e(`${row.low} .. ${row.used} .. ${row.high}`)}</td><td>${e(effect.expectation)}</td><td class="n">${number(effect.atLow)}</td><td class="n">${number(effect.observed)}</td><td class="n">${number(effect.atHigh)}</td><td>${e(effect.unit)}</td><td>${bar(effect, rows)}</td><td class="v ${effect.flips ? "fail" : ""}">${effect.flips ? e(`flips: ${effect.verdictLow} .. ${effect.verdictHigh}`) : ""}</td></tr>`,
      ),
  );
  const still = rows.filter((row) => row.influence === 0).map(({ assumption }) => assumption);
  const rest =
    still.length === 0 ? "" : `<p class="soft">Without influence: ${e(still.join(", "))}.</p>`;
  return `<h2>Sensitivity</h2><div class="scroll" tabindex="0" role="region" aria-label="Sensitivity"><table><caption>Each assumption from low to high, with the same seed</caption><thead><tr><th>Assumption</th><th>Low .. used .. high</th><th>Expectation</th><th>At low</th><th>Used</th><th>At high</th><th>Unit</th><th>Range</th><th>Verdict</th></tr></thead><tbody>${lines.join("\n")}</tbody></table></div>${rest}`;
}

function bar(effect: SensitivityRow["effects"][number], rows: readonly SensitivityRow[]): string {
  const same = rows.flatMap(({ effects }) =>
    effects.filter(({ expectation }) => expectation === effect.expectation),
  );
  const all = same
    .flatMap(({ atLow, observed, atHigh }) => [atLow, observed, atHigh])
    .filter((value) => value !== null);
  const low = Math.min(...all);
  const span = Math.max(...all) - low || 1;
  const x = (value: number): number => ((value - low) / span) * (WIDTH - 4) + 2;
  const own = [effect.atLow, effect.observed, effect.atHigh].filter((value) => value !== null);
  if (own.length === 0) return "";
  const from = x(Math.min(...own));
  const wide = Math.max(2, x(Math.max(...own)) - from);
  const used =
    effect.observed === null
      ? ""
      : `<path d="M${x(effect.observed).toFixed(1)} 0V14" stroke="currentColor" stroke-width="2"/>`;
  return `<svg class="bar" width="${WIDTH}" height="14" viewBox="0 0 ${WIDTH} 14" role="img" aria-label="range"><rect x="${from.toFixed(1)}" y="3" width="${wide.toFixed(1)}" height="8" fill="currentColor" opacity=".45"/>${used}</svg>`;
}
