/**
 * The timeline as SVG, drawn with a d3 selection: lanes of nodes, faults, success, latency and lag on one axis of time,
 * and a closer look at the recovery with its phases. Same result, same drawing.
 */
import type { Result, Series } from "../run/result.ts";
import { drawEvents } from "./events-svg.ts";
import { answer, clock, plain } from "./format.ts";
import { drawLanes, type LaneGroup, laneGroups } from "./lanes.ts";
import type { Pen } from "./pen.ts";
import { drawCloserLooks } from "./recovery-svg.ts";
import {
  drawAxis,
  intervalClass,
  pathOf,
  type Sheet,
  shorten,
  stepsOf,
  stretchesOf,
  textWidth,
  WIDE,
  wrapText,
} from "./sheet.ts";
import { SVG_STYLE } from "./svg-style.ts";
import { type TimeScale, timeScale } from "./time-scale.ts";

const PANEL_HEIGHT = 84;
/** Beyond this width, in pixels, a fault tells how many targets it has instead of each. */
const FAULT_NAME_WIDTH = 260;

export interface Drawn {
  readonly height: number;
}

/** Draws into an empty `svg` element; says how high it became. */
export function drawTimeline(svg: Pen, result: Result, sheet: Sheet = WIDE): Drawn {
  const { width, left, right } = sheet;
  svg
    .attr("class", "cq")
    .attr("role", "img")
    .attr("aria-label", plain(`${result.scenario}: ${answer(result)}`));
  svg.append("style").text(SVG_STYLE);
  patterns(svg.append("defs"));
  const background = svg
    .append("rect")
    .attr("class", "bg")
    .attr("x", 0)
    .attr("y", 0)
    .attr("width", width);
  const faults = svg.append("g");
  const scale = timeScale(0, result.simulatedSeconds, left, right, Math.floor((right - left) / 97));
  let y = drawHeader(svg, result, sheet);
  const top = y;
  y = drawFaultNames(svg, result, scale, y);
  drawAxis(svg, scale, y, clock);
  y += 14;
  const groups = laneGroups(result);
  y = drawLanes(svg, groups, sheet, scale, y);
  y = drawEvents(svg, result, sheet, scale, y);
  y = drawPanels(svg, result, sheet, scale, y + 10);
  drawFaultBands(faults, result, scale, top, y);
  y = drawCloserLooks(svg, result, sheet, y);
  y = drawLegend(svg, result, groups, sheet, y + 24);
  background.attr("height", y);
  svg.attr("viewBox", `0 0 ${width} ${y}`).attr("width", width).attr("height", y);
  return { height: y };
}

function drawHeader(svg: Pen, result: Result, { pad, right }: Sheet): number {
  svg
    .append("text")
    .attr("class", "title")
    .attr("x", pad)
    .attr("y", 38)
    .text(shorten(plain(result.scenario), 20, right - pad - 170));
  const verdict = result.verdict.toUpperCase();
  svg
    .append("text")
    .attr("class", `head end ${result.verdict}`)
    .attr("x", right)
    .attr("y", 36)
    .text(verdict);
  svg
    .append("text")
    .attr("class", "soft end")
    .attr("x", right - 90)
    .attr("y", 36)
    .text(`seed ${result.seed}`);
  let y = 62;
  for (const line of wrapText(answer(result), 12, right - pad)) {
    svg.append("text").attr("x", pad).attr("y", y).text(line);
    y += 17;
  }
  return y + 8;
}

/** A fault with its targets where they fit, else with the first of them and how many more there are. */
function faultName({ kind, targets }: Result["faults"][number]): string {
  const whole = plain(`${kind}: ${targets.join(", ")}`);
  if (targets.length < 2 || textWidth(whole, 11) <= FAULT_NAME_WIDTH)
    return shorten(whole, 11, 420);
  const more = ` and ${targets.length - 1} more`;
  return shorten(plain(`${kind}: ${targets[0]}`), 11, 420 - textWidth(more, 11)) + more;
}

/** Names of faults above their bands, in as many rows as it takes for none to overlap. */
function drawFaultNames(svg: Pen, result: Result, scale: TimeScale, top: number): number {
  const rowEnds: number[] = [];
  for (const fault of result.faults.slice(0, 24)) {
    const name = faultName(fault);
    const width = textWidth(name, 11);
    const x = Math.min(scale.x(fault.injectedAt) + 2, scale.right - width);
    let row = rowEnds.findIndex((end) => end + 8 < x);
    if (row < 0) row = rowEnds.length;
    if (row > 5) continue;
    rowEnds[row] = x + width;
    svg
      .append("text")
      .attr("class", "small faultname")
      .attr("x", x)
      .attr("y", top + 16 + row * 15)
      .text(name);
  }
  return top + Math.max(1, rowEnds.length) * 15 + 22;
}

function drawFaultBands(
  group: Pen,
  result: Result,
  scale: TimeScale,
  top: number,
  bottom: number,
): void {
  for (const fault of result.faults) {
    const x = scale.x(fault.injectedAt);
    const height = bottom - top;
    if (fault.healedAt === null) drawEdge(group, x, top, height);
    else drawBand(group, { x, y: top, width: Math.max(1, scale.x(fault.healedAt) - x), height });
  }
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A tint, with a bar on top and an edge on either side that are seen where the tint is not. */
function drawBand(pen: Pen, { x, y, width, height }: Box): void {
  for (const [className, high] of [
    ["fault", height],
    ["faultbar", 3],
  ] as const)
    pen
      .append("rect")
      .attr("class", className)
      .attr("x", x)
      .attr("y", y)
      .attr("width", width)
      .attr("height", high);
  for (const at of [x, x + width]) drawEdge(pen, at, y, height);
}

function drawEdge(pen: Pen, x: number, y: number, height: number): void {
  pen
    .append("line")
    .attr("class", "faultedge")
    .attr("x1", x)
    .attr("x2", x)
    .attr("y1", y)
    .attr("y2", y + height);
}

function drawPanels(svg: Pen, result: Result, sheet: Sheet, scale: TimeScale, top: number): number {
  let y = top;
  const success = result.series["SuccessRatio"] ?? [];
  y = panel(svg, sheet, y, {
    title: "Success ratio, by arrival",
    lines: success.map((of) => ({
      of,
      className: "success",
      path: (y) => stepsOf(stretchesOf(of, result.faults), scale, y),
    })),
    floor: lowest(success, 1),
    ceiling: 1,
    format: (value) => `${Math.round(value * 100)} %`,
  });
  const latency = (name: string, className: string): Line[] =>
    (result.series[name] ?? []).map((of) => ({
      of,
      className,
      path: (y) => stepsOf(stretchesOf(of, []), scale, y),
    }));
  const p50 = latency("LatencyP50Ms", "p50");
  const p99 = latency("LatencyP99Ms", "p99");
  const latencyMost = highest([...p50, ...p99].map(({ of }) => of));
  y = panel(svg, sheet, y, {
    title: "Latency, ms (p50 dashed)",
    lines: [...p50, ...p99],
    floor: 0,
    ceiling: latencyMost,
    format: (value) => `${round(value)}`,
  });
  const lag = result.series["ReplicationLag"] ?? [];
  y = panel(svg, sheet, y, {
    title: "Replication lag, s",
    lines: lag.map((of) => ({ of, className: "lag", path: (y) => pathOf(of, scale, y) })),
    floor: 0,
    ceiling: Math.max(0.001, highest(lag)),
    format: (value) => `${round(value)}`,
  });
  return y;
}

/** Lowest value of the series as a round share below `most`. */
function lowest(series: readonly Series[], most: number): number {
  let least = most;
  for (const { values } of series)
    for (const value of values) if (value !== null && value < least) least = value;
  return least > 0.98 ? 0.98 : Math.floor(least * 10) / 10;
}

function highest(series: readonly Series[]): number {
  let most = 0;
  for (const { values } of series)
    for (const value of values) if (value !== null && value > most) most = value;
  if (most === 0) return 1;
  let magnitude = 1;
  while (magnitude < most) magnitude *= 10;
  while (magnitude / 10 >= most) magnitude /= 10;
  return (
    [0.2, 0.5, 1].map((part) => part * magnitude).find((ceiling) => ceiling >= most) ?? magnitude
  );
}

const round = (value: number): number => Math.round(value * 1e4) / 1e4;

interface Line {
  readonly of: Series;
  readonly className: string;
  /** Given the height of a value, what an SVG path takes. */
  readonly path: (y: (value: number) => number) => string;
}

interface Panel {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly floor: number;
  readonly ceiling: number;
  readonly format: (value: number) => string;
}

function panel(svg: Pen, sheet: Sheet, top: number, given: Panel): number {
  const { pad, left, right } = sheet;
  const bottom = top + PANEL_HEIGHT - 16;
  svg
    .append("text")
    .attr("class", "head")
    .attr("x", pad)
    .attr("y", top + 14)
    .text(shorten(given.title.split(",")[0] as string, 13, left - 70));
  const [, unit] = given.title.split(",");
  if (unit !== undefined)
    svg
      .append("text")
      .attr("class", "small soft")
      .attr("x", pad)
      .attr("y", top + 30)
      .text(shorten(unit.trim(), 11, left - 66));
  const names = [...new Set(given.lines.map(({ of }) => of.of))];
  const shown = names.length > 3 ? `${names.length} series` : names.join(", ");
  svg
    .append("text")
    .attr("class", "small soft")
    .attr("x", pad)
    .attr("y", top + 46)
    .text(shorten(plain(shown), 11, left - 80));
  const height = bottom - top - 6;
  const y = (value: number): number => {
    const share = (value - given.floor) / (given.ceiling - given.floor || 1);
    return Math.round((bottom - Math.min(1, Math.max(0, share)) * height) * 100) / 100;
  };
  for (const value of [given.floor, given.ceiling]) {
    svg
      .append("line")
      .attr("class", "grid")
      .attr("x1", left)
      .attr("x2", right)
      .attr("y1", y(value))
      .attr("y2", y(value));
    svg
      .append("text")
      .attr("class", "small soft end")
      .attr("x", left - 8)
      .attr("y", y(value) + 4)
      .text(given.format(value));
  }
  for (const { className, path } of given.lines)
    svg.append("path").attr("class", className).attr("d", path(y));
  return top + PANEL_HEIGHT;
}

function patterns(defs: Pen): void {
  const pattern = (id: string, size: number, ground = "patternbg"): Pen => {
    const made = defs
      .append("pattern")
      .attr("id", `cq-${id}`)
      .attr("width", size)
      .attr("height", size)
      .attr("patternUnits", "userSpaceOnUse");
    made.append("rect").attr("class", ground).attr("width", size).attr("height", size);
    return made;
  };
  pattern("down", 6).append("path").attr("class", "patternline").attr("d", "M0,6L6,0");
  pattern("syncing", 8).append("path").attr("class", "patternline").attr("d", "M4,0L4,8");
  const paused = pattern("paused", 6);
  paused.append("circle").attr("class", "patterndot").attr("cx", 3).attr("cy", 3).attr("r", 1.2);
  pattern("minority", 7).append("path").attr("class", "patternline").attr("d", "M0,0L7,7M0,7L7,0");
  pattern("secondary", 8, "secondarybg")
    .append("path")
    .attr("class", "secondaryline")
    .attr("d", "M-2,2L2,-2M0,8L8,0M6,10L10,6");
}

const LEGEND: readonly (readonly [className: string, text: string])[] = [
  ["primary", "primary"],
  ["secondary", "secondary-primary: leads in a secondary Region, read-only"],
  ["replica", "replica"],
  ["down", "down"],
  ["provisioning", "provisioning"],
  ["syncing", "syncing"],
  ["paused", "paused"],
  ["minority", "minority (refuses)"],
  ["fault", "fault holds"],
];

/** Explains what is in the drawing and nothing else, in as many rows as it takes. */
function drawLegend(
  svg: Pen,
  result: Result,
  groups: readonly LaneGroup[],
  { pad, right }: Sheet,
  top: number,
): number {
  const drawn = new Set(
    groups.flatMap(({ lanes }) =>
      lanes.flatMap(({ intervals }) => intervals.map((interval) => intervalClass(interval))),
    ),
  );
  if (result.faults.some(({ healedAt }) => healedAt !== null)) drawn.add("fault");
  let x = pad;
  let y = top;
  for (const [className, text] of LEGEND) {
    if (!drawn.has(className)) continue;
    const width = 28 + textWidth(text, 11.5);
    if (x > pad && x + width > right) {
      x = pad;
      y += 22;
    }
    const box = { x, y, width: 22, height: 12 };
    if (className === "fault") drawBand(svg, box);
    else
      svg
        .append("rect")
        .attr("class", className)
        .attr("x", x)
        .attr("y", y)
        .attr("width", box.width)
        .attr("height", box.height);
    svg
      .append("text")
      .attr("class", "small")
      .attr("x", x + 28)
      .attr("y", y + 10)
      .text(text);
    x += width + 26;
  }
  return y + 34;
}
