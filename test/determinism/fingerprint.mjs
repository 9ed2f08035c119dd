/**
 * What a run leaves, in few bytes: `node fingerprint.mjs FILE...` prints a JSON line per scenario, by the built code.
 * Plain JavaScript, so that any Node.js can run it, and a worker thread too.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { resultJson } from "../../dist/report/result-json.js";
import { run } from "../../dist/run/simulation.js";
import { loadScenario } from "../../dist/scenario/load.js";

function fingerprint(file) {
  const source = readFileSync(file, "utf8");
  const result = run(loadScenario(source, { file }), { source, sets: [], allowPlanted: false });
  const sha256 = createHash("sha256").update(resultJson(result)).digest("hex");
  const { digest, behaviourDigest } = result;
  return { file, digest, behaviourDigest, sha256 };
}

if (isMainThread) {
  for (const file of process.argv.slice(2))
    process.stdout.write(`${JSON.stringify(fingerprint(file))}\n`);
} else {
  parentPort.postMessage(workerData.map(fingerprint));
}
