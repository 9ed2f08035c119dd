/** Renders the gallery of reports anew: `npm run gallery`. */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { renderSvg } from "../dist/report/d3-node-adapter.js";
import { NARROW } from "../dist/report/sheet.js";
import { drawTimeline } from "../dist/report/timeline-svg.js";

const out = mkdtempSync(path.join(tmpdir(), "cachequake-gallery-"));
for (const [name, seed] of [
  ["az-power-loss", "42"],
  ["region-loss", "7"],
  ["network-partition-split-brain", "5"],
]) {
  execFileSync(process.execPath, [
    "dist/cli/main.js",
    "run",
    `scenarios/fast/${name}.yaml`,
    "--out",
    out,
  ]);
  copyFileSync(path.join(out, name, seed, "timeline.svg"), `reports/gallery/${name}.svg`);
}
// The README's: as wide as its column on GitHub, so that its texts keep their size.
const result = JSON.parse(readFileSync(path.join(out, "az-power-loss/42/result.json"), "utf8"));
const svg = await renderSvg((pen) => drawTimeline(pen, result, NARROW));
writeFileSync("reports/gallery/readme.svg", `<?xml version="1.0" encoding="UTF-8"?>\n${svg}\n`);
rmSync(out, { recursive: true });
