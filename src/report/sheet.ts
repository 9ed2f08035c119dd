/** The sheet that timelines are drawn on: its width, text that fits, axes and lines. */
import type { NodeInterval, Series } from "../run/result.ts";
import { plain } from "./format.ts";
import type { Pen } from "./pen.ts";
import type { TimeScale } from "./time-scale.ts";

export const WIDTH = 1440;
export const LEFT = 230;
export const RIGHT = 1400;

/** Width of text, about, in pixels: system fonts at 11 px take 6.3 px a character at most on average. */
export const textWidth = (text: string, size: number): number => text.length * size * 0.6;

export const shorten = (text: string, size: number, width: number): string => {
  const most = Math.floor(width / (size * 0.64));
  return text.length <= most ? text : `${text.slice(0, Math.max(1, most - 1))}…`;
};

export function wrapText(text: string, size: number, width: number): string[] {
  const most = Math.floor(width / (size * 0.64));
  const lines: string[] = [];
  let line = "";
  for (const word of plain(text).split(" ")) {
    if (line !== "" && line.length + 1 + word.length > most) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

export function drawAxis(
  svg: Pen,
  scale: TimeScale,
  y: number,
  label: (seconds: number) => string,
): void {
  svg
    .append("line")
    .attr("class", "rule")
    .attr("x1", scale.x(scale.from))
    .attr("x2", scale.x(scale.to))
    .attr("y1", y + 5)
    .attr("y2", y + 5);
  for (const tick of scale.ticks) {
    const x = scale.x(tick);
    svg
      .append("line")
      .attr("class", "rule")
      .attr("x1", x)
      .attr("x2", x)
      .attr("y1", y + 1)
      .attr("y2", y + 9);
    svg
      .append("text")
      .attr("class", "small soft mid")
      .attr("x", x)
      .attr("y", y - 3)
      .text(label(tick));
  }
}

/** A line over the points that exist; gaps where there is nothing. */
export function pathOf(series: Series, scale: TimeScale, y: (value: number) => number): string {
  const parts: string[] = [];
  let pen = "M";
  for (const [i, value] of series.values.entries()) {
    const at = series.start + i * series.step;
    if (value === null || at < scale.from || at > scale.to) {
      pen = "M";
      continue;
    }
    parts.push(`${pen}${scale.x(at)},${y(value)}`);
    pen = "L";
  }
  return parts.length === 0 ? "M0,0" : parts.join("");
}

/** How a lane's interval looks: role while it serves, else its state. */
export function intervalClass(interval: NodeInterval): string {
  if (interval.state !== "serving") return interval.state;
  return interval.role === "none" ? "none" : interval.role === "replica" ? "replica" : "primary";
}
