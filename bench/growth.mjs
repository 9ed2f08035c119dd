/**
 * How the cost of a run grows: `npm run bench:growth [-- --json]`. From 3 to 300 nodes at a fixed rate, from 100 to
 * 40,000 requests a second on 9 nodes, 500 idle nodes for ten minutes, and two runs on two cores against the same two
 * in sequence. CPU time of the main thread, as in bench:scenarios; the last one is wall time, and needs two idle cores.
 */
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const runner = fileURLToPath(new URL("./scenarios.mjs", import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), "cachequake-growth-"));

function scenario({ name, duration, shards, replicas, rate, nodeTimeout }) {
  return `scenario: ${name}
seed: 1
duration: ${duration}
regions: { us-east-1: { zones: 3 } }
maxEvents: 1000000000
caches:
  cart:
    type: replication-group
    region: us-east-1
    engine: valkey
    engineVersion: "8.0"
    cacheNodeType: cache.r7g.large
    clusterMode: enabled
    raisedNodeQuota: true
    numNodeGroups: ${shards}
    replicasPerNodeGroup: ${replicas}
    automaticFailoverEnabled: true
    multiAZEnabled: true
    prefill: 100%
    assume: { cluster-node-timeout: ${nodeTimeout} }
traffic:
  shop: { cache: cart, arrivals: { rate: ${rate}/s }, operations: { get: 80%, set: 20% }, keys: { count: 100k, popularity: { zipf: 0.99 }, valueSize: 500B } }
method: [{ at: 20s, fault: node-crash, target: primary of cart/shard 1 }]
`;
}

function fileOf(of) {
  const file = path.join(folder, `${of.name}.yaml`);
  writeFileSync(file, of.text ?? scenario(of));
  return file;
}

function measure(of) {
  const text = execFileSync(process.execPath, [runner, "--one", fileOf(of)], { encoding: "utf8" });
  const { cpuSeconds, requests, events, simulated, peakRssMb } = JSON.parse(text);
  return {
    name: of.name,
    nodes: of.shards * (of.replicas + 1),
    requestsPerSecond: of.rate,
    simulated,
    cpuSeconds: Math.round(cpuSeconds * 1000) / 1000,
    events,
    nsPerEvent: Math.round((cpuSeconds * 1e9) / events),
    nsPerRequest: Math.round((cpuSeconds * 1e9) / requests),
    peakRssMb: Math.round(peakRssMb),
  };
}

const cluster = { duration: "60s", shards: 3, replicas: 2, rate: 1000, nodeTimeout: "5s" };
const rows = [];
for (const shards of [1, 3, 10, 30, 100])
  rows.push(measure({ ...cluster, name: `nodes-${shards * 3}`, shards }));
for (const rate of [100, 1000, 4000, 10000, 40000])
  rows.push(measure({ ...cluster, name: `rate-${rate}`, rate }));
rows.push(
  measure({
    ...cluster,
    name: "idle-500",
    duration: "10m",
    shards: 250,
    replicas: 1,
    rate: 1,
    nodeTimeout: "15s",
  }),
);

const pair = [1, 2].map((i) => fileOf({ ...cluster, name: `pair-${i}`, rate: 40000 }));
const seconds = async (act) => {
  const startedAt = performance.now();
  await act();
  return (performance.now() - startedAt) / 1000;
};
const one = (file) => promisify(execFile)(process.execPath, [runner, "--one", file]);
const ratios = [];
for (let round = 0; round < 3; round++) {
  const inSequence = await seconds(async () => {
    for (const file of pair) await one(file);
  });
  const together = await seconds(() => Promise.all(pair.map(one)));
  ratios.push({ inSequence, together, ratio: together / inSequence });
}
ratios.sort((a, b) => a.ratio - b.ratio);
const twoCores = ratios[1];
rmSync(folder, { recursive: true });
if (process.argv.includes("--json")) console.log(JSON.stringify({ rows, twoCores }));
else {
  console.table(rows);
  console.log(
    `two runs on two cores: ${twoCores.together.toFixed(2)} s, in sequence ${twoCores.inSequence.toFixed(2)} s, ` +
      `ratio ${twoCores.ratio.toFixed(2)} (wall time, median of 3)`,
  );
}
