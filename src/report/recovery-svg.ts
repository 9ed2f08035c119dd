/** A closer look at one recovery: its phases as brackets on their own axis, with what ended each. */
import type { RecoveryResult, Result } from "../run/result.ts";
import { plain, seconds } from "./format.ts";
import type { Pen } from "./pen.ts";
import { drawAxis, LEFT, pathOf, RIGHT, shorten, textWidth } from "./sheet.ts";
import { timeScale } from "./time-scale.ts";

const PHASES = ["detect", "decide", "promote", "propagate", "reconnect", "warm"] as const;
const ROW = 24;
const STRIP = 60;

/** Draws from `top` on; returns where it ended. */
export function drawRecovery(
  svg: Pen,
  result: Result,
  traffic: string,
  recovery: RecoveryResult,
  top: number,
): number {
  const rto = recovery.rtoSeconds ?? 0;
  const before = Math.max(0.5, rto * 0.08);
  const scale = timeScale(
    recovery.at - before,
    Math.min(result.simulatedSeconds, recovery.at + rto * 1.25 + 0.5),
    LEFT,
    RIGHT,
    14,
  );
  svg
    .append("line")
    .attr("class", "rule")
    .attr("x1", 24)
    .attr("x2", RIGHT)
    .attr("y1", top)
    .attr("y2", top);
  const title = `${traffic} after ${recovery.after}: RTO ${seconds(recovery.rtoSeconds)}`;
  svg
    .append("text")
    .attr("class", "head")
    .attr("x", 24)
    .attr("y", top + 24)
    .text(plain(title));
  svg
    .append("text")
    .attr("class", "small soft")
    .attr("x", 24)
    .attr("y", top + 42)
    .text("by arrival of requests; seconds from the fault on the axis");
  let y = top + 66;
  drawAxis(svg, scale, y, (tick) => `${Math.round((tick - recovery.at) * 100) / 100}`);
  y += 16;
  const strip = y;
  y = drawStrip(svg, result, traffic, scale, y);
  let from = recovery.at;
  for (const phase of PHASES) {
    const length = recovery.phases[phase];
    if (length === 0) continue;
    const cause =
      recovery.causes.find((text) => text.startsWith(`${phase}: `))?.slice(phase.length + 2) ?? "";
    bracket(svg, {
      y,
      from: scale.x(recovery.at),
      x1: scale.x(from),
      x2: scale.x(from + length),
      label: phase,
      figure: seconds(length),
      cause,
      className: "phase",
    });
    from += length;
    y += ROW;
  }
  y = drawRpo(svg, result, recovery, scale, y);
  for (const at of [recovery.at, recovery.at + rto]) {
    svg
      .append("line")
      .attr("class", "faultedge")
      .attr("x1", scale.x(at))
      .attr("x2", scale.x(at))
      .attr("y1", strip)
      .attr("y2", y);
  }
  return y;
}

interface Bracket {
  readonly y: number;
  /** Where the fault is on the axis: notes do not cross it. */
  readonly from: number;
  readonly x1: number;
  readonly x2: number;
  readonly label: string;
  readonly figure: string;
  readonly cause: string;
  readonly className: string;
}

/** Name at the left, bar on the axis, its cause beside the bar or on it, where there is room. */
function bracket(svg: Pen, given: Bracket): void {
  const { y, x1, x2 } = given;
  svg
    .append("text")
    .attr("x", 36)
    .attr("y", y + 13)
    .text(given.label);
  svg
    .append("text")
    .attr("class", "end")
    .attr("x", LEFT - 14)
    .attr("y", y + 13)
    .text(given.figure);
  svg
    .append("rect")
    .attr("class", given.className)
    .attr("x", x1)
    .attr("y", y + 4)
    .attr("width", Math.max(2, x2 - x1))
    .attr("height", 9);
  for (const x of [x1, x2]) {
    svg
      .append("line")
      .attr("class", "event")
      .attr("x1", x)
      .attr("x2", x)
      .attr("y1", y + 1)
      .attr("y2", y + 16);
  }
  const rooms = { right: RIGHT - x2 - 12, on: x2 - x1 - 24, left: x1 - given.from - 16 };
  const cause = plain(given.cause);
  const needed = textWidth(cause, 11);
  const places = ["right", "on", "left"] as const;
  const place =
    places.find((one) => rooms[one] >= needed) ??
    places.reduce((most, one) => (rooms[one] > rooms[most] ? one : most));
  const text = shorten(cause, 11, rooms[place]);
  if (place === "on") {
    const width = textWidth(text, 11) + 12;
    svg
      .append("rect")
      .attr("class", "bg")
      .attr("x", (x1 + x2 - width) / 2)
      .attr("y", y + 1)
      .attr("width", width)
      .attr("height", 15);
  }
  const label = svg
    .append("text")
    .attr("y", y + 13)
    .text(text);
  if (place === "right") label.attr("class", "small soft halo").attr("x", x2 + 8);
  else if (place === "left") label.attr("class", "small soft end halo").attr("x", x1 - 8);
  else label.attr("class", "small soft mid").attr("x", (x1 + x2) / 2);
}

function drawStrip(
  svg: Pen,
  result: Result,
  traffic: string,
  scale: ReturnType<typeof timeScale>,
  top: number,
): number {
  const series = (result.series["SuccessRatio"] ?? []).find((of) => of.of === traffic);
  if (series === undefined) return top;
  const y = (value: number): number =>
    Math.round((top + 6 + (1 - value) * (STRIP - 18)) * 100) / 100;
  svg
    .append("text")
    .attr("x", 36)
    .attr("y", top + 16)
    .text("success ratio");
  for (const value of [0, 1]) {
    svg
      .append("line")
      .attr("class", "grid")
      .attr("x1", LEFT)
      .attr("x2", RIGHT)
      .attr("y1", y(value))
      .attr("y2", y(value));
    svg
      .append("text")
      .attr("class", "small soft end")
      .attr("x", LEFT - 14)
      .attr("y", y(value) + 4)
      .text(`${value * 100} %`);
  }
  svg
    .append("path")
    .attr("class", "success")
    .attr("d", pathOf(series, scale, y));
  return top + STRIP;
}

/** The RPO of the failovers that this recovery contains. */
function drawRpo(
  svg: Pen,
  result: Result,
  recovery: RecoveryResult,
  scale: ReturnType<typeof timeScale>,
  y: number,
): number {
  const end = recovery.at + (recovery.rtoSeconds ?? 0);
  const local = Object.values(result.caches).flatMap((cache) => cache.failovers);
  const global = Object.values(result.globalDatastores).flatMap((store) => store.promotions);
  const failovers = [...local, ...global].filter(
    (failover) => failover.startedAt >= recovery.at - 1e-6 && failover.startedAt <= end,
  );
  if (failovers.length === 0) return y;
  const worst = failovers.reduce((a, b) => (b.rpoSeconds > a.rpoSeconds ? b : a));
  const lost = failovers.reduce((sum, failover) => sum + failover.writesLost, 0);
  const cause = lost === 0 ? "no acknowledged write lost" : `${lost} acknowledged writes lost`;
  const from = scale.x(
    worst.startedAt - (worst.rpoSeconds <= recovery.at - scale.from ? worst.rpoSeconds : 0),
  );
  const x2 = scale.x(worst.startedAt);
  bracket(svg, {
    y,
    from: scale.x(recovery.at),
    x1: Math.min(from, x2),
    x2,
    label: "RPO",
    figure: seconds(worst.rpoSeconds),
    cause,
    className: "rpo",
  });
  return y + ROW;
}
