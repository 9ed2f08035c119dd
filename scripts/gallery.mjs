/** Renders the gallery of reports anew: `npm run gallery`. */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

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
rmSync(out, { recursive: true });
