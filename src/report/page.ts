/** What all pages of reports share: their look, their shell, and tables that scroll by keyboard. */
import { escapeMarkup as e } from "./format.ts";

const STYLE = `
:root { color-scheme: light dark; --bg:#f6f7f9; --card:#ffffff; --ink:#1b2430; --soft:#566170; --line:#d9dfe7; --pass:#17693f; --fail:#b3261e; --unknown:#7a4f00; --link:#1f5fbf; }
@media screen and (prefers-color-scheme: dark) { :root { --bg:#0d1117; --card:#12171e; --ink:#e6ebf2; --soft:#a3afbd; --line:#2c3540; --pass:#5fc78e; --fail:#ff8a80; --unknown:#e2b04a; --link:#7fb2ff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 1440px; margin: 0 auto; padding: 24px 20px 60px; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 8px 16px; }
h1 { font-size: 24px; margin: 0; }
h2 { font-size: 17px; margin: 36px 0 10px; }
.verdict { font-weight: 700; letter-spacing: .03em; border: 2px solid currentColor; border-radius: 6px; padding: 1px 10px; }
.pass { color: var(--pass); } .fail { color: var(--fail); } .unknown { color: var(--unknown); }
.answer { font-size: 18px; max-width: 70em; margin: 12px 0 4px; }
.story, .soft { color: var(--soft); max-width: 70em; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(165px, 1fr)); gap: 12px; margin: 20px 0; padding: 0; list-style: none; }
.tiles li { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 10px 14px; }
.tiles b { display: block; font-size: 22px; font-weight: 650; }
.tiles span { color: var(--soft); font-size: 13px; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; background: var(--card); }
.scroll:focus-visible, pre:focus-visible, summary:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.scroll svg { display: block; width: 100%; min-width: 1390px; height: auto; }
.scroll svg.bar { width: 220px; min-width: 0; height: 14px; }
.scroll::before { content: "scrolls sideways →"; display: none; position: sticky; left: 0; padding: 6px 12px; color: var(--soft); font-size: 13px; font-weight: 600; border-bottom: 1px solid var(--line); }
caption span { display: block; position: sticky; left: 12px; max-width: calc(100vw - 64px); }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
caption { text-align: left; color: var(--soft); padding: 8px 12px; }
th, td { text-align: left; vertical-align: top; padding: 7px 12px; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--soft); font-weight: 600; white-space: nowrap; }
td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.v { font-weight: 650; white-space: nowrap; }
pre { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px; font: 13px/1.45 ui-monospace, "DejaVu Sans Mono", monospace; }
details { margin-top: 12px; } summary { cursor: pointer; font-weight: 600; padding: 6px 0; }
@media screen and (max-width: 1430px) { .scroll.drawing::before { display: block; width: calc(100vw - 44px); } }
@media screen and (max-width: 1100px) { .scroll.wide::before { display: block; } .wide table { min-width: 1080px; } }
@media screen and (max-width: 700px) { .scroll::before { display: block; } table { min-width: 680px; } td:last-child:not(.n) { min-width: 15em; } }
@media print { body { background: #fff; color: #000; } main { padding: 0; } .scroll, pre { overflow: visible; border: 0; } .scroll svg { min-width: 0; } th, td, thead th, td.n, td.v { white-space: normal; overflow-wrap: anywhere; } pre { white-space: pre-wrap; overflow-wrap: anywhere; } details::details-content { content-visibility: visible; } details > * { display: block; } h2 { break-after: avoid; } tr, .tiles li { break-inside: avoid; } }
@media (max-width: 480px) { main { padding: 14px 12px 40px; } .answer { font-size: 16px; } .tiles { grid-template-columns: 1fr 1fr; } }
`;

/** A page that needs nothing else: no network, no script. @param body - markup, from the top; empty parts are left out */
export function renderPage(title: string, body: readonly string[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${e(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${body.filter((part) => part !== "").join("\n")}
</main>
</body>
</html>
`;
}

/** Tables of so many columns scroll on screens that others fit. */
const MANY_COLUMNS = 9;

/** @param rows - markup of table rows; without any there is no table */
export function table(
  title: string,
  heads: readonly string[],
  rows: readonly string[],
  caption: string,
): string {
  if (rows.length === 0) return "";
  const heading = title === "" ? "" : `<h2>${e(title)}</h2>`;
  const about = caption === "" ? "" : `<caption><span>${e(caption)}</span></caption>`;
  const name = title === "" ? "Timeline of events" : title;
  const kind = heads.length < MANY_COLUMNS ? "scroll" : "scroll wide";
  return `${heading}<div class="${kind}" tabindex="0" role="region" aria-label="${e(name)}"><table>${about}<thead><tr>${heads.map((head) => `<th scope="col">${e(head)}</th>`).join("")}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

/** A text that keeps its lines. */
export const linesOf = (text: string): string => text.split("\n").map(e).join("\n");
