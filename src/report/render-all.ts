/** Every file of a report. */
import type { Result } from "../run/result.ts";
import { renderSvg } from "./d3-node-adapter.ts";
import { renderJUnit } from "./junit.ts";
import { resultJson } from "./result-json.ts";
import { renderSummary } from "./summary.ts";
import { renderTimelineHtml } from "./timeline-html.ts";
import { drawTimeline } from "./timeline-svg.ts";

export interface ReportFile {
  readonly name: string;
  readonly contents: string;
}

export async function renderAll(result: Result): Promise<ReportFile[]> {
  const svg = await renderSvg((pen) => drawTimeline(pen, result));
  return [
    { name: "timeline.html", contents: renderTimelineHtml(result, svg) },
    { name: "timeline.svg", contents: `<?xml version="1.0" encoding="UTF-8"?>\n${svg}\n` },
    { name: "result.json", contents: resultJson(result) },
    { name: "junit.xml", contents: renderJUnit([result]) },
    { name: "summary.txt", contents: renderSummary(result, { color: false, width: 100 }) },
  ];
}
