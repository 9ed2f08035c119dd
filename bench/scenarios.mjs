/**
 * Whole-run speed: `npm run bench:scenarios [-- --json]`. Each scenario runs in a process of its own; the rate is what
 * `run()` takes of the main thread's CPU time (/proc), building the world included, reports excluded. Medians of rounds.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const self = fileURLToPath(import.meta.url);
const [mode, file] = process.argv.slice(2);

/** CPU time of the main thread, seconds. */
function mainThreadSeconds() {
  try {
    return (
      Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, "utf8").split(" ")[0]) / 1e9
    );
  } catch {
    return process.cpuUsage().user / 1e6; // all threads: not Linux
  }
}

if (mode === "--one") {
  const { loadScenario } = await import("../dist/scenario/load.js");
  const { run } = await import("../dist/run/simulation.js");
  const source = readFileSync(file, "utf8");
  const resolved = loadScenario(source, { file });
  const before = mainThreadSeconds();
  const result = run(resolved, { source, sets: [], allowPlanted: false });
  const cpuSeconds = mainThreadSeconds() - before;
  const requests = Object.values(result.traffic).reduce(
    (sum, traffic) => sum + traffic.requests,
    0,
  );
  const peakRssMb = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(
    JSON.stringify({
      cpuSeconds,
      requests,
      events: result.events,
      simulated: result.simulatedSeconds,
      peakRssMb,
    }),
  );
} else {
  const rounds = Number(process.argv.find((word) => word.startsWith("--rounds="))?.slice(9) ?? 3);
  const scenarios = readdirSync("scenarios/fast").filter((name) => name.endsWith(".yaml"));
  const runs = new Map(scenarios.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of scenarios) {
      const text = execFileSync(process.execPath, [self, "--one", `scenarios/fast/${name}`], {
        encoding: "utf8",
      });
      runs.get(name).push(JSON.parse(text));
    }
  }
  const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
  const rows = [...runs].map(([name, all]) => {
    const cpuSeconds = median(all.map((one) => one.cpuSeconds));
    const { requests, events, simulated } = all[0];
    return {
      name: name === "az-power-loss.yaml" ? "demonstration" : name.replace(".yaml", ""),
      requestsPerSecond: Math.round(requests / cpuSeconds),
      eventsPerSecond: Math.round(events / cpuSeconds),
      simulatedPerRealSecond: Math.round(simulated / cpuSeconds),
      peakRssMb: Math.round(median(all.map((one) => one.peakRssMb))),
      cpuSeconds: Math.round(cpuSeconds * 1000) / 1000,
    };
  });
  if (process.argv.includes("--json")) console.log(JSON.stringify({ rows }));
  else console.table(rows);
}
