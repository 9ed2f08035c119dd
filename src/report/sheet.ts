/** The sheet that timelines are drawn on: its width, text that fits, axes and lines. */
import type { NodeInterval, Result, Series } from "../run/result.ts";
import { plain } from "./format.ts";
import type { Pen } from "./pen.ts";
import type { TimeScale } from "./time-scale.ts";

/** Where things stand on a sheet, in pixels: its edge, and the left and right of all axes of time. */
export interface Sheet {
  readonly width: number;
  readonly pad: number;
  readonly left: number;
  readonly right: number;
}

/** For a page of its own. */
export const WIDE: Sheet = { width: 1440, pad: 24, left: 230, right: 1400 };
/** For a column of text, such as a README on GitHub: texts keep their size, time gets less room. */
export const NARROW: Sheet = { width: 830, pad: 12, left: 214, right: 806 };

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

interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly value: number | null;
}

/**
 * The windows of a series, one value each. Windows go by arrival, so requests that were under way when a fault began count
 * in windows before it: outside of every fault's band, a fall that a fault ends in stands at the fault's edge.
 */
export function stretchesOf(series: Series, faults: Result["faults"]): readonly Stretch[] {
  const { start, step, values } = series;
  const stretches: Stretch[] = values.map((value, i) => ({
    from: start + i * step,
    to: start + (i + 1) * step,
    value,
  }));
  const added: Stretch[] = [];
  for (const { injectedAt } of faults) {
    const last = Math.ceil((injectedAt - start) / step - 1e-9) - 1;
    const falls = (i: number): boolean => {
      const [before, after] = [values[i - 1] ?? null, values[i] ?? null];
      const { from } = stretches[i] as Stretch;
      const inBand = faults.some(
        (of) => of.injectedAt <= from && (of.healedAt === null || from < of.healedAt),
      );
      return before !== null && after !== null && after < before && !inBand;
    };
    let top = Math.min(last, values.length - 1);
    while (top > 0 && falls(top)) top--;
    for (let i = top + 1; i <= last && i < values.length; i++) {
      const { from, to, value } = stretches[i] as Stretch;
      stretches[i] = { from, to: Math.min(to, injectedAt), value: values[top] ?? null };
      if (i === last) added.push({ from: injectedAt, to: Math.max(to, injectedAt), value });
    }
  }
  return [...stretches, ...added].sort((a, b) => a.from - b.from || a.to - b.to);
}

/** Stretches as steps: level while a window lasts, gaps where there is nothing. */
export function stepsOf(
  stretches: readonly Stretch[],
  scale: TimeScale,
  y: (value: number) => number,
): string {
  const parts: string[] = [];
  let level: number | null = null;
  let end = "";
  for (const { from, to, value } of stretches) {
    if (to < scale.from || from >= scale.to) continue;
    const next = value === null ? null : y(value);
    if (next !== level) {
      if (level !== null) parts.push(end);
      if (next !== null) parts.push(level === null ? `M${scale.x(from)},${next}` : `V${next}`);
      level = next;
    }
    end = `H${scale.x(to)}`;
  }
  if (level !== null) parts.push(end);
  return parts.length === 0 ? "M0,0" : parts.join("");
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
  return interval.role === "secondary-primary" ? "secondary" : interval.role;
}
