/** The table of `verify` as a page that needs nothing else, with the distributions overlaid. */
import { escapeMarkup as e } from "./format.ts";

/** What the page shows of a row. */
export interface VerifyPageRow {
  readonly part: string;
  readonly name: string;
  readonly about: string;
  readonly ours: number;
  readonly reference: number;
  readonly unit: string;
  readonly tolerance: string;
  readonly verdict: string;
  readonly samples?: {
    readonly ours: readonly number[];
    readonly reference: readonly number[];
    readonly shown: readonly { readonly seed: string; readonly value: number }[];
  };
}

const STYLE = `
:root { color-scheme: light dark; --bg:#f6f7f9; --card:#fff; --ink:#1b2430; --soft:#566170; --line:#d9dfe7; --pass:#17693f; --fail:#b3261e; --ours:#1f5fbf; }
@media screen and (prefers-color-scheme: dark) { :root { --bg:#0d1117; --card:#12171e; --ink:#e6ebf2; --soft:#a3afbd; --line:#2c3540; --pass:#5fc78e; --fail:#ff8a80; --ours:#7fb2ff; } }
body { margin: 0; background: var(--bg); color: var(--ink); font: 15px/1.5 system-ui, "DejaVu Sans", sans-serif; }
main { max-width: 1280px; margin: 0 auto; padding: 24px 20px 60px; }
h1 { font-size: 24px; margin: 0 0 8px; } h2 { font-size: 18px; margin: 36px 0 10px; } h3 { font-size: 14px; margin: 0 0 4px; }
p { max-width: 70em; color: var(--soft); }
.pass { color: var(--pass); font-weight: 650; } .fail { color: var(--fail); font-weight: 650; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; min-width: 760px; }
th, td { text-align: left; vertical-align: top; padding: 6px 12px; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--soft); } td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td small { display: block; color: var(--soft); font-size: 12px; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(380px, 1fr)); gap: 16px; }
figure { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 10px 14px; }
svg { display: block; width: 100%; height: auto; } svg text { font-size: 12px; fill: var(--soft); }
.o { stroke: var(--ours); stroke-width: 2; fill: none; } .r { stroke: var(--ink); stroke-width: 1.5; stroke-dasharray: 5 3; fill: none; }
.dot { fill: var(--ours); } .axis { stroke: var(--line); fill: none; }
`;

export function renderVerifyPage(rows: readonly VerifyPageRow[], version: string): string {
  const failed = rows.filter(({ verdict }) => verdict !== "pass").length;
  const answer =
    failed === 0
      ? `All ${rows.length} figures agree.`
      : `${failed} of ${rows.length} figures do not agree.`;
  const parts = [...new Set(rows.map(({ part }) => part))];
  const plots = rows.filter(({ samples }) => samples !== undefined);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Cachequake ${e(version)}: agreement</title><style>${STYLE}</style></head><body><main>
<h1>Agreement of the model</h1>
<p><span class="${failed === 0 ? "pass" : "fail"}">${e(answer)}</span> Cachequake ${e(version)} against ${parts.map((part) => AGAINST[part] ?? part).join(", and against ")}.</p>
${parts.map((part) => table(part, rows)).join("\n")}
${plots.length === 0 ? "" : distributions(plots)}
</main></body></html>
`;
}

/** What the figures of each part were held against; a page tells of the parts that were. */
const AGAINST: Readonly<Record<string, string>> = {
  theory: "queueing theory",
  measured: `what redis-server and
redis-sentinel 7.0.15 did. No Valkey server was measured: what differs between Valkey 8 and Redis 7 is taken from their
sources. Memcached, serverless caches and the managed service's own steps (monitor, DNS, replacement) have no measured
counterpart here`,
};

const distributions = (plots: readonly VerifyPageRow[]): string => `<h2>Distributions</h2>
<p>Share of runs up to a time: the model (solid) and the real servers (dashed). The dots are runs of the model under
20 seeds that were fixed before any of them ran: every tenth of 200, every third of 60. Each dot has its seed as a title.</p>
<div class="plots">${plots.map(plot).join("\n")}</div>`;

function table(part: string, rows: readonly VerifyPageRow[]): string {
  const title = part === "theory" ? "Theory" : "Measured servers";
  const lines = rows
    .filter((row) => row.part === part)
    .map(
      (
        row,
      ) => `<tr><td>${e(row.name)}<small>${e(row.about)}</small></td><td class="n">${number(row.ours)}</td>
<td class="n">${number(row.reference)}</td><td>${e(row.unit)}</td><td>${e(row.tolerance)}</td><td class="${row.verdict === "pass" ? "pass" : "fail"}">${e(row.verdict)}</td></tr>`,
    );
  return `<h2>${title}</h2><div class="scroll" tabindex="0" role="region" aria-label="${title}"><table><thead><tr><th>What</th><th>Ours</th><th>Reference</th>
<th>Unit</th><th>Tolerance</th><th>Verdict</th></tr></thead><tbody>${lines.join("\n")}</tbody></table></div>`;
}

const number = (value: number): string =>
  Number.isFinite(value) ? String(Number(value.toPrecision(5))) : "-";

const WIDTH = 400;
const HEIGHT = 170;
const LEFT = 34;
const BOTTOM = 26;

function plot(row: VerifyPageRow): string {
  const { ours, reference, shown } = row.samples ?? { ours: [], reference: [], shown: [] };
  const all = [...ours, ...reference];
  const low = Math.min(...all);
  const span = Math.max(...all) - low || 1;
  const x = (value: number): string =>
    (LEFT + ((value - low) / span) * (WIDTH - LEFT - 8)).toFixed(1);
  const y = (share: number): string => (8 + (1 - share) * (HEIGHT - 8 - BOTTOM)).toFixed(1);
  const steps = (values: readonly number[]): string =>
    values
      .map((value, i) => `L${x(value)} ${y(i / values.length)}V${y((i + 1) / values.length)}`)
      .join("");
  const path = (values: readonly number[], name: string): string =>
    `<path class="${name}" d="M${LEFT} ${y(0)}${steps(values)}H${WIDTH - 8}"/>`;
  const dots = shown
    .map(
      ({ seed, value }) =>
        `<circle class="dot" cx="${x(value)}" cy="${HEIGHT - BOTTOM + 5}" r="2"><title>${e(seed)}: ${number(value)} ms</title></circle>`,
    )
    .join("");
  const seeds = [...new Set(shown.map(({ seed }) => seed))].join(", ");
  const title = row.name.replace(": distribution", "");
  return `<figure><h3>${e(title)}</h3><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${e(title)}">
<path class="axis" d="M${LEFT} 8V${HEIGHT - BOTTOM}H${WIDTH - 8}"/><text x="${LEFT - 6}" y="14" text-anchor="end">1</text><text x="${LEFT - 6}" y="${HEIGHT - BOTTOM}" text-anchor="end">0</text>
<text x="${LEFT}" y="${HEIGHT - 4}">${Math.round(low)} ms</text><text x="${WIDTH - 8}" y="${HEIGHT - 4}" text-anchor="end">${Math.round(low + span)} ms</text>
${path(ours, "o")}${path(reference, "r")}${dots}</svg><small>${e(row.about)}; p ${number(row.ours)}; dots: ${e(seeds)}</small></figure>`;
}
