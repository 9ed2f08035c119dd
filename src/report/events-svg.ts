/** What happened at a moment: promotions, DNS changes, steps and the service's own events, marked on the axis of time. */
import type { Result, TimelineEntry } from "../run/result.ts";
import { plain } from "./format.ts";
import type { Pen } from "./pen.ts";
import { type Sheet, shorten, textWidth } from "./sheet.ts";
import type { TimeScale } from "./time-scale.ts";

const ROW = 16;
const ROWS_MAX = 5;
const LABEL_MAX = 330;

interface Mark {
  readonly at: number;
  label: string;
  count: number;
}

/** Draws from `top` on; returns where it ended. Marks that find no room are counted in a last line. */
export function drawEvents(
  svg: Pen,
  result: Result,
  sheet: Sheet,
  scale: TimeScale,
  top: number,
): number {
  const marks = marksOf(result.timeline);
  if (marks.length === 0) return top;
  svg
    .append("text")
    .attr("class", "head")
    .attr("x", sheet.pad)
    .attr("y", top + 18)
    .text("Events");
  // A label that finds no room after its mark finds it before.
  const most = Math.min(LABEL_MAX, (sheet.right - sheet.left) / 2 - 50);
  const rowEnds: number[] = [];
  let left = 0;
  for (const mark of marks) {
    const more = mark.count > 1 ? ` (${mark.count})` : "";
    const text = shorten(plain(mark.label), 11, most) + more;
    const width = textWidth(text, 11) + 12;
    const x = scale.x(mark.at);
    // At the right edge the label stands before its mark.
    const before = x + width > sheet.right;
    const start = before ? x - width - 4 : x;
    let row = rowEnds.findIndex((end) => end + 8 < start);
    if (row < 0) row = rowEnds.length;
    if (row >= ROWS_MAX) {
      left += mark.count;
      continue;
    }
    rowEnds[row] = before ? x + 4 : start + width;
    const y = top + 7 + row * ROW;
    svg.append("path").attr("class", "eventmark").attr("d", `M${x},${y}l4,5l-4,5l-4,-5z`);
    svg
      .append("text")
      .attr("class", "eventname")
      .attr("x", start + 8)
      .attr("y", y + 9)
      .text(text);
  }
  const rows = Math.max(2, rowEnds.length);
  if (left > 0) {
    const text = `and ${left} more`;
    svg
      .append("text")
      .attr("class", "small soft")
      .attr("x", sheet.pad)
      .attr("y", top + 36)
      .text(text);
  }
  svg
    .append("line")
    .attr("class", "grid")
    .attr("x1", sheet.left)
    .attr("x2", sheet.right)
    .attr("y1", top + 8 + rows * ROW)
    .attr("y2", top + 8 + rows * ROW);
  return top + 12 + rows * ROW;
}

/** Entries that mark a moment; equal labels at one moment are one mark. */
function marksOf(timeline: readonly TimelineEntry[]): Mark[] {
  const marks: Mark[] = [];
  for (const entry of timeline) {
    const label = labelOf(entry);
    if (label === null) continue;
    const same = marks.find((mark) => mark.label === label && Math.abs(mark.at - entry.at) < 1);
    if (same === undefined) marks.push({ at: entry.at, label, count: 1 });
    else same.count++;
  }
  return marks;
}

function labelOf(entry: TimelineEntry): string | null {
  switch (entry.kind) {
    case "failover-promoted":
      return `${entry.subject}: promoted`;
    case "failover-abandoned":
      return `${entry.subject}: primary is back`;
    case "step":
      return entry.subject;
    case "dns-updated":
      return entry.text.startsWith("primary") ? "DNS: primary endpoint flipped" : null;
    case "service-event":
      if (entry.text.startsWith("Recovering")) return "Recovering cache nodes";
      return entry.text.startsWith("Finished recovery") ? "Finished recovery" : null;
    default:
      return null;
  }
}
