/**
 * What judging a history costs: `npm run bench:history [-- --json]`. CPU time of the main thread, apart for reading the
 * text (EDN, one operation a line) and for all checks that fit the model, and of all threads with their compiler and
 * garbage collector for the checks; each row is the median of its rounds. Histories
 * are recorded from a correct store under ten clients a key, one operation in a hundred of unknown outcome.
 */

import { readFileSync } from "node:fs";
import { DEFAULT_CONFIGURATIONS } from "../dist/checks/history/budget.js";
import { checkHistory } from "../dist/checks/history/check-history.js";
import { PROMISE_NAMES } from "../dist/checks/history/promises.js";
import { HistoryReader } from "../dist/exchange/history-reader.js";
import { Stream } from "../dist/kernel/streams.js";

const CLIENTS = 10;

/** Lines of a history: clients of every key invoke, take effect and return in turn. */
function* linesOf({ operations, keys, model }) {
  const random = new Stream(`bench ${model}`);
  const stores = Array.from({ length: keys }, () => ({
    value: null,
    sum: 0,
    elements: [],
    open: [],
  }));
  let begun = 0;
  let ended = 0;
  let time = 0;
  const line = (type, of, value) =>
    `{:type :${type}, :f :${of.f}, :value #jepsen.independent/tuple [${of.key} ${value}], :process ${of.process}, :time ${time}, :index ${begun + ended}}\n`;
  while (ended < operations) {
    time += 1000;
    const key = random.nextInt(keys);
    const store = stores[key];
    const at = random.nextInt(CLIENTS);
    const own = store.open[at];
    if (own === undefined) {
      if (begun === operations) {
        if (store.open.every((of) => of === undefined)) continue;
      } else {
        const isRead = random.nextInt(2) === 0;
        const f = isRead ? "read" : FUNCTIONS[model](random);
        const of = { f, key, process: key * CLIENTS + at, given: "nil", state: 0, answer: "nil" };
        if (f === "write") of.given = model === "register" ? begun + 1 : random.nextInt(5);
        if (f === "cas") of.given = `[${random.nextInt(5)} ${random.nextInt(5)}]`;
        if (f === "inc") of.given = 1 + random.nextInt(3);
        if (f === "add") of.given = begun;
        store.open[at] = of;
        begun++;
        yield line("invoke", of, of.given);
      }
    } else if (own.state === 0) {
      own.state = 1;
      own.type = perform(own, store, model);
      if (own.f !== "read" && random.nextInt(100) === 0) own.type = "info";
    } else {
      yield line(own.type, own, own.f === "read" ? own.answer : own.given);
      ended++;
      store.open[at] = undefined;
    }
  }
}

const FUNCTIONS = {
  register: () => "write",
  "cas-register": (random) => (random.nextInt(2) === 0 ? "cas" : "write"),
  counter: () => "inc",
  set: () => "add",
};

function perform(of, store, model) {
  switch (of.f) {
    case "read":
      of.answer =
        model === "counter"
          ? store.sum
          : model === "set"
            ? `[${store.elements.join(" ")}]`
            : (store.value ?? "nil");
      return "ok";
    case "write":
      store.value = of.given;
      return "ok";
    case "cas": {
      const [old, put] = of.given.slice(1, -1).split(" ").map(Number);
      if (store.value !== old) return "fail";
      store.value = put;
      return "ok";
    }
    case "inc":
      store.sum += of.given;
      return "ok";
    default:
      store.elements.push(of.given);
      return "ok";
  }
}

/** CPU time of the main thread, seconds; where it is not Linux, of all. */
function mainThreadSeconds() {
  try {
    const stat = readFileSync(`/proc/self/task/${process.pid}/schedstat`, "utf8");
    return Number(stat.split(" ")[0]) / 1e9;
  } catch {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  }
}

const seconds = (act) => {
  globalThis.gc?.();
  const all = process.cpuUsage();
  const before = mainThreadSeconds();
  const value = act();
  const cpuSeconds = mainThreadSeconds() - before;
  const { user, system } = process.cpuUsage(all);
  return { value, cpuSeconds, allThreads: (user + system) / 1e6 };
};

const median = (figures) => figures.toSorted((a, b) => a - b)[figures.length >> 1];

function measure({ operations, keys, model, rounds }) {
  const pieces = [];
  let piece = "";
  for (const text of linesOf({ operations, keys, model })) {
    piece += text;
    if (piece.length < 1 << 20) continue;
    pieces.push(Buffer.from(piece));
    piece = "";
  }
  pieces.push(Buffer.from(piece));
  const reads = [];
  const checks = [];
  const allThreads = [];
  let verdicts = [];
  for (let round = 0; round < rounds; round++) {
    const read = seconds(() => {
      const rules = { model: null, isIndependent: false, initial: null, operationsMax: 1e7 };
      const reader = new HistoryReader(rules);
      for (const of of pieces) reader.feed(of.toString("utf8"));
      return reader.end();
    });
    const check = seconds(() =>
      checkHistory(read.value.history, {
        model: read.value.model,
        promises: PROMISE_NAMES,
        configurations: DEFAULT_CONFIGURATIONS,
        staleNs: 0,
      }),
    );
    reads.push(read.cpuSeconds);
    checks.push(check.cpuSeconds);
    allThreads.push(check.allThreads);
    verdicts = check.value;
  }
  return {
    model,
    operations,
    keys,
    megabytes: Math.round(pieces.reduce((sum, { length }) => sum + length, 0) / 1e5) / 10,
    readCpuSeconds: Math.round(median(reads) * 1e4) / 1e4,
    checkCpuSeconds: Math.round(median(checks) * 1e4) / 1e4,
    checkAllThreads: Math.round(median(allThreads) * 1e4) / 1e4,
    verdicts: [...new Set(verdicts.map(({ verdict }) => verdict))].join(" "),
    peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}

const rows = [];
for (const model of ["register", "cas-register", "counter", "set"])
  rows.push(measure({ operations: 10_000, keys: 100, model, rounds: 7 }));
for (const model of ["register", "cas-register", "counter", "set"])
  rows.push(measure({ operations: 1_000_000, keys: 10_000, model, rounds: 1 }));
if (process.argv.includes("--json")) console.log(JSON.stringify({ rows }));
else console.table(rows);
