/**
 * Mutation testing, a floor after the other: `npm run mutation`, or `npm run mutation -- checks` for one. Leaves
 * StrykerJS's report of each floor in `.cache/stryker/`, from which `survivors.mjs` makes docs/MUTATION.md.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { FLOORS, fileName, HISTORIES } from "./floors.mjs";

const wanted = process.argv.slice(2);
for (const floor of FLOORS) {
  if (wanted.length > 0 && !wanted.includes(floor)) continue;
  forgetSurvivors(`.cache/stryker/${fileName(floor)}-incremental.json`);
  const { status } = spawnSync("npx", ["stryker", "run"], {
    stdio: "inherit",
    env: { HISTORIES: String(HISTORIES), ...process.env, MUTATION_FLOOR: floor },
  });
  if (status !== 0) process.exit(status ?? 1);
}
const { status } = spawnSync("node", ["scripts/survivors.mjs"], { stdio: "inherit" });
process.exit(status ?? 1);

/** What survived before is judged again: StrykerJS cannot tell that a test, which keeps its name, has changed. */
function forgetSurvivors(incremental) {
  if (!existsSync(incremental)) return;
  const report = JSON.parse(readFileSync(incremental, "utf8"));
  for (const file of Object.values(report.files))
    file.mutants = file.mutants.filter(({ status }) => status === "Killed" || status === "Timeout");
  writeFileSync(incremental, JSON.stringify(report));
}
