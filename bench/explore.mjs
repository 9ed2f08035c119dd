/**
 * Speed of exploring: `npm run bench:explore [-- --json]`. Runs a second and core, all in (resolve, build, run, journal,
 * checks), of three shards under 200 requests a second for 60 simulated seconds; and shrinking of eight faults, two of
 * which lose writes, to those two. CPU time of the process, which has one thread at work.
 */
import { driveCourse } from "../dist/campaign/course.js";
import { Laboratory } from "../dist/explore/laboratory.js";
import { trialOf } from "../dist/explore/search.js";
import { shrink } from "../dist/explore/shrink.js";
import { spaceOf } from "../dist/explore/space.js";

const SOURCE = `scenario: bench
seed: 1
duration: 60s
regions: { us-east-1: { zones: 3 } }
caches:
  cart: { type: replication-group, region: us-east-1, engine: valkey, engineVersion: "8.0", cacheNodeType: cache.r7g.large, clusterMode: enabled, numNodeGroups: 3, replicasPerNodeGroup: 1, automaticFailoverEnabled: true, multiAZEnabled: true, assume: { replacementProvisioning: 15s }, prefill: 100% }
traffic:
  shop: { cache: cart, from: { region: us-east-1 }, arrivals: { rate: 200/s }, operations: { get: 80%, set: 20% }, keys: { count: 1000, valueSize: 500B } }
steadyState: [{ successRatio: { of: shop, over: 2s, atLeast: 99% } }]
expect: [{ noLostWrites: { of: cart } }, { rto: { of: shop, atMost: 30s } }]
`;
const RUNS = 120;
const WARM_UP = 20;

const EIGHT = [
  { at: "6s", fault: "node-slow", target: "primary of cart/shard 2", factor: 2, for: "1s" },
  { at: "7s", fault: "dns-outage", region: "us-east-1", for: "3s" },
  { at: "8s", fault: "network-latency", from: "zone us-east-1a", add: "5ms", for: "2s" },
  {
    at: "12s",
    fault: "network-partition",
    isolate: "node cart-0001-001",
    to: "node cart-0001-002",
    for: "2.3s",
  },
  { at: "14.2s", fault: "node-crash", target: "node cart-0001-001" },
  { at: "16s", fault: "control-plane-outage", region: "us-east-1", for: "1s" },
  { at: "18s", fault: "node-pause", target: "replica of cart/shard 2", for: "200ms" },
  { at: "20s", fault: "clock-skew", target: "replica of cart/shard 3", ahead: "1s", for: "1s" },
];

/** CPU time of `act`, seconds. */
function cpuSeconds(act) {
  const before = process.cpuUsage();
  act();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

const laboratory = new Laboratory({ source: SOURCE, file: "bench.yaml", sets: [], planted: null });
const space = spaceOf(laboratory.resolved);
const trials = Array.from({ length: WARM_UP + RUNS }, (_, run) => trialOf(space, "bench", run));
for (const trial of trials.slice(0, WARM_UP)) laboratory.run(trial);
let events = 0;
const running = cpuSeconds(() => {
  for (const trial of trials.slice(WARM_UP)) events += laboratory.run(trial).events;
});

const failing = { faults: EIGHT, sets: [], seed: "1", rekey: null, detail: true };
const check = "noLostWrites(cart)";
let shrunk;
const startedAt = performance.now();
const shrinking = cpuSeconds(() => {
  const found = { trial: failing, outcome: laboratory.run(failing) };
  if (!found.outcome.breaches.some((of) => of.check === check))
    throw new Error(`the eight faults no longer break ${check}`);
  const limits = { trials: 3000, expired: () => false };
  shrunk = driveCourse(shrink(space, found, check, limits), (trial) => laboratory.run(trial));
});

const report = {
  runsPerSecond: Math.round((RUNS / running) * 10) / 10,
  eventsPerRun: Math.round(events / RUNS),
  shrinkCpuSeconds: Math.round(shrinking * 100) / 100,
  shrinkWallSeconds: Math.round((performance.now() - startedAt) / 10) / 100,
  shrinkTrials: shrunk.tried,
  faultsLeft: shrunk.trial.faults.map(({ fault }) => fault),
};
if (process.argv.includes("--json")) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
else
  process.stdout.write(
    `${report.runsPerSecond} runs a second and core (${report.eventsPerRun} events each)\n` +
      `8 faults shrunk to ${report.faultsLeft.join(" and ")} in ${report.shrinkCpuSeconds} s of CPU time, ${report.shrinkTrials} runs\n`,
  );
