/** P(breach) over time, above the faults of the schedule on the same axis. */
import type { ExploreFailure } from "../explore/report.ts";
import { escapeMarkup as e, percent, seconds } from "./format.ts";
import { shorten } from "./sheet.ts";
import { timeScale } from "./time-scale.ts";

const WIDTH = 1390;
const LEFT = 250;
const RIGHT = WIDTH - 30;
const TOP = 34;
const PLOT = 170;
const ROW = 26;
const STYLE = `.odds text{font:12px system-ui,"DejaVu Sans",sans-serif;fill:var(--soft)}.odds .name{fill:var(--ink)}.odds .axis{stroke:var(--line);fill:none}.odds .curve{stroke:var(--link);stroke-width:2;fill:none}.odds .dot{fill:var(--link)}.odds .jump{stroke:var(--fail);stroke-width:1.5;stroke-dasharray:5 3}.odds .jumptext{fill:var(--fail);font-weight:600}.odds .fault{fill:var(--unknown);opacity:.75}`;

export function drawOdds({ pointOfNoReturn, injected }: ExploreFailure): string {
  const { curve, event } = pointOfNoReturn ?? { curve: [], event: null };
  const end = Math.max(
    1,
    ...curve.map(({ at }) => at),
    ...injected.map(({ injectedAt, healedAt }) => healedAt ?? injectedAt + 1),
  );
  const scale = timeScale(0, end * 1.02, LEFT, RIGHT, 12);
  const x = (at: number): string => scale.x(Math.min(at, scale.to)).toFixed(1);
  const y = (share: number): string => (TOP + (1 - share) * PLOT).toFixed(1);
  const base = TOP + PLOT;
  const height = base + 40 + ROW * injected.length + 6;
  const steps = curve.map(({ at, probability }, i) =>
    i === 0 ? `M${x(at)} ${y(probability)}` : `H${x(at)}V${y(probability)}`,
  );
  const lines = [
    ...[0, 0.5, 1].map(
      (share) =>
        `<path class="axis" d="M${LEFT} ${y(share)}H${RIGHT}"/><text x="${LEFT - 10}" y="${Number(y(share)) + 4}" text-anchor="end">${percent(share)}</text>`,
    ),
    ...scale.ticks.map(
      (tick) =>
        `<path class="axis" d="M${x(tick)} ${base}v6"/><text x="${x(tick)}" y="${base + 20}" text-anchor="middle">${e(seconds(tick))}</text>`,
    ),
    `<text class="name" x="14" y="${TOP + 14}">P(breach)</text><text x="14" y="${TOP + 32}">from here on</text>`,
    `<path class="curve" d="${steps.join("")}${curve.length > 0 ? `H${RIGHT}` : ""}"/>`,
    ...curve.map(
      ({ at, probability }) => `<circle class="dot" cx="${x(at)}" cy="${y(probability)}" r="3.5"/>`,
    ),
    event === null ? "" : jump(event, scale.x(event.at), base),
    ...injected.map((fault, i) => bar(fault, base + 40 + i * ROW, scale)),
  ];
  const label =
    event === null
      ? "P(breach) over time: the same throughout"
      : `P(breach) over time: it jumps from ${percent(event.before)} to ${percent(event.after)} at ${seconds(event.at)}`;
  return `<svg class="odds" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${e(label)}"><style>${STYLE}</style>
${lines.join("\n")}</svg>`;
}

/** Where it was decided, with its words on the side that has room. */
function jump(
  event: { readonly at: number; readonly text: string },
  at: number,
  base: number,
): string {
  const onLeft = at > (LEFT + RIGHT) / 2;
  const room = onLeft ? at - LEFT - 12 : RIGHT - at - 12;
  const text = shorten(`${seconds(event.at)}  ${event.text}`, 12, room);
  const x = (onLeft ? at - 8 : at + 8).toFixed(1);
  return `<path class="jump" d="M${at.toFixed(1)} 24V${base}"/><text class="jumptext" x="${x}" y="20" text-anchor="${onLeft ? "end" : "start"}">${e(text)}</text>`;
}

function bar(
  fault: ExploreFailure["injected"][number],
  top: number,
  scale: ReturnType<typeof timeScale>,
): string {
  const { kind, targets, injectedAt, healedAt } = fault;
  const from = scale.x(injectedAt);
  const to = scale.x(Math.min(healedAt ?? scale.to, scale.to));
  const width = Math.max(3, to - from);
  const name = `<text class="name" x="14" y="${top + 13}">${e(shorten(kind, 12, LEFT - 30))}</text>`;
  const rect = `<rect class="fault" x="${from.toFixed(1)}" y="${top + 2}" width="${width.toFixed(1)}" height="14"/>`;
  const onLeft = RIGHT - from - width < 300 && from - LEFT > 300;
  const room = onLeft ? from - LEFT - 12 : RIGHT - from - width - 12;
  const said = shorten(targets.join(", "), 12, Math.max(40, room));
  const x = (onLeft ? from - 8 : from + width + 8).toFixed(1);
  return `${name}${rect}<text x="${x}" y="${top + 13}" text-anchor="${onLeft ? "end" : "start"}">${e(said)}</text>`;
}
