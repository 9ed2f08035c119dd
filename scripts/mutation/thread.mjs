/** The thread of `runner.mjs`: loads the bundle of tests, and calls them with one mutant at a time. */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import { LEFT_OUT } from "./left-out.mjs";

/** StrykerJS's numbers for what a test came to. */
const SUCCESS = 0;
const FAILED = 1;

const { bundle, loadedWith, progress } = workerData;
/** What instrumented code asks which mutant is active, and where it counts. */
const stryker = {};
globalThis.__stryker__ = stryker;
const tests = new Map();
if (loadedWith !== null) stryker.activeMutant = loadedWith;

for (const { file, name, body } of (await import(pathToFileURL(bundle).href)).tests) {
  let id = `${file}#${name}`;
  while (tests.has(id)) id += " again";
  if (!LEFT_OUT.some((pattern) => pattern.test(id))) tests.set(id, { id, file, name, body });
}
parentPort.on("message", async (order) => {
  parentPort.postMessage(order.kind === "dry" ? await dryRun() : await mutantRun(order));
});

async function dryRun() {
  const results = [];
  for (const test of tests.values()) {
    stryker.currentTestId = test.id;
    results.push(await perform(test));
    stryker.currentTestId = undefined;
  }
  return { results, coverage: stryker.mutantCoverage };
}

async function mutantRun({ mutant, ids, hitLimit }) {
  stryker.activeMutant = mutant;
  stryker.hitCount = hitLimit === undefined ? undefined : 0;
  stryker.hitLimit = hitLimit;
  let nrOfTests = 0;
  for (const id of ids) {
    nrOfTests++;
    Atomics.store(progress, 0, nrOfTests);
    const test = tests.get(id);
    if (test === undefined)
      return { status: "killed", failureMessage: `no ${id}`, killedBy: [], nrOfTests };
    const { status, failureMessage } = await perform(test);
    if (hitLimit !== undefined && stryker.hitCount > hitLimit)
      return { status: "timeout", reason: `hit more than ${hitLimit} times` };
    if (status === FAILED) return { status: "killed", failureMessage, killedBy: [id], nrOfTests };
  }
  return { status: "survived", nrOfTests };
}

async function perform({ id, file, name, body }) {
  const from = process.cpuUsage();
  let failureMessage;
  try {
    await body();
  } catch (error) {
    failureMessage = error instanceof Error ? error.message : String(error);
  }
  const { user, system } = process.cpuUsage(from);
  const about = { id, name, fileName: resolve(file), timeSpentMs: (user + system) / 1000 };
  return failureMessage === undefined
    ? { ...about, status: SUCCESS }
    : { ...about, status: FAILED, failureMessage };
}
